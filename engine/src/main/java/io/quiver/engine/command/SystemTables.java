package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;

/** The tables of information_schema and of schema quiver, and their rows. */
public final class SystemTables {
  public static final SystemTable TABLES =
      new SystemTable(
          "information_schema",
          "tables",
          Schema.of(
              text("table_catalog"), text("table_schema"), text("table_name"), text("table_type")));

  public static final SystemTable COLUMNS =
      new SystemTable(
          "information_schema",
          "columns",
          Schema.of(
              text("table_catalog"),
              text("table_schema"),
              text("table_name"),
              text("column_name"),
              new Field("ordinal_position", SqlType.INTEGER, false),
              new Field("column_default", SqlType.TEXT, true),
              text("is_nullable"),
              text("data_type"),
              text("is_identity")));

  public static final SystemTable STATEMENTS =
      new SystemTable(
          "quiver",
          "statements",
          Schema.of(
              text("statement"),
              new Field("calls", SqlType.BIGINT, false),
              new Field("cache_hits", SqlType.BIGINT, false),
              new Field("errors", SqlType.BIGINT, false),
              new Field("rows", SqlType.BIGINT, false),
              new Field("total_ms", SqlType.DOUBLE, false),
              new Field("mean_ms", SqlType.DOUBLE, false)));

  public static final SystemTable SETTINGS =
      new SystemTable(
          "quiver", "settings", Schema.of(text("name"), text("value"), text("description")));

  /** What the session's last COPY with ON_ERROR skip left out. */
  public static final SystemTable COPY_ERRORS =
      new SystemTable(
          "quiver",
          "copy_errors",
          Schema.of(new Field("rows", SqlType.BIGINT, false), text("sqlstate"), text("message")));

  private static final List<SystemTable> ALL =
      List.of(TABLES, COLUMNS, SETTINGS, STATEMENTS, COPY_ERRORS);

  private SystemTables() {}

  /** All of them, by schema and name. */
  public static List<SystemTable> all() {
    return ALL;
  }

  /** The rows of information_schema.tables. */
  public static Batch tables(String database, Catalog catalog) {
    Rows rows = new Rows(TABLES.schema());
    for (SystemTable table : ALL) {
      rows.add(database, table.schemaName(), table.name(), "SYSTEM TABLE");
    }
    for (TableDefinition table : catalog.tables()) {
      rows.add(database, table.schemaName(), table.name(), "BASE TABLE");
    }
    return rows.batch();
  }

  /** The rows of information_schema.columns. */
  public static Batch columns(String database, Catalog catalog) {
    Rows rows = new Rows(COLUMNS.schema());
    for (SystemTable table : ALL) {
      int position = 0;
      for (Field field : table.schema().fields()) {
        rows.add(
            database,
            table.schemaName(),
            table.name(),
            field.name(),
            ++position,
            null,
            yesOrNo(field.nullable()),
            field.type().sqlName(),
            "NO");
      }
    }
    for (TableDefinition table : catalog.tables()) {
      int position = 0;
      for (ColumnDefinition column : table.columns()) {
        rows.add(
            database,
            table.schemaName(),
            table.name(),
            column.name(),
            ++position,
            column.defaultSql(),
            yesOrNo(column.nullable()),
            column.type().sqlName(),
            yesOrNo(column.identity() != ColumnDefinition.Identity.NONE));
      }
    }
    return rows.batch();
  }

  /** The rows of quiver.settings. */
  public static Batch settings(Settings settings) {
    Rows rows = new Rows(SETTINGS.schema());
    for (String name : Settings.names()) {
      rows.add(name, settings.get(name), Settings.description(name));
    }
    return rows.batch();
  }

  private static Field text(String name) {
    return new Field(name, SqlType.TEXT, false);
  }

  private static String yesOrNo(boolean yes) {
    return yes ? "YES" : "NO";
  }
}
