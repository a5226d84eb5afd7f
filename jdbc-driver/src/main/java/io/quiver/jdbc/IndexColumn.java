package io.quiver.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A column of an index: a row of {@link DatabaseMetaData#getIndexInfo}, in whose order they are.
 *
 * @param ordinal of the column in the index, from 1
 * @param order A or D, or null where the index has none
 * @param filter of a partial index
 */
record IndexColumn(
    @Nullable String catalog,
    @Nullable String schema,
    String table,
    boolean nonUnique,
    String index,
    int ordinal,
    String column,
    @Nullable String order,
    @Nullable String filter)
    implements Comparable<IndexColumn> {
  private static final Comparator<IndexColumn> ORDER =
      Comparator.comparing(IndexColumn::nonUnique)
          .thenComparing(IndexColumn::index)
          .thenComparingInt(IndexColumn::ordinal);

  /** A name, in quotes where SQL wants them, and what CREATE INDEX says behind it. */
  private static final Pattern KEY =
      Pattern.compile("(\"(?:[^\"]|\"\")*\"|[^\", ]+)( DESC)?( NULLS FIRST)?(?:, |$)");

  private static final String CREATED =
      "SELECT table_schema, table_name, index_name, kind, columns, predicate FROM quiver.indexes"
          + " WHERE table_name = ?";

  /** The kind of what CREATE UNIQUE INDEX made. */
  private static final String UNIQUE = "unique";

  private static final String CONSTRAINTS =
      "SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name, k.ordinal_position"
          + " FROM information_schema.key_column_usage k"
          + " JOIN information_schema.table_constraints c"
          + " ON c.constraint_schema = k.constraint_schema AND c.table_name = k.table_name"
          + " AND c.constraint_name = k.constraint_name"
          + " WHERE c.constraint_type = 'UNIQUE' AND k.table_name = ?";

  /**
   * What CREATE INDEX and UNIQUE made on a table of that name; in every schema where none is named.
   */
  static List<IndexColumn> created(
      Connection connection,
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table)
      throws SQLException {
    List<IndexColumn> columns = new ArrayList<>();
    String database = connection.getCatalog();
    if (catalog != null && !catalog.isEmpty() && !catalog.equals(database)) {
      return columns;
    }
    forEach(connection, CREATED, schema, table, row -> addColumns(database, row, columns));
    forEach(
        connection, CONSTRAINTS, schema, table, row -> columns.add(ofConstraint(database, row)));
    return columns;
  }

  /** Does something with a row. */
  @FunctionalInterface
  private interface RowAction {
    void accept(ResultSet row) throws SQLException;
  }

  private static void forEach(
      Connection connection,
      String sql,
      @Nullable String schema,
      @Nullable String table,
      RowAction action)
      throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setString(1, table);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          if (schema == null || schema.equals(rows.getString("table_schema"))) {
            action.accept(rows);
          }
        }
      }
    }
  }

  private static IndexColumn ofConstraint(String catalog, ResultSet column) throws SQLException {
    return new IndexColumn(
        catalog,
        column.getString("table_schema"),
        column.getString("table_name"),
        false,
        column.getString("constraint_name"),
        column.getInt("ordinal_position"),
        column.getString("column_name"),
        null,
        null);
  }

  private static void addColumns(String catalog, ResultSet index, List<IndexColumn> columns)
      throws SQLException {
    boolean ordered = Set.of("scalar", "btree").contains(index.getString("kind"));
    Matcher keys = KEY.matcher(index.getString("columns"));
    for (int ordinal = 1; keys.find(); ordinal++) {
      String written = keys.group(1);
      columns.add(
          new IndexColumn(
              catalog,
              index.getString("table_schema"),
              index.getString("table_name"),
              !index.getString("kind").equals(UNIQUE),
              index.getString("index_name"),
              ordinal,
              written.startsWith("\"")
                  ? written.substring(1, written.length() - 1).replace("\"\"", "\"")
                  : written,
              ordered ? keys.group(2) == null ? "A" : "D" : null,
              index.getString("predicate")));
    }
  }

  /** In the order of JDBC's columns. */
  Object row() {
    return Arrays.asList(
        catalog,
        schema,
        table,
        nonUnique,
        null,
        index,
        (int) DatabaseMetaData.tableIndexOther,
        ordinal,
        column,
        order,
        0L,
        0L,
        filter);
  }

  @Override
  public int compareTo(IndexColumn other) {
    return ORDER.compare(this, other);
  }
}
