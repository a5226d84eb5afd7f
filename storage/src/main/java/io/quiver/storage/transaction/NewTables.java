package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The definitions of tables that are being made. */
final class NewTables {
  private NewTables() {}

  /**
   * Gives the columns of a new table their numbers.
   *
   * @throws QuiverException 42701 where two have one name
   */
  static TableDefinition definition(Transaction.NewTable table, TableId id) {
    List<ColumnId> primaryKey =
        table.constraints().stream()
            .filter(Constraint.PrimaryKey.class::isInstance)
            .flatMap(key -> ((Constraint.PrimaryKey) key).columns().stream())
            .toList();
    Set<String> names = new HashSet<>();
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      ColumnDefinition column = table.columns().get(i);
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is given twice");
      }
      columns.add(
          new ColumnDefinition(
              new ColumnId(i),
              column.name(),
              column.type(),
              column.nullable() && !primaryKey.contains(new ColumnId(i)),
              column.defaultSql(),
              column.identity()));
    }
    return new TableDefinition(
        id,
        table.schemaName(),
        table.name(),
        columns,
        table.constraints(),
        0,
        columns.size(),
        null);
  }
}
