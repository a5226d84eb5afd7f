package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Whether the foreign keys hold when a record is applied to the newest state, which others may have
 * changed since its transaction looked. The keys that its new rows reference must be live; and rows
 * that came after it looked may not use a key that it takes away. Either ends with 40001: the
 * statement that is run again finds what has happened.
 */
final class ForeignKeyConflicts {
  private static final long[] NONE = new long[0];

  private final MemTable memTable;
  private final Map<TableId, long[]> deleted;
  private final ForeignKeys.Relied relied;
  private final Catalog after;

  private ForeignKeyConflicts(
      MemTable memTable, CommitRecord record, Map<TableId, long[]> deleted) {
    this.memTable = memTable;
    this.deleted = deleted;
    this.relied = record.expected().relied();
    Catalog before = memTable.newest().catalog();
    this.after = record.catalog().isEmpty() ? before : before.with(0, record.catalog());
  }

  /**
   * Checks a record.
   *
   * @param deleted the rows that it deletes, ascending
   * @throws QuiverException 40001
   */
  static void check(MemTable memTable, CommitRecord record, Map<TableId, long[]> deleted) {
    ForeignKeyConflicts conflicts = new ForeignKeyConflicts(memTable, record, deleted);
    conflicts.checkUnchanged();
    for (CommitRecord.Segment segment : record.segments()) {
      conflicts.checkReferenced(
          segment.table(), segment.columns()::column, segment.rowCount(), segment.deleted());
    }
    for (CommitRecord.Rows rows : record.rows()) {
      TableDefinition table = conflicts.after.table(rows.table());
      if (table != null) {
        conflicts.checkReferenced(
            rows.table(),
            id -> rows.batch().column(table.columns().indexOf(table.column(id))),
            rows.batch().rowCount(),
            DeletedRows.NONE);
      }
    }
    deleted.forEach(conflicts::checkUnused);
  }

  private void checkUnchanged() {
    relied
        .unchanged()
        .forEach((id, seen) -> {
          TableState newest = memTable.newest().tables().get(id);
          if (newest != null
              && (newest.nextRowId() != seen.nextRowId() || newest.rowCount() != seen.rowCount())) {
            throw new QuiverException(
                ErrorCode.SERIALIZATION_FAILURE,
                "another transaction has changed rows of table \""
                    + seen.definition().name()
                    + "\" since this one checked its keys");
          }
        });
  }

  /** The keys that new rows reference are there. */
  private void checkReferenced(
      TableId id, Function<ColumnId, Column> columns, int rowCount, DeletedRows without) {
    TableDefinition table = after.table(id);
    if (table == null) {
      return;
    }
    for (Constraint.ForeignKey constraint : table.constraints(Constraint.ForeignKey.class)) {
      if (isAsSeen(constraint.referenced())) {
        continue;
      }
      BoundForeignKey foreignKey = bound(table, constraint);
      List<Column> values = foreignKey.columns().stream().map(columns).toList();
      for (int row = 0; row < rowCount; row++) {
        if (!without.contains(row)
            && !Keys.hasNull(values, row)
            && !isThere(foreignKey, values, row)) {
          throw foreignKey.overtaken(foreignKey.missing(values, row));
        }
      }
    }
  }

  /** Whether all keys were found in what is still the newest state, and stay in it. */
  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  private boolean isAsSeen(TableId parent) {
    TableState newest = memTable.newest().tables().get(parent);
    return newest != null
        && relied.parents().get(parent) == newest
        && !relied.isUndone().getAsBoolean();
  }

  private BoundForeignKey bound(TableDefinition table, Constraint.ForeignKey constraint) {
    TableDefinition referenced = after.table(constraint.referenced());
    return BoundForeignKey.of(table, constraint, Objects.requireNonNull(referenced));
  }

  private boolean isThere(BoundForeignKey foreignKey, List<Column> values, int row) {
    TableId parent = foreignKey.referenced().id();
    LiveTable live = memTable.live(parent);
    KeyGuard guard = live == null ? null : LiveTable.guard(live.keys(), foreignKey.key());
    long found = guard == null ? -1 : guard.find(values, row);
    boolean stays =
        found >= 0 && Arrays.binarySearch(deleted.getOrDefault(parent, NONE), found) < 0;
    return stays || relied.ownKeys().has(parent, foreignKey.key(), values, row);
  }

  /** No row that the transaction has not seen uses a key that it takes away. */
  private void checkUnused(TableId parent, long[] rowIds) {
    for (Catalog.Reference reference : after.references(parent)) {
      TableState child = memTable.newest().tables().get(reference.table().id());
      ForeignKeys.Use use = new ForeignKeys.Use(reference.table().id(), reference.key());
      long from = relied.children().getOrDefault(use, 0L);
      if (child == null || child.nextRowId() <= from) {
        continue;
      }
      BoundForeignKey foreignKey = bound(reference.table(), reference.key());
      TableState table = Objects.requireNonNull(memTable.newest().tables().get(parent));
      List<Column> keys = table.values(rowIds, foreignKey.key());
      KeyValues lost =
          new KeyValues(
              keys,
              rowIds.length,
              row -> !relied.ownKeys().has(parent, foreignKey.key(), keys, row));
      if (!lost.isEmpty()) {
        checkUnused(foreignKey, lost, keys, child, from);
      }
    }
  }

  private void checkUnused(
      BoundForeignKey foreignKey, KeyValues lost, List<Column> keys, TableState child, long from) {
    long[] gone = deleted.getOrDefault(foreignKey.table().id(), NONE);
    for (TablePart part : child.parts()) {
      if (part.lastRowId() < from) {
        continue;
      }
      List<Column> values = TableState.keyColumns(part, foreignKey.columns());
      for (int row = 0; row < part.rowCount(); row++) {
        long rowId = part.rowId(row);
        int found = rowId < from || part.deleted().contains(row) ? -1 : lost.find(values, row);
        if (found >= 0 && Arrays.binarySearch(gone, rowId) < 0) {
          throw foreignKey.overtaken(foreignKey.used(keys, found));
        }
      }
    }
  }
}
