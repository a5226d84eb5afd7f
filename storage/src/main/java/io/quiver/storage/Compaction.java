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
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Merges segments that the installed manifest names into fewer, without the rows that are deleted
 * there; rows deleted meanwhile are deleted in what it writes. Commits, reads and flushes go on,
 * but for the moment in which the result is installed.
 *
 * <p>One merge copies rows at a time: its thread holds {@link #turn}. It makes vector indexes of
 * what it has written, which may take minutes, without: other merges of other segments go on
 * meanwhile, but for those whose indexes would have more than half as many bytes of rows. These
 * would only share the processors with it, where smaller ones are over long before. A merge that
 * fails or is ended changes nothing, and takes away what it has written.
 */
final class Compaction implements AutoCloseable {
  /** Above so many segments in a table, merging them is not slowed down. */
  private static final int SEGMENTS_MANY = 64;

  private static final System.Logger LOG = System.getLogger(Compaction.class.getName());

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ReentrantLock turn = new ReentrantLock();

  /** Shared by all merges, from the choice of their segments to their end; closing waits for it. */
  private final ReadWriteLock going = new ReentrantReadWriteLock();

  /** Live bytes of merges in the background that make vector indexes, by their segments. */
  private final Map<Set<UUID>, Long> carrying = new ConcurrentHashMap<>();

  /** Tables of statements that merge all of their segments, or wait for it; one may be twice. */
  private final Queue<TableId> optimizing = new ConcurrentLinkedQueue<>();

  /** Statements that wait for the turn. */
  private final AtomicInteger waiting = new AtomicInteger();

  private final SegmentCache cache;
  private final RandomGenerator random;
  private final StoreOptions.Limits limits;
  private final Scheduler scheduler;
  private final InstalledManifest installed;
  private final Jobs jobs;
  private final CarriedIndexes carried;

  /** Segments that could not be read, and are left to {@code quiver check}. */
  private final Set<UUID> damaged = ConcurrentHashMap.newKeySet();

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

  /**
   * For whom segments are merged.
   *
   * @param urgent whether it writes as fast as it can
   * @param check what it throws ends all
   * @param isStatement whether someone waits for it, so that others hurry who have the turn
   */
  private record Task(
      Jobs.Running job, BooleanSupplier urgent, Runnable check, boolean isStatement) {}

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
    return compact(work -> true);
  }

  /**
   * As {@link #compact}, but merges only segments of which some lack an index on vectors that they
   * are to have: it is made of what is written, so once instead of twice. That it fails, or is
   * ended by closing, is no failure of those who build indexes.
   */
  boolean compactUnindexed() {
    try {
      return compact(work -> carried.lacksAny(work, installed.newestCatalog()));
    } catch (QuiverException | OutOfMemoryError e) {
      if (!closed) {
        LOG.log(System.Logger.Level.WARNING, "segments are indexed before they are merged", e);
      }
      return false;
    }
  }

  private boolean compact(Predicate<Rewrite> wanted) {
    going.readLock().lock();
    try {
      Rewrite work = claimNext(wanted);
      if (work == null) {
        return false;
      }
      Set<UUID> segments = Rewrite.segments(List.of(work));
      BooleanSupplier urgent =
          () -> isUrgent(work) || optimizing.contains(work.definition().id()) || waiting.get() > 0;
      Jobs.Running job =
          jobs.start(
              Job.Kind.COMPACTION,
              work.definition(),
              work.liveRows(),
              Rewrite.liveBytes(List.of(work)));
      try {
        run(new Task(job, urgent, this::checkOpen, false), List.of(work));
      } catch (CorruptionException e) {
        damaged.addAll(segments);
        throw e;
      } finally {
        carrying.remove(segments);
        installed.release(segments);
      }
      return true;
    } finally {
      going.readLock().unlock();
    }
  }

  /** Reserves what is worth most of what is wanted; null where nothing is. */
  private @Nullable Rewrite claimNext(Predicate<Rewrite> wanted) {
    turn.lock();
    try {
      while (!closed) {
        Rewrite work = choose(wanted);
        if (work == null) {
          return null;
        }
        List<Rewrite> one = List.of(work);
        Set<UUID> segments = Rewrite.segments(one);
        if (!installed.claim(segments)) {
          // A flush has just rewritten some of them: look again.
          continue;
        }
        if (wouldLose(work)) {
          // The build of an index has begun just now.
          installed.release(segments);
          continue;
        }
        if (work.parts().stream().anyMatch(installed.indexes().vectors()::hasAny)) {
          carrying.put(segments, Rewrite.liveBytes(one));
        }
        return work;
      }
      return null;
    } finally {
      turn.unlock();
    }
  }

  /** As {@link #compact}, until nothing is worth it; that it is closed meanwhile is no failure. */
  void compactAll() {
    try {
      while (compact()) {
        Thread.onSpinWait();
      }
    } catch (QuiverException e) {
      if (!closed) {
        throw e;
      }
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
    going.readLock().lock();
    optimizing.add(table);
    try {
      Claimed claimed = claimAll(table, check);
      List<Rewrite> all = claimed.work();
      Set<UUID> segments = Rewrite.segments(all);
      Jobs.Running job =
          jobs.start(
              Job.Kind.OPTIMIZE, claimed.table(), Rewrite.liveRows(all), Rewrite.liveBytes(all));
      try {
        run(new Task(job, () -> true, check, true), all);
      } finally {
        installed.release(segments);
      }
    } finally {
      optimizing.remove(table);
      going.readLock().unlock();
    }
  }

  /**
   * Reserves all that is to be merged of a table. A flush or another merge may hold some of it for
   * a while; none begins to merge more of it.
   */
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

  /**
   * What is worth most: the longest run of segments of any table.
   *
   * @param wanted whether such a merge is wanted
   */
  private @Nullable Rewrite choose(Predicate<Rewrite> wanted) {
    DatabaseState state = installed.state();
    Set<UUID> busy = new HashSet<>(installed.busy());
    busy.addAll(damaged);
    Set<UUID> begun = carried.segmentsBegun();
    @Nullable Rewrite best = null;
    for (TableState table : state.tables().values()) {
      if (optimizing.contains(table.definition().id())) {
        continue;
      }
      MergePolicy.Run run =
          MergePolicy.compact(
              table.parts(),
              bytesMax(table),
              part -> isFree(part, busy) && !isHeld(table, part, begun));
      if (run != null && (best == null || run.count() > best.parts().size())) {
        Rewrite found = new Rewrite(table, run.of(table.parts()));
        best = wanted.test(found) ? found : best;
      }
    }
    return best;
  }

  private boolean wouldLose(Rewrite work) {
    Set<UUID> begun = carried.segmentsBegun();
    return work.parts().stream().anyMatch(part -> isHeld(work.table(), part, begun));
  }

  private static boolean isFree(TablePart part, Set<UUID> busy) {
    return part.segment() != null && !busy.contains(part.segment());
  }

  /** Whether work at an index of a part would be for nothing, and a merge of it is not urgent. */
  private static boolean isHeld(TableState table, TablePart part, Set<UUID> begun) {
    return begun.contains(part.segment())
        && !MergePolicy.isMostlyDeleted(part)
        && table.parts().size() <= SEGMENTS_MANY;
  }

  /** How large a merge of segments of a table may be now. */
  private long bytesMax(TableState table) {
    long most = limits.segmentBytes();
    if (table.parts().stream().noneMatch(installed.indexes().vectors()::hasAny)) {
      return most;
    }
    return carrying.values().stream().mapToLong(bytes -> bytes / 2).reduce(most, Math::min);
  }

  private void run(Task task, List<Rewrite> all) {
    try {
      for (Rewrite work : all) {
        rewrite(task, work);
        task.job().finishedRows(work.liveRows());
      }
      task.job().end(null);
    } catch (RuntimeException | Error e) {
      task.job().end(e);
      throw e;
    }
  }

  private void rewrite(Task task, Rewrite work) {
    List<UUID> written = new ArrayList<>();
    try {
      List<TablePart> to = copy(task, work, written);
      LongConsumer progress =
          bytes -> {
            task.check().run();
            task.job().wrote(bytes);
          };
      carried.make(work, to, installed.newestCatalog(), task.check(), progress);
      installed.installCompaction(
          new Replacement(work.definition().id(), work.parts(), to), written);
    } catch (RuntimeException | Error e) {
      installed.abandon(written, e);
      throw e;
    }
  }

  /** Writes the rows, and scalar indexes, no faster than it may; no other does so meanwhile. */
  private List<TablePart> copy(Task task, Rewrite work, List<UUID> written) {
    awaitTurn(task);
    try {
      Throttle throttle = new Throttle(limits.compactionBytesPerSecond(), task.urgent(), scheduler);
      LongConsumer progress =
          bytes -> {
            task.check().run();
            task.job().wrote(bytes);
            throttle.wrote(bytes, task.check());
          };
      UUID id = new UUID(random.nextLong(), random.nextLong());
      written.add(id);
      List<TablePart> to =
          new SegmentMerge(cache, work.definition(), work.parts(), progress).write(id);
      Indexing.build(
          installed.indexes(), to, work.definition(), installed.state().catalog(), progress);
      return to;
    } finally {
      turn.unlock();
    }
  }

  private void awaitTurn(Task task) {
    waiting.addAndGet(task.isStatement() ? 1 : 0);
    try {
      while (!scheduler.tryLock(turn, POLL_NANOS)) {
        task.check().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "interrupted while waiting", e);
    } finally {
      waiting.addAndGet(task.isStatement() ? -1 : 0);
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
    }
  }

  /** Ends merges that are running, and waits for them; there is none afterwards. */
  @Override
  public void close() {
    closed = true;
    going.writeLock().lock();
    try {
      damaged.clear();
    } finally {
      going.writeLock().unlock();
    }
  }
}
