package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether all rows of a table have what they reference; the keys referenced are read into memory.
 */
public final class OrphanCheck {
  private static final int TABLE_BITS = 8;

  private OrphanCheck() {}

  /** A row without the key that it references, as a sentence, or null. */
  public static @Nullable String orphan(
      TableState table, Constraint.ForeignKey constraint, TableState referenced) {
    BoundForeignKey foreignKey =
        BoundForeignKey.of(table.definition(), constraint, referenced.definition());
    KeyIndex keys =
        LiveKeys.read(referenced, foreignKey.key(), TABLE_BITS, rows -> {}, Scheduler.system());
    for (TablePart part : table.parts()) {
      List<Column> values = TableState.keyColumns(part, foreignKey.columns());
      for (int row = 0; row < part.rowCount(); row++) {
        if (!part.deleted().contains(row)
            && !Keys.hasNull(values, row)
            && !has(referenced, foreignKey, keys, values, row)) {
          return foreignKey.missing(values, row).getMessage();
        }
      }
    }
    return null;
  }

  private static boolean has(
      TableState referenced,
      BoundForeignKey foreignKey,
      KeyIndex keys,
      List<Column> values,
      int row) {
    long found =
        keys.find(
            Keys.hash(values, row),
            rowId -> referenced.match(rowId, foreignKey.key(), values, row));
    return found >= 0;
  }
}
