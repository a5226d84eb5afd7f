package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import java.util.List;

/** A unique key and its values among the rows that a transaction has added. */
record OwnKey(Constraint.Key key, KeyIndex index) {
  private static final int TABLE_BITS = 4;

  /** All of a table, without any values. */
  static List<OwnKey> of(TableDefinition definition) {
    return definition.uniqueKeys().stream()
        .map(key -> new OwnKey(key, new KeyIndex(TABLE_BITS, TableChanges.FIRST_OWN_ROW_ID)))
        .toList();
  }

  long find(TableState own, List<Column> keys, int row) {
    return Keys.hasNull(keys, row)
        ? KeyIndex.ABSENT
        : index.find(Keys.hash(keys, row), rowId -> own.match(rowId, key.columns(), keys, row));
  }

  void add(List<Column> keys, int row, long rowId) {
    if (!Keys.hasNull(keys, row)) {
      index.add(Keys.hash(keys, row), rowId);
    }
  }

  void remove(List<Column> keys, int row, long rowId) {
    if (!Keys.hasNull(keys, row)) {
      index.remove(Keys.hash(keys, row), rowId);
    }
  }
}
