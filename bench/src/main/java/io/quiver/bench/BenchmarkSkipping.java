package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What does a selective range over many rows gain by zone maps, and what does a filter pay that
 * they do not help?
 *
 * <p>Each round runs every query with {@code quiver.data_skipping} and without, one after the
 * other.
 *
 * <p>Arguments: rows (10000000), rounds (9), directory (a temporary one).
 */
public final class BenchmarkSkipping {
  private static final int WARM_UP_ROUNDS = 3;

  private BenchmarkSkipping() {}

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    Path directory =
        arguments.length > 2 ? Path.of(arguments[2]) : Files.createTempDirectory("skipping");
    long middle = rows / 2;
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      fill(session, rows);
      List<String> filters =
          List.of(
              "a BETWEEN " + middle + " AND " + (middle + rows / 10_000 - 1),
              "a BETWEEN " + middle + " AND " + (middle + rows / 100 - 1),
              "a >= 0",
              "b = 77");
      for (String filter : filters) {
        measure(session, "SELECT sum(v) FROM t WHERE " + filter, rounds);
      }
    }
  }

  private static void measure(Session session, String sql, int rounds) {
    double[] with = new double[rounds];
    double[] without = new double[rounds];
    for (int round = -WARM_UP_ROUNDS; round < rounds; round++) {
      double skipping = millis(session, sql, "on");
      double reading = millis(session, sql, "off");
      if (round >= 0) {
        with[round] = skipping;
        without[round] = reading;
      }
    }
    Arrays.sort(with);
    Arrays.sort(without);
    System.out.printf(
        Locale.ROOT,
        "%-60s %8.2f ms (%.2f to %.2f) with, %8.2f ms (%.2f to %.2f) without: %.2f times%n",
        sql,
        with[rounds / 2],
        with[0],
        with[rounds - 1],
        without[rounds / 2],
        without[0],
        without[rounds - 1],
        without[rounds / 2] / with[rounds / 2]);
  }

  private static double millis(Session session, String sql, String skipping) {
    session.execute("SET quiver.data_skipping = " + skipping).close();
    long start = System.nanoTime();
    TableFill.drain(session, sql);
    return (System.nanoTime() - start) / 1e6;
  }

  private static void fill(Session session, int rows) {
    session.execute("CREATE TABLE t (a BIGINT, b BIGINT, v DOUBLE)").close();
    Schema schema =
        Schema.of(
            new Field("a", SqlType.BIGINT, true),
            new Field("b", SqlType.BIGINT, true),
            new Field("v", SqlType.DOUBLE, true));
    SplittableRandom random = new SplittableRandom(1);
    TableFill.load(
        session, "t", schema, rows, (from, count) -> batch(from, count, random), "FLUSH");
    session.execute("OPTIMIZE TABLE t").close();
  }

  private static Batch batch(int from, int count, SplittableRandom random) {
    ColumnBuilder a = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder b = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder v = new ColumnBuilder(SqlType.DOUBLE, count);
    for (int row = 0; row < count; row++) {
      a.appendLong((long) from + row);
      b.appendLong(random.nextLong(1_000));
      v.appendDouble(random.nextDouble());
    }
    return new Batch(List.of(a.build(), b.build(), v.build()), count);
  }
}
