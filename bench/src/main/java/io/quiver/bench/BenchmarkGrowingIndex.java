package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What does a lookup by a scalar index cost while the rows are in memory, quiet or with a commit
 * before each lookup, beside the same rows in one segment; and what do the inserts cost?
 *
 * <p>A table filled by commits of 1,000 rows, as narrow as to need no flush.
 *
 * <p>Arguments: rows (1040000, which leaves most of the last block in use), rounds (300).
 */
public final class BenchmarkGrowingIndex {
  private static final int COMMIT_ROWS = 1_000;
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private final Session session;
  private final int rows;
  private final int rounds;
  private final Random random = new Random(1);
  private int next;

  private BenchmarkGrowingIndex(Session session, int rows, int rounds) {
    this.session = session;
    this.rows = rows;
    this.rounds = rounds;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_040_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 300;
    Path directory = Files.createTempDirectory("quiver-growing-index");
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      new BenchmarkGrowingIndex(session, rows, rounds).run();
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private void run() {
    session.execute("SET synchronous_commit = off").close();
    session.execute("CREATE TABLE t (id INTEGER, n INTEGER)").close();
    session.execute("CREATE INDEX ON t (n)").close();
    while (next < rows) {
      insert(COMMIT_ROWS);
    }
    measure("in memory");
    measureInserts();
    session.execute("FLUSH").close();
    session.execute("OPTIMIZE TABLE t").close();
    measure("in a segment");
  }

  private void insert(int count) {
    StringBuilder sql = new StringBuilder("INSERT INTO t VALUES ");
    for (int i = 0; i < count; i++) {
      sql.append(i == 0 ? "(" : ", (").append(next++).append(", ");
      sql.append(random.nextInt(rows)).append(')');
    }
    session.execute(sql.toString()).close();
  }

  private void measure(String where) {
    int width = rows / 1_000;
    PreparedStatement point = session.prepare("SELECT id FROM t WHERE n = ?");
    PreparedStatement range = session.prepare("SELECT count(*) FROM t WHERE n >= ? AND n < ?");
    PreparedStatement first = session.prepare("SELECT id FROM t WHERE n > ? ORDER BY n LIMIT 10");
    Supplier<List<Object>> any = () -> List.of(random.nextInt(rows));
    Supplier<List<Object>> part =
        () -> {
          int from = random.nextInt(rows - width);
          return List.of(from, from + width);
        };
    for (boolean commits : new boolean[] {false, true}) {
      String how = where + (commits ? ", a commit before each" : "");
      measure(how + ": point", point, any, commits);
      measure(how + ": range of 0.1 %", range, part, commits);
      measure(how + ": first ten", first, () -> List.of(-1), commits);
    }
  }

  private void measure(
      String what, PreparedStatement query, Supplier<List<Object>> values, boolean commits) {
    PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?)");
    long[] nanos = new long[rounds];
    long start = System.nanoTime();
    for (int round = -1; round < rounds; ) {
      if (commits) {
        session.execute(insert, List.of(next++, random.nextInt(rows))).close();
      }
      List<Object> parameters = values.get();
      long begun = System.nanoTime();
      drain(query, parameters);
      if (round >= 0) {
        nanos[round] = System.nanoTime() - begun;
      }
      round += round >= 0 || System.nanoTime() - start > WARM_UP_NANOS ? 1 : 0;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "%-60s %.1f us, mean %.1f us, most %.1f us%n",
        what,
        nanos[rounds / 2] / 1e3,
        Arrays.stream(nanos).average().orElse(0) / 1e3,
        nanos[rounds - 1] / 1e3);
  }

  private void drain(PreparedStatement query, List<Object> parameters) {
    try (QueryResult result = session.execute(query, parameters)) {
      for (Batch batch = result.next(); batch != null; ) {
        batch = result.next();
      }
    }
  }

  /** Commits of one row into a table with three indexes, and into one without, in turn. */
  private void measureInserts() {
    for (String table : List.of("plain", "indexed")) {
      session.execute("CREATE TABLE " + table + " (id INTEGER, n INTEGER)").close();
    }
    for (String key : List.of("(n)", "(id)", "(n, id)")) {
      session.execute("CREATE INDEX ON indexed " + key).close();
    }
    long[] nanos = new long[2];
    for (int round = 0; round < 20; round++) {
      for (String table : List.of("plain", "indexed")) {
        PreparedStatement insert = session.prepare("INSERT INTO " + table + " VALUES (?, ?)");
        PreparedStatement query = session.prepare("SELECT id FROM " + table + " WHERE n = ?");
        long start = System.nanoTime();
        for (int i = 0; i < 5_000; i++) {
          session.execute(insert, List.of(i, random.nextInt(rows))).close();
        }
        if (round >= 5) {
          nanos[table.equals("plain") ? 0 : 1] += System.nanoTime() - start;
        }
        for (int i = 0; i < 3; i++) {
          // So that the index is wanted.
          drain(query, List.of(random.nextInt(rows)));
        }
      }
    }
    System.out.printf(
        "commits of one row: without indexes %.2f us, with three %.2f us%n",
        nanos[0] / 75e6, nanos[1] / 75e6);
  }
}
