package io.quiver.sqllogic;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.Check;
import io.quiver.storage.CheckReport;
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
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a server in the midst of writing, again and again on the same directory, which is checked
 * after each kill: {@code -Dkill.rounds=20 -Dkill.seed=7}.
 */
class KillServerTest {
  private static final int WRITERS = 4;
  private static final int ROWS_A_TRANSACTION = 3;
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 2);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());

  @TempDir Path directory;

  /** Transactions that were acknowledged, and those that the kill met on the way. */
  private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();

  private final Set<Long> attempted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleteAttempted = ConcurrentHashMap.newKeySet();

  /** What a writer met that is no broken connection. */
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

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
          long first = first(round, writer);
          long seed = random.nextLong();
          Runnable writing = () -> write(server.url(), first, new Random(seed));
          writers.add(
              Thread.ofPlatform()
                  .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                  .start(writing));
        }
        awaitFirstCommit(first(round, 0));
        Thread.sleep(random.nextInt(800));
        server.kill();
        for (Thread writer : writers) {
          writer.join();
        }
        assertThat(failures).as("seed " + SEED).isEmpty();
      }
      CheckReport report = Check.run(new LocalFileSystem(directory));
      assertThat(report.damages()).as("seed %d, after kill %d", SEED, round).isEmpty();
    }
    try (ServerProcess server = ServerProcess.start(directory)) {
      check(server);
    }
    System.out.println(
        "kill: " + acknowledged.size() + " acknowledged, " + deleted.size() + " deleted");
    assertThat(acknowledged).as("the test wrote").hasSizeGreaterThan(ROUNDS);
  }

  private static long first(int round, int writer) {
    return round * 1_000_000L + writer * 100_000L;
  }

  /** A slow machine takes a while before anyone writes; then there would be nothing to kill. */
  private void awaitFirstCommit(long from) throws InterruptedException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (acknowledged.stream().noneMatch(tx -> tx >= from) && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
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
          insert.setObject(3, vector(tx, n));
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
    Map<Long, Integer> rowsOf = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection(server.url());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT tx, n, v FROM t")) {
      while (rows.next()) {
        long tx = rows.getLong(1);
        int n = rows.getInt(2);
        assertThat(n).isBetween(0, ROWS_A_TRANSACTION - 1);
        assertThat(rows.getObject(3, float[].class))
            .as("row " + n + " of " + tx)
            .containsExactly(vector(tx, n));
        rowsOf.merge(tx, 1, Integer::sum);
      }
    }
    // The primary key keeps rows from being counted twice, and the check above from being others.
    assertThat(rowsOf)
        .as("seed " + SEED)
        .allSatisfy((tx, count) -> assertThat(count).as("of " + tx).isEqualTo(ROWS_A_TRANSACTION));
    Set<Long> lost = new TreeSet<>(acknowledged);
    lost.removeAll(deleteAttempted);
    lost.removeAll(rowsOf.keySet());
    assertThat(lost).as("acknowledged and lost, seed " + SEED).isEmpty();
    Set<Long> unknown = new TreeSet<>(rowsOf.keySet());
    unknown.removeAll(attempted);
    assertThat(unknown).as("written by nobody, seed " + SEED).isEmpty();
    Set<Long> back = new TreeSet<>(rowsOf.keySet());
    back.retainAll(deleted);
    assertThat(back).as("deleted and back again, seed " + SEED).isEmpty();
  }

  private static float[] vector(long tx, int n) {
    return new float[] {tx, n, 0, 0, 0, 0, 0, 1};
  }
}
