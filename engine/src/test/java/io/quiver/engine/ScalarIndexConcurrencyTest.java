package io.quiver.engine;

import static io.quiver.engine.Sql.number;
import static io.quiver.engine.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions that read, sessions that write, and one that makes and drops indexes, flushes and
 * merges: within a snapshot, what an index may find is what is found without one.
 */
class ScalarIndexConcurrencyTest {
  private static final long NANOS =
      TimeUnit.MILLISECONDS.toNanos(Integer.getInteger("scalar.millis", 1_500));

  private static Database open(long seed) {
    Database database =
        Database.over(
            LocalStore.open(
                new StoreOptions(new MemoryFileSystem(), new Random(seed), 1 << 20, true)),
            "t");
    try (Session session = database.connect()) {
      run(session, "CREATE TABLE d (d INTEGER)");
      run(session, "INSERT INTO d VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
      run(
          session,
          "CREATE TABLE t AS SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS id,"
              + " a.d + 10 * b.d AS grp FROM d a, d b, d c, d e");
      run(session, "FLUSH");
    }
    return database;
  }

  private static void read(Database database, Random random, long until) {
    try (Session session = database.connect()) {
      while (System.nanoTime() < until) {
        run(session, "BEGIN ISOLATION LEVEL REPEATABLE READ");
        int group = random.nextInt(100);
        long found = number(session, "SELECT count(*) FROM t WHERE grp = " + group);
        assertThat(found)
            .as("rows of group " + group)
            .isEqualTo(number(session, "SELECT count(*) FROM t WHERE grp + 0 = " + group));
        assertThat(number(session, "SELECT count(*) FROM t WHERE grp < 3 OR grp >= 3"))
            .isEqualTo(10_000);
        assertThat(number(session, "SELECT min(grp) FROM (SELECT grp FROM t ORDER BY grp LIMIT 9)"))
            .isEqualTo(number(session, "SELECT min(grp + 0) FROM t"));
        run(session, "COMMIT");
      }
    }
  }

  private static void write(Database database, Random random, long until) {
    try (Session session = database.connect()) {
      while (System.nanoTime() < until) {
        try {
          run(
              session,
              "UPDATE t SET grp = "
                  + random.nextInt(100)
                  + " WHERE grp = "
                  + random.nextInt(100)
                  + " AND id % 7 = "
                  + random.nextInt(7));
        } catch (QuiverException e) {
          assertThat(e.sqlState()).isEqualTo("40001");
        }
      }
    }
  }

  private static void define(Database database, Random random, long until) {
    List<String> forms = List.of("", " USING bitmap", " USING btree");
    try (Session session = database.connect()) {
      for (int i = 0; System.nanoTime() < until; i++) {
        run(session, "CREATE INDEX by_group ON t" + forms.get(i % 3) + " (grp)");
        if (random.nextInt(3) == 0) {
          run(session, random.nextBoolean() ? "FLUSH" : "OPTIMIZE TABLE t");
        }
        Thread.sleep(random.nextInt(60));
        run(session, "DROP INDEX by_group");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void snapshotsSeeTheSameWithAndWithoutIndexes(long seed)
      throws InterruptedException, ExecutionException {
    long until = System.nanoTime() + NANOS;
    try (Database database = open(seed);
        ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        long own = 10 * seed + i;
        running.add(threads.submit(() -> read(database, new Random(own), until)));
        running.add(threads.submit(() -> write(database, new Random(-own), until)));
      }
      running.add(threads.submit(() -> define(database, new Random(seed), until)));
      for (Future<?> each : running) {
        each.get();
      }
    }
  }
}
