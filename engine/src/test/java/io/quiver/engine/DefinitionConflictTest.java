package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two definitions at once, one of them as a whole before each step of the other one: what is there
 * afterwards is what one after the other makes, in one of the two orders. Nothing that was
 * acknowledged is overwritten. {@code -Ddefinitions.pairs} says how many pairs, 0 all, and {@code
 * -Ddefinitions.seed} which.
 */
class DefinitionConflictTest {
  private static final int PAIRS = Integer.getInteger("definitions.pairs", 4);
  private static final long SEED = Long.getLong("definitions.seed", 1);

  private static final List<String> SETUP =
      List.of(
          "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
          "INSERT INTO parent VALUES (1), (2)",
          "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, m INTEGER)",
          "INSERT INTO t VALUES (1, 1, 1), (2, 2, 2)",
          "CREATE VIEW seen AS SELECT id, m FROM t");

  private static final List<String> STATEMENTS =
      List.of(
          "ALTER TABLE parent RENAME TO renamed",
          "ALTER TABLE parent RENAME TO other",
          "ALTER TABLE t ADD COLUMN a INTEGER DEFAULT 7",
          "ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'b'",
          "ALTER TABLE t DROP COLUMN n",
          "ALTER TABLE t DROP COLUMN m CASCADE",
          "ALTER TABLE t RENAME COLUMN n TO k",
          "ALTER TABLE t ALTER COLUMN n SET NOT NULL",
          "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (n) REFERENCES parent",
          "ALTER TABLE t ADD CONSTRAINT once UNIQUE (n)",
          "ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0)",
          "COMMENT ON TABLE t IS 'a comment'",
          "CREATE VIEW more AS SELECT n FROM t",
          "CREATE INDEX by_n ON t (n)",
          "DROP TABLE parent CASCADE",
          "INSERT INTO t (id, n) VALUES (3, 1)",
          "UPDATE t SET n = 2 WHERE id = 1");

  /** What both make, by its definition and its rows. */
  private static final List<String> CONTENT =
      List.of(
          "SELECT table_name, column_name, data_type, is_nullable, column_default"
              + " FROM information_schema.columns WHERE table_schema = 'public'",
          "SELECT table_name, constraint_name, constraint_type"
              + " FROM information_schema.table_constraints WHERE constraint_schema = 'public'",
          "SHOW TABLES");

  private static List<String> rows(Session session, String sql) {
    List<String> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          StringBuilder text = new StringBuilder();
          for (int i = 0; i < batch.columns().size(); i++) {
            text.append(batch.column(i).get(row)).append('|');
          }
          rows.add(text.toString());
        }
      }
    }
    rows.sort(null);
    return rows;
  }

  /** Whether it was done. */
  private static boolean attempt(Session session, String sql) {
    try {
      session.execute(sql).close();
      return true;
    } catch (QuiverException e) {
      if (e.sqlState().startsWith("XX")) {
        throw e;
      }
      return false;
    }
  }

  /**
   * What has come of two statements.
   *
   * @param done whether the first was
   * @param anotherDone whether the other one was
   */
  private record Outcome(boolean done, boolean anotherDone, String content) {}

  private static String content(Database database) {
    Map<String, List<String>> content = new TreeMap<>();
    try (Session session = database.connect()) {
      CONTENT.forEach(sql -> content.put(sql, rows(session, sql)));
      for (TableInfo table : session.tables()) {
        if (table.schemaName().equals("public")) {
          content.put(table.name(), rows(session, "SELECT * FROM " + table.name()));
        }
      }
    }
    return content.toString();
  }

  private static Outcome oneAfterTheOther(Pair pair, boolean anotherFirst) {
    try (Database database = Database.over(LocalStore.inMemory(), "test");
        Session session = database.connect()) {
      SETUP.forEach(sql -> session.execute(sql).close());
      boolean early = anotherFirst && attempt(session, pair.another());
      boolean done = attempt(session, pair.statement());
      boolean late = !anotherFirst && attempt(session, pair.another());
      return new Outcome(done, early || late, content(database));
    }
  }

  /** What comes of another statement before a step of the first; null behind the last step. */
  private static @Nullable Outcome interleaved(Pair pair, int step, boolean block) {
    SteppedStore stepped = new SteppedStore(LocalStore.inMemory());
    try (Database database = Database.over(stepped.store(), "test");
        Session session = database.connect();
        Session other = database.connect()) {
      SETUP.forEach(sql -> session.execute(sql).close());
      if (block) {
        session.execute("BEGIN").close();
      }
      AtomicBoolean anotherDone = new AtomicBoolean();
      stepped.before(step, () -> anotherDone.set(attempt(other, pair.another())));
      boolean done = attempt(session, pair.statement());
      if (block) {
        done &= attempt(session, "COMMIT");
      }
      return stepped.steps() <= step
          ? null
          : new Outcome(done, anotherDone.get(), content(database));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsOverwritten(boolean block) {
    for (Pair pair : pairs()) {
      Outcome before = oneAfterTheOther(pair, true);
      Outcome after = oneAfterTheOther(pair, false);
      Outcome shown = oneAfterTheOther(new Pair("SHOW TABLES", pair.another()), true);
      Outcome alone = new Outcome(false, shown.anotherDone(), shown.content());
      for (int step = 0; ; step++) {
        Outcome found = interleaved(pair, step, block);
        if (found == null) {
          break;
        }
        assertThat(found)
            .as(
                "%s, and before its step %d: %s; -Ddefinitions.seed=%d",
                pair.statement(), step, pair.another(), SEED)
            .isIn(before, after, alone);
      }
    }
  }

  private record Pair(String statement, String another) {}

  /** Two renames, two new columns, and others by chance. */
  private static List<Pair> pairs() {
    List<Pair> all = new ArrayList<>();
    for (String statement : STATEMENTS) {
      STATEMENTS.forEach(another -> all.add(new Pair(statement, another)));
    }
    if (PAIRS == 0) {
      return all;
    }
    Collections.shuffle(all, new Random(SEED));
    all.addFirst(new Pair(STATEMENTS.get(2), STATEMENTS.get(3)));
    all.addFirst(new Pair(STATEMENTS.get(0), STATEMENTS.get(1)));
    return all.subList(0, PAIRS);
  }
}
