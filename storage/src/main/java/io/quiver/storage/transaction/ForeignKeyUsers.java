package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that use some values of a foreign key: where its columns are a unique key of their
 * table, in the index of that; else by a scalar index that begins with some of the columns, in each
 * part that has one; else by looking at every row. Owned by one thread.
 */
final class ForeignKeyUsers {
  /** Where more than one of so many rows are sought, looking at all of them costs less. */
  private static final int ROWS_PER_MATCH_MIN = 16;

  private final BoundForeignKey foreignKey;
  private final LocalTable table;
  private final KeyValues values;
  private long[] rowIds = new long[16];
  private int[] valueOf = new int[16];
  private int count;

  private ForeignKeyUsers(BoundForeignKey foreignKey, LocalTable table, KeyValues values) {
    this.foreignKey = foreignKey;
    this.table = table;
    this.values = values;
  }

  /**
   * Rows that use one of some values.
   *
   * @param valueOf for each row, the number of the value
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Users(TableState table, long[] rowIds, int[] valueOf) {}

  /**
   * Finds the rows, in the order of their ids unless they were found by a unique key.
   *
   * @param table as it is to be seen
   * @param defined the scalar indexes of the table
   */
  static Users find(
      BoundForeignKey foreignKey,
      LocalTable table,
      KeyValues values,
      List<IndexDefinition> defined,
      SegmentIndexes indexes) {
    ForeignKeyUsers users = new ForeignKeyUsers(foreignKey, table, values);
    boolean few = values.size() <= table.rowCount() / ROWS_PER_MATCH_MIN;
    Constraint.Key key = few ? users.ownKey() : null;
    if (key == null || !users.findByKey(key)) {
      users.findByParts(few ? users.lookups(defined) : List.of(), indexes);
    }
    return new Users(
        table.state(),
        Arrays.copyOf(users.rowIds, users.count),
        Arrays.copyOf(users.valueOf, users.count));
  }

  /** A unique key that has the columns of the foreign key and no others, and has been read. */
  private Constraint.@Nullable Key ownKey() {
    for (Constraint.Key key : table.definition().uniqueKeys()) {
      KeyGuard guard = LiveTable.guard(table.committed(), key.columns());
      if (guard != null
          && guard.isReady()
          && key.columns().size() == foreignKey.columns().size()
          && new HashSet<>(key.columns()).equals(new HashSet<>(foreignKey.columns()))) {
        return key;
      }
    }
    return null;
  }

  /** Whether the index of the key knows enough. */
  private boolean findByKey(Constraint.Key key) {
    List<Column> distinct = values.distinct();
    List<Column> wanted =
        key.columns().stream().map(id -> distinct.get(foreignKey.columns().indexOf(id))).toList();
    for (int row = 0; row < values.size(); row++) {
      long found = table.lookUp(key.columns(), wanted, row);
      if (found == KeyGuard.UNKNOWN) {
        count = 0;
        return false;
      }
      if (found != KeyIndex.ABSENT) {
        add(found, values.find(distinct, row));
      }
    }
    return true;
  }

  /** An index, and what is demanded of the first columns of its key. */
  private record Lookup(IndexDefinition index, List<ColumnPredicate> conditions) {}

  /** The indexes that can help, those that tell more columns first. */
  private List<Lookup> lookups(List<IndexDefinition> defined) {
    List<Lookup> lookups = new ArrayList<>();
    List<Column> distinct = values.distinct();
    for (IndexDefinition index : defined) {
      List<ColumnPredicate> conditions = new ArrayList<>();
      for (IndexDefinition.Key key : index.keys()) {
        int at = foreignKey.columns().indexOf(key.column());
        if (at < 0) {
          break;
        }
        conditions.add(ColumnPredicate.OneOf.of(distinct.get(at)));
      }
      if (index.isBuilt() && !conditions.isEmpty()) {
        lookups.add(new Lookup(index, conditions));
      }
    }
    lookups.sort((a, b) -> Integer.compare(b.conditions().size(), a.conditions().size()));
    return lookups;
  }

  private void findByParts(List<Lookup> lookups, SegmentIndexes indexes) {
    for (TablePart part : table.state().parts()) {
      RowBitmap candidates = candidates(part, lookups, indexes);
      List<Column> columns = TableState.keyColumns(part, foreignKey.columns());
      if (candidates == null) {
        for (int row = 0; row < part.rowCount(); row++) {
          look(part, columns, row);
        }
        continue;
      }
      int[] rows = new int[Math.min(1_024, Math.max(1, candidates.count()))];
      int next = 0;
      for (int read = candidates.fill(0, rows); read > 0; read = candidates.fill(next, rows)) {
        for (int i = 0; i < read; i++) {
          look(part, columns, rows[i]);
        }
        next = rows[read - 1] + 1;
      }
    }
  }

  /** The rows of a part that may have the values, or null where all are to be looked at. */
  private @Nullable RowBitmap candidates(
      TablePart part, List<Lookup> lookups, SegmentIndexes indexes) {
    for (Lookup lookup : lookups) {
      ScalarIndex index = indexes.find(part, table.definition(), lookup.index());
      if (index != null) {
        List<ColumnId> key =
            lookup.index().keys().stream().map(IndexDefinition.Key::column).toList();
        ScalarIndex.Matches found =
            index.find(TableState.keyColumns(part, key), lookup.conditions());
        return found.count() <= part.rowCount() / ROWS_PER_MATCH_MIN ? found.rows() : null;
      }
    }
    return null;
  }

  private void look(TablePart part, List<Column> columns, int row) {
    int value = part.deleted().contains(row) ? -1 : values.find(columns, row);
    if (value >= 0) {
      add(part.rowId(row), value);
    }
  }

  private void add(long rowId, int value) {
    if (count == rowIds.length) {
      rowIds = Arrays.copyOf(rowIds, 2 * count);
      valueOf = Arrays.copyOf(valueOf, 2 * count);
    }
    rowIds[count] = rowId;
    valueOf[count++] = value;
  }
}
