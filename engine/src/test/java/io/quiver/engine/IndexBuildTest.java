package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.VectorIndexBuild;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Builds of vector indexes as a user sees them: what they take, and how they end. */
class IndexBuildTest {
  private static final int ROWS = 5_000;
  private static final String STATE =
      "SELECT state || ' ' || CAST(rows_indexed AS VARCHAR) FROM quiver.indexes"
          + " WHERE index_name = 't_v'";

  private final MemoryFileSystem files = new MemoryFileSystem();
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

  private void table() {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, v VECTOR(24))");
    fill(0);
  }

  /** Adds a segment. */
  private void fill(int from) {
    Random random = new Random(from);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = from; id < from + ROWS; id++) {
      float[] vector = new float[24];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      rows.add(Arrays.asList(id, vector));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?)"), rows, () -> false);
    Sql.run(session, "FLUSH");
  }

  private List<String> column(String sql) {
    try (Session other = database.connect()) {
      return Sql.column(other, sql);
    }
  }

  /** Waits until a build works, and gives its number. */
  private String running(CompletableFuture<?> work) {
    List<String> ids = List.of();
    while (ids.isEmpty()) {
      assertThat(work).isNotDone();
      ids = column("SELECT id FROM quiver.index_builds WHERE state = 'running' AND share > 0");
    }
    return ids.getFirst();
  }

  @Test
  void aBuildThatIsKilledStaysAwayUntilSomeoneAsksForIt() {
    table();
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v) WITH (ef_construction = 200)");
    CompletableFuture<Void> build = CompletableFuture.runAsync(store::buildIndexes);
    Sql.run(session, "KILL BUILD " + running(build));
    build.join();
    store.buildIndexes();
    assertThat(column(STATE)).containsExactly("killed 0");
    assertThat(column("SELECT reason FROM quiver.indexes")).first().asString().contains("REINDEX");
    assertThat(column("SELECT state FROM quiver.jobs WHERE kind = 'index'"))
        .containsExactly("canceled");
    assertThat(column("SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 7) LIMIT 1"))
        .containsExactly("7");
    // A merge does not begin it again.
    fill(ROWS);
    Sql.run(session, "OPTIMIZE TABLE t");
    store.buildIndexes();
    assertThat(column(STATE)).containsExactly("killed 0");
    reopen();
    CompletableFuture<Void> again = CompletableFuture.runAsync(store::buildIndexes);
    running(again);
    again.join();
    assertThat(column(STATE)).containsExactly("ready 10000");
  }

  @Test
  void reindexIsCancelledAndLeavesWhatServes() {
    table();
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v) WITH (ef_construction = 200)");
    Sql.run(session, "REINDEX INDEX t_v");
    assertThat(column(STATE)).containsExactly("ready 5000");
    CompletableFuture<Void> reindex =
        CompletableFuture.runAsync(() -> Sql.run(session, "REINDEX TABLE t"));
    String id = running(reindex);
    assertThat(column("SELECT what FROM quiver.index_builds")).containsExactly("reindex");
    try (Session other = database.connect()) {
      Sql.run(other, "KILL BUILD " + id);
    }
    assertThatThrownBy(reindex::join)
        .cause()
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_CANCELED));
    assertThat(column(STATE)).containsExactly("ready 5000");
    assertThat(store.indexBuilds()).isEmpty();
  }

  @Test
  void whatIsTooLargeIsSaidAndTriedAgainWithMoreMemory() {
    table();
    Sql.run(session, "SET quiver.index_build_memory = '1MB'");
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v)");
    store.buildIndexes();
    assertThat(column(STATE)).containsExactly("too large 0");
    assertThat(column("SELECT reason FROM quiver.indexes"))
        .first()
        .asString()
        .contains("quiver.index_build_memory is 1048576");
    Sql.run(session, "SET quiver.index_build_memory = '64MB'");
    store.buildIndexes();
    assertThat(column(STATE)).containsExactly("ready 5000");
  }

  @Test
  void buildsAreDoneByThreadsOfLowerPriority() {
    assumeTrue(System.getProperty("os.name").equals("Linux"));
    table();
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v)");
    Sql.run(session, "SET quiver.index_build_threads = 3");
    TableId table;
    try (Snapshot snapshot = store.snapshot()) {
      table = snapshot.catalog().tables().iterator().next().id();
    }
    int own = niceValue();
    Map<String, Integer> builders = new ConcurrentHashMap<>();
    store.reindex(
        table,
        null,
        () -> {
          if (Thread.currentThread().getName().startsWith("quiver-index-build-")) {
            builders.put(Thread.currentThread().getName(), niceValue());
          }
          return false;
        });
    assertThat(builders).hasSizeGreaterThan(1).containsKey("quiver-index-build-0");
    assertThat(builders.values()).containsOnly(Math.min(19, own + 5));
    assertThat(niceValue()).isEqualTo(own);
  }

  /** Of the calling thread. */
  private static int niceValue() {
    try {
      String status = Files.readString(Path.of("/proc/thread-self/stat"));
      // The name, in parentheses, may have anything in it; the nice value is the 17th after it.
      return Integer.parseInt(status.substring(status.lastIndexOf(')') + 2).split(" ", -1)[16]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void buildsTogetherTakeNoMoreThanTheyMay() {
    table();
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v)");
    Sql.run(session, "CREATE INDEX t_w ON t USING hnsw (v) WITH (m = 12)");
    Sql.run(session, "SET quiver.index_build_threads = 1");
    Sql.run(session, "SET quiver.index_build_memory = '4MB'");
    CompletableFuture<Void> build = CompletableFuture.runAsync(store::buildIndexes);
    CompletableFuture<Void> reindex =
        CompletableFuture.runAsync(() -> {
          try (Session other = database.connect()) {
            Sql.run(other, "REINDEX INDEX t_w");
          }
        });
    long most = 0;
    while (!build.isDone() || !reindex.isDone()) {
      List<VectorIndexBuild> now = store.indexBuilds();
      assertThat(now.stream().mapToLong(VectorIndexBuild::memoryBytes).sum())
          .isLessThanOrEqualTo(4 << 20);
      assertThat(now.stream().filter(b -> b.state() == VectorIndexBuild.State.RUNNING).count())
          .isLessThanOrEqualTo(1);
      most = Math.max(most, now.size());
    }
    build.join();
    reindex.join();
    assertThat(most).isEqualTo(2);
    assertThat(column("SELECT state FROM quiver.indexes")).containsExactly("ready", "ready");
  }

  @Test
  void aSmallerBuildIsNotHeldUpByALargerOne() {
    table();
    Sql.run(session, "CREATE TABLE u (id INT PRIMARY KEY, v VECTOR(24))");
    Sql.run(session, "INSERT INTO u SELECT id, v FROM t UNION ALL SELECT id + 5000, v FROM t");
    Sql.run(session, "FLUSH");
    Sql.run(session, "SET quiver.index_build_threads = 1");
    Sql.run(session, "CREATE INDEX u_v ON u USING hnsw (v) WITH (ef_construction = 200)");
    CompletableFuture<Void> large = CompletableFuture.runAsync(store::buildIndexes);
    running(large);
    Sql.run(session, "CREATE INDEX t_v ON t USING hnsw (v) WITH (ef_construction = 32)");
    Sql.run(session, "REINDEX TABLE t");
    assertThat(large).isNotDone();
    large.join();
    assertThat(column("SELECT state FROM quiver.indexes")).containsExactly("ready", "ready");
  }
}
