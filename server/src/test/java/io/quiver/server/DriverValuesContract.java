package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.jdbc.QuiverVector;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of values, in this process and over the network alike. */
abstract class DriverValuesContract {
  Connection connection;

  /** The URL of a database that is empty before each test. */
  abstract String url();

  @BeforeEach
  final void connect() throws SQLException {
    connection = DriverManager.getConnection(url());
  }

  @AfterEach
  final void disconnect() throws SQLException {
    connection.close();
  }

  final void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      assertThat(statement.execute(sql)).isFalse();
    }
  }

  final long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  static void assertState(String state, String message, SqlCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            SQLException.class,
            e -> {
              assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(state);
              assertThat(e.getMessage())
                  .contains(message)
                  .doesNotContain("Error -1")
                  .doesNotContain("\tat ")
                  .doesNotContain("Exception");
            });
  }

  /** JDBC calls throw. */
  interface SqlCall {
    void run() throws SQLException;
  }

  final void createEverything() throws SQLException {
    run(
        "CREATE TABLE everything (id INTEGER PRIMARY KEY, b BOOLEAN, l BIGINT, r REAL, d DOUBLE,"
            + " t VARCHAR, born DATE, seen TIMESTAMP, v VECTOR(3))");
  }

  private PreparedStatement insertEverything() throws SQLException {
    return connection.prepareStatement("INSERT INTO everything VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  }

  @Test
  void everyTypeComesBackAsItWent() throws SQLException {
    createEverything();
    LocalDate day = LocalDate.of(1582, 10, 14);
    LocalDateTime at = LocalDateTime.of(2024, 3, 31, 2, 30, 15, 123_456_000);
    try (PreparedStatement insert = insertEverything()) {
      insert.setInt(1, 1);
      insert.setBoolean(2, true);
      insert.setLong(3, Long.MIN_VALUE);
      insert.setFloat(4, 0.1f);
      insert.setDouble(5, Math.PI);
      insert.setString(6, "Größe 🏹 'quoted'");
      insert.setObject(7, day);
      insert.setObject(8, at);
      insert.setObject(9, new float[] {1, 2.5f, -3});
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM everything")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt("id")).isEqualTo(1);
      assertThat(rows.getObject("id")).isEqualTo(1);
      assertThat(rows.getBoolean("b")).isTrue();
      assertThat(rows.getObject(2)).isEqualTo(true);
      assertThat(rows.getLong("l")).isEqualTo(Long.MIN_VALUE);
      assertThat(rows.getObject("r")).isEqualTo(0.1f);
      assertThat(rows.getDouble("d")).isEqualTo(Math.PI);
      assertThat(rows.getString("t")).isEqualTo("Größe 🏹 'quoted'");
      assertThat(rows.getObject("born", LocalDate.class)).isEqualTo(day);
      assertThat(rows.getString("born")).isEqualTo("1582-10-14");
      assertThat(rows.getObject("seen", LocalDateTime.class)).isEqualTo(at);
      assertThat(rows.getString("seen")).isEqualTo("2024-03-31 02:30:15.123456");
      assertThat(rows.getObject("v"))
          .isEqualTo(QuiverVector.of(1, 2.5f, -3))
          .hasToString("[1,2.5,-3]");
      assertThat(rows.getObject("v", float[].class)).containsExactly(1, 2.5f, -3);
      assertThat(rows.getString("v")).isEqualTo("[1,2.5,-3]");
      assertThat(rows.getBytes("v")).hasSize(12).startsWith(0, 0, 0x80, 0x3f);
      assertThat((Object) rows.getObject("v", List.class)).isEqualTo(List.of(1f, 2.5f, -3f));
      assertThat(rows.getBigDecimal("id")).isEqualTo(BigDecimal.ONE);
      assertThat(rows.next()).isFalse();
    }
  }

  @Test
  void nullComesBackAsNull() throws SQLException {
    createEverything();
    try (PreparedStatement insert = insertEverything()) {
      insert.setInt(1, 1);
      for (int i = 2; i <= 9; i++) {
        insert.setNull(i, Types.OTHER);
      }
      assertThat(insert.executeUpdate()).isEqualTo(1);
      insert.setInt(1, 2);
      for (int i = 2; i <= 9; i++) {
        insert.setObject(i, null);
      }
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM everything ORDER BY id")) {
      while (rows.next()) {
        for (int i = 2; i <= 9; i++) {
          assertThat(rows.getObject(i)).isNull();
          assertThat(rows.getString(i)).isNull();
          assertThat(rows.wasNull()).isTrue();
        }
        assertThat(rows.getLong("l")).isZero();
        assertThat(rows.getObject("seen", LocalDateTime.class)).isNull();
        assertThat(rows.getInt("id")).isPositive();
        assertThat(rows.wasNull()).isFalse();
      }
    }
  }

  @Test
  void aVectorIsBoundInSixWays() throws SQLException {
    run("CREATE TABLE vectors (id INTEGER, v VECTOR(3))");
    List<Object> ways =
        List.of(
            new float[] {1, 2, 3},
            new double[] {1, 2, 3},
            new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40},
            List.of(1, 2.0, 3f),
            "[1, 2, 3]",
            QuiverVector.of(1, 2, 3));
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO vectors VALUES (?, ?)")) {
      for (int i = 0; i < ways.size(); i++) {
        insert.setInt(1, i);
        insert.setObject(2, ways.get(i));
        assertThat(insert.executeUpdate()).isEqualTo(1);
      }
    }
    try (PreparedStatement search =
        connection.prepareStatement(
            "SELECT v, v <-> ? AS d FROM vectors ORDER BY v <-> ? LIMIT 10")) {
      for (Object way : ways) {
        search.setObject(1, way);
        search.setObject(2, way);
        try (ResultSet rows = search.executeQuery()) {
          for (int i = 0; i < ways.size(); i++) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getObject("v")).isEqualTo(QuiverVector.of(1, 2, 3));
            assertThat(rows.getDouble("d")).isZero();
          }
        }
      }
    }
  }

  @Test
  void noTimeZoneMovesADateOrATimestamp() throws SQLException {
    createEverything();
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("America/Los_Angeles"));
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO everything (id, born, seen) VALUES (?, ?, ?)")) {
        insert.setInt(1, 1);
        insert.setDate(2, Date.valueOf("2024-02-29"));
        insert.setTimestamp(3, Timestamp.valueOf("2024-07-01 23:59:59.000001"));
        insert.executeUpdate();
      }
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT born, seen FROM everything")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getDate(1)).isEqualTo(Date.valueOf("2024-02-29"));
        assertThat(rows.getTimestamp(2)).isEqualTo(Timestamp.valueOf("2024-07-01 23:59:59.000001"));
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
        assertThat(rows.getString(1)).isEqualTo("2024-02-29");
        assertThat(rows.getObject(2, LocalDateTime.class))
            .isEqualTo(LocalDateTime.of(2024, 7, 1, 23, 59, 59, 1_000));
      }
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void bytesAndTextTravelAsLargeObjects() throws SQLException, IOException {
    run("CREATE TABLE large (id INTEGER PRIMARY KEY, b VARBINARY, c VARCHAR)");
    Blob blob = connection.createBlob();
    assertThat(blob.setBytes(1, new byte[] {1, 2, 3})).isEqualTo(3);
    try (OutputStream out = blob.setBinaryStream(3)) {
      out.write(new byte[] {4, 5});
    }
    Clob clob = connection.createClob();
    clob.setString(1, "Grüße, 한국어 und mehr");
    clob.truncate(10);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO large VALUES (?,?,?)")) {
      insert.setInt(1, 1);
      insert.setBlob(2, blob);
      insert.setClob(3, clob);
      insert.executeUpdate();
      insert.setInt(1, 2);
      insert.setObject(2, blob);
      insert.setObject(3, clob);
      insert.executeUpdate();
      insert.setInt(1, 3);
      insert.setBlob(2, (Blob) null);
      insert.setNClob(3, (NClob) null);
      insert.executeUpdate();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT b, c FROM large ORDER BY id")) {
      for (int row = 0; row < 2; row++) {
        assertThat(rows.next()).isTrue();
        Blob bytes = rows.getBlob(1);
        assertThat(bytes.getBytes(1, 100)).containsExactly(1, 2, 4, 5);
        assertThat(bytes.getBytes(2, 2)).containsExactly(2, 4);
        assertThat(bytes.position(new byte[] {4, 5}, 1)).isEqualTo(3);
        assertThat(bytes.getBinaryStream(2, 2).readAllBytes()).containsExactly(2, 4);
        assertThat(rows.getObject("b", Blob.class).length()).isEqualTo(4);
        Clob text = rows.getClob("c");
        assertThat(text.getSubString(1, 100)).isEqualTo("Grüße, 한국어");
        assertThat(text.position("한", 1)).isEqualTo(8);
        assertThat(rows.getNClob(2).length()).isEqualTo(10);
        assertState("22023", "position", () -> bytes.getBytes(0, 1));
        assertState("22023", "position", () -> text.getSubString(12, 1));
        bytes.free();
        assertState("42809", "freed", bytes::length);
      }
      assertThat(rows.next()).isTrue();
      assertThat(rows.getBlob(1)).isNull();
      assertThat(rows.getClob(2)).isNull();
    }
  }

  @Test
  void bitsAreWrittenAsSqlWritesThem() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT b, b::text FROM (SELECT '10110'::bit(5) AS b) t")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("10110").isEqualTo(rows.getString(2));
      assertThat(rows.getObject(1)).hasToString("10110");
    }
  }

  @Test
  void theSchemaIsOneThatExists() throws SQLException {
    run("CREATE SCHEMA app");
    run("CREATE TABLE app.things (id INTEGER PRIMARY KEY)");
    assertThat(connection.getSchema()).isEqualTo("public");
    connection.setSchema("app");
    assertThat(connection.getSchema()).isEqualTo("app");
    run("INSERT INTO things VALUES (1)");
    assertState("3F000", "nowhere", () -> connection.setSchema("nowhere"));
    assertThat(connection.getSchema()).isEqualTo("app");
    run("SET search_path = public");
    assertThat(connection.getSchema()).isEqualTo("public");
  }

  @Test
  void indexesAreListedColumnByColumn() throws SQLException {
    run(
        "CREATE TABLE listed (id INTEGER PRIMARY KEY, \"A, b\" INTEGER, v VECTOR(2),"
            + " CONSTRAINT listed_key UNIQUE (\"A, b\", id))");
    run("CREATE UNIQUE INDEX listed_one ON listed (\"A, b\")");
    run("CREATE INDEX listed_two ON listed (\"A, b\" DESC, id)");
    run("CREATE VECTOR INDEX listed_v ON listed (v) USING hnsw DISTANCE COSINE");
    List<String> found = new ArrayList<>();
    DatabaseMetaData meta = connection.getMetaData();
    try (ResultSet rows = meta.getIndexInfo(null, "public", "listed", false, true)) {
      while (rows.next()) {
        found.add(
            rows.getBoolean("NON_UNIQUE")
                + " "
                + rows.getString("INDEX_NAME")
                + " "
                + rows.getInt("ORDINAL_POSITION")
                + " "
                + rows.getString("COLUMN_NAME")
                + " "
                + rows.getString("ASC_OR_DESC"));
      }
    }
    assertThat(found)
        .containsExactly(
            "false listed_key 1 A, b null",
            "false listed_key 2 id null",
            "false listed_one 1 A, b null",
            "false listed_pkey 1 id null",
            "true listed_two 1 A, b D",
            "true listed_two 2 id A",
            "true listed_v 1 v null");
    try (ResultSet rows = meta.getIndexInfo(null, "public", "listed", true, true)) {
      for (int unique = 0; unique < 4; unique++) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getBoolean("NON_UNIQUE")).isFalse();
      }
      assertThat(rows.next()).isFalse();
    }
    assertThat(meta.nullsAreSortedAtEnd()).isTrue();
  }
}
