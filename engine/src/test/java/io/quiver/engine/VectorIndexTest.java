package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Searches of tables whose segments have an index on vectors, compared with exact ones. */
class VectorIndexTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(500);

  private static final int ROWS = 600;
  private static final int DIMENSION = 16;

  private final LimitedFileSystem files = new LimitedFileSystem(new MemoryFileSystem());
  private LocalStore store = store();
  private Database database = Database.over(store, "t");
  private Session session = database.connect();

  private LocalStore store() {
    return LocalStore.open(new StoreOptions(files, new Random(7), 64L << 20, false));
  }

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  private void reopen() {
    close();
    store = store();
    database = Database.over(store, "t");
    session = database.connect();
  }

  private void fill(int from, int count) {
    Random random = new Random(from);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = from; id < from + count; id++) {
      int cluster = random.nextInt(20);
      float[] vector = new float[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) (Math.sin(cluster * 31 + i * 7) * 2 + random.nextGaussian());
      }
      rows.add(Arrays.asList(id, id % 10, id % 100 == 99 ? null : vector));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?)"), rows, () -> false);
  }

  private void table(String using) {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v VECTOR(16))");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
    fill(0, ROWS);
    Sql.run(session, "FLUSH");
    store.buildIndexes();
  }

  private static final String QUERY =
      "'[0.1,1.2,-0.7,0.3,0.9,-1.1,0.2,0.4,-0.6,1.5,-0.3,0.8,-1.4,0.5,0.7,-0.2]'";

  /** Part of the exact answer that the index finds; as many rows as there are must come. */
  private double recall(String where, String order, int limit) {
    String sql = "SELECT id FROM t " + where + " ORDER BY " + order + " LIMIT " + limit;
    List<String> found = Sql.column(session, sql);
    // Nothing on vectors is in the way of the planner's sort here.
    List<String> exact =
        Sql.column(
            session,
            "SELECT id FROM (SELECT id, ten, v, 0 * id AS z FROM t) AS s "
                + where
                + " ORDER BY "
                + "("
                + order
                + ") + z LIMIT "
                + limit);
    assertThat(found).doesNotHaveDuplicates().hasSameSizeAs(exact);
    List<String> both = new ArrayList<>(exact);
    both.retainAll(found);
    return exact.isEmpty() ? 1 : (double) both.size() / exact.size();
  }

  @ParameterizedTest
  @MethodSource("io.quiver.engine.VectorIndexKinds#all")
  void findsWhatIsNearestAndAsManyAsThereAre(String using) {
    table(using);
    for (int round = 0; round < 2; round++) {
      assertThat(plan("SELECT id FROM t ORDER BY v <-> " + QUERY + " LIMIT 10"))
          .contains("index=t_v segments=1/1");
      assertThat(recall("", "v <-> " + QUERY, 10)).isGreaterThanOrEqualTo(0.8);
      assertThat(recall("WHERE ten = 3", "v <-> " + QUERY, 10)).isGreaterThanOrEqualTo(0.8);
      assertThat(recall("WHERE id < 7", "v <-> " + QUERY, 10)).isEqualTo(1);
      assertThat(recall("WHERE id % 100 > 97", "v <-> " + QUERY, 100)).isEqualTo(1);
      assertThat(recall("", "v <-> " + QUERY, ROWS)).isEqualTo(1);
      Sql.run(session, "DELETE FROM t WHERE id % 7 = " + round);
      assertThat(recall("", "v <-> " + QUERY, 50)).isGreaterThanOrEqualTo(0.8);
      reopen();
      store.buildIndexes();
    }
  }

  private String plan(String sql) {
    return String.join("\n", Sql.column(session, "EXPLAIN ANALYZE " + sql));
  }

  @Test
  void whatCompactionWritesIsIndexedBeforeItIsSeen() {
    table("hnsw");
    fill(ROWS, ROWS);
    Sql.run(session, "FLUSH");
    Sql.run(session, "DELETE FROM t WHERE id % 3 = 0");
    Sql.run(session, "OPTIMIZE TABLE t");
    assertThat(plan("SELECT id FROM t ORDER BY v <-> " + QUERY + " LIMIT 10"))
        .contains("index=t_v segments=1/1");
    assertThat(recall("", "v <-> " + QUERY, 100)).isGreaterThanOrEqualTo(0.8);
  }

  @Test
  void aRecallTargetOfOneIsExact() {
    table("hnsw");
    Sql.run(session, "SET quiver.recall_target = 1");
    assertThat(plan("SELECT id FROM t ORDER BY v <-> " + QUERY + " LIMIT 10"))
        .doesNotContain("index=t_v");
    assertThat(recall("", "v <-> " + QUERY, 100)).isEqualTo(1);
  }

  @Test
  void aDroppedIndexIsNoMoreUsedAndLeavesNoFile() {
    table("hnsw");
    Sql.run(session, "DROP INDEX t_v");
    assertThat(plan("SELECT id FROM t ORDER BY v <-> " + QUERY + " LIMIT 10"))
        .doesNotContain("t_v");
    store.buildIndexes();
    assertThat(files.list("segments").stream().flatMap(s -> files.list("segments/" + s).stream()))
        .noneMatch(name -> name.endsWith(".index"));
  }

  @Test
  void anIndexThatTheDiskHasNoRoomForIsSaidToHaveFailedAndIsMadeWhenThereIs() {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v VECTOR(16))");
    fill(0, ROWS);
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING hnsw");
    Sql.run(session, "FLUSH");
    String index = "SELECT %s FROM quiver.indexes WHERE index_name = 't_v'";
    assertThat(Sql.column(session, index.formatted("state"))).containsExactly("building");
    long bytes = files.bytes();
    files.limit(bytes + 10_000);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(store::buildIndexes).hasMessageContaining("no space left");
      // What was written of it is gone.
      assertThat(files.bytes()).isEqualTo(bytes);
      assertThat(Sql.column(session, index.formatted("state"))).containsExactly("failed");
      assertThat(Sql.column(session, index.formatted("reason")).getFirst())
          .startsWith("cannot write")
          .contains("no space left");
      assertThat(recall("", "v <-> " + QUERY, 50)).isEqualTo(1);
    }
    files.limit(Long.MAX_VALUE);
    store.buildIndexes();
    assertThat(Sql.column(session, index.formatted("state"))).containsExactly("ready");
    assertThat(recall("", "v <-> " + QUERY, 50)).isGreaterThanOrEqualTo(0.8);
  }
}
