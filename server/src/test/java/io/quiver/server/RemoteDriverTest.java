package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RemoteDriverTest extends DriverContract {
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
  void sixteenThreadsShareAPool() throws Exception {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url());
    config.setMaximumPoolSize(8);
    try (HikariDataSource pool = new HikariDataSource(config);
        ExecutorService threads = Executors.newFixedThreadPool(16)) {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE hits (id INTEGER PRIMARY KEY, v VECTOR(4))");
      }
      List<Future<?>> workers = new ArrayList<>();
      for (int thread = 0; thread < 16; thread++) {
        int first = thread * 100;
        workers.add(threads.submit(() -> work(pool, first)));
      }
      for (Future<?> worker : workers) {
        worker.get(60, TimeUnit.SECONDS);
      }
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT count(*), sum(id) FROM hits")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(16 * 25);
      }
    }
  }

  private static Void work(HikariDataSource pool, int first) throws SQLException {
    for (int i = 0; i < 25; i++) {
      int id = first + i;
      try (Connection connection = pool.getConnection();
          PreparedStatement insert = connection.prepareStatement("INSERT INTO hits VALUES (?, ?)");
          PreparedStatement search =
              connection.prepareStatement("SELECT id FROM hits ORDER BY v <-> ? LIMIT 1")) {
        float[] vector = {id, 1, 2, 3};
        insert.setInt(1, id);
        insert.setObject(2, vector);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        search.setObject(1, vector);
        try (ResultSet rows = search.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(id);
        }
      }
    }
    return null;
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
                  Thread.sleep(50);
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
