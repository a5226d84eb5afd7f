package io.quiver.engine.command;

import io.quiver.engine.definition.Names;
import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** SHOW and DESCRIBE, each with the schema of its rows. */
public final class ShowCommands {
  private static final Schema TABLES =
      Schema.of(text("table_schema"), text("table_name"), text("table_type"));
  private static final Schema SCHEMAS = Schema.of(text("schema_name"));
  private static final Schema CREATE = Schema.of(text("statement"));

  public static final Schema DESCRIPTION =
      Schema.of(
          text("column_name"),
          text("data_type"),
          new Field("nullable", SqlType.BOOLEAN, false),
          new Field("key", SqlType.TEXT, true),
          new Field("default", SqlType.TEXT, true),
          new Field("identity", SqlType.TEXT, true),
          new Field("comment", SqlType.TEXT, true));

  /** PostgreSQL's columns of SHOW ALL. */
  public static final Schema ALL = Schema.of(text("name"), text("setting"), text("description"));

  private ShowCommands() {}

  /** Every setting with its value. */
  public static Batch all(List<String> names, UnaryOperator<String> value) {
    Rows rows = new Rows(ALL);
    for (String name : names) {
      rows.add(name, value.apply(name), Settings.description(name));
    }
    return rows.batch();
  }

  private static Field text(String name) {
    return new Field(name, SqlType.TEXT, false);
  }

  /** The columns of what SHOW lists. */
  public static Schema schema(Statement.Listing listing) {
    return switch (listing) {
      case TABLES, VIEWS -> TABLES;
      case SCHEMAS -> SCHEMAS;
      case COLUMNS -> DESCRIPTION;
      case INDEXES -> SystemTables.INDEXES.schema();
      case CREATE_TABLE -> CREATE;
      case FUNCTIONS -> Routines.SHOWN;
    };
  }

  /** The rows of what SHOW lists. */
  public static Batch rows(
      Statement.ShowObjects show, Names names, List<FunctionInfo> functions, Snapshot snapshot) {
    Catalog catalog = names.catalog();
    Rows rows = new Rows(schema(show.listing()));
    switch (show.listing()) {
      case TABLES, VIEWS -> {
        boolean all = show.listing() == Statement.Listing.TABLES;
        Stream<List<String>> tables =
            catalog.tables().stream()
                .filter(table -> all)
                .map(table -> List.of(table.schemaName(), table.name(), "BASE TABLE"));
        Stream<List<String>> views =
            catalog.views().stream().map(view -> List.of(view.schemaName(), view.name(), "VIEW"));
        Stream.concat(tables, views)
            .sorted(
                Comparator.comparing((List<String> row) -> row.get(0))
                    .thenComparing(row -> row.get(1)))
            .forEach(row -> rows.add(row.toArray()));
      }
      case SCHEMAS -> InformationSchema.schemas(catalog).forEach(rows::add);
      case COLUMNS -> {
        return describe(Objects.requireNonNull(show.of()), names);
      }
      case INDEXES -> {
        Statement.TableName of = show.of();
        return SystemTables.indexes(snapshot, of == null ? null : names.existingTable(of));
      }
      case CREATE_TABLE -> create(Objects.requireNonNull(show.of()), names, rows);
      case FUNCTIONS -> {
        return Routines.shown(functions);
      }
    }
    return rows.batch();
  }

  private static void create(Statement.TableName name, Names names, Rows rows) {
    ViewDefinition view = names.view(name);
    if (view != null) {
      rows.add(DefinitionText.of(view));
      return;
    }
    TableDefinition table = names.existingTable(name);
    rows.add(DefinitionText.of(table));
    ConstraintText.uniqueIndexes(table).forEach(rows::add);
    ConstraintText.foreignKeys(table, names.catalog()).forEach(rows::add);
    for (IndexDefinition index : names.catalog().indexesOf(table.id())) {
      rows.add(DefinitionText.of(index, names.catalog()));
    }
  }

  public static Batch describe(Statement.TableName name, Names names) {
    Rows rows = new Rows(DESCRIPTION);
    TableDefinition table = names.table(name);
    ViewDefinition view = names.view(name);
    List<Field> made = view != null ? view.columns() : systemColumns(name, names);
    if (table == null && made != null) {
      for (Field field : made) {
        rows.add(field.name(), field.type().sqlName(), field.nullable(), null, null, null, null);
      }
      return rows.batch();
    }
    for (ColumnDefinition column : names.existingTable(name).columns()) {
      rows.add(
          column.name(),
          column.type().sqlName(),
          column.nullable(),
          isKey(names, name, column.id()) ? "PRIMARY KEY" : null,
          column.defaultSql(),
          identityText(column),
          column.comment());
    }
    return rows.batch();
  }

  private static boolean isKey(Names names, Statement.TableName name, ColumnId column) {
    return names.existingTable(name).primaryKey().contains(column);
  }

  private static @Nullable List<Field> systemColumns(Statement.TableName name, Names names) {
    for (SystemTable table : SystemTables.all()) {
      if (names.schemas(name).contains(table.schemaName()) && table.name().equals(name.name())) {
        return table.schema().fields();
      }
    }
    return null;
  }

  /** The one row of SHOW name. */
  public static Schema option(String name) {
    return Schema.of(new Field(name, SqlType.TEXT, false));
  }

  private static @Nullable String identityText(ColumnDefinition column) {
    return switch (column.identity()) {
      case NONE -> null;
      case BY_DEFAULT -> "BY DEFAULT";
      case ALWAYS -> "ALWAYS";
    };
  }
}
