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

  /** What CREATE INDEX made on a table of that name; in every schema where none is named. */
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
    try (PreparedStatement query = connection.prepareStatement(CREATED)) {
      query.setString(1, table);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          if (schema == null || schema.equals(rows.getString("table_schema"))) {
            addColumns(database, rows, columns);
          }
        }
      }
    }
    return columns;
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
              true,
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
