package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.avatica.Protocol;
import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.executor.expression.UserFunction;
import io.quiver.flight.FlightSqlEndpoint;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An Error on a server's thread: the client is told, or its connection is closed. */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerErrorTest {
  /** {@code fail(1)} and so on throw; {@code fail(0)} is 0. */
  private static final UserFunction FAIL =
      new UserFunction(
          "fail",
          List.of(SqlType.INTEGER),
          SqlType.INTEGER,
          false,
          arguments ->
              switch ((Integer) arguments.getFirst()) {
                case 0 -> 0;
                case 1 -> throw new AssertionError("planted");
                case 2 -> throw new NoClassDefFoundError("planted");
                case 3 -> throw new StackOverflowError("planted");
                case 4 -> throw new OutOfMemoryError("planted");
                default -> throw new InternalError("planted");
              });

  private final Database database = database();
  private final QuiverServer server =
      QuiverServer.start(ServerOptions.of(database).withPort(0).withFlightPort(0));

  private static Database database() {
    DatabaseOptions defaults = DatabaseOptions.defaults();
    return Database.inMemory(
        "errors",
        new DatabaseOptions(defaults.memTableBytes(), defaults.queryMemoryBytes(), List.of(FAIL)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static @Nullable String state(Statement statement, String sql) {
    try {
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          while (rows.next()) {
            assertThat(rows.getInt(1)).isZero();
          }
        }
      }
      return null;
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, XX000", "2, 38000", "3, 54001", "4, 53200", "5, XX000"})
  void anAvaticaClientIsToldAndItsSessionGoesOn(int kind, String sqlState) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + server.port() + "/");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
      statement.execute("INSERT INTO t VALUES (1, 0), (2, " + kind + ")");
      assertThat(state(statement, "SELECT fail(n) FROM t")).isEqualTo(sqlState);
      assertThat(state(statement, "UPDATE t SET n = fail(n)")).isEqualTo(sqlState);
      assertThat(state(statement, "INSERT INTO t SELECT id + 10, fail(n) FROM t"))
          .isEqualTo(sqlState);
      connection.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (3, 0)");
      assertThat(state(statement, "INSERT INTO t SELECT id + 10, fail(n) FROM t"))
          .isEqualTo(sqlState);
      assertThat(state(statement, "SELECT 0")).isEqualTo("25P02");
      connection.rollback();
      connection.setAutoCommit(true);
      assertThat(state(statement, "SELECT count(*) - 2 FROM t")).isNull();
      assertThat(state(statement, "SELECT fail(0)")).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, XX000", "2, 38000", "3, 54001", "4, 53200", "5, XX000"})
  void aFlightClientIsToldToo(int kind, String sqlState) throws Exception {
    try (BufferAllocator allocator = FlightSqlEndpoint.allocator();
        FlightSqlClient client =
            new FlightSqlClient(
                FlightClient.builder(
                        allocator, Location.forGrpcInsecure("127.0.0.1", server.flightPort()))
                    .build())) {
      client.executeUpdate("CREATE TABLE t (id INTEGER, n INTEGER)");
      client.executeUpdate("INSERT INTO t VALUES (1, 0), (2, " + kind + ")");
      assertThatThrownBy(() -> read(client, "SELECT fail(n) FROM t"))
          .isInstanceOf(FlightRuntimeException.class)
          .hasMessageContaining("SQLSTATE " + sqlState);
      assertThatThrownBy(() -> client.executeUpdate("UPDATE t SET n = fail(n)"))
          .isInstanceOf(FlightRuntimeException.class)
          .hasMessageContaining("SQLSTATE " + sqlState);
      assertThatThrownBy(() -> client.execute("UPDATE t SET n = fail(n)"))
          .isInstanceOf(FlightRuntimeException.class)
          .hasMessageContaining("SQLSTATE " + sqlState);
      assertThat(read(client, "SELECT id FROM t")).isEqualTo(2);
    }
  }

  private static int read(FlightSqlClient client, String sql) throws Exception {
    int rows = 0;
    try (FlightStream stream =
        client.getStream(client.execute(sql).getEndpoints().getFirst().getTicket())) {
      while (stream.next()) {
        rows += stream.getRoot().getRowCount();
      }
    }
    return rows;
  }

  /** What fails where nobody makes an answer of it. */
  private record Failing(boolean atOnce) implements Protocol, Protocol.Exchange {
    @Override
    public Exchange read(byte[] request) {
      return this;
    }

    @Override
    public void cancel(String connectionId, int statementId) {
      throw new NoClassDefFoundError("planted");
    }

    @Override
    public @Nullable Answer answerAtOnce() {
      if (atOnce) {
        throw new NoClassDefFoundError("planted");
      }
      return null;
    }

    @Override
    public Answer answer() {
      throw new NoClassDefFoundError("planted");
    }
  }

  @ParameterizedTest
  @CsvSource({"true, /", "false, /", "false, /cancel?connection=x&statement=1"})
  void whereThereIsNoAnswerTheConnectionIsClosed(boolean atOnce, String path) {
    AvaticaEndpoint endpoint =
        new AvaticaEndpoint(new Failing(atOnce), ServerOptions.of(database).withPort(0));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.start() + path))
              .timeout(Duration.ofSeconds(20))
              .POST(HttpRequest.BodyPublishers.ofString("anything"))
              .build();
      assertThatThrownBy(() -> client.send(request, HttpResponse.BodyHandlers.discarding()))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
    } finally {
      endpoint.close();
    }
  }
}
