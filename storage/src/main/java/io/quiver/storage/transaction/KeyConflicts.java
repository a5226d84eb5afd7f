package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Whether the keys of rows that are about to be committed are free in the newest state. */
final class KeyConflicts {
  private static final long[] NONE = new long[0];

  private final MemTable memTable;
  private final CommitRecord record;
  private final Map<TableId, long[]> deleted;

  private KeyConflicts(MemTable memTable, CommitRecord record, Map<TableId, long[]> deleted) {
    this.memTable = memTable;
    this.record = record;
    this.deleted = deleted;
  }

  /**
   * Checks all rows of a record.
   *
   * @param deleted the rows that it deletes, ascending
   * @throws QuiverException 23505, or 40001 when a table is gone
   */
  static void check(MemTable memTable, CommitRecord record, Map<TableId, long[]> deleted) {
    KeyConflicts conflicts = new KeyConflicts(memTable, record, deleted);
    for (CommitRecord.Segment segment : record.segments()) {
      conflicts.check(
          segment.table(), segment.columns()::column, segment.rowCount(), segment.deleted());
    }
    for (CommitRecord.Rows rows : record.rows()) {
      TableDefinition table = conflicts.definition(rows.table());
      conflicts.check(
          rows.table(),
          id -> rows.batch().column(table.columns().indexOf(table.column(id))),
          rows.batch().rowCount(),
          DeletedRows.NONE);
    }
  }

  /** The table as this record leaves it. */
  private TableDefinition definition(TableId id) {
    TableDefinition made = record.definition(id);
    TableState table = memTable.newest().tables().get(id);
    if (made != null) {
      return made;
    }
    if (table == null) {
      throw RowConflicts.conflict("a table that this one adds rows to");
    }
    return table.definition();
  }

  private void check(
      TableId id, Function<ColumnId, Column> columns, int rowCount, DeletedRows without) {
    TableDefinition table = definition(id);
    LiveTable live = memTable.live(id);
    if (live == null) {
      return;
    }
    long[] gone = deleted.getOrDefault(id, NONE);
    for (Constraint.Key key : table.uniqueKeys()) {
      KeyGuard guard = LiveTable.guard(live.keys(), key.columns());
      List<Column> keys = key.columns().stream().map(columns).toList();
      for (int row = 0; guard != null && row < rowCount; row++) {
        if (without.contains(row)) {
          continue;
        }
        long found = guard.find(keys, row);
        if (found != KeyIndex.ABSENT && Arrays.binarySearch(gone, found) < 0) {
          throw KeyGuard.duplicate(table, key, keys, row);
        }
      }
    }
  }
}
