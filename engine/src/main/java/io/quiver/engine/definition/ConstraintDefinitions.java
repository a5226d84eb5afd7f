package io.quiver.engine.definition;

import io.quiver.sql.ColumnReferences;
import io.quiver.sql.ConstraintSpec;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes what CREATE TABLE and ALTER TABLE say into constraints of a table. */
final class ConstraintDefinitions {
  private static final int NAME_LENGTH_MAX = 128;

  private final DefinitionContext context;

  ConstraintDefinitions(DefinitionContext context) {
    this.context = context;
  }

  /** The table with one constraint more. */
  TableDefinition added(TableDefinition table, ConstraintSpec spec) {
    return switch (spec) {
      case ConstraintSpec.PrimaryKey key -> withPrimaryKey(table, key);
      case ConstraintSpec.Unique(String name, List<String> columns) ->
          table.plus(unique(table, name, columns, false));
      case ConstraintSpec.Check check -> table.plus(check(table, check));
      case ConstraintSpec.ForeignKey key -> table.plus(foreignKey(table, key));
    };
  }

  private TableDefinition withPrimaryKey(TableDefinition table, ConstraintSpec.PrimaryKey key) {
    if (table.primaryKeyName() != null) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "table \"" + table.name() + "\" has a primary key already");
    }
    List<ColumnId> columns = keyColumns(table, key.columns(), "a primary key");
    TableDefinition keyed = table;
    for (ColumnId column : columns) {
      keyed = keyed.with(keyed.column(column).withNullable(false));
    }
    return keyed.plus(
        new Constraint.PrimaryKey(
            name(table, key.name(), table.name(), "_pkey", /* ofKey= */ true), columns));
  }

  /** A unique key; of an index, PostgreSQL's name ends in {@code idx}. */
  Constraint.Unique unique(
      TableDefinition table, @Nullable String name, List<String> columns, boolean index) {
    List<ColumnId> ids = keyColumns(table, columns, "a unique key");
    String base = table.name() + "_" + String.join("_", columns);
    String suffix = index ? "_idx" : "_key";
    return new Constraint.Unique(name(table, name, base, suffix, /* ofKey= */ true), ids, index);
  }

  /** A condition over the columns of one row. */
  private Constraint.Check check(TableDefinition table, ConstraintSpec.Check check) {
    String sql = ColumnReferences.unqualified(check.sql());
    context.planner().condition(check.sql(), table);
    Set<String> names = ColumnReferences.of(sql);
    List<ColumnDefinition> columns =
        table.columns().stream().filter(column -> names.contains(column.name())).toList();
    String base = table.name() + (columns.size() == 1 ? "_" + columns.getFirst().name() : "");
    return new Constraint.Check(
        name(table, check.name(), base, "_check", /* ofKey= */ false),
        sql,
        columns.stream().map(ColumnDefinition::id).toList());
  }

  private Constraint.ForeignKey foreignKey(TableDefinition table, ConstraintSpec.ForeignKey key) {
    List<ColumnId> columns = keyColumns(table, key.columns(), "a foreign key");
    TableDefinition found = context.changedNames().existingTable(key.referenced());
    TableDefinition referenced = found.id().equals(table.id()) ? table : found;
    List<ColumnId> of = referencedColumns(referenced, key);
    if (columns.size() != of.size()) {
      throw new QuiverException(
          ErrorCode.INVALID_FOREIGN_KEY,
          "the foreign key has "
              + columns.size()
              + " columns, but references "
              + of.size()
              + " of table \""
              + referenced.name()
              + "\"");
    }
    for (int i = 0; i < of.size(); i++) {
      checkSameType(table.column(columns.get(i)), referenced.column(of.get(i)));
    }
    if (key.onDelete() == ConstraintSpec.Action.SET_DEFAULT
        || key.onUpdate() == ConstraintSpec.Action.SET_DEFAULT) {
      columns.forEach(id -> checkMayBeDefault(table.column(id)));
    }
    String base = table.name() + "_" + String.join("_", key.columns());
    return new Constraint.ForeignKey(
        name(table, key.name(), base, "_fkey", /* ofKey= */ false),
        columns,
        referenced.id(),
        of,
        action(key.onDelete()),
        action(key.onUpdate()));
  }

  private static List<ColumnId> referencedColumns(
      TableDefinition referenced, ConstraintSpec.ForeignKey key) {
    if (key.referencedColumns().isEmpty()) {
      if (referenced.primaryKeyName() == null) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_OBJECT,
            "table \"" + referenced.name() + "\" has no primary key to reference");
      }
      return referenced.primaryKey();
    }
    List<ColumnId> columns = keyColumns(referenced, key.referencedColumns(), "a foreign key");
    if (!referenced.hasKey(columns)) {
      throw new QuiverException(
          ErrorCode.INVALID_FOREIGN_KEY,
          "table \""
              + referenced.name()
              + "\" has no primary or unique key ("
              + String.join(", ", key.referencedColumns())
              + ")");
    }
    return columns;
  }

  private static void checkMayBeDefault(ColumnDefinition column) {
    if (column.identity() != ColumnDefinition.Identity.NONE) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "SET DEFAULT cannot set the identity column \"" + column.name() + "\"");
    }
  }

  /** Lengths may differ, as they say nothing of what is equal. */
  private static void checkSameType(ColumnDefinition column, ColumnDefinition referenced) {
    SqlType type = column.type();
    boolean same =
        type.equals(referenced.type())
            || (type instanceof SqlType.Varchar && referenced.type() instanceof SqlType.Varchar);
    if (!same) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH,
          "column \""
              + column.name()
              + "\" is "
              + type.sqlName()
              + ", but the referenced column \""
              + referenced.name()
              + "\" is "
              + referenced.type().sqlName());
    }
  }

  private static Constraint.Action action(ConstraintSpec.Action action) {
    return switch (action) {
      case NO_ACTION -> Constraint.Action.NO_ACTION;
      case RESTRICT -> Constraint.Action.RESTRICT;
      case CASCADE -> Constraint.Action.CASCADE;
      case SET_NULL -> Constraint.Action.SET_NULL;
      case SET_DEFAULT -> Constraint.Action.SET_DEFAULT;
    };
  }

  private static List<ColumnId> keyColumns(TableDefinition table, List<String> names, String what) {
    List<ColumnId> columns = new ArrayList<>();
    for (String name : names) {
      ColumnDefinition column = Names.column(table, name);
      if (columns.contains(column.id())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, what + " names \"" + name + "\" twice");
      }
      SqlType type = column.type();
      if (type instanceof SqlType.Vector
          || type instanceof SqlType.Array
          || type.equals(SqlType.JSON)) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "a " + type.sqlName() + " cannot be part of " + what + ": \"" + name + "\"");
      }
      columns.add(column.id());
    }
    return columns;
  }

  /** The given name, or one made of the table's and the columns' as PostgreSQL does. */
  private String name(
      TableDefinition table, @Nullable String given, String base, String suffix, boolean ofKey) {
    if (given != null) {
      checkFree(table, given, ofKey);
      return given;
    }
    for (int i = 0; ; i++) {
      String end = suffix + (i == 0 ? "" : i);
      String name =
          base.substring(0, Math.min(base.length(), NAME_LENGTH_MAX - end.length())) + end;
      if (table.constraint(name) == null
          && !(ofKey && context.catalog().isTaken(table.schemaName(), name))) {
        return name;
      }
    }
  }

  private void checkFree(TableDefinition table, String name, boolean ofKey) {
    if (table.constraint(name) != null) {
      throw new QuiverException(
          ErrorCode.DUPLICATE_OBJECT,
          "table \"" + table.name() + "\" has a constraint \"" + name + "\" already");
    }
    if (ofKey) {
      context.names().checkFree(table.schemaName(), name);
    }
  }

  /** The table with another name for a constraint. */
  TableDefinition renamed(TableDefinition table, String from, String to) {
    Constraint constraint = existing(table, from);
    checkFree(table, to, constraint instanceof Constraint.Key);
    return table.with(from, constraint.withName(to));
  }

  /**
   * The constraint of this name.
   *
   * @throws QuiverException 42704 where there is none
   */
  static Constraint existing(TableDefinition table, String name) {
    Constraint constraint = table.constraint(name);
    if (constraint == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_OBJECT,
          "table \"" + table.name() + "\" has no constraint \"" + name + "\"");
    }
    return constraint;
  }

  /** The table with the words of its conditions changed for a column's new name. */
  static TableDefinition withColumnRenamed(TableDefinition table, ColumnId column, String from) {
    TableDefinition renamed = table;
    String to = table.column(column).name();
    for (Constraint.Check check : table.constraints(Constraint.Check.class)) {
      if (check.reads(column)) {
        String sql = ColumnReferences.renamed(check.sql(), from, to);
        renamed = renamed.with(check.name(), check.withSql(sql));
      }
    }
    return renamed;
  }
}
