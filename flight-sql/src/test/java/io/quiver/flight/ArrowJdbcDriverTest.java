package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Arrow's own JDBC driver, which other people's tools bring along. */
@Timeout(60)
class ArrowJdbcDriverTest {
  private final Served served = new Served();
  private Connection connection;

  @BeforeEach
  void connect() throws SQLException {
    connection =
        DriverManager.getConnection(
            "jdbc:arrow-flight-sql://127.0.0.1:"
                + served.endpoint.port()
                + "/?useEncryption=false");
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    served.close();
  }

  @Test
  void statementsGiveRowsAndCounts() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThat(statement.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")).isFalse();
      assertThat(statement.executeUpdate("INSERT INTO t VALUES (1, 'a'), (2, NULL)")).isEqualTo(2);
      try (ResultSet rows = statement.executeQuery("SELECT id, name FROM t ORDER BY id")) {
        assertThat(rows.getMetaData().getColumnLabel(2)).isEqualTo("name");
        assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.INTEGER);
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isEqualTo("a");
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(2)).isNull();
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void anEmptyResultHasTheColumnsThatWereAskedFor() throws SQLException {
    served.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)", "INSERT INTO t VALUES (1, 'a')");
    for (String sql :
        List.of(
            "SELECT name FROM t ORDER BY name LIMIT 0",
            "SELECT name FROM t WHERE id NOT IN (SELECT id FROM t)",
            "SELECT name FROM t WHERE id > 1")) {
      // Statements without preparation list the columns of an empty result twice: the driver's own
      // mistake.
      try (PreparedStatement statement = connection.prepareStatement(sql);
          ResultSet rows = statement.executeQuery()) {
        assertThat(rows.getMetaData().getColumnCount()).as(sql).isEqualTo(1);
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void parametersOfEveryTypeAreBound() throws SQLException {
    served.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, b BOOLEAN, l BIGINT, r REAL, d DOUBLE, t TEXT,"
            + " day DATE, at TIMESTAMP)");
    Timestamp at = Timestamp.valueOf("2024-02-29 12:30:00");
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      insert.setInt(1, 1);
      insert.setBoolean(2, true);
      insert.setLong(3, 1L << 40);
      insert.setFloat(4, 1.5f);
      insert.setDouble(5, 2.5);
      insert.setString(6, "Grüße");
      insert.setDate(7, Date.valueOf("2024-02-29"));
      insert.setTimestamp(8, at);
      assertThat(insert.executeUpdate()).isEqualTo(1);
      insert.setInt(1, 2);
      insert.setNull(6, Types.VARCHAR);
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    try (PreparedStatement query =
        connection.prepareStatement("SELECT * FROM t WHERE id = ? AND l = ?")) {
      query.setInt(1, 1);
      query.setLong(2, 1L << 40);
      try (ResultSet rows = query.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getBoolean(2)).isTrue();
        assertThat(rows.getFloat(4)).isEqualTo(1.5f);
        assertThat(rows.getDouble(5)).isEqualTo(2.5);
        assertThat(rows.getString(6)).isEqualTo("Grüße");
        assertThat(rows.getString(7)).isEqualTo("2024-02-29");
        assertThat(rows.getTimestamp(8, java.util.Calendar.getInstance(TimeZone.getDefault())))
            .isEqualTo(at);
        assertThat(rows.next()).isFalse();
      }
      query.setInt(1, 2);
      try (ResultSet rows = query.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(6)).isNull();
      }
    }
  }

  @Test
  void batchesAreOneChange() throws SQLException {
    served.run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?)")) {
      for (int id : new int[] {1, 2, 2}) {
        insert.setInt(1, id);
        insert.addBatch();
      }
      assertThatThrownBy(insert::executeBatch).hasStackTraceContaining("SQLSTATE 23505");
    }
    assertThat(first("SELECT COUNT(*) FROM t")).isEqualTo(0L);
  }

  @Test
  void vectorsComeAsArrays() throws SQLException {
    served.run(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, v VECTOR(2))",
        "INSERT INTO docs VALUES (1, '[1,2.5]'), (2, NULL)");
    for (String sql : List.of("SELECT v FROM docs ORDER BY id", "SELECT VECTOR '[1,2.5]'")) {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        assertThat(rows.next()).isTrue();
        assertThat((Object[]) rows.getArray(1).getArray()).containsExactly(1f, 2.5f);
      }
    }
  }

  @Test
  void aVectorIsBoundAsAnArray() throws SQLException {
    served.run(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, v VECTOR(2))",
        "INSERT INTO docs VALUES (1, '[1,0]'), (2, '[0,1]')");
    try (PreparedStatement search =
        connection.prepareStatement("SELECT id FROM docs ORDER BY v <-> ? LIMIT 1")) {
      search.setArray(1, connection.createArrayOf("FLOAT", new Object[] {0.1f, 0.9f}));
      try (ResultSet rows = search.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(2);
      }
    }
  }

  @Test
  void aTransactionLastsFromCallToCall() throws SQLException {
    served.run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      statement.executeUpdate("INSERT INTO t VALUES (1)");
      assertThat(first("SELECT COUNT(*) FROM t")).isEqualTo(1L);
      statement.execute("ROLLBACK");
    }
    assertThat(first("SELECT COUNT(*) FROM t")).isEqualTo(0L);
  }

  @Test
  void aMistakeSaysWhatItWas() {
    assertThatThrownBy(() -> first("SELECT missing FROM nowhere"))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("nowhere")
        .hasStackTraceContaining("SQLSTATE 42P01");
  }

  @Test
  void metadataListsTablesColumnsAndKeys() throws SQLException {
    served.run("CREATE TABLE docs (id INTEGER PRIMARY KEY, lang TEXT, v VECTOR(3))");
    DatabaseMetaData metadata = connection.getMetaData();

    assertThat(column(metadata.getCatalogs(), "TABLE_CAT")).containsExactly("test");
    assertThat(column(metadata.getSchemas(), "TABLE_SCHEM")).contains("public");
    assertThat(column(metadata.getTableTypes(), "TABLE_TYPE")).contains("TABLE");
    assertThat(
            column(metadata.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"))
        .containsExactly("docs");
    assertThat(column(metadata.getColumns(null, null, "docs", "%"), "COLUMN_NAME"))
        .containsExactly("id", "lang", "v");
    assertThat(column(metadata.getColumns(null, null, "docs", "v"), "TYPE_NAME"))
        .containsExactly("VECTOR(3)");
    assertThat(column(metadata.getPrimaryKeys(null, null, "docs"), "COLUMN_NAME"))
        .containsExactly("id");
    assertThat(metadata.getIdentifierQuoteString()).isEqualTo("\"");
    assertThat(metadata.getDatabaseProductName()).isEqualTo("Quiver");
  }

  @Test
  void noQuestionAboutTheServerFails() throws Exception {
    DatabaseMetaData metadata = connection.getMetaData();
    List<String> failures = new ArrayList<>();
    for (Method method : DatabaseMetaData.class.getMethods()) {
      // It wants a table of casts, which the server does not describe.
      boolean asksForCasts = method.getName().equals("supportsConvert");
      if (method.getParameterCount() == 0 && !asksForCasts) {
        try {
          if (method.invoke(metadata) instanceof ResultSet rows) {
            rows.close();
          }
        } catch (InvocationTargetException e) {
          failures.add(method.getName() + ": " + e.getCause());
        }
      }
    }
    assertThat(failures).isEmpty();
  }

  private Object first(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getObject(1);
    }
  }

  private static List<String> column(ResultSet result, String name) throws SQLException {
    List<String> values = new ArrayList<>();
    try (result) {
      while (result.next()) {
        values.add(result.getString(name));
      }
    }
    return values;
  }
}
