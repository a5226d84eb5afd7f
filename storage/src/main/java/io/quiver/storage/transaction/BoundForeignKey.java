package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A foreign key and the unique key that it references.
 *
 * @param table whose rows it binds
 * @param columns of that table, in the order of the unique key
 * @param referenced the table of the unique key, which may be the same
 * @param key the columns of the unique key in its order
 */
record BoundForeignKey(
    TableDefinition table,
    Constraint.ForeignKey constraint,
    List<ColumnId> columns,
    TableDefinition referenced,
    List<ColumnId> key) {
  static BoundForeignKey of(
      TableDefinition table, Constraint.ForeignKey constraint, TableDefinition referenced) {
    List<ColumnId> key =
        referenced.uniqueKeys().stream()
            .filter(unique -> unique.isOf(constraint.referencedColumns()))
            .findFirst()
            .orElseThrow(() ->
                RowConflicts.conflict("the key that foreign key " + constraint.name() + " uses"))
            .columns();
    List<ColumnId> columns =
        key.stream()
            .map(id -> constraint.columns().get(constraint.referencedColumns().indexOf(id)))
            .toList();
    return new BoundForeignKey(table, constraint, columns, referenced, key);
  }

  boolean isOfItself() {
    return table.id().equals(referenced.id());
  }

  /** A row has values that no row of the referenced table has. */
  QuiverException missing(List<Column> values, int row) {
    return new QuiverException(
        ErrorCode.FOREIGN_KEY_VIOLATION,
        "foreign key \""
            + constraint.name()
            + "\" of table \""
            + table.name()
            + "\": table \""
            + referenced.name()
            + "\" has no row with "
            + text(values, row));
  }

  /** A row of the referenced table cannot go, since another row uses its key. */
  QuiverException used(List<Column> values, int row) {
    return new QuiverException(
        ErrorCode.FOREIGN_KEY_VIOLATION,
        "foreign key \""
            + constraint.name()
            + "\" of table \""
            + table.name()
            + "\": a row uses "
            + text(values, row)
            + " of table \""
            + referenced.name()
            + "\"");
  }

  /** Another transaction has taken away what this one relied on, or begun to use it. */
  QuiverException overtaken(QuiverException cause) {
    return new QuiverException(
        ErrorCode.SERIALIZATION_FAILURE,
        "another transaction has changed what this one relied on: " + cause.getMessage(),
        cause);
  }

  private String text(List<Column> values, int row) {
    String names =
        key.stream().map(id -> referenced.column(id).name()).collect(Collectors.joining(", "));
    return "(" + names + ") = (" + Keys.text(values, row) + ")";
  }
}
