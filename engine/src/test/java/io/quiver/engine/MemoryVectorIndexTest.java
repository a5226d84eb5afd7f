package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Searches of rows that are in memory alone, through their indexes on vectors. */
class MemoryVectorIndexTest {
  private static final int DIMENSION = 8;

  private final LocalStore store = LocalStore.inMemory();
  private final Database database = Database.over(store, "t");
  private final Session session = database.connect();

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  private static float[] vector(int id) {
    Random random = new Random(id);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static void insert(Session session, int from, int count) {
    List<List<Object>> rows = new ArrayList<>();
    for (int id = from; id < from + count; id++) {
      rows.add(List.of(id, id % 10, vector(id)));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?)"), rows, () -> false);
  }

  private void table(String using) {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v VECTOR(8))");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
  }

  private static String nearest(String where, int id, int limit) {
    return "SELECT id FROM t %s ORDER BY v <-> '%s' LIMIT %d"
        .formatted(where, Arrays.toString(vector(id)), limit);
  }

  private String plan(String sql) {
    return String.join("\n", Sql.column(session, "EXPLAIN ANALYZE " + sql));
  }

  /** Part of the exact answer that is found; as many rows must come. */
  private double recall(String where, int id, int limit) {
    String sql = nearest(where, id, limit);
    List<String> found = Sql.column(session, sql);
    Sql.run(session, "SET quiver.recall_target = 1");
    List<String> exact = Sql.column(session, sql);
    Sql.run(session, "SET quiver.recall_target = 0.95");
    assertThat(found).doesNotHaveDuplicates().hasSameSizeAs(exact);
    List<String> both = new ArrayList<>(exact);
    both.retainAll(found);
    return exact.isEmpty() ? 1 : (double) both.size() / exact.size();
  }

  @ParameterizedTest
  @MethodSource("io.quiver.engine.VectorIndexKinds#all")
  void everyKindServesRowsInMemory(String using) {
    table(using);
    insert(session, 0, 4_000);
    insert(session, 4_000, 1_000);
    store.buildIndexes();
    assertThat(plan(nearest("", 17, 10)))
        .contains("index=t_v segments=1/1")
        .contains("rows not indexed=" + 5_000 % 64);
    // Those behind the index are measured.
    insert(session, 5_000, 1_500);
    for (int round = 0; round < 2; round++) {
      for (int id : new int[] {3, 4_999, 6_400}) {
        assertThat(Sql.column(session, nearest("", id, 10))).hasSize(10);
        assertThat(recall("", id, 20)).isGreaterThanOrEqualTo(0.6);
        assertThat(recall("WHERE ten = 3", id, 20)).isGreaterThanOrEqualTo(0.6);
        assertThat(recall("WHERE id > 6300", id, 100)).isGreaterThanOrEqualTo(0.6);
        assertThat(recall("WHERE id < 7", id, 20)).isEqualTo(1);
      }
      assertThat(recall("", 1, 6_500)).isEqualTo(1);
      Sql.run(session, "DELETE FROM t WHERE id % 7 = " + round);
    }
  }

  @Test
  void theRestOfABlockIsIndexedWhenItIsAsLargeAsWhatIs() {
    table("hnsw");
    insert(session, 0, 2_050);
    insert(session, 2_050, 2_050);
    store.buildIndexes();
    assertThat(indexed()).isEqualTo("4096 4 ready");
    insert(session, 4_100, 4_000);
    store.buildIndexes();
    assertThat(indexed()).isEqualTo("4096 4004 ready");
    insert(session, 8_100, 200);
    assertThat(indexed()).isEqualTo("4096 4204 building");
    store.buildIndexes();
    assertThat(indexed()).isEqualTo("8256 44 ready");
    assertThat(Sql.column(session, "SELECT memory_bytes > 0 FROM quiver.indexes"))
        .containsExactly("true");
    Sql.run(session, "DROP INDEX t_v");
    assertThat(plan(nearest("", 3, 10))).doesNotContain("t_v");
  }

  private String indexed() {
    return Sql.column(
            session,
            "SELECT CAST(rows_indexed AS TEXT) || ' ' || CAST(rows_not_indexed AS TEXT) || ' ' ||"
                + " state FROM quiver.indexes")
        .getFirst();
  }

  @Test
  void blocksAreMergedAndSearchedAsOne() {
    table("hnsw");
    for (int part = 0; part < 5; part++) {
      // So many rows at once are used where they are.
      insert(session, 5_000 * part, 5_000);
      if (part == 1) {
        store.buildIndexes();
      }
    }
    Sql.run(session, "DELETE FROM t WHERE id % 5 = 0");
    store.buildIndexes();
    String plan = plan(nearest("", 17, 10));
    assertThat(plan).containsPattern("index=t_v segments=[12]/[12] ");
    assertThat(recall("", 17, 100)).isGreaterThanOrEqualTo(0.9);
    assertThat(Sql.column(session, nearest("", 24_999, 1))).containsExactly("24999");
    assertThat(Sql.column(session, "SELECT count(*) FROM t")).containsExactly("20000");
    // Keys find their rows where they are now.
    Sql.run(session, "UPDATE t SET ten = 77 WHERE id = 12347");
    assertThat(Sql.column(session, "SELECT id FROM t WHERE ten = 77")).containsExactly("12347");
  }

  @Test
  void anOlderSnapshotSeesItsRowsAndNoOthers() {
    table("flat");
    insert(session, 0, 2_500);
    insert(session, 2_500, 2_000);
    try (Session older = database.connect()) {
      Sql.run(older, "START TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      assertThat(Sql.column(older, "SELECT count(*) FROM t")).containsExactly("4500");
      insert(session, 4_500, 4_000);
      Sql.run(session, "DELETE FROM t WHERE id < 100");
      store.buildIndexes();
      assertThat(Sql.column(session, nearest("", 8_000, 1))).containsExactly("8000");
      assertThat(Sql.column(older, nearest("", 8_000, 1))).doesNotContain("8000");
      assertThat(Sql.column(older, nearest("", 50, 1))).containsExactly("50");
      assertThat(Sql.column(session, nearest("", 50, 1))).doesNotContain("50");
      assertThat(Sql.column(older, nearest("", 50, 9_999))).hasSize(4_500);
      Sql.run(older, "COMMIT");
    }
  }

  @Test
  void writersReadersAndRollbacksDoNotDisturbEachOther() throws Exception {
    long seed = Long.getLong("quiver.seed", 20_261_129);
    table("flat");
    Map<Integer, Boolean> committed = new ConcurrentHashMap<>();
    CopyOnWriteArrayList<Integer> ids = new CopyOnWriteArrayList<>();
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        int first = 1_000_000 * writer;
        writers.add(threads.submit(() -> write(first, new Random(seed + first), committed, ids)));
      }
      List<Future<Integer>> readers = new ArrayList<>();
      for (int reader = 0; reader < 2; reader++) {
        Random random = new Random(~seed + reader);
        readers.add(threads.submit(() -> read(random, committed, ids, done)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      done.set(true);
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).as("searches, seed %d", seed).isPositive();
      }
    }
    store.buildIndexes();
    for (int id : ids.subList(0, 50)) {
      assertThat(Sql.column(session, nearest("", id, 1)))
          .as("seed %d", seed)
          .containsExactly(String.valueOf(id));
    }
    assertThat(Sql.column(session, "SELECT rows_indexed > 8000 FROM quiver.indexes"))
        .containsExactly("true");
  }

  @Test
  @Timeout(60)
  void rowsThatNobodySearchesGetTheirIndexToo() throws InterruptedException {
    try (Database background = Database.inMemory("background");
        Session own = background.connect()) {
      Sql.run(own, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v VECTOR(8))");
      Sql.run(own, "CREATE VECTOR INDEX t_v ON t (v) USING hnsw");
      for (int from = 0; from < 5_000; from += 1_000) {
        insert(own, from, 1_000);
      }
      while (Sql.column(own, "SELECT id FROM quiver.jobs WHERE kind = 'index'").isEmpty()) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  /** Commits some rows and rolls others back, whose ids are negative. */
  private void write(int first, Random random, Map<Integer, Boolean> committed, List<Integer> ids) {
    try (Session own = database.connect()) {
      int next = first;
      while (next < first + 15_000) {
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 5_000 : 400);
        if (random.nextInt(4) == 0) {
          Sql.run(own, "START TRANSACTION");
          insert(own, -next - count, count);
          Sql.run(own, "ROLLBACK");
          continue;
        }
        insert(own, next, count);
        for (int id = next; id < next + count; id += 100) {
          committed.put(id, true);
          ids.add(id);
        }
        next += count;
      }
    }
  }

  private int read(
      Random random, Map<Integer, Boolean> committed, List<Integer> ids, AtomicBoolean done) {
    int searches = 0;
    try (Session own = database.connect()) {
      while (!done.get()) {
        if (ids.isEmpty()) {
          Thread.onSpinWait();
          continue;
        }
        int id = ids.get(random.nextInt(ids.size()));
        assertThat(committed).containsKey(id);
        assertThat(Sql.column(own, nearest("", id, 1)))
            .as(String.format(Locale.ROOT, "row %d", id))
            .containsExactly(String.valueOf(id));
        assertThat(Sql.column(own, nearest("WHERE id < 0", id, 5))).isEmpty();
        searches++;
      }
    }
    return searches;
  }
}
