package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.BuildLimits;
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
 * Fifty times 2 % of the rows are replaced, with flushes between, and five merges that carry the
 * graph and link into it what is new: what an index finds then is what one finds that is built
 * anew, with the same effort, which is so small that neither finds all. {@code -Dreplace.rows} says
 * of how many rows, {@code -Dreplace.seed} draws others. Other kinds of index are not here: a merge
 * builds them anew, so that each would be compared with its like. So few rows in the fused layout
 * are searched without the graph; {@code FusedMergeTest} compares it.
 */
class VectorReplacementTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(100);

  private static final int ROWS = Integer.getInteger("replace.rows", 1_000);
  private static final long SEED = Long.getLong("replace.seed", 1);
  private static final int ROUNDS = 50;
  private static final int ROUNDS_A_FLUSH = 5;
  private static final int ROUNDS_A_MERGE = 10;
  private static final int DIMENSION = 16;
  private static final int K = 10;
  private static final int QUERIES = 400;

  private final LocalStore store =
      LocalStore.open(
          new StoreOptions(new MemoryFileSystem(), new Random(7), 64L << 20, false)
              .withBuilds(BuildLimits.usual().withThreads(1)));

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

  /** What is searched for, and what is nearest to each. */
  private record Expected(List<String> sql, List<List<Integer>> nearest) {}

  private Expected expected(Session session) {
    Random random = new Random(SEED + 1);
    Expected expected = new Expected(new ArrayList<>(), new ArrayList<>());
    Sql.run(session, "SET quiver.recall_target = 1");
    for (int i = 0; i < QUERIES; i++) {
      String sql =
          "SELECT id FROM t ORDER BY v <-> '%s' LIMIT %d"
              .formatted(Arrays.toString(vector(random)), K);
      expected.sql().add(sql);
      expected.nearest().add(ids(session, sql));
    }
    Sql.run(session, "RESET quiver.recall_target");
    return expected;
  }

  private static double recall(Session session, Expected expected) {
    int hits = 0;
    for (int i = 0; i < QUERIES; i++) {
      List<Integer> found = ids(session, expected.sql().get(i));
      assertThat(found).hasSize(K).doesNotHaveDuplicates();
      found.retainAll(expected.nearest().get(i));
      hits += found.size();
    }
    return (double) hits / (K * QUERIES);
  }

  private void replace(Session session) {
    Random random = new Random(SEED);
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
        store.buildIndexes();
      }
      if (round % ROUNDS_A_MERGE == ROUNDS_A_MERGE - 1) {
        Sql.run(session, "OPTIMIZE TABLE t");
        // Nothing is left to be built: the merge has carried the graph.
        assertThat(
                Sql.column(
                    session,
                    "SELECT state || ' ' || rows_not_indexed FROM quiver.indexes WHERE index_name ="
                        + " 't_v'"))
            .containsExactly("ready 0");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hnsw; hnsw.ef_search; 10",
        "hnsw WITH (m = 8); hnsw.ef_search; 20",
        "hnsw WITH (quantizer = 'sq8'); hnsw.ef_search; 10"
      })
  void replacingRowsLosesNoRecall(String using, String effort, int value) {
    try (Database database = Database.over(store, "t");
        Session session = database.connect()) {
      Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, part INT, v VECTOR(16))");
      Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
      replace(session);
      Expected expected = expected(session);
      Sql.run(session, "SET " + effort + " = " + value);
      double replaced = recall(session, expected);
      Sql.run(session, "REINDEX INDEX t_v");
      double fresh = recall(session, expected);
      System.out.println(
          "replace.seed=" + SEED + " " + using + ": " + replaced + ", built anew " + fresh);
      // Where it finds all or hardly anything, nothing could get worse.
      assertThat(fresh).as(using).isBetween(0.8, 0.97);
      assertThat(replaced).as(using + ", seed " + SEED).isGreaterThanOrEqualTo(fresh - 0.01);
    }
  }
}
