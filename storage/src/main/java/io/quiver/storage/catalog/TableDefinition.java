package io.quiver.storage.catalog;

import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as the catalog holds it.
 *
 * @param constraints the primary key first, where there is one
 * @param layout grows when columns or constraints come, columns or keys go, or a column takes no
 *     nulls any more or has another type: rows made for an older layout do not fit a newer one
 * @param nextColumn above the id of every column so far, dropped ones included
 * @param comment what COMMENT ON TABLE said
 */
public record TableDefinition(
    TableId id,
    String schemaName,
    String name,
    List<ColumnDefinition> columns,
    List<Constraint> constraints,
    int layout,
    int nextColumn,
    @Nullable String comment) {
  public TableDefinition {
    columns = List.copyOf(columns);
    constraints = primaryKeyFirst(constraints);
  }

  /** A table that has just been made, with no constraint but a primary key; empty for none. */
  public TableDefinition(
      TableId id,
      String schemaName,
      String name,
      List<ColumnDefinition> columns,
      List<ColumnId> primaryKey) {
    this(
        id,
        schemaName,
        name,
        columns,
        primaryKey.isEmpty()
            ? List.of()
            : List.of(new Constraint.PrimaryKey(name + "_pkey", primaryKey)),
        0,
        nextColumn(columns),
        null);
  }

  private static int nextColumn(List<ColumnDefinition> columns) {
    return columns.stream().mapToInt(column -> column.id().value() + 1).max().orElse(0);
  }

  private static List<Constraint> primaryKeyFirst(List<Constraint> constraints) {
    List<Constraint> ordered = new ArrayList<>(constraints.size());
    for (Constraint constraint : constraints) {
      if (constraint instanceof Constraint.PrimaryKey) {
        ordered.addFirst(constraint);
      } else {
        ordered.add(constraint);
      }
    }
    return List.copyOf(ordered);
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

  /** The columns of the primary key, in key order; empty where there is none. */
  public List<ColumnId> primaryKey() {
    return hasPrimaryKey() ? ((Constraint.Key) constraints.getFirst()).columns() : List.of();
  }

  private boolean hasPrimaryKey() {
    return !constraints.isEmpty() && constraints.getFirst() instanceof Constraint.PrimaryKey;
  }

  /** The name of the primary key, or null where there is none. */
  public @Nullable String primaryKeyName() {
    return hasPrimaryKey() ? constraints.getFirst().name() : null;
  }

  /** The primary key, where there is one, and then the other unique keys. */
  public List<Constraint.Key> uniqueKeys() {
    return constraints(Constraint.Key.class);
  }

  /** Whether there is a unique key of just these columns, in any order. */
  public boolean hasKey(List<ColumnId> keyColumns) {
    return constraints.stream()
        .anyMatch(constraint -> constraint instanceof Constraint.Key key && key.isOf(keyColumns));
  }

  /** The constraints of a kind, in their order. */
  public <T extends Constraint> List<T> constraints(Class<T> kind) {
    return constraints.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The constraint with this exact name, or null. */
  public @Nullable Constraint constraint(String constraintName) {
    for (Constraint constraint : constraints) {
      if (constraint.name().equals(constraintName)) {
        return constraint;
      }
    }
    return null;
  }

  public TableDefinition withName(String other) {
    return new TableDefinition(
        id, schemaName, other, columns, constraints, layout, nextColumn, comment);
  }

  public TableDefinition withSchema(String other) {
    return new TableDefinition(id, other, name, columns, constraints, layout, nextColumn, comment);
  }

  public TableDefinition withComment(@Nullable String other) {
    return new TableDefinition(
        id, schemaName, name, columns, constraints, layout, nextColumn, other);
  }

  /** With a column at the end, whose id is assigned here. */
  public TableDefinition plus(ColumnDefinition column) {
    List<ColumnDefinition> more = new ArrayList<>(columns);
    more.add(column.withId(new ColumnId(nextColumn)));
    return new TableDefinition(
        id, schemaName, name, more, constraints, layout + 1, nextColumn + 1, comment);
  }

  /** Without a column; the constraints that it has a part in go with it. */
  public TableDefinition minus(ColumnId column) {
    List<ColumnDefinition> kept =
        columns.stream().filter(other -> !other.id().equals(column)).toList();
    List<Constraint> whole =
        constraints.stream().filter(constraint -> !constraint.reads(column)).toList();
    return new TableDefinition(id, schemaName, name, kept, whole, layout + 1, nextColumn, comment);
  }

  /** With another definition for the column of the same id. */
  public TableDefinition with(ColumnDefinition column) {
    ColumnDefinition before = column(column.id());
    boolean newLayout =
        (before.nullable() && !column.nullable()) || !before.type().equals(column.type());
    List<ColumnDefinition> changed =
        columns.stream().map(other -> other.id().equals(column.id()) ? column : other).toList();
    return new TableDefinition(
        id,
        schemaName,
        name,
        changed,
        constraints,
        newLayout ? layout + 1 : layout,
        nextColumn,
        comment);
  }

  /** With one constraint more. */
  public TableDefinition plus(Constraint constraint) {
    List<Constraint> more = new ArrayList<>(constraints);
    more.add(constraint);
    return new TableDefinition(
        id, schemaName, name, columns, more, layout + 1, nextColumn, comment);
  }

  /** Without the constraint of this name. */
  public TableDefinition minus(Constraint constraint) {
    List<Constraint> kept =
        constraints.stream().filter(other -> !other.name().equals(constraint.name())).toList();
    boolean lessKeys = constraint instanceof Constraint.Key;
    return new TableDefinition(
        id, schemaName, name, columns, kept, lessKeys ? layout + 1 : layout, nextColumn, comment);
  }

  /** With other words for the constraint of this name, which asks for the same. */
  public TableDefinition with(String constraintName, Constraint same) {
    List<Constraint> changed =
        constraints.stream()
            .map(other -> other.name().equals(constraintName) ? same : other)
            .toList();
    return new TableDefinition(id, schemaName, name, columns, changed, layout, nextColumn, comment);
  }
}
