package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.Store;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * What does embedded JDBC add to a search that takes microseconds, prepared and as a text?
 *
 * <p>The same rows are searched by the operator alone, through a prepared statement, and by texts
 * whose query vector is a literal, in turn.
 *
 * <p>Arguments: rows (1000), dimensions (128), searches of each (20000).
 */
public final class BenchmarkShortSearch {
  private static final int K = 10;
  private static final int QUERIES = 64;

  private final int rows;
  private final int dimension;
  private final Random random = new Random(1);
  private final float[][] vectors;
  private final float[][] queries = new float[QUERIES][];
  private final String[] texts = new String[QUERIES];

  private BenchmarkShortSearch(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
    this.vectors = new float[rows][];
    for (int row = 0; row < rows; row++) {
      vectors[row] = vector();
    }
    for (int i = 0; i < QUERIES; i++) {
      queries[i] = vector();
      texts[i] = "SELECT id FROM t ORDER BY v <-> '" + Arrays.toString(queries[i]) + "' LIMIT " + K;
    }
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws SQLException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int searches = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20_000;
    new BenchmarkShortSearch(rows, dimension).run(searches);
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private void run(int searches) throws SQLException {
    try (Store store = LocalStore.inMemory();
        Connection connection = DriverManager.getConnection("jdbc:quiver:mem:bench")) {
      fill(store);
      fill(connection);
      try (Statement statement = connection.createStatement();
          PreparedStatement prepared =
              connection.prepareStatement("SELECT id FROM t ORDER BY v <-> ? LIMIT " + K)) {
        for (int round = 0; round < 3; round++) {
          round(searches, store, prepared, statement);
        }
      }
    }
  }

  private void round(int searches, Store store, PreparedStatement prepared, Statement statement)
      throws SQLException {
    long[] operator = new long[searches];
    long[] byPrepared = new long[searches];
    long[] byText = new long[searches];
    for (int i = 0; i < searches; i++) {
      long start = System.nanoTime();
      long expected = operator(store, queries[i % QUERIES]);
      long second = System.nanoTime();
      prepared.setObject(1, queries[i % QUERIES]);
      long found;
      try (ResultSet result = prepared.executeQuery()) {
        found = sum(result);
      }
      long third = System.nanoTime();
      long foundByText;
      try (ResultSet result = statement.executeQuery(texts[i % QUERIES])) {
        foundByText = sum(result);
      }
      long end = System.nanoTime();
      if (found != expected || foundByText != expected) {
        throw new IllegalStateException("the searches differ");
      }
      operator[i] = second - start;
      byPrepared[i] = third - second;
      byText[i] = end - third;
    }
    double base = median(operator);
    System.out.printf(
        Locale.ROOT,
        "operator p50 %.1f us; prepared %.1f us, %.1f above it; text %.1f us, %.1f above it%n",
        base,
        median(byPrepared),
        median(byPrepared) - base,
        median(byText),
        median(byText) - base);
  }

  private static double median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2] / 1e3;
  }

  private static long sum(ResultSet result) throws SQLException {
    long sum = 0;
    while (result.next()) {
      sum += result.getLong(1);
    }
    return sum;
  }

  private void fill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id BIGINT, v VECTOR(" + dimension + "))");
    }
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (int row = 0; row < rows; row++) {
        insert.setLong(1, row);
        insert.setObject(2, vectors[row]);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void fill(Store store) {
    VectorTable table = new VectorTable(store, dimension);
    table.create();
    table.insert(vectors, 0, rows);
  }

  private long operator(Store store, float[] query) {
    long[] sum = new long[1];
    new VectorTable(store, dimension).search(query, K, number -> sum[0] += number);
    return sum[0];
  }
}
