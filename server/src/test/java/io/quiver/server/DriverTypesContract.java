package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.jdbc.QuiverVector;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Each type of the dialect through setters and getters, in this process and over the network. */
abstract class DriverTypesContract extends DriverWalkContract {
  /** Binds a value to a column of a type and gives the row that comes back. */
  private ResultSet round(String type, Object value) throws SQLException {
    run("DROP TABLE IF EXISTS one");
    run("CREATE TABLE one (x " + type + ")");
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO one VALUES (?)")) {
      insert.setObject(1, value);
      assertThat(insert.executeUpdate()).isEqualTo(1);
    }
    return read();
  }

  private ResultSet read() throws SQLException {
    Statement statement = connection.createStatement();
    statement.closeOnCompletion();
    ResultSet rows = statement.executeQuery("SELECT x FROM one");
    assertThat(rows.next()).isTrue();
    return rows;
  }

  @Test
  void numbersKeepTheirTypes() throws SQLException {
    assertThat(round("TINYINT", -128).getObject(1)).isEqualTo((byte) -128);
    assertThat(round("SMALLINT", 32_767).getObject(1)).isEqualTo((short) 32_767);
    assertThat(read().getInt(1)).isEqualTo(32_767);
    assertState("22003", "32767", () -> read().getByte(1));
    BigDecimal decimal = new BigDecimal("123456789012345678901234567890.12345678");
    ResultSet rows = round("DECIMAL(38, 8)", decimal);
    assertThat(rows.getObject(1)).isEqualTo(decimal);
    assertThat(rows.getBigDecimal(1)).isEqualTo(decimal);
    assertThat(rows.getString(1)).isEqualTo(decimal.toPlainString());
    assertThat(rows.getMetaData().getPrecision(1)).isEqualTo(38);
    assertThat(rows.getMetaData().getScale(1)).isEqualTo(8);
    assertState("22003", "", () -> read().getLong(1));
    assertThat(round("DECIMAL(10, 2)", "-0.5").getObject(1)).isEqualTo(new BigDecimal("-0.50"));
    assertState("22003", "", () -> round("DECIMAL(4, 2)", new BigDecimal("123.4")));
  }

  @Test
  void timesComeInEveryClass() throws SQLException {
    LocalTime time = LocalTime.of(23, 59, 59, 123_456_000);
    ResultSet rows = round("TIME", time);
    assertThat(rows.getObject(1, LocalTime.class)).isEqualTo(time);
    assertThat(rows.getString(1)).isEqualTo("23:59:59.123456");
    assertThat(rows.getObject(1)).isInstanceOf(Time.class).hasToString("23:59:59");
    assertThat(rows.getTime(1)).hasToString("23:59:59");
    Calendar tokyo = Calendar.getInstance(TimeZone.getTimeZone("Asia/Tokyo"));
    assertThat(rows.getTime(1, tokyo).getTime()).isEqualTo(14 * 3_600_000L + 3_599_123);
    assertThat(round("TIME", Time.valueOf("01:02:03")).getObject(1, LocalTime.class))
        .isEqualTo(LocalTime.of(1, 2, 3));

    Instant instant = Instant.parse("2024-03-31T01:30:00.000001Z");
    OffsetDateTime there = instant.atOffset(ZoneOffset.ofHours(5));
    for (Object way : List.of(instant, there, there.toZonedDateTime(), Timestamp.from(instant))) {
      rows = round("TIMESTAMP WITH TIME ZONE", way);
      assertThat(rows.getObject(1)).isEqualTo(instant.atOffset(ZoneOffset.UTC));
      assertThat(rows.getObject(1, Instant.class)).isEqualTo(instant);
      assertThat(rows.getTimestamp(1)).isEqualTo(Timestamp.from(instant));
      assertThat(rows.getTimestamp(1, tokyo)).isEqualTo(Timestamp.from(instant));
    }
    LocalDateTime wall = LocalDateTime.of(2024, 7, 1, 12, 0);
    try (PreparedStatement insert =
        connection.prepareStatement("SELECT CAST(? AS TIMESTAMP), CAST(? AS DATE)")) {
      insert.setTimestamp(1, Timestamp.from(wall.toInstant(ZoneOffset.ofHours(9))), tokyo);
      insert.setDate(2, new java.sql.Date(0), tokyo);
      try (ResultSet row = insert.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getObject(1, LocalDateTime.class)).isEqualTo(wall);
        assertThat(row.getTimestamp(1, tokyo).toInstant())
            .isEqualTo(wall.toInstant(ZoneOffset.ofHours(9)));
        assertThat(row.getObject(2, LocalDate.class)).isEqualTo(LocalDate.EPOCH);
        assertState("22018", "", () -> row.getObject(1, Instant.class));
      }
    }
  }

  @Test
  void bytesTextUuidAndJsonComeBack() throws SQLException {
    byte[] bytes = {0, -1, 127, 'a'};
    assertThat(round("VARBINARY", bytes).getBytes(1)).isEqualTo(bytes);
    assertThat(read().getObject(1)).isEqualTo(bytes);
    assertThat(read().getBinaryStream(1)).hasBinaryContent(bytes);
    assertThat(read().getString(1)).isEqualTo("\\x00ff7f61");
    assertThat(round("VARBINARY", new byte[0]).getBytes(1)).isEmpty();
    UUID uuid = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    assertThat(round("UUID", uuid).getObject(1)).isEqualTo(uuid);
    assertThat(read().getObject(1, UUID.class)).isEqualTo(uuid);
    assertThat(read().getString(1)).isEqualTo(uuid.toString());
    assertThat(read().getBytes(1)).hasSize(16).startsWith(1, 0x23);
    assertThat(round("UUID", uuid.toString()).getObject(1)).isEqualTo(uuid);
    assertThat(round("JSON", "{\"a\": [1, \"한국\"]}").getObject(1))
        .isEqualTo("{\"a\": [1, \"한국\"]}");
    try (PreparedStatement streams =
        connection.prepareStatement("SELECT CAST(? AS VARCHAR), CAST(? AS VARBINARY)")) {
      streams.setCharacterStream(1, new StringReader("数据🏹"));
      streams.setBinaryStream(2, new ByteArrayInputStream(bytes), 4);
      try (ResultSet row = streams.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("数据🏹");
        assertThat(row.getBytes(2)).isEqualTo(bytes);
      }
      assertState(
          "22023",
          "ends after 4",
          () -> streams.setBinaryStream(2, new ByteArrayInputStream(bytes), 5));
    }
  }

  @Test
  void arraysAreListsAndJdbcArrays() throws SQLException {
    Array made = connection.createArrayOf("integer", new Object[] {1, null, -3});
    for (Object way : new Object[] {made, java.util.Arrays.asList(1, null, -3)}) {
      ResultSet rows = round("INTEGER ARRAY", way);
      assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.ARRAY);
      Array array = rows.getArray(1);
      assertThat((Object[]) array.getArray())
          .isInstanceOf(Integer[].class)
          .containsExactly(1, null, -3);
      assertThat((Object[]) array.getArray(2, 2)).containsExactly(null, -3);
      assertThat(array.getBaseType()).isEqualTo(Types.INTEGER);
      assertThat(array.getBaseTypeName()).isEqualTo("INTEGER");
      assertThat(rows.getObject(1)).isInstanceOf(Array.class).hasToString("{1,NULL,-3}");
      try (ResultSet elements = array.getResultSet()) {
        assertThat(elements.next()).isTrue();
        assertThat(elements.next()).isTrue();
        assertThat(elements.getInt("INDEX")).isEqualTo(2);
        assertThat(elements.getObject("VALUE")).isNull();
      }
      assertState("2202E", "3 elements", () -> array.getArray(5, 1));
    }
    assertThat(round("VARCHAR ARRAY", new String[] {"a b", "é"}).getArray(1))
        .hasToString("{\"a b\",é}");
    assertThat(round("BIGINT ARRAY", new long[] {1, 2}).getObject(1, Long[].class))
        .containsExactly(1L, 2L);
    try (PreparedStatement any =
        connection.prepareStatement("SELECT 3 = ANY(?), 'b' <> ALL(?), ARRAY[1] || ?")) {
      any.setArray(1, made);
      any.setObject(2, List.of("a", "c"));
      any.setObject(3, new int[] {2, 3});
      try (ResultSet rows = any.executeQuery()) {
        assertThat(rows.next()).isTrue();
        // 3 is none of 1, NULL and -3, of which one is unknown.
        assertThat(rows.getObject(1)).isNull();
        assertThat(rows.getBoolean(2)).isTrue();
        assertThat(rows.getObject(3)).hasToString("{1,2,3}");
      }
    }
    List<?> none = round("INTEGER ARRAY", List.of()).getObject(1, List.class);
    assertThat(none).isEmpty();
    assertState("42704", "nonsense", () -> connection.createArrayOf("nonsense", new Object[0]));
  }

  @Test
  void vectorsOfEveryElementComeBack() throws SQLException {
    for (QuiverVector.Element element : QuiverVector.Element.values()) {
      boolean isBinary = element == QuiverVector.Element.BINARY;
      float[] values = isBinary ? new float[] {1, 0, 1} : new float[] {1, -2, 100};
      String text = isBinary ? "101" : "[1,-2,100]";
      String type = "VECTOR(3, " + element + ")";
      for (Object way :
          new Object[] {
            values,
            text,
            new double[] {values[0], values[1], values[2]},
            List.of(values[0], values[1], values[2]),
            packed(element)
          }) {
        ResultSet rows = round(type, way);
        QuiverVector vector = rows.getObject(1, QuiverVector.class);
        assertThat(vector.element()).isEqualTo(element);
        assertThat(vector).hasToString(text);
        assertThat(rows.getString(1)).isEqualTo(text);
        assertThat(rows.getObject(1, float[].class)).isEqualTo(values);
        assertThat(rows.getObject(1, double[].class)).hasSize(3);
        assertThat(rows.getBytes(1)).isEqualTo(packed(element));
        assertThat(round(type, vector).getObject(1)).isEqualTo(vector);
      }
    }
  }

  /** (1, -2, 100), or (1, 0, 1), as it is stored. */
  private static byte[] packed(QuiverVector.Element element) {
    return switch (element) {
      case FLOAT32 ->
          new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, (byte) 0xc0, 0, 0, (byte) 0xc8, 0x42};
      case FLOAT16 -> new byte[] {0, 0x3c, 0, (byte) 0xc0, 0x40, 0x56};
      case BFLOAT16 -> new byte[] {(byte) 0x80, 0x3f, 0, (byte) 0xc0, (byte) 0xc8, 0x42};
      case INT8 -> new byte[] {1, -2, 100};
      case BINARY -> new byte[] {(byte) 0xa0};
    };
  }

  @Test
  void aTargetTypeConvertsWhereItSaysSo() throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT CAST(? AS VARCHAR), CAST(? AS DECIMAL(10, 2))")) {
      select.setObject(1, 12, Types.VARCHAR);
      select.setObject(2, "1.005", JDBCType.DECIMAL, 2);
      try (ResultSet row = select.executeQuery()) {
        assertThat(row.next()).isTrue();
        assertThat(row.getString(1)).isEqualTo("12");
        assertThat(row.getBigDecimal(2)).isEqualTo(new BigDecimal("1.01"));
      }
      assertState("22023", "2 parameters", () -> select.setInt(3, 1));
      assertState("22018", "java.lang.Thread", () -> select.setObject(1, Thread.currentThread()));
    }
  }

  @Test
  void changesGiveTheirKeys() throws SQLException {
    run("CREATE TABLE k (s VARCHAR, id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)");
    try (PreparedStatement statement =
        connection.prepareStatement("INSERT INTO k (s) VALUES (?);", new int[] {2, 1})) {
      statement.setString(1, "a");
      assertThat(statement.executeUpdate()).isEqualTo(1);
      assertThat(keys(statement, "id", "s")).containsExactly("1a");
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO k (s) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
      for (String text : List.of("b", "c")) {
        statement.setString(1, text);
        statement.addBatch();
      }
      assertThat(statement.executeBatch()).containsExactly(1, 1);
      assertThat(keys(statement, "id")).containsExactly("2", "3");
    }
    try (Statement statement = connection.createStatement()) {
      String update = "UPDATE k SET s = 'RETURNING' WHERE id > 1";
      assertThat(statement.executeUpdate(update, new String[] {"id", "s"})).isEqualTo(2);
      assertThat(keys(statement, "id", "s")).containsExactlyInAnyOrder("2RETURNING", "3RETURNING");
      assertThat(statement.executeUpdate(update)).isEqualTo(2);
      assertThat(keys(statement)).isEmpty();
      assertState("42703", "2 columns", () -> statement.execute(update, new int[] {3}));
    }
  }

  @Test
  void aBatchThatUpdatesOnConflictCountsEachEntry() throws SQLException {
    run("CREATE TABLE k (id BIGINT PRIMARY KEY, n BIGINT)");
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO k VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET n = k.n + 1")) {
      for (long id : new long[] {1, 2, 1}) {
        insert.setLong(1, id);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).containsExactly(1, 1, 1);
    }
    assertThat(number("SELECT n FROM k WHERE id = 1")).isEqualTo(2);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO k VALUES (?, 9) ON CONFLICT DO NOTHING")) {
      for (long id : new long[] {1, 3, 3}) {
        insert.setLong(1, id);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).containsExactly(0, 1, 0);
    }
  }

  private static List<String> keys(Statement statement, String... columns) throws SQLException {
    List<String> keys = new ArrayList<>();
    try (ResultSet rows = statement.getGeneratedKeys()) {
      assertThat(rows.getMetaData().getColumnCount()).isEqualTo(columns.length);
      while (rows.next()) {
        StringBuilder key = new StringBuilder();
        for (String column : columns) {
          key.append(rows.getString(column));
        }
        keys.add(key.toString());
      }
    }
    return keys;
  }
}
