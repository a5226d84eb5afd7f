package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.Database;
import io.quiver.jdbc.QuiverVector;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The table of docs/types.md, each row read from the page and tried over every interface. */
class TypesPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** A row of the page; the types with their parameters filled in. */
  private record Row(
      List<String> names, String jdbcType, String read, List<String> written, String arrowType) {
    String name() {
      return names.getFirst();
    }

    static Row of(String line) {
      String[] cells = line.substring(1).split("\\|", -1);
      List<String> names = new ArrayList<>(codes(cells[0]));
      names.addAll(codes(cells[1]));
      return new Row(
          names.stream().map(Row::filledIn).toList(),
          codes(cells[3]).getFirst(),
          codes(cells[4]).getFirst(),
          codes(cells[5]),
          filledIn(codes(cells[6]).getFirst()));
    }

    private static List<String> codes(String cell) {
      return CODE.matcher(cell).results().map(m -> m.group(1)).toList();
    }

    private static String filledIn(String text) {
      return text.replace("(p, s)", "(12, 3)")
          .replaceAll("^(VECTOR|FixedSizeList)\\(n\\)", "$1(3)")
          .replace("(n)", "(40)")
          .replaceAll("^type", "INTEGER");
    }
  }

  @TestFactory
  Stream<DynamicTest> everyRowIsTrue() throws IOException {
    List<Row> rows =
        Files.readAllLines(Path.of("..", "docs", "types.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(Row::of)
            .toList();
    assertThat(rows).hasSize(18);
    return rows.stream().map(row -> DynamicTest.dynamicTest(row.name(), () -> check(row)));
  }

  private static void check(Row row) throws Exception {
    Database database = Database.inMemory("types");
    try (QuiverServer server =
        QuiverServer.start(ServerOptions.of(database).withPort(0).withFlightPort(0))) {
      String remote = "jdbc:quiver://127.0.0.1:" + server.port() + "/";
      for (String url : List.of("jdbc:quiver:mem:types_page", remote)) {
        try (Connection connection = DriverManager.getConnection(url)) {
          for (String name : row.names().reversed()) {
            run(connection, "DROP TABLE IF EXISTS one");
            run(connection, "CREATE TABLE one (x " + name + ")");
            checkDriver(row, connection);
          }
        }
      }
      checkFlight(row, server.flightPort());
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void checkDriver(Row row, Connection connection) throws SQLException {
    String expected = null;
    for (Object value : values(row, connection)) {
      run(connection, "TRUNCATE TABLE one");
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO one VALUES (?)")) {
        assertThat(insert.getParameterMetaData().getParameterType(1))
            .isEqualTo(JDBCType.valueOf(row.jdbcType()).getVendorTypeNumber());
        insert.setObject(1, value);
        insert.executeUpdate();
      }
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery("SELECT x FROM one")) {
        assertThat(result.next()).isTrue();
        assertThat(JDBCType.valueOf(result.getMetaData().getColumnType(1)).getName())
            .isEqualTo(row.jdbcType());
        assertThat(result.getObject(1)).isInstanceOf(read(row.read()));
        assertThat(result.getMetaData().getColumnClassName(1))
            .isEqualTo(read(row.read()).getName());
        String text = result.getString(1);
        expected = expected == null ? text : expected;
        assertThat(text).as("%s in %s", value.getClass(), row.name()).isEqualTo(expected);
      }
    }
  }

  /** Flight sends and takes the type of the page. */
  private static void checkFlight(Row row, int port) throws Exception {
    try (BufferAllocator allocator = new RootAllocator()) {
      FlightSqlClient client =
          new FlightSqlClient(
              FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port)).build());
      try (FlightSqlClient.PreparedStatement insert = client.prepare("INSERT INTO one VALUES (?)");
          FlightSqlClient.PreparedStatement select = client.prepare("SELECT x FROM one")) {
        // Arrow's JDBC driver binds a TIMESTAMP in milliseconds alone; others are taken as well.
        assertThat(arrowText(insert.getParameterSchema().getFields().getFirst()))
            .isEqualTo(row.name().equals("TIMESTAMP") ? "Timestamp(MILLISECOND)" : row.arrowType());
        assertThat(arrowText(select.getResultSetSchema().getFields().getFirst()))
            .isEqualTo(row.arrowType());
      } finally {
        client.close();
      }
    }
  }

  private static String arrowText(Field field) {
    return switch (field.getType()) {
      case ArrowType.Int integer -> "Int(" + integer.getBitWidth() + ")";
      case ArrowType.Decimal decimal ->
          "Decimal%d(%d, %d)"
              .formatted(decimal.getBitWidth(), decimal.getPrecision(), decimal.getScale());
      case ArrowType.FloatingPoint number -> "FloatingPoint(" + number.getPrecision() + ")";
      case ArrowType.Date date -> "Date(" + date.getUnit() + ")";
      case ArrowType.Time time -> "Time(" + time.getUnit() + ")";
      case ArrowType.Timestamp time ->
          "Timestamp("
              + time.getUnit()
              + (time.getTimezone() == null ? "" : ", " + time.getTimezone())
              + ")";
      case ArrowType.FixedSizeBinary bytes -> "FixedSizeBinary(" + bytes.getByteWidth() + ")";
      case ArrowType.FixedSizeList list -> "FixedSizeList(" + list.getListSize() + ")";
      default -> field.getType().getTypeID().name();
    };
  }

  private static Class<?> read(String name) {
    return switch (name) {
      case "Boolean" -> Boolean.class;
      case "Byte" -> Byte.class;
      case "Short" -> Short.class;
      case "Integer" -> Integer.class;
      case "Long" -> Long.class;
      case "BigDecimal" -> BigDecimal.class;
      case "Float" -> Float.class;
      case "Double" -> Double.class;
      case "String" -> String.class;
      case "byte[]" -> byte[].class;
      case "java.sql.Date" -> java.sql.Date.class;
      case "java.sql.Time" -> java.sql.Time.class;
      case "java.sql.Timestamp" -> java.sql.Timestamp.class;
      case "OffsetDateTime" -> java.time.OffsetDateTime.class;
      case "java.util.UUID" -> UUID.class;
      case "java.sql.Array" -> java.sql.Array.class;
      case "QuiverVector" -> QuiverVector.class;
      default -> throw new AssertionError("the page names the class " + name);
    };
  }

  /** One value in each class that the page says is taken. */
  private static List<Object> values(Row row, Connection connection) throws SQLException {
    List<Object> values = new ArrayList<>();
    for (String written : row.written()) {
      if (written.equals("Number")) {
        values.addAll(List.of((byte) 7, (short) 7, 7, 7L, BigInteger.valueOf(7)));
        if (!row.read().equals("String")) {
          values.addAll(List.of(7.0f, 7.0, new BigDecimal("7.0")));
        }
      } else {
        values.add(value(written, row.name(), connection));
      }
    }
    return values;
  }

  private static Object value(String written, String type, Connection connection)
      throws SQLException {
    LocalDateTime time = LocalDateTime.of(2024, 7, 1, 12, 30, 15);
    Instant instant = time.toInstant(ZoneOffset.UTC);
    return switch (written) {
      case "String" -> text(type);
      case "Character" -> '7';
      case "Boolean" -> type.equals("BOOLEAN");
      case "LocalDate" -> LocalDate.of(2024, 7, 1);
      case "java.sql.Date" -> java.sql.Date.valueOf("2024-07-01");
      case "LocalTime" -> LocalTime.of(12, 30, 15);
      case "java.sql.Time" -> java.sql.Time.valueOf("12:30:15");
      case "LocalDateTime" -> time;
      case "java.sql.Timestamp" ->
          type.equals("TIMESTAMP")
              ? java.sql.Timestamp.valueOf(time)
              : java.sql.Timestamp.from(instant);
      case "java.util.Date" -> java.util.Date.from(time.atZone(ZoneId.systemDefault()).toInstant());
      case "Instant" -> instant;
      case "OffsetDateTime" -> instant.atOffset(ZoneOffset.ofHours(5));
      case "ZonedDateTime" -> instant.atZone(ZoneId.of("Asia/Tokyo"));
      case "java.util.UUID" -> UUID.fromString(text(type));
      case "java.sql.Array" -> connection.createArrayOf("INTEGER", new Object[] {1, 2, 3});
      case "List" -> List.of(1, 2, 3);
      case "Object[]" -> new Object[] {1, 2, 3};
      case "int[]" -> new int[] {1, 2, 3};
      case "float[]" -> new float[] {1, 2, 3};
      case "double[]" -> new double[] {1, 2, 3};
      case "QuiverVector" -> QuiverVector.of(1, 2, 3);
      case "byte[]" ->
          type.startsWith("VECTOR")
              ? ByteBuffer.allocate(12)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putFloat(1)
                  .putFloat(2)
                  .putFloat(3)
                  .array()
              : new byte[] {1, 2};
      default -> throw new AssertionError("the page names the class " + written);
    };
  }

  private static String text(String type) {
    return switch (type) {
      case "BOOLEAN" -> "true";
      case "VARBINARY(40)" -> "\\x0102";
      case "DATE" -> "2024-07-01";
      case "TIME" -> "12:30:15";
      case "TIMESTAMP" -> "2024-07-01 12:30:15";
      case "TIMESTAMP WITH TIME ZONE" -> "2024-07-01 12:30:15+00";
      case "UUID" -> "123e4567-e89b-12d3-a456-426614174000";
      case "JSON" -> "{\"a\": [1, null]}";
      case "INTEGER ARRAY" -> "{1,2,3}";
      case "VECTOR(3)" -> "[1,2,3]";
      default -> "7";
    };
  }
}
