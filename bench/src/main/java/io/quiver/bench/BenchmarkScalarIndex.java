package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How much faster are a point, a range of 0.1 %, the first ten in an order, and an exact vector
 * search among 1 % of the rows with a scalar index than without?
 *
 * <p>Two tables on disk with the same rows, one of them indexed; each query in turn over both, with
 * values of its own each time. The results must be equal.
 *
 * <p>Arguments: rows (1000000), dimensions (32), rounds (40).
 */
public final class BenchmarkScalarIndex {
  private static final int INSERT_ROWS = 10_000;
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  private final int rows;
  private final int dimension;
  private final int rounds;
  private final Random random = new Random(1);

  private BenchmarkScalarIndex(int rows, int dimension, int rounds) {
    this.rows = rows;
    this.dimension = dimension;
    this.rounds = rounds;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 32;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 40;
    Path directory = Files.createTempDirectory("quiver-scalar-index");
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      new BenchmarkScalarIndex(rows, dimension, rounds).run(session);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private void run(Session session) throws InterruptedException {
    fill(session);
    build(session);
    int width = rows / 1_000;
    measure(session, "point", "SELECT id FROM %s WHERE n = ?", () -> List.of(random.nextInt(rows)));
    measure(
        session,
        "range of 0.1 %",
        "SELECT count(*), sum(id) FROM %s WHERE n >= ? AND n < ?",
        () -> {
          int from = random.nextInt(rows - width);
          return List.of(from, from + width);
        });
    measure(
        session,
        "first ten in order",
        "SELECT id, score FROM %s ORDER BY score DESC LIMIT 10",
        List::of);
    measure(
        session,
        "nearest ten of 1 %",
        "SELECT id FROM %s WHERE c = ? ORDER BY v <-> ? LIMIT 10",
        () -> List.of(random.nextInt(100), vector()));
  }

  private void fill(Session session) {
    for (String table : List.of("plain", "indexed")) {
      run(
          session,
          "CREATE TABLE "
              + table
              + " (id BIGINT, n INTEGER, c INTEGER, score DOUBLE, v VECTOR("
              + dimension
              + "))");
    }
    PreparedStatement plain = session.prepare("INSERT INTO plain VALUES (?, ?, ?, ?, ?)");
    PreparedStatement indexed = session.prepare("INSERT INTO indexed VALUES (?, ?, ?, ?, ?)");
    Schema schema =
        Schema.of(
            new Field("id", SqlType.BIGINT, false),
            new Field("n", SqlType.INTEGER, false),
            new Field("c", SqlType.INTEGER, false),
            new Field("score", SqlType.DOUBLE, false),
            new Field("v", SqlType.vector(dimension), false));
    for (int row = 0; row < rows; row += INSERT_ROWS) {
      int count = Math.min(INSERT_ROWS, rows - row);
      Batch batch = new Batch(columns(row, count), count);
      for (PreparedStatement insert : List.of(plain, indexed)) {
        Iterator<Batch> once = List.of(batch).iterator();
        if (session
            .insertAll(insert, schema, () -> once.hasNext() ? once.next() : null)
            .isEmpty()) {
          throw new IllegalStateException("the rows were not taken");
        }
      }
    }
    run(session, "FLUSH");
    run(session, "OPTIMIZE TABLE plain");
    run(session, "OPTIMIZE TABLE indexed");
  }

  private List<Column> columns(int from, int count) {
    ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder numbers = new ColumnBuilder(SqlType.INTEGER, count);
    ColumnBuilder groups = new ColumnBuilder(SqlType.INTEGER, count);
    ColumnBuilder scores = new ColumnBuilder(SqlType.DOUBLE, count);
    ColumnBuilder vectors = new ColumnBuilder(SqlType.vector(dimension), count);
    for (int i = 0; i < count; i++) {
      ids.appendLong(from + (long) i);
      numbers.appendInt(random.nextInt(rows));
      groups.appendInt(random.nextInt(100));
      scores.appendDouble(random.nextGaussian());
      vectors.appendVector(vector());
    }
    return Stream.of(ids, numbers, groups, scores, vectors).map(ColumnBuilder::build).toList();
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private static void run(Session session, String sql) {
    session.execute(sql).close();
  }

  private void build(Session session) throws InterruptedException {
    long start = System.nanoTime();
    for (String column : List.of("n", "c", "score")) {
      run(session, "CREATE INDEX " + column + "_index ON indexed (" + column + ")");
    }
    PreparedStatement state =
        session.prepare("SELECT index_name, state, bytes FROM quiver.indexes WHERE state <> ?");
    while (text(session, state, List.of("ready")).contains("building")) {
      Thread.sleep(2);
    }
    System.out.printf(
        "built in %.0f ms: %s%n",
        (System.nanoTime() - start) / 1e6, text(session, state, List.of("building")));
  }

  private static String text(Session session, PreparedStatement statement, List<?> parameters) {
    StringBuilder text = new StringBuilder();
    try (QueryResult result = session.execute(statement, parameters)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          for (int i = 0; i < batch.width(); i++) {
            text.append(batch.column(i).get(row)).append(' ');
          }
        }
      }
    }
    return text.toString();
  }

  private void measure(
      Session session, String what, String sql, Supplier<List<? extends Object>> values) {
    PreparedStatement plain = session.prepare(sql.formatted("plain"));
    PreparedStatement indexed = session.prepare(sql.formatted("indexed"));
    long[] without = new long[rounds];
    long[] with = new long[rounds];
    long start = System.nanoTime();
    for (int round = -1; round < rounds; ) {
      List<? extends Object> parameters = values.get();
      long begun = System.nanoTime();
      String expected = text(session, plain, parameters);
      long middle = System.nanoTime();
      String found = text(session, indexed, parameters);
      long end = System.nanoTime();
      if (!found.equals(expected)) {
        throw new IllegalStateException(what + ": found " + found + ", wanted " + expected);
      }
      if (round >= 0) {
        without[round] = middle - begun;
        with[round] = end - middle;
      }
      if (round < 0) {
        // The faster one is compiled as well as the other.
        for (long spent = end - middle; spent < middle - begun; ) {
          long again = System.nanoTime();
          text(session, indexed, values.get());
          spent += System.nanoTime() - again;
        }
      }
      round += round >= 0 || end - start > WARM_UP_NANOS ? 1 : 0;
    }
    Arrays.sort(without);
    Arrays.sort(with);
    double scan = without[rounds / 2] / 1e3;
    double index = with[rounds / 2] / 1e3;
    System.out.printf(
        "%-20s without %.1f us, with index %.1f us, %.1f times as fast%n",
        what, scan, index, scan / index);
  }
}
