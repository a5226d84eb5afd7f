package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With statistics a query gives the same rows as without, over types, deletes and added columns.
 */
@ExtendWith(CleanDirectory.class)
class DataSkippingTest {
  private static final int ROWS = 18_000;
  private static final int QUERIES = 25;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void skippingChangesNoResult(long seed) {
    Random random = new Random(seed);
    int skipped;
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      fill(session, random);
      skipped = compare(session, random, seed);
    }
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      skipped += compare(session, random, seed);
    }
    assertThat(skipped).as("seed %d", seed).isGreaterThan(QUERIES / 4);
  }

  private static void fill(Session session, Random random) {
    run(
        session,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, b BIGINT, d DOUBLE, n DECIMAL(30, 4), s VARCHAR,"
            + " day DATE, flag BOOLEAN, e VECTOR(3))");
    run(session, "CREATE TABLE digits (x INTEGER)");
    run(session, "INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    int step = 1 + random.nextInt(3);
    run(
        session,
        "INSERT INTO t SELECT id, CASE WHEN MOD(id, 7) = 0 THEN NULL ELSE id * "
            + step
            + " END, CASE WHEN id < 9000 THEN SQRT(id) ELSE -id END, id / 3.0,"
            + " 'k' || CAST(id AS VARCHAR), DATE '2020-01-01' + id / 100, id > 12000,"
            + " CAST('[' || CAST(id AS VARCHAR) || ', 1, ' || CAST(MOD(id, 5) AS VARCHAR) || ']'"
            + " AS VECTOR(3)) FROM (SELECT a.x * 10000 + b.x * 1000 + c.x * 100 + f.x * 10 + g.x"
            + " AS id FROM digits a, digits b, digits c, digits f, digits g WHERE a.x < 2)"
            + " WHERE id < "
            + ROWS
            + " ORDER BY id");
    run(session, "FLUSH TABLE t");
    run(session, "DELETE FROM t WHERE id BETWEEN 4000 AND 9500 AND MOD(id, 3) <> 0");
    run(session, "ALTER TABLE t ADD COLUMN added INTEGER DEFAULT 5");
    run(session, "ALTER TABLE t ADD COLUMN missing VARCHAR");
    run(
        session,
        "INSERT INTO t (id, b, d, s, added) VALUES (100000, 3, CAST('NaN' AS DOUBLE), 'late', 6),"
            + " (100001, NULL, CAST('Infinity' AS DOUBLE), '', NULL)");
    run(session, "UPDATE t SET s = 'changed', d = -0.0 WHERE id = 17");
  }

  /** How many queries had something to skip. */
  private static int compare(Session session, Random random, long seed) {
    int skipped = 0;
    for (int i = 0; i < QUERIES; i++) {
      String filter = filter(random, 2);
      String sql =
          random.nextInt(4) == 0
              ? "SELECT id FROM t WHERE "
                  + filter
                  + " ORDER BY e "
                  + List.of("<->", "<=>", "<#>").get(random.nextInt(3))
                  + " '["
                  + random.nextInt(-20, 20_000)
                  + ", 1, 2]' LIMIT "
                  + (1 + random.nextInt(20))
              : "SELECT id, b, d, s, added, missing FROM t WHERE " + filter + " ORDER BY id";
      run(session, "SET quiver.data_skipping = off");
      List<String> expected = rows(session, sql);
      run(session, "SET quiver.data_skipping = on");
      assertThat(rows(session, sql)).as("seed %d: %s", seed, sql).isEqualTo(expected);
      String plan = String.join("\n", rows(session, "EXPLAIN ANALYZE " + sql));
      skipped += plan.matches("(?s).*rows_skipped=[1-9].*") ? 1 : 0;
    }
    return skipped;
  }

  private static String filter(Random random, int depth) {
    if (depth > 0 && random.nextInt(2) == 0) {
      String first = filter(random, depth - 1);
      String second = filter(random, depth - 1);
      return switch (random.nextInt(5)) {
        case 0, 1 -> "(" + first + " AND " + second + ")";
        case 2, 3 -> "(" + first + " OR " + second + ")";
        default -> "NOT (" + first + ")";
      };
    }
    int number = random.nextInt(-100, ROWS + 500);
    String order = List.of("=", "<", "<=", ">", ">=", "<>").get(random.nextInt(6));
    return switch (random.nextInt(14)) {
      case 0 -> "id " + order + " " + number;
      case 1 -> "b " + order + " " + number;
      case 2 -> "d " + order + " " + (number / 100.0);
      case 3 -> "d " + order + " CAST('NaN' AS DOUBLE)";
      case 4 -> "n " + order + " " + number + ".5";
      case 5 -> "s LIKE 'k" + Math.abs(number) % 200 + "%'";
      case 6 -> "s " + order + " 'k" + number + "'";
      case 7 -> "day " + order + " DATE '2020-0" + (1 + random.nextInt(6)) + "-15'";
      case 8 -> random.nextBoolean() ? "flag" : "flag IS NOT TRUE";
      case 9 -> "b IS " + (random.nextBoolean() ? "" : "NOT ") + "NULL";
      case 10 -> "added " + order + " 5";
      case 11 -> "missing IS " + (random.nextBoolean() ? "" : "NOT ") + "NULL";
      case 12 -> "id IN (" + number + ", " + (number + 1) + ", 17, -5, 100001)";
      default -> "id BETWEEN " + number + " AND " + (number + random.nextInt(300));
    };
  }

  private static void run(Session session, String sql) {
    try (QueryResult result = session.execute(sql)) {
      while (result.next() != null) {
        // To its end.
      }
    }
  }

  private static List<String> rows(Session session, String sql) {
    List<String> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<@Nullable Object> values = new ArrayList<>();
          for (int i = 0; i < batch.width(); i++) {
            values.add(batch.column(i).get(row));
          }
          rows.add(values.toString());
        }
      }
    }
    return rows;
  }
}
