package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of information_schema with the columns of the SQL standard, and comments after them.
 * What Quiver has not is NULL.
 */
public final class InformationSchema {
  private static final String NAME = "information_schema";
  private static final String OWNER = "quiver";

  public static final SystemTable SCHEMATA =
      table(
          "schemata",
          "catalog_name, schema_name, schema_owner, default_character_set_catalog?,"
              + " default_character_set_schema?, default_character_set_name?, sql_path?");

  public static final SystemTable TABLES =
      table(
          "tables",
          "table_catalog, table_schema, table_name, table_type, self_referencing_column_name?,"
              + " reference_generation?, user_defined_type_catalog?, user_defined_type_schema?,"
              + " user_defined_type_name?, is_insertable_into, is_typed, commit_action?,"
              + " table_comment?");

  public static final SystemTable COLUMNS =
      table(
          "columns",
          "table_catalog, table_schema, table_name, column_name, ordinal_position#,"
              + " column_default?, is_nullable, data_type, character_maximum_length#?,"
              + " character_octet_length#?, numeric_precision#?, numeric_precision_radix#?,"
              + " numeric_scale#?, datetime_precision#?, interval_type?, interval_precision#?,"
              + " character_set_catalog?, character_set_schema?, character_set_name?,"
              + " collation_catalog?, collation_schema?, collation_name?, domain_catalog?,"
              + " domain_schema?, domain_name?, udt_catalog, udt_schema, udt_name,"
              + " is_self_referencing, is_identity, identity_generation?, identity_start?,"
              + " identity_increment?, identity_maximum?, identity_minimum?, identity_cycle?,"
              + " is_generated, generation_expression?, is_updatable, column_comment?");

  public static final SystemTable VIEWS =
      table(
          "views",
          "table_catalog, table_schema, table_name, view_definition, check_option, is_updatable,"
              + " is_insertable_into, is_trigger_updatable, is_trigger_deletable,"
              + " is_trigger_insertable_into");

  private static final List<SystemTable> ALL =
      Stream.concat(
              Stream.of(COLUMNS, Routines.TABLE, SCHEMATA, SequenceRows.SEQUENCES, TABLES, VIEWS),
              ConstraintRows.all().stream())
          .sorted(Comparator.comparing(SystemTable::name))
          .toList();

  private InformationSchema() {}

  /** All of them, by name. */
  static List<SystemTable> all() {
    return ALL;
  }

  /** A name with # is an INTEGER, else a VARCHAR; one with ? may be null. */
  static SystemTable table(String name, String columns) {
    List<Field> fields = new ArrayList<>();
    for (String column : columns.split(",", -1)) {
      String text = column.strip();
      fields.add(
          new Field(
              text.replace("#", "").replace("?", ""),
              text.contains("#") ? SqlType.INTEGER : SqlType.TEXT,
              text.contains("?")));
    }
    return new SystemTable(NAME, name, new Schema(fields));
  }

  /**
   * The rows of one of these tables, or null when it is none of them.
   *
   * @param system all tables whose rows the engine makes
   * @param functions all that a statement may call
   */
  public static @Nullable Batch rows(
      SystemTable table,
      String database,
      Catalog catalog,
      List<SystemTable> system,
      List<FunctionInfo> functions) {
    if (table.equals(Routines.TABLE)) {
      return Routines.rows(database, functions);
    }
    Rows rows = new Rows(table.schema());
    if (table.equals(SCHEMATA)) {
      schemas(catalog)
          .forEach(schema ->
              add(
                  rows,
                  table,
                  Map.of("catalog_name", database, "schema_name", schema, "schema_owner", OWNER)));
    } else if (table.equals(TABLES)) {
      tables(rows, database, catalog, system);
    } else if (table.equals(COLUMNS)) {
      new ColumnRows(rows, database).addAll(catalog, system);
    } else if (table.equals(VIEWS)) {
      views(rows, database, catalog);
    } else if (table.equals(SequenceRows.SEQUENCES)) {
      SequenceRows.add(rows, database, catalog);
    } else if (ConstraintRows.all().contains(table)) {
      ConstraintRows.add(rows, table, database, catalog);
    } else {
      return null;
    }
    return rows.batch();
  }

  /** The schemas by name, those of the system included. */
  public static List<String> schemas(Catalog catalog) {
    List<String> schemas = new ArrayList<>(catalog.schemas());
    schemas.add(NAME);
    schemas.add("quiver");
    return schemas.stream().sorted().toList();
  }

  private static void tables(
      Rows rows, String database, Catalog catalog, List<SystemTable> system) {
    for (SystemTable table : system) {
      tableRow(rows, database, table.schemaName(), table.name(), "SYSTEM TABLE", null);
    }
    for (TableDefinition table : catalog.tables()) {
      String comment = table.comment();
      tableRow(rows, database, table.schemaName(), table.name(), "BASE TABLE", comment);
    }
    for (ViewDefinition view : catalog.views()) {
      tableRow(rows, database, view.schemaName(), view.name(), "VIEW", view.comment());
    }
  }

  private static void tableRow(
      Rows rows,
      String database,
      String schema,
      String name,
      String type,
      @Nullable String comment) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("table_catalog", database);
    values.put("table_schema", schema);
    values.put("table_name", name);
    values.put("table_type", type);
    values.put("is_insertable_into", yesOrNo(type.equals("BASE TABLE")));
    values.put("is_typed", "NO");
    values.put("table_comment", comment);
    add(rows, TABLES, values);
  }

  private static void views(Rows rows, String database, Catalog catalog) {
    for (ViewDefinition view : catalog.views()) {
      rows.add(
          database,
          view.schemaName(),
          view.name(),
          view.sql(),
          "NONE",
          "NO",
          "NO",
          "NO",
          "NO",
          "NO");
    }
  }

  /** Adds a row of the values that a table has columns for. */
  private static void add(
      Rows rows, SystemTable table, Map<String, ? extends @Nullable Object> values) {
    rows.add(table.schema().fields().stream().map(field -> values.get(field.name())).toArray());
  }

  static String yesOrNo(boolean yes) {
    return yes ? "YES" : "NO";
  }

  /** The rows of information_schema.columns. */
  private record ColumnRows(Rows rows, String database) {
    void addAll(Catalog catalog, List<SystemTable> system) {
      for (SystemTable table : system) {
        addAll(table.schemaName(), table.name(), table.schema().fields());
      }
      for (TableDefinition table : catalog.tables()) {
        int position = 0;
        for (ColumnDefinition column : table.columns()) {
          add(table.schemaName(), table.name(), ++position, column);
        }
      }
      for (ViewDefinition view : catalog.views()) {
        addAll(view.schemaName(), view.name(), view.columns());
      }
    }

    private void addAll(String schema, String table, List<Field> fields) {
      int position = 0;
      for (Field field : fields) {
        Map<String, @Nullable Object> values = values(schema, table, ++position, field);
        values.put("is_updatable", "NO");
        InformationSchema.add(rows, COLUMNS, values);
      }
    }

    private void add(String schema, String table, int position, ColumnDefinition column) {
      Map<String, @Nullable Object> values = values(schema, table, position, column.field());
      values.put("column_default", column.defaultSql());
      values.put("column_comment", column.comment());
      if (column.identity() != ColumnDefinition.Identity.NONE) {
        boolean wide = column.type().equals(SqlType.BIGINT);
        values.put("is_identity", "YES");
        values.put(
            "identity_generation",
            column.identity() == ColumnDefinition.Identity.ALWAYS ? "ALWAYS" : "BY DEFAULT");
        values.put("identity_start", "1");
        values.put("identity_increment", "1");
        values.put("identity_minimum", "1");
        values.put("identity_maximum", Long.toString(wide ? Long.MAX_VALUE : Integer.MAX_VALUE));
        values.put("identity_cycle", "NO");
      }
      InformationSchema.add(rows, COLUMNS, values);
    }

    private Map<String, @Nullable Object> values(
        String schema, String table, int position, Field field) {
      Map<String, @Nullable Object> values = new HashMap<>();
      values.put("table_catalog", database);
      values.put("table_schema", schema);
      values.put("table_name", table);
      values.put("column_name", field.name());
      values.put("ordinal_position", position);
      values.put("is_nullable", yesOrNo(field.nullable()));
      values.put("data_type", field.type().sqlName());
      values.put("udt_catalog", database);
      values.put("udt_schema", NAME);
      values.put("udt_name", typeName(field.type()));
      values.put("is_self_referencing", "NO");
      values.put("is_identity", "NO");
      values.put("is_generated", "NEVER");
      values.put("is_updatable", "YES");
      sizes(field.type(), values);
      return values;
    }
  }

  private static String typeName(SqlType type) {
    String name = type.sqlName().toLowerCase(Locale.ROOT);
    int parenthesis = name.indexOf('(');
    return parenthesis < 0 ? name : name.substring(0, parenthesis);
  }

  /** How long, precise and wide values of a type are. */
  private static void sizes(SqlType type, Map<String, @Nullable Object> values) {
    switch (type) {
      case SqlType.Simple simple -> sizes(simple, values);
      case SqlType.Varchar(int length) -> {
        if (length != SqlType.Varchar.UNBOUNDED) {
          values.put("character_maximum_length", length);
        }
        values.put("character_set_name", "UTF8");
      }
      case SqlType.Varbinary(int length) -> {
        if (length != SqlType.Varbinary.UNBOUNDED) {
          values.put("character_octet_length", length);
        }
      }
      case SqlType.Decimal(int precision, int scale) -> number(precision, 10, scale, values);
      case SqlType.Array array -> {}
      case SqlType.Vector vector -> {}
    }
  }

  private static void sizes(SqlType.Simple type, Map<String, @Nullable Object> values) {
    switch (type) {
      case TINYINT -> number(8, 2, 0, values);
      case SMALLINT -> number(16, 2, 0, values);
      case INTEGER -> number(32, 2, 0, values);
      case BIGINT -> number(64, 2, 0, values);
      case REAL -> number(24, 2, null, values);
      case DOUBLE -> number(53, 2, null, values);
      case DATE -> values.put("datetime_precision", 0);
      case TIME, TIMESTAMP, TIMESTAMP_TZ -> values.put("datetime_precision", 6);
      case BOOLEAN, UUID, JSON -> {}
    }
  }

  private static void number(
      int precision, int radix, @Nullable Integer scale, Map<String, @Nullable Object> values) {
    values.put("numeric_precision", precision);
    values.put("numeric_precision_radix", radix);
    values.put("numeric_scale", scale);
  }
}
