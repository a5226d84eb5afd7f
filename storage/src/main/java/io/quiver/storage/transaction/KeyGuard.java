package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The primary keys of a table's live rows at its newest state, whether that is visible yet or not.
 * Many threads look up; the commit path changes it.
 */
final class KeyGuard {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** What {@link #find(TableState, CommitVersion, List, int)} says of a snapshot too old for it. */
  static final long UNKNOWN = -2;

  private final KeyIndex index = new KeyIndex();
  private final RemovedKeys removed;
  private TableState state;

  /** Reads the keys of all live rows. */
  KeyGuard(TableState state, CommitVersion version) {
    this.state = state;
    this.removed = new RemovedKeys(version);
    index.reserve((int) Math.min(state.rowCount(), Integer.MAX_VALUE));
    for (TablePart part : state.parts()) {
      addLive(state, part, 0);
    }
  }

  /** The live row with the key of a row of other columns, or {@link KeyIndex#ABSENT}. */
  long find(List<Column> keys, int row) {
    lock.readLock().lock();
    try {
      return index.find(keys, row, state::hasKey);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * The row with a key in an older state: the live one, or the one that has been removed since.
   *
   * @return {@link KeyIndex#ABSENT} for none, {@link #UNKNOWN} when too much has happened since
   */
  long find(TableState snapshot, CommitVersion version, List<Column> keys, int row) {
    lock.readLock().lock();
    try {
      long found = index.find(keys, row, state::hasKey);
      if (found != KeyIndex.ABSENT && snapshot.isLive(found)) {
        return found;
      }
      return removed.find(snapshot, version, keys, row);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Makes room, so that {@link #advance} cannot fail for want of memory. */
  void reserve(int rows) {
    lock.writeLock().lock();
    try {
      index.reserve(rows);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Goes from the state before to one with these rows deleted and those from a row id on added. */
  void advance(TableState next, long[] deletedRowIds, long firstNewRowId, CommitVersion version) {
    lock.writeLock().lock();
    try {
      for (long rowId : deletedRowIds) {
        TablePart part = state.partOf(rowId);
        if (part != null) {
          List<Column> keys = state.keyColumns(part);
          int position = part.position(rowId);
          index.remove(keys, position, rowId);
          removed.add(Keys.hash(keys, position), rowId, version);
        }
      }
      state = next;
      for (TablePart part : next.parts()) {
        if (part.lastRowId() >= firstNewRowId) {
          addLive(next, part, firstNewRowId);
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Goes to another arrangement of the same live rows. */
  void rearranged(TableState next) {
    lock.writeLock().lock();
    try {
      state = next;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void addLive(TableState table, TablePart part, long firstRowId) {
    List<Column> keys = table.keyColumns(part);
    Column rowIds = part.column(ColumnId.ROW_ID);
    int first = part.firstRowId() >= firstRowId ? 0 : part.position(firstRowId);
    for (int row = first; row < part.rowCount(); row++) {
      if (!part.deleted().contains(row)) {
        index.add(keys, row, rowIds.getLong(row));
      }
    }
  }

  /** The key columns of rows that are to be appended. */
  static List<Column> keyColumns(TableDefinition table, Batch rows) {
    return table.primaryKey().stream()
        .map(id -> rows.column(table.columns().indexOf(table.column(id))))
        .toList();
  }

  static QuiverException duplicate(TableDefinition table, List<Column> keys, int row) {
    List<String> names = table.primaryKey().stream().map(id -> table.column(id).name()).toList();
    return new QuiverException(
        ErrorCode.UNIQUE_VIOLATION,
        "duplicate key in table \""
            + table.name()
            + "\": ("
            + String.join(", ", names)
            + ") = ("
            + Keys.text(keys, row)
            + ")");
  }
}
