package io.quiver.storage.transaction;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.scheduling.Scheduler;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nothing is deleted that a snapshot reads, however both cross. */
class SnapshotPinsLincheckTest {
  /** The tables in arrangements of which each has a file, which goes when the next one comes. */
  public static final class Operations {
    private static final int ARRANGEMENTS_MAX = 4;

    private final CommitPipeline pipeline =
        new CommitPipeline(
            DatabaseState.of(new CommitVersion(1), Catalog.EMPTY, Map.of()),
            1,
            null,
            Lsn.START,
            Scheduler.system());

    private final boolean[] deleted = new boolean[ARRANGEMENTS_MAX];
    private final int[] retired = new int[1];

    /** One thread alone calls it, and {@link #sweep}. */
    @Operation
    public void rearrange() {
      pipeline.rearrange(newest -> newest.with(Map.of()));
      retired[0]++;
    }

    @Operation
    public void sweep() {
      for (int i = 0; i < retired[0]; i++) {
        if (!deleted[i] && !pipeline.isRead(i, i + 1)) {
          deleted[i] = true;
        }
      }
    }

    @Operation
    public boolean readsWhatIsThere() {
      DatabaseState state = pipeline.pins().pin(pipeline::visible);
      try {
        return !deleted[(int) state.arrangement()];
      } finally {
        pipeline.pins().unpin(state);
      }
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread(), thread(), thread("readsWhatIsThere"), thread("rearrange", "sweep"))
        .scenario(
            thread("rearrange"),
            thread("readsWhatIsThere"),
            thread("readsWhatIsThere"),
            thread("readsWhatIsThere"),
            thread("sweep", "rearrange", "sweep"));
  }

  @Test
  void whatASnapshotReadsIsNotDeleted() {
    interleavings(Operations.class).check();
  }

  @SuppressWarnings("ImmutableEnumChecker") // All of a PlantedBug is final.
  enum Bug {
    STATE_TAKEN_BEFORE_THE_PIN(PlantedBug.unsynchronized("Late", "pin")),
    NO_LOOK_AT_WHAT_IS_VISIBLE(PlantedBug.leaveOut("Blind", "any", "ceilingKey", 0));

    private final PlantedBug planted;

    Bug(PlantedBug planted) {
      this.planted = planted;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(Bug bug) {
    Class<?> copy =
        bug.planted.in(
            MethodHandles.lookup(),
            Operations.class,
            CommitPipeline.class,
            SnapshotPins.class,
            MemTable.class,
            SequenceValues.class,
            LocalSnapshot.class);
    interleavings(copy).checkFindsBug();
  }
}
