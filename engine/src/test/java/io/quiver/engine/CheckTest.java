package io.quiver.engine;

import static io.quiver.engine.Sql.number;
import static io.quiver.engine.Sql.run;
import static io.quiver.engine.Sql.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CHECK constraints under concurrency, over a restart, and for batches of parameters. */
class CheckTest {
  private static final int WRITERS = 4;
  private static final int ROUNDS = Integer.getInteger("check.rounds", 5);

  /** Writers add rows of any sign while someone deletes those below zero and forbids them. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noBadRowSlipsInWhileACheckIsAdded(long seed) throws Exception {
    AtomicBoolean ended = new AtomicBoolean();
    try (Database database = Database.inMemory("check" + seed);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        Session session = database.connect()) {
      run(session, "CREATE TABLE t (k BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n INTEGER)");
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Random random = new Random(seed * 100 + i);
        writers.add(threads.submit(() -> write(database, random, ended)));
      }
      for (int round = 0; round < ROUNDS; round++) {
        forbid(session);
        Thread.sleep(2);
        assertThat(number(session, "SELECT count(*) FROM t WHERE n < 0"))
            .as("seed %d", seed)
            .isZero();
        run(session, "ALTER TABLE t DROP CONSTRAINT positive");
        Thread.sleep(1);
      }
      ended.set(true);
      int refused = 0;
      for (Future<Integer> writer : writers) {
        refused += writer.get();
      }
      assertThat(refused).as("seed %d", seed).isPositive();
    }
  }

  private static void forbid(Session session) {
    while (true) {
      run(session, "DELETE FROM t WHERE n < 0");
      try {
        run(session, "ALTER TABLE t ADD CONSTRAINT positive CHECK (n >= 0)");
        return;
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isIn("23514", "40001");
      }
    }
  }

  /** How many rows were refused. */
  private static int write(Database database, Random random, AtomicBoolean ended) {
    int refused = 0;
    try (Session session = database.connect()) {
      while (!ended.get()) {
        boolean block = random.nextBoolean();
        try {
          if (block) {
            run(session, "BEGIN");
          }
          for (int i = random.nextInt(3); i >= 0; i--) {
            run(session, "INSERT INTO t (n) VALUES (" + (random.nextInt(10) - 3) + ")");
          }
          if (random.nextInt(4) == 0) {
            run(session, "UPDATE t SET n = n - 1 WHERE k % 50 = " + random.nextInt(50));
          }
          if (block) {
            run(session, "COMMIT");
          }
        } catch (QuiverException e) {
          assertThat(e.sqlState()).isIn("23514", "40001");
          refused += e.sqlState().equals("23514") ? 1 : 0;
          if (block) {
            run(session, "ROLLBACK");
          }
        }
      }
    }
    return refused;
  }

  @Test
  void aCheckIsThereAfterARestart(@TempDir Path directory) {
    for (int i = 0; i < 3; i++) {
      try (Database database = Database.open(directory, DatabaseOptions.defaults());
          Session session = database.connect()) {
        run(
            session,
            i == 0
                ? "CREATE TABLE t (n INTEGER CONSTRAINT positive CHECK (n > 0))"
                : "INSERT INTO t VALUES (" + i + ")");
        assertThat(state(session, "INSERT INTO t VALUES (-1)")).isEqualTo("23514");
        if (i == 1) {
          run(session, "FLUSH");
        }
      }
    }
  }

  @Test
  void aBatchOfParametersIsChecked() {
    try (Database database = Database.inMemory("batch");
        Session session = database.connect()) {
      run(session, "CREATE TABLE t (n INTEGER CHECK (n > 0))");
      PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?)");
      assertThat(session.insertAll(insert, List.of(List.of(1), List.of(-1)), () -> false))
          .isFalse();
      assertThat(session.insertAll(insert, List.of(List.of(1), List.of(2)), () -> false)).isTrue();
      assertThat(number(session, "SELECT count(*) FROM t")).isEqualTo(2);
    }
  }

  @Test
  void theMessageNamesTheConstraintAndTheRow() {
    try (Database database = Database.inMemory("message");
        Session session = database.connect()) {
      run(session, "CREATE TABLE t (n INTEGER CHECK (n > 0), s VARCHAR, v VECTOR(2))");
      QuiverException error =
          catchThrowableOfType(
              QuiverException.class,
              () -> run(session, "INSERT INTO t VALUES (1, 'a', NULL), (-7, 'b', '[1, 2]')"));
      assertThat(error)
          .hasMessage("the row (-7, b, [1,2]) of table \"t\" breaks CHECK \"t_n_check\": n > 0");
    }
  }
}
