package io.quiver.storage.log;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.scheduling.Scheduler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads that lead the log's writing in turns: each is told, in order, and none is left waiting.
 */
class LogWriterLincheckTest {
  /** A log in memory, whose own thread does not run. */
  public static final class Operations {
    private final LocalLogWriter writer;
    private final MemorySegment payload = Arena.global().allocate(8);

    public Operations() {
      LogFiles files = new LogFiles(new MemoryFileSystem(), ShardId.FIRST, new Random(1));
      writer =
          new LocalLogWriter(files, files.create(1, 1), LogOptions.DEFAULT, Scheduler.system());
    }

    /** The number of the record, once it is durable. */
    @Operation
    public long commit() {
      CompletableFuture<Lsn> record = writer.appendDeferred(List.of(payload));
      long number = writer.await(record).minor();
      if (writer.durableSequence() < number) {
        throw new AssertionError("told before it is durable");
      }
      return number;
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread(), thread("commit"), thread("commit", "commit"), thread("commit"));
  }

  @Test
  void everyCommitIsToldItsNumber() {
    interleavings(Operations.class).check();
  }

  @SuppressWarnings("ImmutableEnumChecker") // All of a PlantedBug is final.
  enum Bug {
    THE_LEAD_IS_NOT_HANDED_OVER(PlantedBug.leaveOut("Dropped", "handOver", "nextWaiter", 0));

    private final PlantedBug planted;

    Bug(PlantedBug planted) {
      this.planted = planted;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(Bug bug) {
    Class<?> copy = bug.planted.in(MethodHandles.lookup(), Operations.class, LocalLogWriter.class);
    interleavings(copy).checkFindsBug();
  }
}
