package io.quiver.storage.catalog;

import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as the catalog holds it.
 *
 * @param primaryKey the key's columns in key order; empty where there is none
 * @param layout grows when columns come or go, or one takes no nulls any more: rows made for an
 *     older layout do not fit a newer one
 * @param nextColumn above the id of every column so far, dropped ones included
 * @param comment what COMMENT ON TABLE said
 */
public record TableDefinition(
    TableId id,
    String schemaName,
    String name,
    List<ColumnDefinition> columns,
    List<ColumnId> primaryKey,
    int layout,
    int nextColumn,
    @Nullable String comment) {
  public TableDefinition {
    columns = List.copyOf(columns);
    primaryKey = List.copyOf(primaryKey);
  }

  /** A table that has just been made. */
  public TableDefinition(
      TableId id,
      String schemaName,
      String name,
      List<ColumnDefinition> columns,
      List<ColumnId> primaryKey) {
    this(id, schemaName, name, columns, primaryKey, 0, nextColumn(columns), null);
  }

  private static int nextColumn(List<ColumnDefinition> columns) {
    return columns.stream().mapToInt(column -> column.id().value() + 1).max().orElse(0);
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

  public boolean has(ColumnId columnId) {
    return columns.stream().anyMatch(column -> column.id().equals(columnId));
  }

  public ColumnDefinition column(ColumnId columnId) {
    for (ColumnDefinition column : columns) {
      if (column.id().equals(columnId)) {
        return column;
      }
    }
    throw new IllegalArgumentException(name + " has no column " + columnId);
  }

  /** The name that a primary key has in metadata. */
  public String primaryKeyName() {
    return name + "_pkey";
  }

  public TableDefinition withName(String other) {
    return new TableDefinition(
        id, schemaName, other, columns, primaryKey, layout, nextColumn, comment);
  }

  public TableDefinition withSchema(String other) {
    return new TableDefinition(id, other, name, columns, primaryKey, layout, nextColumn, comment);
  }

  public TableDefinition withComment(@Nullable String other) {
    return new TableDefinition(
        id, schemaName, name, columns, primaryKey, layout, nextColumn, other);
  }

  /** With a column at the end, whose id is assigned here. */
  public TableDefinition plus(ColumnDefinition column) {
    List<ColumnDefinition> more = new ArrayList<>(columns);
    more.add(column.withId(new ColumnId(nextColumn)));
    return new TableDefinition(
        id, schemaName, name, more, primaryKey, layout + 1, nextColumn + 1, comment);
  }

  /** Without a column; a primary key that it is part of goes with it. */
  public TableDefinition minus(ColumnId column) {
    List<ColumnDefinition> kept =
        columns.stream().filter(other -> !other.id().equals(column)).toList();
    List<ColumnId> key = primaryKey.contains(column) ? List.of() : primaryKey;
    return new TableDefinition(id, schemaName, name, kept, key, layout + 1, nextColumn, comment);
  }

  /** With another definition for the column of the same id. */
  public TableDefinition with(ColumnDefinition column) {
    boolean stricter = column(column.id()).nullable() && !column.nullable();
    List<ColumnDefinition> changed =
        columns.stream().map(other -> other.id().equals(column.id()) ? column : other).toList();
    return new TableDefinition(
        id,
        schemaName,
        name,
        changed,
        primaryKey,
        stricter ? layout + 1 : layout,
        nextColumn,
        comment);
  }
}
