package io.quiver.engine;

import static io.quiver.engine.Sql.number;
import static io.quiver.engine.Sql.run;
import static io.quiver.engine.Sql.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that change a parent table and its children at the same time leave no orphan. */
class ForeignKeyTest {
  private static final int KEYS = 8;
  private static final int TRANSACTIONS = Integer.getInteger("quiver.foreignKey.transactions", 150);
  private static final List<String> ACTIONS =
      List.of(
          "",
          "ON DELETE CASCADE ON UPDATE CASCADE",
          "ON DELETE SET NULL ON UPDATE SET NULL",
          "ON DELETE SET DEFAULT ON UPDATE SET DEFAULT");
  private static final String ORPHANS =
      "SELECT count(*) FROM child WHERE p IS NOT NULL AND p NOT IN (SELECT id FROM parent)";

  /** Two to eight sessions; every second seed reads one snapshot a transaction. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noOrphanIsEverSeen(long seed, @TempDir Path directory) throws Exception {
    int sessions = 2 + (int) (seed * 7 % 7);
    Map<String, Integer> outcomes = new TreeMap<>();
    try (Database database = Database.open(directory, DatabaseOptions.defaults());
        ExecutorService threads = Executors.newFixedThreadPool(sessions);
        Session session = database.connect()) {
      run(session, "CREATE TABLE parent (id INTEGER PRIMARY KEY, v INTEGER)");
      run(
          session,
          "CREATE TABLE child (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
              + " p INTEGER DEFAULT 1 REFERENCES parent "
              + ACTIONS.get((int) (seed % ACTIONS.size()))
              + ", v INTEGER)");
      List<Future<Map<String, Integer>>> running = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        Random random = new Random(seed * 100 + i);
        running.add(threads.submit(() -> work(database, random, seed % 2 == 0)));
      }
      for (Future<Map<String, Integer>> each : running) {
        each.get().forEach((state, count) -> outcomes.merge(state, count, Integer::sum));
      }
      assertThat(number(session, ORPHANS)).as("seed %d", seed).isZero();
    }
    try (Database database = Database.open(directory, DatabaseOptions.defaults());
        Session session = database.connect()) {
      assertThat(number(session, ORPHANS)).as("seed %d, opened again", seed).isZero();
      assertThat(number(session, "SELECT count(*) FROM child")).as("seed %d", seed).isPositive();
    }
    assertThat(outcomes).as("seed %d", seed).containsKeys("00000", "23503");
  }

  /** What became of the transactions, by SQLSTATE. */
  private static Map<String, Integer> work(Database database, Random random, boolean repeatable) {
    Map<String, Integer> outcomes = new TreeMap<>();
    try (Session session = database.connect();
        Session reader = database.connect()) {
      for (int i = 0; i < TRANSACTIONS; i++) {
        String state = "00000";
        run(session, repeatable ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
        try {
          for (int j = random.nextInt(4); j >= 0; j--) {
            run(session, statement(random));
          }
          run(session, "COMMIT");
          assertThat(number(reader, ORPHANS)).isZero();
        } catch (QuiverException e) {
          state = e.sqlState();
          assertThat(state).as(e.getMessage()).isIn("23503", "23505", "40001");
          run(session, "ROLLBACK");
        }
        outcomes.merge(state, 1, Integer::sum);
      }
    }
    return outcomes;
  }

  private static String statement(Random random) {
    int a = random.nextInt(KEYS);
    int b = random.nextInt(KEYS);
    return switch (random.nextInt(9)) {
      case 0, 1 -> "UPSERT INTO parent VALUES (" + a + ", " + b + ")";
      case 2 -> "DELETE FROM parent WHERE id = " + a;
      case 3 -> "UPDATE parent SET v = v + 1 WHERE id = " + a;
      case 4 -> "UPDATE parent SET id = " + b + " WHERE id = " + a;
      case 5, 6 -> "INSERT INTO child (p) VALUES (" + a + "), (" + a + ")";
      case 7 -> "UPDATE child SET p = " + b + " WHERE id % " + KEYS + " = " + a;
      default -> "DELETE FROM child WHERE p = " + a + " AND id % 2 = 0";
    };
  }

  /** Rows are added and deleted while someone asks for the foreign key. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noOrphanSlipsInWhileTheForeignKeyIsAdded(long seed) throws Exception {
    try (Database database = Database.inMemory("adding" + seed);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        Session session = database.connect()) {
      run(session, "CREATE TABLE parent (id INTEGER PRIMARY KEY, v INTEGER)");
      run(
          session,
          "CREATE TABLE child (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p INTEGER,"
              + " v INTEGER)");
      List<Future<Map<String, Integer>>> running = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Random random = new Random(seed * 100 + i);
        running.add(threads.submit(() -> loose(database, random)));
      }
      int added = 0;
      while (running.stream().anyMatch(each -> !each.isDone()) || added == 0) {
        try {
          run(session, "DELETE FROM child WHERE p NOT IN (SELECT id FROM parent)");
          run(session, "ALTER TABLE child ADD CONSTRAINT fk FOREIGN KEY (p) REFERENCES parent");
          added++;
          Thread.sleep(2);
          assertThat(number(session, ORPHANS)).as("seed %d", seed).isZero();
          run(session, "ALTER TABLE child DROP CONSTRAINT fk");
        } catch (QuiverException e) {
          assertThat(e.sqlState()).isIn("23503", "40001");
        }
      }
      for (Future<Map<String, Integer>> each : running) {
        each.get();
      }
    }
  }

  private static Map<String, Integer> loose(Database database, Random random) {
    Map<String, Integer> outcomes = new TreeMap<>();
    try (Session session = database.connect()) {
      for (int i = 0; i < 2 * TRANSACTIONS; i++) {
        String state = "00000";
        try {
          run(session, statement(random));
        } catch (QuiverException e) {
          state = e.sqlState();
          assertThat(state).as(e.getMessage()).isIn("23503", "23505", "40001");
        }
        outcomes.merge(state, 1, Integer::sum);
      }
    }
    return outcomes;
  }

  /** A transaction large enough that its rows are in segments before it commits. */
  @Test
  void aLargeTransactionIsHeldToItsParents(@TempDir Path directory) {
    try (Database database = Database.open(directory, DatabaseOptions.defaults());
        Session session = database.connect();
        Session other = database.connect()) {
      run(session, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
      run(session, "CREATE TABLE child (p INTEGER REFERENCES parent, text VARCHAR)");
      run(session, "INSERT INTO parent VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
      run(session, "CREATE TABLE ten (n INTEGER)");
      run(session, "INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
      run(session, "BEGIN");
      run(
          session,
          "INSERT INTO child SELECT a.n, repeat('x', 500) FROM ten a, ten b, ten c, ten d, ten e");
      run(other, "DELETE FROM parent WHERE id = 7");
      assertThat(state(session, "COMMIT")).isEqualTo("40001");
      assertThat(number(other, "SELECT count(*) FROM child")).isZero();
    }
  }

  @Test
  void aCommitMeetsWhatWasCommittedMeanwhile() {
    try (Database database = Database.inMemory("meanwhile");
        Session session = database.connect();
        Session other = database.connect()) {
      run(session, "CREATE TABLE parent (id INTEGER PRIMARY KEY, v INTEGER)");
      run(session, "CREATE TABLE child (p INTEGER REFERENCES parent)");
      run(session, "INSERT INTO parent VALUES (1, 1), (2, 2), (3, 3)");
      run(session, "BEGIN");
      run(session, "INSERT INTO child VALUES (1)");
      run(other, "DELETE FROM parent WHERE id = 1");
      assertThat(state(session, "COMMIT")).isEqualTo("40001");
      run(session, "BEGIN");
      run(session, "DELETE FROM parent WHERE id = 2");
      run(other, "INSERT INTO child VALUES (2)");
      assertThat(state(session, "COMMIT")).isEqualTo("40001");
      // A parent that is changed beside its key stays the parent.
      run(session, "BEGIN");
      run(session, "INSERT INTO child VALUES (3)");
      run(other, "UPDATE parent SET v = 4 WHERE id = 3");
      run(session, "COMMIT");
      run(session, "BEGIN");
      run(session, "UPDATE parent SET v = 5 WHERE id = 3");
      run(other, "INSERT INTO child VALUES (3)");
      run(session, "COMMIT");
      assertThat(number(session, "SELECT count(*) FROM child")).isEqualTo(3);
    }
  }

  private static final List<String> CHILDREN =
      List.of("plain", "narrow", "wide", "alone", "single");

  /**
   * Rows that use a key are found by an index of part of the columns, by one of all of them and
   * more, and by a unique key, as by looking at every row.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void anIndexOfTheChildChangesNothing(long seed, @TempDir Path directory) {
    Random random = new Random(seed);
    String action = seed % 2 == 0 ? "CASCADE" : "SET NULL";
    try (Database database = Database.open(directory, DatabaseOptions.defaults());
        Session session = database.connect()) {
      run(session, "CREATE TABLE parent (a INTEGER, b TEXT, PRIMARY KEY (a, b))");
      for (String child : CHILDREN) {
        run(
            session,
            "CREATE TABLE "
                + child
                + " (id INTEGER, y TEXT, x INTEGER, FOREIGN KEY (x, y) REFERENCES parent (a, b)"
                + " ON DELETE "
                + action
                + " ON UPDATE CASCADE"
                + (child.equals("single") ? ", UNIQUE (y, x))" : ")"));
      }
      run(session, "CREATE INDEX ON narrow (x DESC)");
      run(session, "CREATE INDEX ON wide (y, x, id)");
      run(session, "CREATE TABLE ten (n INTEGER)");
      run(session, "INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
      run(
          session,
          "INSERT INTO parent SELECT a.n + 10 * b.n + 100 * c.n, 'text ' || CAST(d.n AS VARCHAR)"
              + " FROM ten a, ten b, ten c, ten d");
      int next = 0;
      for (int step = 0; step < 40; step++) {
        String when = "seed " + seed + ", step " + step;
        if (step % 10 == 0) {
          fill(session, next, 3_000);
          next += 3_000;
        }
        boolean open = random.nextInt(3) == 0;
        if (open) {
          run(session, "BEGIN");
          fill(session, next, 20);
          next += 20;
        }
        int x = random.nextInt(1_000);
        String y = "'text " + random.nextInt(10) + "'";
        run(
            session,
            switch (random.nextInt(6)) {
              case 0 -> "DELETE FROM parent WHERE a = " + x;
              case 1 -> "DELETE FROM parent WHERE a = " + x + " AND b > " + y;
              case 2 -> "UPDATE parent SET a = a + 1000 WHERE a = " + x + " AND b = " + y;
              case 3 -> "DELETE FROM parent WHERE a BETWEEN " + x + " AND " + (x + 30);
              case 4 -> open ? "DELETE FROM parent WHERE b = " + y : "FLUSH";
              default -> "UPDATE parent SET b = b || '.' WHERE a < " + x + " AND b = " + y;
            });
        compare(session, when);
        if (open) {
          run(session, random.nextBoolean() ? "COMMIT" : "ROLLBACK");
          compare(session, when + ", at its end");
        }
      }
    }
  }

  private static void fill(Session session, int from, int count) {
    run(
        session,
        "INSERT INTO plain SELECT n, b, a FROM (SELECT a, b, CAST(row_number() OVER (ORDER BY b, a)"
            + " AS INTEGER) + "
            + from
            + " AS n FROM parent) LIMIT "
            + count);
    for (String child : List.of("narrow", "wide", "alone")) {
      run(session, "INSERT INTO " + child + " SELECT * FROM plain WHERE id > " + from);
    }
    run(
        session,
        "INSERT INTO single SELECT * FROM plain WHERE id > " + from + " ON CONFLICT DO NOTHING");
  }

  private static void compare(Session session, String when) {
    for (String child : List.of("narrow", "wide", "alone")) {
      for (String[] sides : new String[][] {{"plain", child}, {child, "plain"}}) {
        String sql =
            "SELECT count(*) FROM (SELECT * FROM "
                + sides[0]
                + " EXCEPT SELECT * FROM "
                + sides[1]
                + ")";
        assertThat(number(session, sql)).as(when + ": " + sql).isZero();
      }
    }
    for (String child : CHILDREN) {
      String orphans =
          "SELECT count(*) FROM "
              + child
              + " LEFT JOIN parent ON a = x AND b = y WHERE a IS NULL"
              + " AND x IS NOT NULL";
      assertThat(number(session, orphans)).as(when + ": " + orphans).isZero();
    }
  }
}
