package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random joins, in the order that the planner chooses and one by one as they are written. */
final class JoinOrderTest {
  private static final int QUERIES = 25;
  private static final int[] SIZES = {3, 40, 150, 7, 80};
  private static Database database;
  private static Session session;

  @BeforeAll
  static void fill() {
    database = Database.inMemory("test");
    session = database.connect();
    Random random = new Random(11);
    for (int table = 0; table < SIZES.length; table++) {
      session
          .execute("CREATE TABLE t" + table + " (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER)")
          .close();
      List<String> rows = new ArrayList<>();
      for (int id = 0; id < SIZES[table]; id++) {
        rows.add("(" + id + ", " + value(random) + ", " + value(random) + ")");
      }
      session.execute("INSERT INTO t" + table + " VALUES " + String.join(", ", rows)).close();
    }
  }

  private static String value(Random random) {
    return random.nextInt(8) == 0 ? "NULL" : "" + random.nextInt(40);
  }

  @AfterAll
  static void close() {
    session.close();
    database.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyOrderGivesTheSameRows(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < QUERIES; i++) {
      List<String> joins = joins(random);
      String free = nested(joins, "");
      // A limit that never bites keeps what is below it together.
      String bound = nested(joins, " LIMIT 100000000");
      assertThat(rows(free)).as("seed %d: %s", seed, free).isEqualTo(rows(bound));
    }
  }

  @Test
  void theLargestTableIsReadLastAndNotKept() {
    List<String> plan =
        rows("EXPLAIN SELECT count(*) FROM t0, t1, t2 WHERE t1.x = t0.id AND t2.x = t1.id");
    assertThat(plan.stream().filter(line -> line.contains("Scan table=")).map(String::strip))
        .containsExactlyInAnyOrder(
            "Scan table=t2 columns=[x]",
            "Scan table=t1 columns=[id, x]",
            "Scan table=t0 columns=[id]");
    List<String> lines = unsorted("EXPLAIN SELECT 1 FROM t0 JOIN t2 ON t2.x = t0.id");
    assertThat(lines.get(2)).contains("table=t2");
    assertThat(lines.get(3)).contains("table=t0");
  }

  @Test
  void aPlanIsMadeAnewWhenATableHasGrown() {
    session.execute("CREATE TABLE small (id INTEGER PRIMARY KEY)").close();
    session.execute("CREATE TABLE grows (id INTEGER PRIMARY KEY)").close();
    session.execute("INSERT INTO small SELECT id FROM t4").close();
    String sql = "SELECT count(*) FROM small JOIN grows ON grows.id = small.id";
    assertThat(rows(sql)).containsExactly("0");
    assertThat(rows(sql)).containsExactly("0");
    session.execute("INSERT INTO grows SELECT a.id * 150 + b.id FROM t2 AS a, t2 AS b").close();
    assertThat(rows(sql)).containsExactly("80");
    session.execute("DROP TABLE small, grows").close();
  }

  /** The first table, then kinds of joins with their conditions. */
  private static List<String> joins(Random random) {
    List<String> joins = new ArrayList<>();
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int table = random.nextInt(SIZES.length);
      String columns =
          "(SELECT id AS i%d, x AS x%d, y AS y%d FROM t%d%s)"
              .formatted(i, i, i, table, random.nextInt(4) == 0 ? " WHERE x < 20" : "");
      if (i == 0) {
        joins.add(columns);
        continue;
      }
      int other = random.nextInt(i);
      String condition =
          switch (random.nextInt(5)) {
            case 0 -> "i" + i + " = x" + other;
            case 1 -> "x" + i + " = i" + other;
            case 2 -> "x" + i + " = x" + other + " AND y" + i + " < y" + other;
            case 3 -> "x" + i + " = x" + other + " + 1 AND y" + i + " = y0";
            default -> "i" + i + " = i" + other + " AND i" + i + " = x0";
          };
      String kind =
          switch (random.nextInt(8)) {
            case 0 -> " LEFT JOIN ";
            case 1 -> " RIGHT JOIN ";
            case 2 -> " FULL JOIN ";
            default -> " JOIN ";
          };
      joins.add(kind + columns + " AS r" + i + " ON " + condition);
    }
    return joins;
  }

  private static String nested(List<String> joins, String limit) {
    String sql = joins.getFirst();
    for (int i = 1; i < joins.size(); i++) {
      sql = "(SELECT * FROM " + sql + " AS l" + i + joins.get(i) + limit + ")";
    }
    return "SELECT * FROM " + sql + " AS whole";
  }

  private static List<String> rows(String sql) {
    List<String> rows = unsorted(sql);
    rows.sort(null);
    return rows;
  }

  private static List<String> unsorted(String sql) {
    List<String> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          int at = row;
          rows.add(
              batch.columns().stream()
                  .map(column -> String.valueOf(column.get(at)))
                  .collect(Collectors.joining(" ")));
        }
      }
    } catch (RuntimeException e) {
      throw new AssertionError(sql, e);
    }
    return rows;
  }
}
