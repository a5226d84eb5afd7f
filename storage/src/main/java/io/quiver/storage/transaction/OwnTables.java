package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.types.Column;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest committed rows of tables and those of one open transaction, side by side. */
record OwnTables(Map<TableId, TableChanges> changes, CommitPipeline pipeline) {
  /** What is newest of a table, or null where it is not committed. */
  @Nullable TableState newest(TableId table) {
    return pipeline.memTable().newest().tables().get(table);
  }

  /** A table as a transaction sees it, and the first row id that is not committed in it. */
  record View(TableState table, long committedUpTo) {}

  /**
   * A table over a committed state.
   *
   * @param committed null where there is none
   */
  View view(TableId table, @Nullable TableState committed) {
    TableChanges own = changes.get(table);
    TableState shown = own == null ? committed : own.over(committed);
    if (shown == null) {
      throw RowConflicts.conflict("a table that a foreign key binds");
    }
    return new View(shown, committed == null ? 0 : committed.nextRowId());
  }

  /** A table as {@link #view} shows it over a version, whose keys are found in their indexes. */
  LocalTable keyed(TableState shown, CommitVersion version) {
    TableId id = shown.definition().id();
    LiveTable live = pipeline.memTable().live(id);
    return new LocalTable(shown, version, live == null ? List.of() : live.keys(), changes.get(id));
  }

  /** Whether a row that the transaction has left there, or one of its own, has a key. */
  boolean hasKey(TableId table, List<ColumnId> key, List<Column> values, int row) {
    TableChanges own = changes.get(table);
    LiveTable live = pipeline.memTable().live(table);
    KeyGuard guard = live == null ? null : LiveTable.guard(live.keys(), key);
    long found = guard == null ? KeyIndex.ABSENT : guard.find(values, row);
    return (found != KeyIndex.ABSENT && (own == null || !own.deletes(found)))
        || hasOwnKey(table, key, values, row);
  }

  boolean hasOwnKey(TableId table, List<ColumnId> key, List<Column> values, int row) {
    TableChanges own = changes.get(table);
    return own != null && own.hasOwnKey(key, values, row);
  }

  /** The values of rows in some columns, deleted or not; null for those that are nowhere. */
  List<Column> values(TableId table, long[] rowIds, List<ColumnId> columns) {
    TableChanges own = changes.get(table);
    TableState committed = newest(table);
    TableState mine = own == null ? committed : own.ownRows();
    if (mine == null) {
      throw RowConflicts.conflict("a table that a foreign key binds");
    }
    return TableState.values(
        mine.definition(),
        columns,
        rowIds,
        rowId -> rowId >= TableChanges.FIRST_OWN_ROW_ID ? mine : committed);
  }
}
