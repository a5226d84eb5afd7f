package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Merges segments that the installed manifest names into fewer, without the rows that are deleted
 * there; rows deleted meanwhile are deleted in what it writes. Commits, reads and flushes go on,
 * but for the moment in which the result is installed.
 *
 * <p>One merge runs at a time: its thread holds {@link #turn}. A merge that fails or is ended
 * changes nothing, and takes away what it has written.
 */
final class Compaction implements AutoCloseable {
  /** Above so many segments in a table, merging them is not slowed down. */
  private static final int SEGMENTS_MANY = 64;

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ReentrantLock turn = new ReentrantLock();
  private final SegmentCache cache;
  private final RandomGenerator random;
  private final StoreOptions.Limits limits;
  private final Scheduler scheduler;
  private final InstalledManifest installed;
  private final Jobs jobs;
  private final CarriedIndexes carried;

  /** Segments that could not be read, and are left to {@code quiver check}. Owned by the turn. */
  private final Set<UUID> damaged = new HashSet<>();

  private volatile boolean closed;

  Compaction(
      StoreOptions options,
      SegmentCache cache,
      InstalledManifest installed,
      Jobs jobs,
      CarriedIndexes carried) {
    this.cache = cache;
    this.random = options.random();
    this.limits = options.limits();
    this.scheduler = options.scheduler();
    this.installed = installed;
    this.jobs = jobs;
    this.carried = carried;
  }

  /** All that is to be merged of a table; nothing where that is so already. */
  private record Claimed(TableDefinition table, List<Rewrite> work) {}

  /** Whether it takes away most of what it reads, or belongs to very many segments. */
  private static boolean isUrgent(Rewrite work) {
    return work.liveRows() < work.rows() / 2 || work.table().parts().size() > SEGMENTS_MANY;
  }

  /**
   * Merges what is worth most, if anything is.
   *
   * @return false when there is nothing to do
   * @throws QuiverException 57P01 when it is closed meanwhile; 58030, 53100 when the disk cannot be
   *     read or written
   */
  boolean compact() {
    turn.lock();
    try {
      Rewrite work = choose();
      if (work == null || closed) {
        return false;
      }
      Set<UUID> segments = Rewrite.segments(List.of(work));
      if (!installed.claim(segments)) {
        // A flush has just rewritten some of them: look again.
        return true;
      }
      BooleanSupplier urgent = () -> isUrgent(work) || turn.hasQueuedThreads();
      Jobs.Running job =
          jobs.start(
              Job.Kind.COMPACTION,
              work.definition(),
              work.liveRows(),
              Rewrite.liveBytes(List.of(work)));
      try {
        run(job, List.of(work), urgent, this::checkOpen);
      } catch (CorruptionException e) {
        damaged.addAll(segments);
        throw e;
      } finally {
        installed.release(segments);
      }
      return true;
    } finally {
      turn.unlock();
    }
  }

  /**
   * Merges all segments of a table that the manifest names, so that all but the last are full and
   * none has deleted rows, and waits for it.
   *
   * @param cancelled looked at every few milliseconds
   * @throws QuiverException 57014 when it is cancelled, 57P01 when the database is closed, 42P01
   *     when the table is gone; 58030, 53100 when the disk cannot be read or written
   */
  void optimize(TableId table, BooleanSupplier cancelled) {
    Runnable check =
        () -> {
          checkOpen();
          if (cancelled.getAsBoolean()) {
            throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
          }
        };
    while (!tryTurn()) {
      check.run();
    }
    try {
      Claimed claimed = claimAll(table, check);
      List<Rewrite> all = claimed.work();
      Set<UUID> segments = Rewrite.segments(all);
      Jobs.Running job =
          jobs.start(
              Job.Kind.OPTIMIZE, claimed.table(), Rewrite.liveRows(all), Rewrite.liveBytes(all));
      try {
        run(job, all, () -> true, check);
      } finally {
        installed.release(segments);
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean tryTurn() {
    try {
      return scheduler.tryLock(turn, POLL_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "interrupted while waiting", e);
    }
  }

  /** Reserves all that is to be merged of a table; a flush may hold some of it for a while. */
  private Claimed claimAll(TableId id, Runnable check) {
    while (true) {
      check.run();
      TableState table = installed.state().tables().get(id);
      if (table == null) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_TABLE, "table number " + id.value() + " does not exist any more");
      }
      List<Rewrite> all =
          MergePolicy.optimize(table.parts(), limits.segmentBytes()).stream()
              .map(run -> new Rewrite(table, run.of(table.parts())))
              .toList();
      if (installed.claim(Rewrite.segments(all))) {
        return new Claimed(table.definition(), all);
      }
      scheduler.pause(POLL_NANOS);
    }
  }

  /** What is worth most: the longest run of segments of any table. */
  private @Nullable Rewrite choose() {
    DatabaseState state = installed.state();
    Set<UUID> busy = new HashSet<>(installed.busy());
    busy.addAll(damaged);
    @Nullable Rewrite best = null;
    for (TableState table : state.tables().values()) {
      MergePolicy.Run run = MergePolicy.compact(table.parts(), limits.segmentBytes(), busy);
      if (run != null && (best == null || run.count() > best.parts().size())) {
        best = new Rewrite(table, run.of(table.parts()));
      }
    }
    return best;
  }

  private void run(Jobs.Running job, List<Rewrite> all, BooleanSupplier urgent, Runnable check) {
    Throttle throttle = new Throttle(limits.compactionBytesPerSecond(), urgent, scheduler);
    try {
      for (Rewrite work : all) {
        rewrite(
            work,
            check,
            bytes -> {
              check.run();
              job.wrote(bytes);
              throttle.wrote(bytes, check);
            });
        job.finishedRows(work.liveRows());
      }
      job.end(null);
    } catch (RuntimeException | Error e) {
      job.end(e);
      throw e;
    }
  }

  private void rewrite(Rewrite work, Runnable check, LongConsumer progress) {
    List<UUID> written = new ArrayList<>();
    try {
      UUID id = new UUID(random.nextLong(), random.nextLong());
      written.add(id);
      List<TablePart> to =
          new SegmentMerge(cache, work.definition(), work.parts(), progress).write(id);
      Indexing.build(
          installed.indexes(), to, work.definition(), installed.state().catalog(), progress);
      carried.make(work, to, installed.newestCatalog(), check, progress);
      installed.installCompaction(
          new Replacement(work.definition().id(), work.parts(), to), written);
    } catch (RuntimeException | Error e) {
      installed.abandon(written, e);
      throw e;
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
    }
  }

  /** Ends a merge that is running, and waits for it; there is none afterwards. */
  @Override
  public void close() {
    closed = true;
    turn.lock();
    try {
      damaged.clear();
    } finally {
      turn.unlock();
    }
  }
}
