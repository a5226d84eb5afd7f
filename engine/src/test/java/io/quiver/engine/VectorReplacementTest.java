package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Fifty times 2 % of the rows are replaced, with flushes and merges between: what an index finds
 * then is what one finds that is built anew, with the same effort. {@code -Dreplace.rows} says of
 * how many rows, {@code -Dreplace.seed} draws others.
 */
class VectorReplacementTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(100);

  private static final int ROWS = Integer.getInteger("replace.rows", 1_000);
  private static final long SEED = Long.getLong("replace.seed", 1);
  private static final int ROUNDS = 50;
  private static final int ROUNDS_A_FLUSH = 5;
  private static final int DIMENSION = 16;
  private static final int K = 10;
  private static final int QUERIES = 100;

  private final LocalStore store =
      LocalStore.open(new StoreOptions(new MemoryFileSystem(), new Random(7), 64L << 20, false));

  private float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    int cluster = random.nextInt(50);
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (Math.sin(cluster * 31 + i * 7) + random.nextGaussian());
    }
    return vector;
  }

  private void insert(Session session, Random random, int from, int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = from; id < from + count; id++) {
      rows.add(Arrays.asList(id, from == 0 ? random.nextInt(ROUNDS) : -1, vector(random)));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?)"), rows, () -> false);
  }

  private static List<Integer> ids(Session session, String sql) {
    List<Integer> ids = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          ids.add(batch.column(0).getInt(row));
        }
      }
    }
    return ids;
  }

  private double recall(Session session) {
    Random random = new Random(SEED + 1);
    int hits = 0;
    for (int i = 0; i < QUERIES; i++) {
      String sql =
          "SELECT id FROM t ORDER BY v <-> '%s' LIMIT %d"
              .formatted(Arrays.toString(vector(random)), K);
      List<Integer> found = ids(session, sql);
      assertThat(found).hasSize(K).doesNotHaveDuplicates();
      Sql.run(session, "SET quiver.recall_target = 1");
      found.retainAll(ids(session, sql));
      Sql.run(session, "RESET quiver.recall_target");
      hits += found.size();
    }
    return (double) hits / (K * QUERIES);
  }

  @ParameterizedTest
  @CsvSource({
    "hnsw WITH (m = 8), hnsw.ef_search, 12",
    "hnsw WITH (quantizer = 'rabitq'), hnsw.ef_search, 16",
    "ivf_rabitq WITH (lists = 25), ivf.probes, 4"
  })
  void replacingRowsLosesNoRecall(String using, String effort, int value) {
    try (Database database = Database.over(store, "t");
        Session session = database.connect()) {
      Random random = new Random(SEED);
      Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, part INT, v VECTOR(16))");
      Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
      insert(session, random, 0, ROWS);
      Sql.run(session, "FLUSH");
      store.buildIndexes();
      for (int round = 0; round < ROUNDS; round++) {
        long before = Sql.number(session, "SELECT count(*) FROM t");
        Sql.run(session, "DELETE FROM t WHERE part = " + round);
        long gone = before - Sql.number(session, "SELECT count(*) FROM t");
        insert(session, random, ROWS * (round + 1), (int) gone);
        if (round % ROUNDS_A_FLUSH == ROUNDS_A_FLUSH - 1) {
          Sql.run(session, "FLUSH");
          store.compact();
          store.buildIndexes();
        }
      }
      Sql.run(session, "OPTIMIZE TABLE t");
      store.buildIndexes();
      Sql.run(session, "SET " + effort + " = " + value);
      double replaced = recall(session);
      Sql.run(session, "DROP INDEX t_v");
      store.buildIndexes();
      Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
      store.buildIndexes();
      double fresh = recall(session);
      System.out.println(
          "replace.seed=" + SEED + " " + using + ": " + replaced + ", built anew " + fresh);
      assertThat(fresh).as(using).isGreaterThan(0.5);
      assertThat(replaced).as(using + ", seed " + SEED).isGreaterThanOrEqualTo(fresh - 0.01);
    }
  }
}
