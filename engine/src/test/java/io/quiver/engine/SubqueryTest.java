package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random correlated subqueries in two forms: as they are, which the planner makes joins of where it
 * can, and counted over a subquery with a limit that never bites, which runs once for each row.
 */
final class SubqueryTest {
  private static final int QUERIES = 60;
  private static Database database;
  private static Session session;

  @BeforeAll
  static void fill() {
    database = Database.inMemory("test");
    session = database.connect();
    Random random = new Random(7);
    for (String table : List.of("a", "b", "c")) {
      session
          .execute(
              "CREATE TABLE "
                  + table
                  + " (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER, "
                  + "z TEXT)")
          .close();
      List<String> rows = new ArrayList<>();
      for (int id = 0; id < (table.equals("a") ? 40 : 25); id++) {
        rows.add(
            "(" + id + ", " + small(random) + ", " + small(random) + ", " + text(random) + ")");
      }
      session.execute("INSERT INTO " + table + " VALUES " + String.join(", ", rows)).close();
    }
  }

  private static String small(Random random) {
    return random.nextInt(6) == 0 ? "NULL" : "" + random.nextInt(6);
  }

  private static String text(Random random) {
    return random.nextInt(6) == 0 ? "NULL" : "'t" + random.nextInt(3) + "'";
  }

  @AfterAll
  static void close() {
    session.close();
    database.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aJoinGivesWhatRunningRowByRowGives(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < QUERIES; i++) {
      Form form = form(random);
      assertThat(rows(form.joined()))
          .as("seed %d: %s against %s", seed, form.joined(), form.rowByRow())
          .isEqualTo(rows(form.rowByRow()));
    }
  }

  private record Form(String joined, String rowByRow) {}

  private static Form form(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> membership(random);
      case 1 -> scalar(random);
      case 2 -> lateral(random);
      default -> existence(random);
    };
  }

  private static Form existence(Random random) {
    String source = source(random);
    String exists = "EXISTS (SELECT 1 " + source + ")";
    String counted = "(SELECT count(*) FROM (SELECT 1 " + source + " LIMIT 1000000) AS u) > 0";
    return placed(random, exists, counted);
  }

  private static Form membership(Random random) {
    String source = source(random);
    String outer = pick(random, "a.x", "a.y", "a.x + 1", "2");
    String inner = pick(random, "b.x", "b.y", "b.x - 1", "b.x + a.y");
    boolean all = random.nextInt(3) == 0;
    String operator = random.nextBoolean() ? "=" : pick(random, "<", ">=", "<>");
    String test = outer + " " + operator + " v";
    String counts =
        "(SELECT count(*) FROM (SELECT "
            + inner
            + " AS v "
            + source
            + " LIMIT 1000000) AS u WHERE ";
    String member =
        outer + " " + operator + (all ? " ALL" : " ANY") + " (SELECT " + inner + " " + source + ")";
    if (operator.equals("=") && !all && random.nextBoolean()) {
      member = outer + " IN (SELECT " + inner + " " + source + ")";
    }
    String counted =
        "CASE WHEN "
            + counts
            + (all ? "(" + test + ") IS FALSE" : test)
            + ") > 0 THEN "
            + !all
            + " WHEN "
            + counts
            + "("
            + test
            + ") IS NULL) > 0 THEN NULL ELSE "
            + all
            + " END";
    return placed(random, member, counted);
  }

  private static Form placed(Random random, String joined, String rowByRow) {
    String before = random.nextInt(3) == 0 ? "NOT (" : "(";
    if (random.nextBoolean()) {
      String select = "SELECT id, " + before;
      return new Form(select + joined + ") FROM a", select + rowByRow + ") FROM a");
    }
    String where =
        "SELECT id FROM a WHERE "
            + pick(random, "", "a.x < 4 AND ", "a.z = 't1' OR ", "a.id IN (SELECT y FROM c) AND ")
            + before;
    return new Form(where + joined + ")", where + rowByRow + ")");
  }

  private static Form scalar(Random random) {
    String aggregate =
        pick(random, "count(*)", "sum(b.y)", "max(b.z)", "count(b.x) + 1", "count(DISTINCT b.x)");
    String source = source(random);
    String having = random.nextInt(4) == 0 ? " HAVING count(*) > 1" : "";
    String limited =
        aggregate.replace("b.", "u.")
            + " FROM (SELECT b.x, b.y, b.z "
            + source
            + " LIMIT 1000000) AS u"
            + having;
    String outer = pick(random, "", "coalesce(a.x, 0), ");
    return new Form(
        "SELECT id, " + outer + "(SELECT " + aggregate + " " + source + having + ") FROM a",
        "SELECT id, " + outer + "(SELECT " + limited + ") FROM a");
  }

  private static Form lateral(Random random) {
    String join = pick(random, " CROSS JOIN LATERAL (", " LEFT JOIN LATERAL (");
    String on = join.startsWith(" LEFT") ? " ON true" : "";
    String source = source(random);
    if (random.nextBoolean()) {
      String columns = "SELECT b.id AS i, coalesce(b.x, a.y) AS v " + source;
      String limited = columns + " LIMIT 1000000";
      return new Form(
          "SELECT a.id, l.i, l.v FROM a" + join + columns + ") AS l" + on,
          "SELECT a.id, l.i, l.v FROM a" + join + limited + ") AS l" + on);
    }
    String grouped = "SELECT b.y AS i, count(*) AS v " + source + " GROUP BY b.y";
    return new Form(
        "SELECT a.id, l.i, l.v FROM a" + join + grouped + ") AS l" + on,
        "SELECT a.id, l.i, l.v FROM a" + join + grouped + " LIMIT 1000000) AS l" + on);
  }

  /** FROM and WHERE of a subquery over b that reads a. */
  private static String source(Random random) {
    StringBuilder sql = new StringBuilder("FROM b");
    boolean joined = random.nextInt(4) == 0;
    if (joined) {
      sql.append(pick(random, " JOIN c ON c.x = b.x", " LEFT JOIN c ON c.x = b.y AND c.z = b.z"));
    }
    int conditions = 1 + random.nextInt(2);
    for (int i = 0; i < conditions; i++) {
      sql.append(i == 0 ? " WHERE " : " AND ").append(condition(random, joined));
    }
    return sql.toString();
  }

  private static String condition(Random random, boolean joined) {
    return switch (random.nextInt(joined ? 11 : 10)) {
      case 0, 1, 2 -> "b.x = a.x";
      case 3 -> "b.y > a.y";
      case 4 -> "b.x = a.x + 1";
      case 5 -> "b.z = a.z";
      case 6 -> "b.x IS NOT DISTINCT FROM a.x";
      case 7 -> "EXISTS (SELECT 1 FROM c AS d WHERE d.x = b.x AND d.y >= a.y)";
      case 8 -> "NOT EXISTS (SELECT 1 FROM c AS d WHERE d.x = b.x AND d.z = b.z)";
      case 9 -> "b.y NOT IN (SELECT d.y FROM c AS d WHERE d.x = a.x)";
      default -> "c.y <> a.y";
    };
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static List<String> rows(String sql) {
    List<String> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          int at = row;
          rows.add(
              batch.columns().stream()
                  .map((Column column) -> String.valueOf(column.get(at)))
                  .collect(Collectors.joining(" ")));
        }
      }
    } catch (RuntimeException e) {
      throw new AssertionError(sql, e);
    }
    rows.sort(null);
    return rows;
  }
}
