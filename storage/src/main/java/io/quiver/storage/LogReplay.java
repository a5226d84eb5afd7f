package io.quiver.storage;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.SharedMemory;
import io.quiver.storage.log.LogReader;
import io.quiver.storage.log.LogRecord;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitRecord;
import io.quiver.storage.transaction.CommitRecordCodec;
import io.quiver.types.CorruptionException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies the records of a log in their order, while a thread of its own reads, checks and decodes
 * those that come next.
 *
 * <p>Rows are decoded by the definition that their table has at that place of the log: the reading
 * thread follows the changes of the catalog by itself, from the definitions at the start. Decoded
 * records that are not applied yet take twice {@link #AHEAD_BYTES_MAX} at most: those that are
 * being applied, and those that come next. The lock guards what both threads use; a failure of the
 * reading thread counts once all before it has been applied.
 */
final class LogReplay {
  /** What waits to be applied at most, unless a single record is larger. */
  private static final long AHEAD_BYTES_MAX = 32L << 20;

  /** What is handed over together: small records one by one would cost a lock each. */
  private static final long CHUNK_BYTES = 1L << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private List<Decoded> ready = new ArrayList<>();
  private long readyBytes;
  private boolean ended;
  private boolean stopped;
  private @Nullable Throwable failure;

  private final LogReader reader;

  /** By the records that were read; the reading thread owns it. */
  private final Map<TableId, TableDefinition> definitions = new HashMap<>();

  private final Function<UUID, SegmentReader> opener;

  /** For what is decoded; the reading thread owns it. */
  private final SharedMemory memory = new SharedMemory();

  private LogReplay(
      LogReader reader, List<TableDefinition> definitions, Function<UUID, SegmentReader> opener) {
    this.reader = reader;
    this.opener = opener;
    definitions.forEach(table -> this.definitions.put(table.id(), table));
  }

  private record Decoded(String name, Lsn lsn, CommitRecordCodec.Versioned commit) {}

  /**
   * Applies all that the reader has to a pipeline whose newest state comes before.
   *
   * @param opener of the segments that records name
   */
  static void run(
      LogReader reader,
      CommitPipeline pipeline,
      Function<UUID, SegmentReader> opener,
      Scheduler scheduler) {
    LogReplay replay = new LogReplay(reader, pipeline.visible().catalog().tables(), opener);
    BackgroundThread thread = BackgroundThread.start(scheduler, "quiver-replay", replay::read);
    try {
      for (List<Decoded> next = replay.take(); !next.isEmpty(); next = replay.take()) {
        apply(next, pipeline);
      }
    } finally {
      replay.stop();
      thread.join();
    }
  }

  /** Applies commits that follow one another and only add rows as one: each alone makes a state. */
  private static void apply(List<Decoded> decoded, CommitPipeline pipeline) {
    List<CommitRecord> run = new ArrayList<>();
    for (int i = 0; i < decoded.size(); i++) {
      Decoded next = decoded.get(i);
      long found = next.commit().version().value();
      long expected = pipeline.visible().version().value() + run.size() + 1;
      if (found != expected) {
        apply(decoded, i, run, pipeline);
        throw new CorruptionException(next.name(), 0, "commit " + found + ", expected " + expected);
      }
      CommitRecord record = next.commit().record();
      if (!record.addsRowsAlone()) {
        apply(decoded, i, run, pipeline);
        pipeline.replay(next.lsn(), record, 1);
      } else {
        run.add(record);
      }
    }
    apply(decoded, decoded.size(), run, pipeline);
  }

  /** Applies the records before a place. */
  private static void apply(
      List<Decoded> decoded, int end, List<CommitRecord> run, CommitPipeline pipeline) {
    if (!run.isEmpty()) {
      pipeline.replay(decoded.get(end - 1).lsn(), CommitRecord.joined(run), run.size());
      run.clear();
    }
  }

  private void read() {
    List<Decoded> chunk = new ArrayList<>();
    long bytes = 0;
    Throwable problem = null;
    try {
      boolean goesOn = true;
      for (LogRecord record = reader.next(); record != null && goesOn; record = reader.next()) {
        chunk.add(decode(record));
        bytes += record.payload().byteSize();
        if (bytes >= CHUNK_BYTES) {
          goesOn = put(chunk, bytes);
          chunk = new ArrayList<>();
          bytes = 0;
        }
      }
    } catch (RuntimeException | Error e) {
      // An error, too: the other thread waits for this one.
      problem = e;
    }
    put(chunk, bytes);
    end(problem);
  }

  private Decoded decode(LogRecord record) {
    String name = "log record " + record.lsn();
    CommitRecordCodec.Versioned commit =
        CommitRecordCodec.decode(
            new ByteReader(name, record.payload(), memory), definitions::get, opener);
    follow(commit.record());
    return new Decoded(name, record.lsn(), commit);
  }

  private void follow(CommitRecord record) {
    for (CatalogChange change : record.catalog()) {
      switch (change) {
        case CatalogChange.CreateTable(TableDefinition table) -> definitions.put(table.id(), table);
        case CatalogChange.AlterTable(TableDefinition table) -> definitions.put(table.id(), table);
        case CatalogChange.DropTable(TableId table) -> definitions.remove(table);
        default -> {}
      }
    }
  }

  /** Hands records over once there is room; false when nobody wants them any more. */
  private boolean put(List<Decoded> chunk, long bytes) {
    lock.lock();
    try {
      while (!stopped && readyBytes > 0 && readyBytes + bytes > AHEAD_BYTES_MAX) {
        changed.awaitUninterruptibly();
      }
      ready.addAll(chunk);
      readyBytes += bytes;
      changed.signalAll();
      return !stopped;
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable problem) {
    lock.lock();
    try {
      failure = problem;
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** All that is ready, in order; nothing at the end. */
  private List<Decoded> take() {
    lock.lock();
    try {
      while (ready.isEmpty() && !ended) {
        changed.awaitUninterruptibly();
      }
      if (ready.isEmpty()) {
        switch (failure) {
          case RuntimeException e -> throw e;
          case Error e -> throw e;
          case null, default -> {}
        }
      }
      List<Decoded> taken = ready;
      ready = new ArrayList<>();
      readyBytes = 0;
      changed.signalAll();
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
