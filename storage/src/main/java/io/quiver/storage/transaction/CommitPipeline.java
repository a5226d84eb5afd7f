package io.quiver.storage.transaction;

import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.log.LogWriter;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions durable, then visible, in the order of their versions.
 *
 * <p>Under one lock a commit is checked against the newest state, put into the log's queue, and
 * made the newest state. Outside the lock its thread waits for the log, so that many commits share
 * one fsync. Invariant: the versions of synchronous commits that are visible are durable, and the
 * log makes commits durable in the order of their versions. A reader that sees a row may rely on it
 * surviving a crash, unless an asynchronous commit has brought it.
 *
 * <p>Where the log has no room for a record, its commit and all behind it are undone before anyone
 * commits again: their versions are given anew. Where the log fails for good, nothing more is
 * committed: the newest state has changes that nobody will ever see, and what is on the disk is
 * known only when it is read again.
 */
public final class CommitPipeline {
  private final ReentrantLock lock = new ReentrantLock();
  private final Object publishing = new Object();
  private final MemTable memTable;
  private final @Nullable LogWriter log;
  private final SnapshotPins pins = new SnapshotPins();
  final SequenceValues sequences = new SequenceValues(this);
  private final AtomicLong nextTable;
  private final AtomicLong uncommittedCatalogs = new AtomicLong();

  /** The segments that commits have named, until a manifest has taken them up or left them out. */
  private final Map<UUID, CommitVersion> adopted = new ConcurrentHashMap<>();

  private final InFlight inFlight;

  /** The last record that someone waits for. */
  private CompletableFuture<Lsn> lastSynchronous;

  /** How often commits have been undone. */
  private final AtomicLong undone = new AtomicLong();

  private volatile DatabaseState visible;
  private volatile @Nullable Throwable poison;
  private volatile @Nullable Throwable lost;
  private volatile Consumer<DatabaseState> listener = state -> {};
  private volatile Runnable admission = () -> {};

  /**
   * @param log where commits become durable, or null for a database that lives in memory
   * @param logged the position of the last record that {@code state} contains
   * @param scheduler gives the threads that read keys
   */
  public CommitPipeline(
      DatabaseState state,
      long nextTable,
      @Nullable LogWriter log,
      Lsn logged,
      Scheduler scheduler) {
    this.memTable = new MemTable(state, pins, scheduler);
    this.log = log;
    this.nextTable = new AtomicLong(nextTable);
    this.inFlight = new InFlight(logged);
    this.lastSynchronous = inFlight.last();
    this.visible = state;
  }

  /** The newest state that is durable, or that an asynchronous commit has made. */
  public DatabaseState visible() {
    return visible;
  }

  /** What is visible now. */
  public Snapshot snapshot() {
    DatabaseState state = pins.pin(this::visible);
    return new LocalSnapshot(state, state.catalog(), Map.of(), Map.of(), this);
  }

  SnapshotPins pins() {
    return pins;
  }

  /** Whether anyone reads, or may yet, tables as arranged from one arrangement up to another. */
  public boolean isRead(long from, long until) {
    // The visible state never goes back to an older arrangement.
    return visible.arrangement() < until || pins.any(from, until);
  }

  /** Calls someone after each commit, on its thread and without a lock. */
  public void onCommit(Consumer<DatabaseState> committed) {
    listener = listener.andThen(committed);
  }

  /**
   * Asks someone before each commit that adds rows to memory, on its thread and without a lock:
   * whether by waiting or by throwing, nothing of the commit has been done then.
   */
  public void beforeRows(Runnable admits) {
    admission = admits;
  }

  /** Above the id of every table so far. */
  public long nextTable() {
    return nextTable.get();
  }

  /** How many keys of a table have not been read since the database was opened. */
  public int unreadKeys(TableId table) {
    LiveTable live = memTable.live(table);
    return live == null ? 0 : (int) live.keys().stream().filter(key -> !key.isReady()).count();
  }

  /**
   * Reads those keys, as whoever wants them first does otherwise.
   *
   * @param progress is told of rows that have been read, by several threads; what it throws ends it
   */
  public void readKeys(TableId table, LongConsumer progress) {
    LiveTable live = memTable.live(table);
    if (live != null) {
      live.keys().forEach(key -> key.ready(progress));
    }
  }

  MemTable memTable() {
    return memTable;
  }

  /** The indexes of the tables' rows. */
  public SegmentIndexes indexes() {
    return memTable.indexes();
  }

  TableId newTable() {
    return new TableId(nextTable.getAndIncrement());
  }

  IndexId newIndex() {
    return new IndexId(nextTable.getAndIncrement());
  }

  /** A catalog version that no other catalog has. */
  long uncommittedCatalog() {
    return uncommittedCatalogs.decrementAndGet();
  }

  /**
   * Applies what was read from the log.
   *
   * @param lsn of the last record
   * @param commits how many records this one has been made of, which only add rows if it is several
   */
  public void replay(Lsn lsn, CommitRecord record, int commits) {
    lock.lock();
    try {
      MemTable.Staged staged = memTable.stage(record, commits);
      adopt(record, staged.after().version());
      memTable.apply(staged);
      inFlight.replayed(lsn);
      visible = memTable.newest();
      record.catalog().forEach(change -> nextTable.accumulateAndGet(change.newId() + 1, Math::max));
    } finally {
      lock.unlock();
    }
  }

  private void adopt(CommitRecord record, CommitVersion version) {
    record.segments().forEach(segment -> adopted.put(segment.id(), version));
  }

  /**
   * The segments that records in the log name, up to a commit. Once a manifest of that commit
   * counts, it alone says which of them are needed.
   */
  public List<UUID> adopted(CommitVersion upTo) {
    return adopted.entrySet().stream()
        .filter(entry -> entry.getValue().compareTo(upTo) <= 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Forgets segments that a manifest has taken up or left out. */
  public void settled(Collection<UUID> segments) {
    adopted.keySet().removeAll(segments);
  }

  /** The transaction of a commit, as the commit goes on. */
  interface Committer {
    /** All checks have passed, and the log may have the record from now on. */
    void logged(CommitRecord record);

    /** The log has not got the record and never will. */
    void undone(CommitRecord record);
  }

  /** A commit that is part of the newest state, and on its way to the disk. */
  private record Queued(
      DatabaseState state, CompletableFuture<Lsn> durable, CompletableFuture<Lsn> awaited) {}

  /**
   * Commits what a transaction changed.
   *
   * @throws QuiverException 40001, 23505, 42P07 on a conflict; 58030 or 53100 when the log cannot
   *     be written; 53100 or 53200 when memory is full and cannot be written to segments
   */
  public CommitVersion commit(CommitRecord record, CommitMode mode, Committer committer) {
    checkWritable();
    if (!record.rows().isEmpty()) {
      admission.run();
    }
    List<MemorySegment> payload = log == null ? List.of() : CommitRecordCodec.encode(record);
    Queued queued = queueOrConflict(record, payload, mode, committer);
    try {
      awaitDurable(queued.awaited());
      if (mode == CommitMode.ASYNCHRONOUS && !isAnswered(queued.durable())) {
        awaitDurable(queued.durable());
      }
    } catch (QuiverException e) {
      if (poison == null) {
        committer.undone(record);
      }
      throw e;
    }
    publish(queued.state());
    forgetDurable();
    listener.accept(visible);
    return queued.state().version();
  }

  /** A conflict is one with what is visible, not with what may be undone yet. */
  private Queued queueOrConflict(
      CommitRecord record, List<MemorySegment> payload, CommitMode mode, Committer committer) {
    while (true) {
      long before = undone();
      try {
        return queue(record, payload, mode, committer);
      } catch (QuiverException e) {
        switch (e.code()) {
          case SERIALIZATION_FAILURE, UNIQUE_VIOLATION, DUPLICATE_TABLE -> awaitNewest();
          default -> throw e;
        }
        if (before == undone()) {
          throw e;
        }
      }
    }
  }

  private Queued queue(
      CommitRecord record, List<MemorySegment> payload, CommitMode mode, Committer committer) {
    lock.lock();
    try {
      undoFailed();
      checkWritable();
      RowConflicts.check(memTable, record);
      MemTable.Staged staged = memTable.stage(record);
      DatabaseState after = staged.after();
      CompletableFuture<Lsn> durable = inFlight.last();
      if (log == null) {
        applyLogged(staged);
      } else {
        CommitRecordCodec.stamp(payload, after.version());
        adopt(record, after.version());
        committer.logged(record);
        durable = log.appendDeferred(payload);
        inFlight.add(applyLogged(staged), durable);
      }
      if (mode == CommitMode.SYNCHRONOUS) {
        lastSynchronous = durable;
      }
      // Here it is answered in the order of the log, if no synchronous commit before it, which it
      // must not show, is on its way to the disk.
      boolean answered =
          mode == CommitMode.ASYNCHRONOUS
              && InFlight.isDurable(lastSynchronous)
              && isAnswered(durable);
      return new Queued(after, answered ? lastSynchronous : durable, lastSynchronous);
    } finally {
      lock.unlock();
    }
  }

  /** Whether nobody needs to wait for a record: not so when the log is late. */
  private boolean isAnswered(CompletableFuture<Lsn> durable) {
    if (log == null || !log.release(durable)) {
      return false;
    }
    CompletableFuture<Lsn> _ =
        durable.whenComplete((lsn, failure) -> {
          if (failure != null) {
            poison = failure;
            lost = failure;
          }
        });
    return true;
  }

  /** Lets the rows of durable commits go, unless someone commits and will do so. */
  private void forgetDurable() {
    if (log != null && lock.tryLock()) {
      try {
        inFlight.settle();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Undoes what the log could not write, so that it may go on. The lock is held. */
  private void undoFailed() {
    inFlight.settle();
    if (log == null || !inFlight.hasFailed() || poison != null) {
      return;
    }
    if (!log.resume()) {
      poison = inFlight.last().exceptionNow();
      return;
    }
    List<MemTable.Applied> failed = inFlight.removeFailed();
    memTable.undo(failed);
    for (MemTable.Applied applied : failed) {
      applied.staged().record().segments().forEach(segment -> adopted.remove(segment.id()));
    }
    undone.incrementAndGet();
    // Commits that someone waits for come behind those that nobody does, and fail first.
    lastSynchronous = CompletableFuture.completedFuture(Lsn.START);
  }

  /** Why asynchronous commits that were answered are not durable, or null while all may be. */
  public @Nullable Throwable lost() {
    return lost;
  }

  /** A durable state whose blocks grow no more, and the position of its last commit. */
  public record Sealed(DatabaseState state, Lsn position) {}

  /**
   * Ends all growing blocks; later commits start others. Waits until the state is durable, for its
   * last commits may fail yet.
   */
  public Sealed seal() {
    DatabaseState sealed;
    CompletableFuture<Lsn> durable;
    lock.lock();
    try {
      checkWritable();
      sealed =
          rearrange(newest -> {
            Map<TableId, TableState> tables = new HashMap<>();
            newest.tables().forEach((id, table) -> tables.put(id, table.sealed()));
            return newest.with(tables);
          });
      durable = inFlight.last();
    } finally {
      lock.unlock();
    }
    return new Sealed(sealed, awaitDurable(durable));
  }

  /** Replaces the newest state by another arrangement of the same rows, while nobody commits. */
  public DatabaseState rearrange(UnaryOperator<DatabaseState> arrangement) {
    lock.lock();
    try {
      awaitLog();
      memTable.rearrange(arrangement.apply(memTable.newest()));
      synchronized (publishing) {
        publishNewest();
      }
      return memTable.newest();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no commit can be undone any more. The lock is held. */
  private void awaitLog() {
    CompletableFuture<Lsn> last = inFlight.last();
    if (log != null && !last.isDone()) {
      try {
        log.await(last);
      } catch (CompletionException e) {
        // Then it is undone, or was answered before.
      }
    }
    undoFailed();
  }

  /** How often commits have been undone: what conflicted with one of them may not any more. */
  long undone() {
    return undone.get();
  }

  /**
   * Waits until what is newest now is visible or undone: whoever met a conflict with it would meet
   * it again on a snapshot that is older.
   */
  public void awaitNewest() {
    DatabaseState newest;
    CompletableFuture<Lsn> durable;
    long before;
    lock.lock();
    try {
      newest = memTable.newest();
      durable = inFlight.last();
      before = undone();
    } finally {
      lock.unlock();
    }
    try {
      awaitDurable(durable);
    } catch (QuiverException e) {
      checkWritable();
      if (before != undone()) {
        return;
      }
      // What could not be written was answered before, and is visible.
    }
    publish(newest);
  }

  private MemTable.Applied applyLogged(MemTable.Staged staged) {
    try {
      return memTable.apply(staged);
    } catch (RuntimeException | Error e) {
      // The log has the record and memory has half of it.
      poison = e;
      throw e;
    }
  }

  private Lsn awaitDurable(CompletableFuture<Lsn> durable) {
    try {
      return log == null ? durable.join() : log.await(durable);
    } catch (CompletionException e) {
      lock.lock();
      try {
        undoFailed();
      } finally {
        lock.unlock();
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof QuiverException failure) {
        throw new QuiverException(failure.code(), String.valueOf(failure.getMessage()), failure);
      }
      throw new QuiverException(
          ErrorCode.IO_ERROR, "the log could not be written: " + cause.getMessage(), cause);
    }
  }

  private void publish(DatabaseState state) {
    synchronized (publishing) {
      if (state.version().compareTo(visible.version()) > 0) {
        visible = state;
        publishNewest();
      }
    }
  }

  /** What is visible may be the newest state in an older arrangement, which holds on to memory. */
  private void publishNewest() {
    DatabaseState newest = memTable.newest();
    if (newest.version().equals(visible.version())) {
      visible = newest;
    }
  }

  /** Throws 58030 where the log does not work any more. */
  void checkWritable() {
    Throwable cause = poison;
    if (cause != null) {
      throw new QuiverException(
          ErrorCode.IO_ERROR,
          "the database takes no changes until it is opened again, since its log could not be"
              + " written: "
              + cause.getMessage(),
          cause);
    }
  }
}
