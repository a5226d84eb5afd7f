package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * How long do filters and groups over many rows take, beside DuckDB on as many rows of the same
 * distribution?
 *
 * <p>Each round asks both each query once, in turn; the least times of all rounds are compared.
 * Both use one thread.
 *
 * <p>Arguments: rows (20000000), rounds (7), and the command that starts {@code duckdb_queries.py};
 * without it Quiver runs alone.
 */
public final class BenchmarkGroupBy {
  private static final String[] QUERIES = {
    "SELECT count(*), sum(v) FROM s WHERE cat < 10",
    "SELECT k, count(*), sum(v) FROM s WHERE cat < 50 GROUP BY k",
    "SELECT k, count(*), avg(v), max(v) FROM s GROUP BY k",
    "SELECT w, count(*) FROM s GROUP BY w ORDER BY 2 DESC LIMIT 10",
    "SELECT id, v FROM s ORDER BY v DESC LIMIT 10",
  };

  private BenchmarkGroupBy() {}

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
    try (Database database = Database.inMemory("bench");
        Session session = database.connect();
        Peer peer = arguments.length > 2 ? new Peer(arguments[2] + " " + rows + " 1") : null) {
      fill(session, rows);
      long[] least = new long[QUERIES.length];
      double[] peerLeast = new double[QUERIES.length];
      Arrays.fill(least, Long.MAX_VALUE);
      Arrays.fill(peerLeast, Double.MAX_VALUE);
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < QUERIES.length; i++) {
          least[i] = Math.min(least[i], run(session, QUERIES[i]));
          if (peer != null) {
            peerLeast[i] = Math.min(peerLeast[i], peer.millis(QUERIES[i]));
          }
        }
      }
      print(least, peer == null ? null : peerLeast);
    }
  }

  private static void print(long[] least, double @Nullable [] peer) {
    for (int i = 0; i < QUERIES.length; i++) {
      double millis = least[i] / 1e6;
      System.out.printf(Locale.ROOT, "%8.1f ms", millis);
      if (peer != null) {
        System.out.printf(Locale.ROOT, "  DuckDB %8.1f ms  %5.2f times", peer[i], millis / peer[i]);
      }
      System.out.println("  " + QUERIES[i]);
    }
  }

  private static void fill(Session session, int rows) {
    session
        .execute("CREATE TABLE s (id BIGINT, k INTEGER, cat INTEGER, v DOUBLE, w VARCHAR)")
        .close();
    Schema schema =
        Schema.of(
            new Field("id", SqlType.BIGINT, true),
            new Field("k", SqlType.INTEGER, true),
            new Field("cat", SqlType.INTEGER, true),
            new Field("v", SqlType.DOUBLE, true),
            new Field("w", SqlType.TEXT, true));
    SplittableRandom random = new SplittableRandom(1);
    TableFill.load(
        session, "s", schema, rows, (from, count) -> batch(from, count, random), "FLUSH");
  }

  private static Batch batch(int from, int count, SplittableRandom random) {
    ColumnBuilder id = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder k = new ColumnBuilder(SqlType.INTEGER, count);
    ColumnBuilder cat = new ColumnBuilder(SqlType.INTEGER, count);
    ColumnBuilder v = new ColumnBuilder(SqlType.DOUBLE, count);
    ColumnBuilder w = new ColumnBuilder(SqlType.TEXT, count);
    for (int row = 0; row < count; row++) {
      id.appendLong((long) from + row);
      k.appendInt(random.nextInt(1_000));
      cat.appendInt(random.nextInt(100));
      v.appendDouble(random.nextInt(1_000_000) / 100.0);
      w.append("w" + random.nextInt(50_000));
    }
    List<Column> columns = List.of(id.build(), k.build(), cat.build(), v.build(), w.build());
    return new Batch(columns, count);
  }

  private static long run(Session session, String query) {
    long start = System.nanoTime();
    TableFill.drain(session, query);
    return System.nanoTime() - start;
  }
}
