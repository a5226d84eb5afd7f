package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import java.util.List;

/** Whether the rows that are there may have a key that their table has not had. */
final class NewKeys {
  private NewKeys() {}

  /** Finds a row with a key: its id, or {@link KeyIndex#ABSENT}. */
  @FunctionalInterface
  interface Lookup {
    long find(List<Column> keys, int row);
  }

  static boolean isNew(TableDefinition before, Constraint.Key key) {
    return before.uniqueKeys().stream().noneMatch(old -> old.columns().equals(key.columns()));
  }

  /**
   * Looks up each live row.
   *
   * @throws QuiverException 23505 when another row has its key
   */
  static void check(TableState rows, Constraint.Key key, Lookup lookup) {
    for (TablePart part : rows.parts()) {
      List<Column> keys = TableState.keyColumns(part, key.columns());
      for (int row = 0; row < part.rowCount(); row++) {
        if (part.deleted().contains(row) || Keys.hasNull(keys, row)) {
          continue;
        }
        long found = lookup.find(keys, row);
        if (found != KeyIndex.ABSENT && found != part.rowId(row)) {
          throw KeyGuard.duplicate(rows.definition(), key, keys, row);
        }
      }
    }
  }
}
