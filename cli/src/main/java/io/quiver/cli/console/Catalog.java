package io.quiver.cli.console;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What tables there are, from JDBC's metadata, for {@code \d} and for completion. */
final class Catalog {
  private final Connection connection;
  private @Nullable Set<String> names;

  Catalog(Connection connection) {
    this.connection = connection;
  }

  /** Names of tables and columns; read once until {@link #forget}. */
  Set<String> names() throws SQLException {
    Set<String> known = names;
    if (known == null) {
      known = new TreeSet<>();
      try (ResultSet columns = connection.getMetaData().getColumns(null, null, "%", "%")) {
        while (columns.next()) {
          known.add(columns.getString("TABLE_NAME"));
          known.add(columns.getString("COLUMN_NAME"));
        }
      }
      names = known;
    }
    return known;
  }

  /** A statement may have changed the tables. */
  void forget() {
    names = null;
  }

  /** Lists the user's tables; false when there is none. */
  boolean list(PrintStream out, int width) throws SQLException {
    List<String[]> rows = new ArrayList<>();
    DatabaseMetaData data = connection.getMetaData();
    try (ResultSet tables = data.getTables(null, null, "%", new String[] {"TABLE", "VIEW"})) {
      while (tables.next()) {
        rows.add(
            new String[] {
              tables.getString("TABLE_SCHEM"),
              tables.getString("TABLE_NAME"),
              tables.getString("TABLE_TYPE")
            });
      }
    }
    if (rows.isEmpty()) {
      return false;
    }
    new TextTable(out, width).write(List.of("schema", "table", "type"), rows);
    return true;
  }

  /** Describes the columns of a table, {@code name} or {@code schema.name}; false without one. */
  boolean describe(String table, PrintStream out, int width) throws SQLException {
    int dot = table.indexOf('.');
    String schema = dot < 0 ? null : table.substring(0, dot);
    String name = table.substring(dot + 1);
    DatabaseMetaData data = connection.getMetaData();
    Set<String> keys = new HashSet<>();
    try (ResultSet found = data.getPrimaryKeys(null, schema, name)) {
      while (found.next()) {
        keys.add(found.getString("COLUMN_NAME"));
      }
    }
    List<String[]> rows = new ArrayList<>();
    String literal = name.replace("_", data.getSearchStringEscape() + "_");
    try (ResultSet columns = data.getColumns(null, schema, literal, "%")) {
      while (columns.next()) {
        String column = columns.getString("COLUMN_NAME");
        boolean mandatory = columns.getInt("NULLABLE") == DatabaseMetaData.columnNoNulls;
        rows.add(
            new String[] {
              column,
              columns.getString("TYPE_NAME"),
              mandatory ? "not null" : "",
              keys.contains(column) ? "primary key" : ""
            });
      }
    }
    if (rows.isEmpty()) {
      return false;
    }
    new TextTable(out, width).write(List.of("column", "type", "null", "key"), rows);
    return true;
  }
}
