package io.quiver.engine.command;

import io.quiver.planner.Planner;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CREATE TABLE and DROP TABLE, inside the transaction that is given. */
public final class TableCommands {
  private static final Set<String> SYSTEM_SCHEMAS = Set.of("information_schema", "quiver");

  private TableCommands() {}

  public static void create(
      Statement.CreateTable command, Catalog catalog, Transaction transaction, Planner planner) {
    String schema = schema(command.name());
    String name = command.name().name();
    if (SYSTEM_SCHEMAS.contains(schema)) {
      throw new QuiverException(
          ErrorCode.INSUFFICIENT_PRIVILEGE, "schema \"" + schema + "\" belongs to the system");
    }
    if (!schema.equals(Catalog.DEFAULT_SCHEMA)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "tables live in schema \"public\" for now, found \"" + schema + "\"");
    }
    if (catalog.table(schema, name) != null) {
      if (command.ifNotExists()) {
        return;
      }
      throw new QuiverException(ErrorCode.DUPLICATE_TABLE, "table \"" + name + "\" already exists");
    }
    checkColumnNames(command.columns(), name);
    List<Integer> primaryKey = primaryKey(command);
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < command.columns().size(); i++) {
      columns.add(column(command.columns().get(i), primaryKey.contains(i), planner));
    }
    transaction.createTable(new Transaction.NewTable(schema, name, columns, primaryKey));
  }

  public static void drop(Statement.DropTable command, Catalog catalog, Transaction transaction) {
    List<TableDefinition> tables = new ArrayList<>();
    for (Statement.TableName name : command.names()) {
      TableDefinition table = find(name, catalog);
      if (table != null) {
        tables.add(table);
      } else if (!command.ifExists()) {
        throw undefined(name);
      }
    }
    for (TableDefinition table : tables) {
      transaction.dropTable(table.id());
    }
  }

  /**
   * The table of that name.
   *
   * @throws QuiverException 42P01
   */
  public static TableDefinition require(Statement.TableName name, Catalog catalog) {
    TableDefinition table = find(name, catalog);
    if (table == null) {
      throw undefined(name);
    }
    return table;
  }

  /** The table that a name means under the search path, or null. */
  static @Nullable TableDefinition find(Statement.TableName name, Catalog catalog) {
    return catalog.table(schema(name), name.name());
  }

  static QuiverException undefined(Statement.TableName name) {
    return new QuiverException(
        ErrorCode.UNDEFINED_TABLE, "there is no table \"" + name.name() + "\"");
  }

  private static String schema(Statement.TableName name) {
    String schema = name.schema();
    return schema == null ? Catalog.DEFAULT_SCHEMA : schema;
  }

  private static void checkColumnNames(List<Statement.ColumnSpec> columns, String table) {
    if (columns.isEmpty()) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION, "table \"" + table + "\" needs at least one column");
    }
    Set<String> names = new HashSet<>();
    int identities = 0;
    for (Statement.ColumnSpec column : columns) {
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is named twice");
      }
      if (column.identity() != Statement.IdentityKind.NONE && ++identities > 1) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "a table has at most one identity column, \"" + column.name() + "\" is the second");
      }
    }
  }

  private static List<Integer> primaryKey(Statement.CreateTable command) {
    List<Integer> positions = new ArrayList<>();
    for (String key : command.primaryKey()) {
      int position = -1;
      for (int i = 0; i < command.columns().size(); i++) {
        if (command.columns().get(i).name().equals(key)) {
          position = i;
        }
      }
      if (position < 0) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_COLUMN,
            "the primary key names \"" + key + "\", which is no column");
      }
      if (positions.contains(position)) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "the primary key names \"" + key + "\" twice");
      }
      if (command.columns().get(position).type() instanceof SqlType.Vector) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "a vector cannot be part of a primary key: \"" + key + "\"");
      }
      positions.add(position);
    }
    return positions;
  }

  private static ColumnDefinition column(
      Statement.ColumnSpec spec, boolean inPrimaryKey, Planner planner) {
    String defaultSql = spec.defaultSql();
    boolean identity = spec.identity() != Statement.IdentityKind.NONE;
    if (identity && !spec.type().equals(SqlType.BIGINT) && !spec.type().equals(SqlType.INTEGER)) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "an identity column is INTEGER or BIGINT, \""
              + spec.name()
              + "\" is "
              + spec.type().sqlName());
    }
    if (defaultSql != null) {
      if (identity) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "column \"" + spec.name() + "\" has both a default and an identity");
      }
      planner.checkDefault(defaultSql, spec.type());
    }
    return new ColumnDefinition(
        new ColumnId(0),
        spec.name(),
        spec.type(),
        spec.nullable() && !inPrimaryKey && !identity,
        defaultSql,
        switch (spec.identity()) {
          case NONE -> ColumnDefinition.Identity.NONE;
          case BY_DEFAULT -> ColumnDefinition.Identity.BY_DEFAULT;
          case ALWAYS -> ColumnDefinition.Identity.ALWAYS;
        });
  }
}
