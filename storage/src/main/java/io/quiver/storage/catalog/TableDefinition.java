package io.quiver.storage.catalog;

import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as the catalog holds it.
 *
 * @param primaryKey the key's columns in key order; empty where there is none
 */
public record TableDefinition(
    TableId id,
    String schemaName,
    String name,
    List<ColumnDefinition> columns,
    List<ColumnId> primaryKey) {
  public TableDefinition {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
  }

  public Schema schema() {
    List<Field> fields = columns.stream().map(ColumnDefinition::field).toList();
    return new Schema(fields);
  }

  /** The column with this exact name, or null. */
  public @Nullable ColumnDefinition column(String columnName) {
    for (ColumnDefinition column : columns) {
      if (column.name().equals(columnName)) {
        return column;
      }
    }
    return null;
  }

  public ColumnDefinition column(ColumnId columnId) {
    for (ColumnDefinition column : columns) {
      if (column.id().equals(columnId)) {
        return column;
      }
    }
    throw new IllegalArgumentException(name + " has no column " + columnId);
  }
}
