package io.quiver.flight;

import io.quiver.engine.Session;
import io.quiver.engine.TableInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Fills Flight SQL's metadata results about tables. */
final class FlightCatalog {
  private static final String TABLE = "TABLE";
  private static final String VIEW = "VIEW";
  private static final String SYSTEM_TABLE = "SYSTEM TABLE";

  void catalogs(Session session, VectorSchemaRoot root) {
    set(root, "catalog_name", 0, session.catalog());
    root.setRowCount(1);
  }

  void schemas(CommandGetDbSchemas command, Session session, VectorSchemaRoot root) {
    List<String> names = session.schemas();
    Predicate<String> wanted =
        like(command.hasDbSchemaFilterPattern(), command.getDbSchemaFilterPattern());
    int row = 0;
    for (String name : names) {
      if (wanted.test(name) && inCatalog(command.hasCatalog(), command.getCatalog(), session)) {
        set(root, "catalog_name", row, session.catalog());
        set(root, "db_schema_name", row++, name);
      }
    }
    root.setRowCount(row);
  }

  void tables(CommandGetTables command, Session session, VectorSchemaRoot root) {
    Predicate<String> schemaWanted =
        like(command.hasDbSchemaFilterPattern(), command.getDbSchemaFilterPattern());
    Predicate<String> nameWanted =
        like(command.hasTableNameFilterPattern(), command.getTableNameFilterPattern());
    List<String> types = command.getTableTypesList();
    int row = 0;
    for (TableInfo table : session.tables()) {
      String type = type(table);
      if (!schemaWanted.test(table.schemaName())
          || !nameWanted.test(table.name())
          || !(types.isEmpty() || types.contains(type))
          || !inCatalog(command.hasCatalog(), command.getCatalog(), session)) {
        continue;
      }
      set(root, "catalog_name", row, session.catalog());
      set(root, "db_schema_name", row, table.schemaName());
      set(root, "table_name", row, table.name());
      set(root, "table_type", row, type);
      if (command.getIncludeSchema()) {
        ((VarBinaryVector) root.getVector("table_schema"))
            .setSafe(row, ArrowTypes.serialized(ArrowTypes.schema(table.columns())));
      }
      row++;
    }
    root.setRowCount(row);
  }

  private static String type(TableInfo table) {
    return switch (table.kind()) {
      case TABLE -> TABLE;
      case VIEW -> VIEW;
      case SYSTEM_TABLE -> SYSTEM_TABLE;
    };
  }

  void tableTypes(VectorSchemaRoot root) {
    set(root, "table_type", 0, TABLE);
    set(root, "table_type", 1, VIEW);
    set(root, "table_type", 2, SYSTEM_TABLE);
    root.setRowCount(3);
  }

  void primaryKeys(CommandGetPrimaryKeys command, Session session, VectorSchemaRoot root) {
    int row = 0;
    for (TableInfo table : session.tables()) {
      if (!table.name().equals(command.getTable())
          || !inCatalog(command.hasCatalog(), command.getCatalog(), session)
          || (command.hasDbSchema() && !table.schemaName().equals(command.getDbSchema()))) {
        continue;
      }
      int sequence = 0;
      for (String column : table.primaryKey()) {
        set(root, "catalog_name", row, session.catalog());
        set(root, "db_schema_name", row, table.schemaName());
        set(root, "table_name", row, table.name());
        set(root, "column_name", row, column);
        ((IntVector) root.getVector("key_sequence")).setSafe(row, ++sequence);
        set(root, "key_name", row, Objects.requireNonNull(table.primaryKeyName()));
        row++;
      }
    }
    root.setRowCount(row);
  }

  private static boolean inCatalog(boolean named, String catalog, Session session) {
    return !named || catalog.isEmpty() || catalog.equals(session.catalog());
  }

  private static void set(VectorSchemaRoot root, String column, int row, String value) {
    ((VarCharVector) root.getVector(column)).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
  }

  /** SQL's LIKE, with a backslash as escape; a pattern that is absent wants everything. */
  private static Predicate<String> like(boolean present, String pattern) {
    if (!present) {
      return name -> true;
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      switch (c) {
        case '%' -> regex.append(".*");
        case '_' -> regex.append('.');
        case '\\' -> {
          i = Math.min(i + 1, pattern.length() - 1);
          regex.append(Pattern.quote(pattern.substring(i, i + 1)));
        }
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL).asMatchPredicate();
  }
}
