package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Searches before their index is made: codes of the rows serve them. */
class InterimIndexTest {
  private static final int DIMENSION = 32;
  private static final int ROWS = 20_000;
  private static final int QUERIES = 40;

  private final LocalStore store =
      LocalStore.open(new StoreOptions(new MemoryFileSystem(), new Random(7), 64L << 20, false));
  private final Database database = Database.over(store, "t");
  private final Session session = database.connect();
  private String operator = "<->";
  private float shift;

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  private float[] vector(int id) {
    Random random = new Random(id % 50);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    random.setSeed(id);
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] += (float) random.nextGaussian() + shift;
    }
    return vector;
  }

  /** One of a hundred has no vector. */
  private void insert(int from, int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = from; id < from + count; id++) {
      rows.add(Arrays.asList(id, id % 10, id % 100 == 99 ? null : vector(id)));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?)"), rows, () -> false);
  }

  private void table(String type, String distance) {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v " + type + ")");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING hnsw DISTANCE " + distance);
    insert(0, ROWS);
    store.makeInterimIndexes();
  }

  private String nearest(String where, int query, int limit) {
    return "SELECT id FROM t %s ORDER BY v %s '%s' LIMIT %d"
        .formatted(where, operator, Arrays.toString(vector(-1 - query)), limit);
  }

  private String plan(String sql) {
    return String.join("\n", Sql.column(session, "EXPLAIN ANALYZE " + sql));
  }

  /** Part of the exact answers that is found; as many rows must come. */
  private double recall(String where, int limit) {
    int found = 0;
    int wanted = 0;
    for (int query = 0; query < QUERIES; query++) {
      String sql = nearest(where, query, limit);
      List<String> some = Sql.column(session, sql);
      Sql.run(session, "SET quiver.recall_target = 1");
      List<String> exact = Sql.column(session, sql);
      Sql.run(session, "SET quiver.recall_target = 0.95");
      assertThat(some).doesNotHaveDuplicates().hasSameSizeAs(exact);
      wanted += exact.size();
      exact.retainAll(some);
      found += exact.size();
    }
    return (double) found / wanted;
  }

  @ParameterizedTest
  @CsvSource({
    "VECTOR(32), l2, <->",
    "VECTOR(32), cosine, <=>",
    "VECTOR(32), inner_product, <#>",
    "HALFVEC(32), l2, <->"
  })
  void codesFindWhatIsNearest(String type, String metric, String by) {
    operator = by;
    table(type, metric);
    assertThat(plan(nearest("", 1, 10))).contains("interim rows=19968", "rows not indexed=32");
    assertThat(recall("", 10)).isGreaterThan(0.93);
    assertThat(recall("WHERE ten = 3", 10)).isGreaterThan(0.93);
    Sql.run(session, "DELETE FROM t WHERE id % 3 = 0");
    assertThat(recall("", 20)).isGreaterThan(0.93);
    Sql.run(session, "FLUSH");
    store.makeInterimIndexes();
    assertThat(plan(nearest("", 1, 10)))
        .contains("interim rows=13333")
        .doesNotContain("not indexed");
    assertThat(recall("", 10)).isGreaterThan(0.93);
    assertThat(recall("WHERE ten < 5", 10)).isGreaterThan(0.93);
    store.buildIndexes();
    assertThat(plan(nearest("", 1, 10))).contains("segments=1/1").doesNotContain("interim");
  }

  @Test
  void asManyRowsComeAsQualify() {
    table("VECTOR(32)", "l2");
    // Those without a vector, too.
    assertThat(Sql.column(session, nearest("", 1, ROWS + 1))).hasSize(ROWS);
    assertThat(Sql.column(session, nearest("WHERE id < 7", 1, 10))).hasSize(7);
    assertThat(Sql.column(session, nearest("WHERE ten = 9", 1, 2_000))).hasSize(2_000);
    assertThat(Sql.column(session, nearest("WHERE id BETWEEN 16000 AND 16999", 1, 1_500)))
        .hasSize(1_000);
  }

  @Test
  void aTransactionFindsItsOwnRowsAndNotThoseThatItHasDeleted() {
    table("VECTOR(32)", "l2");
    String nearest = Sql.column(session, nearest("", 5, 1)).getFirst();
    Sql.run(session, "BEGIN");
    Sql.run(session, "DELETE FROM t WHERE id = " + nearest);
    assertThat(Sql.column(session, nearest("", 5, 1))).doesNotContain(nearest);
    Sql.run(session, "INSERT INTO t VALUES (-5, 0, '" + Arrays.toString(vector(-1 - 5)) + "')");
    assertThat(Sql.column(session, nearest("", 5, 1))).containsExactly("-5");
    Sql.run(session, "ROLLBACK");
    assertThat(Sql.column(session, nearest("", 5, 1))).containsExactly(nearest);
  }

  @ParameterizedTest
  @CsvSource({"l2, <->", "inner_product, <#>"})
  void rowsThatLieElsewhereAreFoundAsWell(String metric, String by) {
    operator = by;
    table("VECTOR(32)", metric);
    shift = 9;
    for (int times = 1; times < 4; times++) {
      insert(times * ROWS, 3_000);
      store.makeInterimIndexes();
    }
    assertThat(recall("", 10)).isGreaterThan(0.93);
    shift = 0;
    assertThat(recall("", 10)).isGreaterThan(0.93);
  }

  @Test
  void rowsThatComeLaterAreNotSeenBefore() {
    table("VECTOR(32)", "l2");
    try (Session other = database.connect()) {
      Sql.run(other, "BEGIN ISOLATION LEVEL REPEATABLE READ");
      List<String> before = Sql.column(other, nearest("", 3, 50));
      insert(ROWS, 9_000);
      store.makeInterimIndexes();
      assertThat(plan(nearest("", 3, 50))).contains("interim rows=28928");
      assertThat(Sql.column(other, nearest("", 3, 50)))
          .hasSize(50)
          .allSatisfy(id -> assertThat(Integer.parseInt(id)).isLessThan(ROWS))
          .contains(before.getFirst());
    }
  }
}
