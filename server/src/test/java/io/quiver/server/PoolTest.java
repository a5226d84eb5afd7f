package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quiver.engine.Database;
import io.quiver.storage.Check;
import io.quiver.storage.file.LocalFileSystem;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sixteen threads of an application, fewer connections, one server with a directory. */
class PoolTest {
  private static final int THREADS = 16;
  private static final int ROUNDS = 25;
  private static final int COUNTERS = 16;

  @TempDir Path directory;
  private QuiverServer server;
  private HikariDataSource pool;
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

  @BeforeEach
  void start() throws SQLException {
    server = QuiverServer.start(ServerOptions.of(Database.open(directory)).withPort(0));
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url());
    config.setMaximumPoolSize(12);
    config.setConnectionTimeout(30_000);
    pool = new HikariDataSource(config);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE hits (id INTEGER PRIMARY KEY, v VECTOR(4))");
      statement.execute("CREATE TABLE counters (id INTEGER PRIMARY KEY, total BIGINT NOT NULL)");
      for (int counter = 0; counter < COUNTERS; counter++) {
        statement.execute("INSERT INTO counters VALUES (" + counter + ", 0)");
      }
    }
  }

  @AfterEach
  void stop() {
    threads.shutdownNow();
    pool.close();
    server.close();
    assertThat(Check.run(new LocalFileSystem(directory)).damages()).isEmpty();
  }

  private String url() {
    return "jdbc:quiver://127.0.0.1:" + server.port() + "/";
  }

  @Test
  void noRowAndNoUpdateIsLost() throws Exception {
    List<Future<Integer>> workers = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      int first = thread * ROUNDS;
      workers.add(threads.submit(() -> work(first)));
    }
    long added = 0;
    for (Future<Integer> worker : workers) {
      added += worker.get(60, TimeUnit.SECONDS);
    }
    int rows = THREADS * ROUNDS;
    assertThat(number("SELECT count(*) FROM hits")).isEqualTo(rows);
    assertThat(number("SELECT sum(id) FROM hits")).isEqualTo((rows - 1L) * rows / 2);
    assertThat(number("SELECT sum(total) FROM counters")).isEqualTo(added);
    pool.close();
    server.close();
    // What the pool was told is on disk.
    try (Connection later = DriverManager.getConnection("jdbc:quiver:file:" + directory)) {
      assertThat(number(later, "SELECT count(*) FROM hits")).isEqualTo(rows);
      assertThat(number(later, "SELECT sum(total) FROM counters")).isEqualTo(added);
    }
  }

  /** Inserts a row, finds it by its vector, and counts it, each time with another connection. */
  private int work(int first) throws SQLException {
    Random random = new Random(first);
    int added = 0;
    for (int id = first; id < first + ROUNDS; id++) {
      float[] vector = {id, 1, 2, 3};
      try (Connection connection = pool.getConnection();
          PreparedStatement insert = connection.prepareStatement("INSERT INTO hits VALUES (?, ?)");
          PreparedStatement search =
              connection.prepareStatement(
                  "SELECT id, v <-> ? AS d FROM hits ORDER BY v <-> ? LIMIT 1")) {
        insert.setInt(1, id);
        insert.setObject(2, vector);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        search.setObject(1, vector);
        search.setObject(2, vector);
        try (ResultSet rows = search.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(id);
          assertThat(rows.getDouble(2)).isZero();
          assertThat(rows.next()).isFalse();
        }
      }
      int amount = 1 + random.nextInt(9);
      add(random.nextInt(COUNTERS), amount);
      added += amount;
    }
    return added;
  }

  /** A transaction of two updates, which all threads fight over. */
  private void add(int counter, int amount) throws SQLException {
    try (Connection connection = pool.getConnection();
        PreparedStatement update =
            connection.prepareStatement("UPDATE counters SET total = total + ? WHERE id = ?")) {
      connection.setAutoCommit(false);
      while (true) {
        try {
          for (int part : new int[] {amount - 1, 1}) {
            update.setLong(1, part);
            update.setInt(2, counter);
            assertThat(update.executeUpdate()).isEqualTo(1);
          }
          connection.commit();
          return;
        } catch (SQLException e) {
          if (!"40001".equals(e.getSQLState())) {
            throw e;
          }
          connection.rollback();
        }
      }
    }
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return number(connection, sql);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void closingUnderLoadKeepsWhatWasAcknowledged() throws Exception {
    AtomicInteger acknowledged = new AtomicInteger();
    CountDownLatch warm = new CountDownLatch(THREADS * 5);
    List<Future<String>> workers = new ArrayList<>();
    String address = url();
    for (int thread = 0; thread < THREADS; thread++) {
      int first = thread * 1_000_000;
      workers.add(threads.submit(insertUntilRefused(address, first, acknowledged, warm)));
    }
    assertThat(warm.await(30, TimeUnit.SECONDS)).isTrue();
    server.close();
    for (Future<String> worker : workers) {
      // Told so by the server that closes, or by a socket that is gone.
      assertThat(worker.get(30, TimeUnit.SECONDS)).matches("57P01|08...");
    }
    assertThatThrownBy(() -> DriverManager.getConnection(address))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"));
    try (Connection later = DriverManager.getConnection("jdbc:quiver:file:" + directory)) {
      long found = number(later, "SELECT count(*) FROM hits");
      // A row whose answer was cut off may be there beside the acknowledged ones.
      assertThat(found).isBetween((long) acknowledged.get(), (long) acknowledged.get() + THREADS);
    }
  }

  private static Callable<String> insertUntilRefused(
      String url, int first, AtomicInteger acknowledged, CountDownLatch warm) {
    return () -> {
      try (Connection connection = DriverManager.getConnection(url);
          PreparedStatement insert =
              connection.prepareStatement("INSERT INTO hits VALUES (?, '[1,2,3,4]')")) {
        for (int id = first; ; id++) {
          insert.setInt(1, id);
          insert.executeUpdate();
          acknowledged.incrementAndGet();
          warm.countDown();
        }
      } catch (SQLException e) {
        return e.getSQLState();
      }
    };
  }
}
