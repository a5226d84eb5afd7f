package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What indexes on vectors really find is measured wherever they are searched. */
class MeasuredRecallTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(300);

  private static final int ROWS = 1_000;
  private static final String RECALL =
      "SELECT recall > 0.5 AND recall <= 1 FROM quiver.indexes WHERE recall_samples = 2";

  private static final String SERVES =
      "serves segments that have it; rows without it are measured, or found by their codes";

  private final Random random = new Random(3);

  @Test
  void inADatabaseThatLivesInMemory() throws InterruptedException {
    LocalStore store = LocalStore.inMemory();
    try (Database database = Database.over(store, "t");
        Session session = database.connect()) {
      fill(session);
      store.buildIndexes();
      assertThat(samples(session)).isZero();
      searchAndAwaitRecall(session);
    }
  }

  @Test
  void inADatabaseThatIsOnlyRead() throws InterruptedException {
    FileSystem files = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(files, false));
        Database database = Database.over(store, "t");
        Session session = database.connect()) {
      fill(session);
      Sql.run(session, "FLUSH");
      store.buildIndexes();
    }
    try (LocalStore store = LocalStore.openReadOnly(options(files, true));
        Database database = Database.over(store, "t");
        Session session = database.connect()) {
      await(session, "SELECT rows_indexed = " + ROWS + " FROM quiver.indexes");
      searchAndAwaitRecall(session);
    }
  }

  @Test
  void anIndexThatFindsTooLittleGivesWay() {
    LocalStore store = LocalStore.inMemory();
    try (Database database = Database.over(store, "t");
        Session session = database.connect();
        Session hasty = database.connect()) {
      fill(session);
      Sql.run(session, "DROP INDEX t_v");
      Sql.run(session, "CREATE INDEX lists ON t USING ivfflat (v) WITH (lists = 64)");
      Sql.run(session, "CREATE INDEX all_rows ON t USING flat (v)");
      store.buildIndexes();
      String explain = "EXPLAIN " + search();
      assertThat(Sql.column(session, explain))
          .contains("index lists (ivf_flat, l2) " + SERVES)
          .anyMatch(line -> line.startsWith("index all_rows (flat, l2) is not used"));
      Sql.run(hasty, "SET ivf.probes = 1");
      String samples = "SELECT recall_samples FROM quiver.indexes WHERE index_name = 'lists'";
      for (int count = 0; count < 500 && Sql.number(session, samples) < 30; count++) {
        List<String> plan = Sql.column(session, explain);
        if (Sql.number(session, samples) < 30) {
          assertThat(plan).contains("index lists (ivf_flat, l2) " + SERVES);
        }
        for (int search = 0; search < 100; search++) {
          Sql.column(hasty, search());
        }
      }
      assertThat(Sql.column(session, explain))
          .contains("index all_rows (flat, l2) " + SERVES)
          .anyMatch(line ->
              line.matches(
                  "index lists .* is not used: its measured recall is 0[.]\\d+ \\(\\d+ searches\\),"
                      + " below the target of 0[.]95"));
      assertThat(Sql.column(session, explain + " WITH RECALL 0.01"))
          .contains("index lists (ivf_flat, l2) " + SERVES);
      // Who says how many lists are looked into wants no recall.
      assertThat(Sql.column(hasty, explain)).contains("index lists (ivf_flat, l2) " + SERVES);
    }
  }

  private String search() {
    return "SELECT id FROM t ORDER BY v <-> '" + Arrays.toString(vector()) + "' LIMIT 5";
  }

  private static StoreOptions options(FileSystem files, boolean background) {
    return new StoreOptions(files, new Random(7), 64L << 20, background);
  }

  private void fill(Session session) {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, v VECTOR(8))");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING hnsw");
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = 0; id < ROWS; id++) {
      rows.add(List.of(id, vector()));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?)"), rows, () -> false);
  }

  private float[] vector() {
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Of 101 searches, the first and the last are repeated exactly. */
  private void searchAndAwaitRecall(Session session) throws InterruptedException {
    for (int search = 0; search < 101; search++) {
      assertThat(Sql.column(session, search())).hasSize(5);
    }
    await(session, RECALL);
  }

  private static long samples(Session session) {
    return Sql.number(session, "SELECT recall_samples FROM quiver.indexes");
  }

  private static void await(Session session, String sql) throws InterruptedException {
    long begin = System.nanoTime();
    while (!Sql.column(session, sql).equals(List.of("true"))) {
      assertThat(System.nanoTime() - begin).as(sql).isLessThan(Duration.ofSeconds(30).toNanos());
      Thread.sleep(5);
    }
  }
}
