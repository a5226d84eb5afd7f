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
import java.util.Arrays;
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
 * Kills a server in the midst of writing and of building indexes on vectors, again and again on the
 * same directory, which is checked after each kill: {@code -Dkill.rounds=20 -Dkill.seed=7}.
 */
class KillServerTest {
  private static final int WRITERS = 4;
  private static final int ROWS_A_TRANSACTION = 3;
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 1);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());

  /** Indexes that come and go, and what they are. */
  private static final List<String> KINDS =
      List.of("hnsw", "hnsw WITH (quantizer = 'rabitq')", "ivf_flat", "flat");

  private static final int TRANSACTIONS_AT_FIRST = 100;
  private static final int SEARCHES = 3;
  private static final double RECALL_MIN = 0.9;
  private static final long BUILD_SECONDS_MAX = 60;

  @TempDir Path directory;

  /** Transactions that were acknowledged, and those that the kill met on the way. */
  private final Set<Long> acknowledged = ConcurrentHashMap.newKeySet();

  private final Set<Long> attempted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleted = ConcurrentHashMap.newKeySet();
  private final Set<Long> deleteAttempted = ConcurrentHashMap.newKeySet();

  /** Whether each index is there, as far as it was acknowledged; without what nobody knows of. */
  private final Map<String, Boolean> indexes = new ConcurrentHashMap<>();

  private int searches;

  /** Searches for a row that found it. */
  private int hits;

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
      fill(connection, statement);
    }
    long indexed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      try (ServerProcess server = ServerProcess.start(directory)) {
        check(server);
        indexed += checkIndexes(server, random);
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
        long seed = random.nextLong();
        writers.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                .start(() -> define(server.url(), new Random(seed))));
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
      indexed += checkIndexes(server, random);
    }
    System.out.println(
        "kill: %d acknowledged, %d deleted, %d indexed rows, %d of %d searches find their row"
            .formatted(acknowledged.size(), deleted.size(), indexed, hits, searches));
    assertThat(acknowledged).as("the test wrote").hasSizeGreaterThan(ROUNDS);
    assertThat(indexed).as("rows in indexes, seed " + SEED).isPositive();
    assertThat(hits).as("seed " + SEED).isGreaterThanOrEqualTo((int) (RECALL_MIN * searches));
  }

  /** Enough rows for an index from the first kill on. */
  private void fill(Connection connection, Statement statement) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?, ?)")) {
      for (long tx = 0; tx < TRANSACTIONS_AT_FIRST; tx++) {
        for (int n = 0; n < ROWS_A_TRANSACTION; n++) {
          insert.setLong(1, tx);
          insert.setInt(2, n);
          insert.setObject(3, vector(tx, n));
          insert.addBatch();
        }
        attempted.add(tx);
        acknowledged.add(tx);
      }
      insert.executeBatch();
    }
    statement.execute("CREATE VECTOR INDEX t_v0 ON t (v) USING " + using(0));
    indexes.put("t_v0", true);
    statement.execute("FLUSH");
  }

  private static long first(int round, int writer) {
    return (round + 1) * 1_000_000L + writer * 100_000L;
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

  /** Creates indexes, drops them and makes them anew until the connection breaks. */
  private void define(String url, Random random) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      while (true) {
        int kind = random.nextInt(KINDS.size());
        String name = "t_v" + kind;
        Boolean there = indexes.remove(name);
        if (there == null) {
          there = definitions(statement).contains(name);
        }
        if (there && random.nextBoolean()) {
          statement.execute("REINDEX INDEX " + name);
        } else if (there) {
          statement.execute("DROP INDEX " + name);
          there = false;
        } else {
          statement.execute("CREATE VECTOR INDEX " + name + " ON t (v) USING " + using(kind));
          there = true;
        }
        indexes.put(name, there);
        Thread.sleep(random.nextInt(200));
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as(e.toString()).startsWith("08");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** With the distance before the options. */
  private static String using(int kind) {
    String[] words = KINDS.get(kind).split(" ", 2);
    return words[0] + " DISTANCE L2" + (words.length == 1 ? "" : " " + words[1]);
  }

  private static Set<String> definitions(Statement statement) throws SQLException {
    Set<String> found = new TreeSet<>();
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT index_name FROM quiver.indexes WHERE index_name LIKE 't_v%'")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  /**
   * Indexes are there as they were acknowledged, and are built; searches through each find what
   * there is meanwhile and afterwards.
   *
   * @return how many rows the indexes have
   */
  private long checkIndexes(ServerProcess server, Random random) throws Exception {
    long indexed = 0;
    try (Connection connection = DriverManager.getConnection(server.url());
        Statement statement = connection.createStatement()) {
      Set<String> there = definitions(statement);
      indexes.forEach((name, wanted) ->
          assertThat(there.contains(name)).as(name + ", seed " + SEED).isEqualTo(wanted));
      for (String name : there) {
        search(statement, name, random);
      }
      for (String name : there) {
        indexed += awaitBuilt(statement, name);
        search(statement, name, random);
      }
    }
    return indexed;
  }

  private static long awaitBuilt(Statement statement, String name) throws Exception {
    long deadline = System.nanoTime() + BUILD_SECONDS_MAX * 1_000_000_000L;
    while (true) {
      String state;
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT state, rows_indexed FROM quiver.indexes WHERE index_name = '%s'"
                  .formatted(name))) {
        assertThat(rows.next()).as(name).isTrue();
        state = rows.getString(1);
        if (state.equals("ready")) {
          return rows.getLong(2);
        }
      }
      assertThat(state).as(name + ", seed " + SEED).isEqualTo("building");
      assertThat(System.nanoTime()).as(name + " is built").isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  /** Counts searches for a row that find it; all rows are found where all are asked for. */
  private void search(Statement statement, String name, Random random) throws SQLException {
    List<Long> rows = new ArrayList<>();
    try (ResultSet keys = statement.executeQuery("SELECT tx, n FROM t")) {
      while (keys.next()) {
        rows.add(keys.getLong(1) * ROWS_A_TRANSACTION + keys.getLong(2));
      }
    }
    for (int i = 0; i < SEARCHES && !rows.isEmpty(); i++) {
      long row = rows.get(random.nextInt(rows.size()));
      List<Long> found = nearest(statement, name, row, 1 + random.nextInt(20), rows.size());
      searches++;
      hits += found.getFirst() == row ? 1 : 0;
    }
    if (!rows.isEmpty()) {
      assertThat(nearest(statement, name, rows.getFirst(), rows.size() + 1, rows.size()))
          .as(name + ", seed " + SEED)
          .containsExactlyInAnyOrderElementsOf(rows);
    }
  }

  private static List<Long> nearest(
      Statement statement, String index, long row, int limit, int there) throws SQLException {
    float[] vector = vector(row / ROWS_A_TRANSACTION, (int) (row % ROWS_A_TRANSACTION));
    List<Long> found = new ArrayList<>();
    try (ResultSet nearest =
        statement.executeQuery(
            "SELECT tx, n FROM t ORDER BY v <-> '%s' LIMIT %d WITH (index = %s)"
                .formatted(Arrays.toString(vector), limit, index))) {
      while (nearest.next()) {
        found.add(nearest.getLong(1) * ROWS_A_TRANSACTION + nearest.getLong(2));
      }
    }
    assertThat(found).as(index).hasSize(Math.min(limit, there)).doesNotHaveDuplicates();
    return found;
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
    Random random = new Random(tx * ROWS_A_TRANSACTION + n);
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }
}
