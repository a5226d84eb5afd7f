package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One unique key of a table's live rows at its newest state, whether that is visible yet or not.
 * Many threads look up; the commit path changes it, under its lock.
 *
 * <p>The keys are read when they are first asked for, and whoever asks waits for it. Until then
 * nothing but the state is kept; writers ask before they commit, so that no commit waits.
 *
 * <p>Readers take no lock. A commit makes its state known before its new rows enter the index, and
 * takes the old rows out after that: a key that one row takes over from another is found at any
 * moment, and a reader that meets a row which its state does not have looks at the next state.
 */
final class KeyGuard {
  /** What {@link #find(TableState, CommitVersion, List, int)} says of a snapshot too old for it. */
  static final long UNKNOWN = KeyIndex.UNKNOWN;

  private static final int TABLE_BITS = 8;

  /** How long who waits for another reader does not look whether it is to wait on. */
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** A lookup is done anew when a commit crosses it, which happens to few of them even once. */
  private static final int TRIES_MAX = 1_000;

  private final List<ColumnId> key;
  private final Newest newest;
  private final RemovedKeys removed;

  /** Held by who reads the keys of all rows. */
  private final ReentrantLock reading = new ReentrantLock();

  private volatile TableState state;
  private volatile @Nullable KeyIndex index;

  /** Counts commits that changed the table. This object's lock owns it. */
  private long changes;

  /** Gives a table's newest state, null where it is gone, and keeps its rows readable meanwhile. */
  interface Newest {
    void read(Consumer<@Nullable TableState> reader);

    /** Whose threads read them. */
    Scheduler scheduler();
  }

  /** Rows that nobody changes. */
  record Fixed(TableState rows, Scheduler scheduler) implements Newest {
    @Override
    public void read(Consumer<@Nullable TableState> reader) {
      reader.accept(rows);
    }
  }

  /**
   * @param version before which nothing is known of the table
   */
  KeyGuard(List<ColumnId> key, TableState state, CommitVersion version, Newest newest) {
    this.key = key;
    this.state = state;
    this.removed = new RemovedKeys(version);
    this.newest = newest;
  }

  /** The columns of the key. */
  List<ColumnId> key() {
    return key;
  }

  boolean isReady() {
    return index != null;
  }

  /**
   * Reads the keys of all rows unless that has been done, or waits for whoever does.
   *
   * @param progress is told of rows that have been read, by one or several threads, and of none
   *     while another one reads; what it throws ends it
   */
  KeyIndex ready(LongConsumer progress) {
    KeyIndex built = index;
    if (built != null) {
      return built;
    }
    lockReading(progress);
    try {
      for (built = index; built == null; built = index) {
        long seen = changes();
        newest.read(table -> publish(read(table, progress), seen));
      }
      return built;
    } finally {
      reading.unlock();
    }
  }

  private void lockReading(LongConsumer progress) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          if (newest.scheduler().tryLock(reading, WAIT_NANOS)) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
        progress.accept(0);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private KeyIndex read(@Nullable TableState table, LongConsumer progress) {
    return LiveKeys.read(table, key, TABLE_BITS, progress, newest.scheduler());
  }

  private KeyIndex ready() {
    return ready(rows -> {});
  }

  private synchronized long changes() {
    return changes;
  }

  /** Does nothing where a commit has changed the table since its rows were read. */
  private synchronized void publish(KeyIndex built, long seen) {
    if (changes == seen) {
      index = built;
    }
  }

  /** The live row with the key of a row of other columns, or {@link KeyIndex#ABSENT}. */
  long find(List<Column> keys, int row) {
    return Keys.hasNull(keys, row) ? KeyIndex.ABSENT : find(Keys.hash(keys, row), keys, row);
  }

  @SuppressWarnings("ReferenceEquality") // Whether there is a newer state.
  private long find(long hash, List<Column> keys, int row) {
    KeyIndex built = ready();
    for (int tries = 0; tries < TRIES_MAX; tries++) {
      TableState now = state;
      long found = built.find(hash, rowId -> now.match(rowId, key, keys, row));
      if (found == KeyIndex.ABSENT) {
        return found;
      }
      // Row ids of a commit that is undone are given again: what was found must be so now.
      TableState later = state;
      if (found != KeyIndex.UNKNOWN
          && (later == now || later.match(found, key, keys, row) == KeyIndex.Match.EQUAL)) {
        return found;
      }
    }
    throw new IllegalStateException(
        "a row of table " + state.definition().name() + " is in its key index alone");
  }

  /**
   * The row with a key in an older state: the live one, or the one that has been removed since.
   *
   * @return {@link KeyIndex#ABSENT} for none, {@link #UNKNOWN} when too much has happened since
   */
  long find(TableState snapshot, CommitVersion version, List<Column> keys, int row) {
    if (Keys.hasNull(keys, row)) {
      return KeyIndex.ABSENT;
    }
    long hash = Keys.hash(keys, row);
    long found = find(hash, keys, row);
    if (found != KeyIndex.ABSENT && snapshot.isLive(found)) {
      return found;
    }
    return removed.find(
        version,
        hash,
        rowId ->
            snapshot.isLive(rowId)
                && snapshot.match(rowId, key, keys, row) == KeyIndex.Match.EQUAL);
  }

  /**
   * Makes room for the rows of a state from a row id on, so that {@link #advance} cannot fail for
   * want of memory.
   *
   * @throws QuiverException 54000 when there are too many
   */
  void reserve(TableState next, long firstNewRowId) {
    KeyIndex built = index;
    if (built != null) {
      LiveKeys.forEachFrom(
          next,
          key,
          firstNewRowId,
          (hashes, rowIds, count) -> built.reserve(hashes, count, next.nextRowId()));
    }
  }

  /** Goes from the state before to one with these rows deleted and those from a row id on added. */
  void advance(TableState next, long[] deletedRowIds, long firstNewRowId, CommitVersion version) {
    TableState before = state;
    KeyIndex built;
    synchronized (this) {
      changes++;
      built = index;
      if (built == null) {
        removed.forget(version);
        state = next;
        return;
      }
    }
    Removal gone = removal(before, deletedRowIds);
    removed.add(gone.hashes, gone.rowIds, version);
    state = next;
    LiveKeys.forEachFrom(
        next,
        key,
        firstNewRowId,
        (newHashes, newRowIds, added) -> {
          for (int i = 0; i < added; i++) {
            built.add(newHashes[i], newRowIds[i]);
          }
        });
    for (int i = 0; i < gone.rowIds.length; i++) {
      built.remove(gone.hashes[i], gone.rowIds[i]);
    }
  }

  /** Rows that leave the index, and the hashes of their keys. */
  private static final class Removal {
    final long[] hashes;
    final long[] rowIds;

    Removal(long[] hashes, long[] rowIds, int count) {
      this.hashes = Arrays.copyOf(hashes, count);
      this.rowIds = Arrays.copyOf(rowIds, count);
    }
  }

  private Removal removal(TableState from, long[] deletedRowIds) {
    long[] hashes = new long[deletedRowIds.length];
    long[] rowIds = new long[deletedRowIds.length];
    int count = 0;
    for (long rowId : deletedRowIds) {
      TablePart part = from.partOf(rowId);
      int position = part == null ? -1 : part.position(rowId);
      if (part != null && position >= 0) {
        List<Column> keys = TableState.keyColumns(part, key);
        if (!Keys.hasNull(keys, position)) {
          hashes[count] = Keys.hash(keys, position);
          rowIds[count++] = rowId;
        }
      }
    }
    return new Removal(hashes, rowIds, count);
  }

  /**
   * Goes back by the last {@link #advance}, which deleted some rows of a state and added others. A
   * key that one row gave to another is found at any moment here, too: also by an older snapshot
   * which has met the newer row, since what {@link RemovedKeys} knows of the older one stays.
   */
  void retreat(TableState before, long[] deletedRowIds) {
    TableState after = state;
    KeyIndex built;
    synchronized (this) {
      changes++;
      built = index;
    }
    if (built != null) {
      Removal back = removal(before, deletedRowIds);
      for (int i = 0; i < back.rowIds.length; i++) {
        built.add(back.hashes[i], back.rowIds[i]);
      }
      LiveKeys.forEachFrom(
          after,
          key,
          before.nextRowId(),
          (hashes, rowIds, count) -> {
            for (int i = 0; i < count; i++) {
              built.remove(hashes[i], rowIds[i]);
            }
          });
    }
    state = before;
  }

  /** Goes to another arrangement of the same live rows. */
  void rearranged(TableState next) {
    state = next;
  }

  /** The columns of a key of rows that are to be appended. */
  static List<Column> keyColumns(TableDefinition table, Constraint.Key key, Batch rows) {
    return columns(table, key.columns(), rows);
  }

  /** Some columns of rows that are to be appended. */
  static List<Column> columns(TableDefinition table, List<ColumnId> ids, Batch rows) {
    return ids.stream().map(id -> rows.column(table.columns().indexOf(table.column(id)))).toList();
  }

  static QuiverException duplicate(
      TableDefinition table, Constraint.Key key, List<Column> keys, int row) {
    List<String> names = key.columns().stream().map(id -> table.column(id).name()).toList();
    return new QuiverException(
        ErrorCode.UNIQUE_VIOLATION,
        "duplicate key value violates unique constraint \""
            + key.name()
            + "\" of table \""
            + table.name()
            + "\": ("
            + String.join(", ", names)
            + ") = ("
            + Keys.text(keys, row)
            + ")");
  }
}
