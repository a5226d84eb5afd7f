package io.quiver.sqllogic;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server in the midst of writing, again and again on the same directory: {@code
 * -Dkill.rounds=20 -Dkill.seed=7}.
 */
class KillServerTest {
  private static final int WRITERS = 4;
  private static final int ROWS_A_TRANSACTION = 3;
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 4);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());

  @TempDir Path directory;

  /** Transactions that were acknowledged, and those that the kill met on the way. */
  private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();

  private final Set<Long> attempted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleteAttempted = ConcurrentHashMap.newKeySet();

  @Test
  void noAcknowledgedTransactionIsLostAndNoneIsHalfDone() throws Exception {
    System.out.println("kill.seed=" + SEED + " kill.rounds=" + ROUNDS);
    Random random = new Random(SEED);
    try (ServerProcess server = ServerProcess.start(directory);
        Connection connection = DriverManager.getConnection(server.url());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (tx BIGINT, n INTEGER, v VECTOR(8), PRIMARY KEY (tx, n))");
    }
    for (int round = 0; round < ROUNDS; round++) {
      try (ServerProcess server = ServerProcess.start(directory)) {
        check(server);
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
          long first = (long) round * 1_000_000 + writer * 100_000L;
          long seed = random.nextLong();
          writers.add(
              Thread.ofPlatform().start(() -> write(server.url(), first, new Random(seed))));
        }
        Thread.sleep(200 + random.nextInt(800));
        server.kill();
        for (Thread writer : writers) {
          writer.join();
        }
      }
    }
    try (ServerProcess server = ServerProcess.start(directory)) {
      check(server);
    }
    assertThat(acknowledged).as("the test wrote").hasSizeGreaterThan(ROUNDS);
  }

  /** Writes until the connection breaks. */
  private void write(String url, long first, Random random) {
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?, ?)");
        PreparedStatement delete = connection.prepareStatement("DELETE FROM t WHERE tx = ?");
        Statement flush = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (long tx = first; ; tx++) {
        attempted.add(tx);
        for (int n = 0; n < ROWS_A_TRANSACTION; n++) {
          insert.setLong(1, tx);
          insert.setInt(2, n);
          insert.setObject(3, new float[] {tx, n, 0, 0, 0, 0, 0, 1});
          insert.executeUpdate();
        }
        connection.commit();
        acknowledged.add(tx);
        if (random.nextInt(5) == 0) {
          deleteAttempted.add(tx);
          delete.setLong(1, tx);
          delete.executeUpdate();
          connection.commit();
          deleted.add(tx);
        }
        if (random.nextInt(50) == 0) {
          flush.execute("FLUSH");
        }
      }
    } catch (SQLException e) {
      // The server has been killed: what was not acknowledged may have happened or not.
      assertThat(e.getSQLState()).as(e.toString()).startsWith("08");
    }
  }

  private void check(ServerProcess server) throws SQLException {
    Set<Long> found = new TreeSet<>();
    try (Connection connection = DriverManager.getConnection(server.url());
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT tx, count(*), min(n), max(n) FROM t GROUP BY tx")) {
      while (rows.next()) {
        assertThat(rows.getInt(2)).as("rows of transaction " + rows.getLong(1)).isEqualTo(3);
        assertThat(rows.getInt(3)).isZero();
        assertThat(rows.getInt(4)).isEqualTo(ROWS_A_TRANSACTION - 1);
        found.add(rows.getLong(1));
      }
    }
    Set<Long> wanted = new TreeSet<>(acknowledged);
    wanted.removeAll(deleteAttempted);
    assertThat(found).as("seed " + SEED).containsAll(wanted);
    assertThat(attempted).as("seed " + SEED).containsAll(found);
    assertThat(found).as("seed " + SEED).doesNotContainAnyElementsOf(deleted);
  }
}
