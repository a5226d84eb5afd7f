package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.engine.Database;
import io.quiver.types.QuiverException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteDriverTest extends DriverTypesContract {
  private final QuiverServer server =
      QuiverServer.start(ServerOptions.of(Database.inMemory("remote")).withPort(0));

  @Override
  String url() {
    return "jdbc:quiver://127.0.0.1:" + server.port() + "/";
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void itSaysHowItIsAndRefusesTheRest() throws Exception {
    assertThat(status("GET", "/livez")).isEqualTo(200);
    assertThat(status("GET", "/readyz")).isEqualTo(200);
    assertThat(status("GET", "/")).isEqualTo(405);
    assertThat(status("POST", "/livez")).isEqualTo(405);
    assertThat(status("GET", "/etc/passwd")).isEqualTo(404);
    assertThat(status("POST", "/")).isEqualTo(500);
    assertThat(status("POST", "/cancel?connection=x&statement=y")).isEqualTo(400);
    assertThat(status("POST", "/cancel?connection=x&statement=1")).isEqualTo(200);
  }

  private int status(String method, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
              .method(method, HttpRequest.BodyPublishers.ofString("no protobuf"))
              .build();
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }

  @Test
  void aPortInUseIsOneClearLine() {
    try (Database second = Database.inMemory("second")) {
      assertThatThrownBy(() -> QuiverServer.start(ServerOptions.of(second).withPort(server.port())))
          .isInstanceOf(QuiverException.class)
          .hasMessage("port " + server.port() + " is in use; choose another with --port");
    }
  }

  @Test
  void connectionsThatNobodyUsesExpire() throws Exception {
    try (QuiverServer impatient =
            QuiverServer.start(
                ServerOptions.of(Database.inMemory("idle"))
                    .withPort(0)
                    .withIdleLimit(Duration.ofMillis(200)));
        Connection idle =
            DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + impatient.port() + "/")) {
      long deadline = System.nanoTime() + 10_000_000_000L;
      while (impatient.connectionCount() > 0 && System.nanoTime() < deadline) {
        Thread.sleep(20);
      }
      assertThat(impatient.connectionCount()).isZero();
      assertThat(idle.isValid(1)).isFalse();
      assertThatThrownBy(idle::createStatement)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08003"));
    }
  }

  @Test
  void closingLetsARunningStatementEndAndThenNobodyAnswers() throws Exception {
    Connection connection = DriverManager.getConnection(url());
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO numbers VALUES (?)")) {
        for (int i = 0; i < 2_000; i++) {
          insert.setInt(1, i);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      Thread closer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Thread.sleep(250);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                server.close();
              });
      // About four million comparisons: longer than the pause, shorter than the grace.
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT count(*) FROM numbers a JOIN numbers b ON a.id + 1 <> b.id")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getLong(1)).isEqualTo(2_000L * 2_000 - 1_999);
      }
      closer.join();
      assertThatThrownBy(() -> DriverManager.getConnection(url()))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    }
    assertThat(connection.isValid(1)).isFalse();
    connection.close();
  }
}
