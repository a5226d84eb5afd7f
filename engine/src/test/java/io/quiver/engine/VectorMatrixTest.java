package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.VectorMatrixAxes.Kind;
import io.quiver.engine.VectorMatrixAxes.Selectivity;
import io.quiver.engine.VectorMatrixAxes.Space;
import io.quiver.storage.BuildLimits;
import io.quiver.storage.Job;
import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Searches through indexes on vectors over SQL, against the distances that SQL computes for every
 * row: kind of index, distance and element type, selectivity, deleted share and state of the table,
 * in pairs, or with {@code -Dannsql.strength=3} in triples. {@code -Dannsql.seed} draws others,
 * {@code -Dannsql.rows} says how many rows, {@code -Dannsql.case} takes one case alone.
 */
class VectorMatrixTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(50);

  private static final int STRENGTH = Integer.getInteger("annsql.strength", 2);
  private static final int ROWS = Integer.getInteger("annsql.rows", 240);
  private static final long SEED = Long.getLong("annsql.seed", 1);

  /** One case alone, or -1 for all. */
  private static final int CASE = Integer.getInteger("annsql.case", -1);

  static final int DIMENSION = 16;
  static final int K = 10;
  private static final int QUERIES = 2;
  private static final int THREADS = 4;

  /** What an index is written to before it gets its name. */
  private static final Pattern INDEX_FILE = Pattern.compile("tmp/[0-9a-f-]{36}-[0-9]+");

  /** Of more rows builds of graphs take more than the least that they may be given. */
  private static final int ROWS_REFUSED = 4_000;

  /** Of so many rows each of a few threads has some to link. */
  private static final int ROWS_OF_THREADS = 1_000;

  /** Of the few queries of one case. */
  private static final double CASE_RECALL_MIN = 0.5;

  private enum Deleted {
    NONE,
    TENTH,
    MOST
  }

  private enum State {
    IN_MEMORY,
    IN_MEMORY_INDEXED,
    NOT_BUILT,
    ONE_SEGMENT,
    SEVERAL_SEGMENTS,
    HALF_INDEXED,
    COMPACTED,
    REOPENED,
    OWN_CHANGES,

    /** A build takes more memory than it may. */
    REFUSED_FOR_MEMORY,
    BUILT_BY_SEVERAL_THREADS,

    /** Closed while indexes were made, of which the background had made some. */
    RESUMED
  }

  private record Case(Kind kind, Space space, Selectivity where, Deleted deleted, State state) {
    private static Case of(int[] row) {
      return new Case(
          List.of(Kind.values()).get(row[0]),
          List.of(Space.values()).get(row[1]),
          List.of(Selectivity.values()).get(row[2]),
          List.of(Deleted.values()).get(row[3]),
          List.of(State.values()).get(row[4]));
    }
  }

  private static final Logger LOG = Logger.getLogger("io.quiver.storage");

  /** Builds are refused on purpose, and the store says so. */
  @BeforeAll
  static void beQuiet() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speakAgain() {
    LOG.setLevel(null);
  }

  private final Map<Kind, long[]> hits = new EnumMap<>(Kind.class);

  @Test
  void everyCombinationFindsWhatQualifies() {
    System.out.println("annsql.seed=" + SEED + " annsql.rows=" + ROWS);
    int[] levels = {
      Kind.values().length,
      Space.values().length,
      Selectivity.values().length,
      Deleted.values().length,
      State.values().length
    };
    List<int[]> cases =
        CoveringArray.of(
            levels,
            STRENGTH,
            row ->
                row[0] < 0
                    || row[1] < 0
                    || List.of(Space.values())
                        .get(row[1])
                        .isServedBy(List.of(Kind.values()).get(row[0])),
            SEED);
    System.out.println(cases.size() + " cases");
    for (int i = 0; i < cases.size(); i++) {
      if (CASE >= 0 && i != CASE) {
        continue;
      }
      Case one = Case.of(cases.get(i));
      try (Table table = new Table(one, SEED * 1_000_003 + i)) {
        table.run();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + SEED + ", case " + i + ", " + one + ": " + e, e);
      }
    }
    hits.forEach((kind, counts) ->
        assertThat((double) counts[0] / counts[1])
            .as("recall of " + kind + ", seed " + SEED)
            .isGreaterThanOrEqualTo(kind.recall));
  }

  /** A row that is found: null where it has no distance. */
  private record Found(int id, @Nullable Double distance) {}

  /** A table in the state of a case. */
  private final class Table implements AutoCloseable {
    private final Case one;
    private final Random random;
    private final MemoryFileSystem files = new MemoryFileSystem();
    private LocalStore store;
    private Database database;
    private Session session;

    /** The number by which a row is selected, by its id. */
    private Map<Integer, Integer> ranks = new TreeMap<>();

    private int nextId;

    Table(Case one, long seed) {
      this.one = one;
      this.random = new Random(seed);
      this.store = store();
      this.database = Database.over(store, "t");
      this.session = database.connect();
    }

    private LocalStore store() {
      BuildLimits builds = BuildLimits.usual();
      return store(
          files,
          false,
          switch (one.state()) {
            case REFUSED_FOR_MEMORY -> builds.withMemoryBytes(BuildLimits.MEMORY_BYTES_MIN);
            case BUILT_BY_SEVERAL_THREADS -> builds.withThreads(THREADS);
            default -> builds;
          });
    }

    private static LocalStore store(FileSystem on, boolean background, BuildLimits builds) {
      return LocalStore.open(
          new StoreOptions(on, new Random(7), 64L << 20, background).withBuilds(builds));
    }

    private void run() {
      Space space = one.space();
      Sql.run(
          session,
          "CREATE TABLE t (id INT PRIMARY KEY, r INT, v VECTOR(%d%s))"
              .formatted(DIMENSION, space.element));
      Sql.run(
          session, "CREATE VECTOR INDEX t_v ON t (v) USING " + one.kind().using(space.distance));
      arrange();
      check(session, ranks);
      if (one.state() == State.OWN_CHANGES) {
        checkOwnChanges();
      }
    }

    private void arrange() {
      switch (one.state()) {
        case IN_MEMORY -> fillAndDelete(ROWS);
        case IN_MEMORY_INDEXED -> {
          fill(ROWS);
          store.buildIndexes();
          delete();
        }
        case NOT_BUILT -> {
          fillAndDelete(ROWS);
          Sql.run(session, "FLUSH");
        }
        case ONE_SEGMENT -> {
          fill(ROWS);
          indexed();
          delete();
        }
        case SEVERAL_SEGMENTS, OWN_CHANGES -> {
          fillSegments();
          delete();
        }
        case HALF_INDEXED -> {
          fillSegments();
          fill(ROWS / 3);
          Sql.run(session, "FLUSH");
          fill(ROWS / 6);
          delete();
        }
        case COMPACTED -> {
          fillSegments();
          delete();
          Sql.run(session, "OPTIMIZE TABLE t");
        }
        case REOPENED -> {
          fillSegments();
          delete();
          reopen();
          store.buildIndexes();
        }
        case REFUSED_FOR_MEMORY -> {
          fill(ROWS_REFUSED);
          indexed();
          delete();
          checkRefused();
        }
        case BUILT_BY_SEVERAL_THREADS -> {
          fill(ROWS_OF_THREADS);
          indexed();
          delete();
        }
        case RESUMED -> resume();
      }
    }

    private List<String> indexes(String what) {
      return Sql.column(
          session, "SELECT " + what + " FROM quiver.indexes WHERE index_name = 't_v'");
    }

    /** Graphs are too large, lists may be, and searches do without; auto takes what fits. */
    private void checkRefused() {
      String state = indexes("state").getFirst();
      switch (one.kind()) {
        case HNSW, HNSW_SQ8, HNSW_RABITQ, DISKANN -> assertThat(state).isEqualTo("too large");
        case FLAT, AUTO -> assertThat(state).isEqualTo("ready");
        case IVF_FLAT, IVF_SQ8, IVF_PQ, IVF_RABITQ -> assertThat(state).isIn("ready", "too large");
      }
      if (state.equals("too large")) {
        assertThat(indexes("rows_indexed")).containsExactly("0");
        assertThat(indexes("reason"))
            .first()
            .asString()
            .contains("quiver.index_build_memory is " + BuildLimits.MEMORY_BYTES_MIN);
      }
    }

    /** The database is closed when the first of three indexes is about to be written. */
    private void resume() {
      for (int i = 0; i < 3; i++) {
        fill(ROWS / 3 - 10 * i);
        Sql.run(session, "FLUSH");
      }
      close();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch closing = new CountDownLatch(1);
      FaultyFileSystem watched =
          new FaultyFileSystem(
              files,
              (number, operation, path) -> {
                if (operation == Operation.CREATE && INDEX_FILE.matcher(path).matches()) {
                  begun.countDown();
                  await(closing);
                }
              });
      LocalStore building = store(watched, true, BuildLimits.usual());
      await(begun);
      Thread closer = Thread.ofPlatform().start(building::close);
      // It asks the build to end, and then waits for it, longer than for idle threads before.
      for (int times = 0; closer.isAlive() && times < 20; ) {
        LockSupport.parkNanos(5_000_000);
        times = closer.getState() == Thread.State.WAITING ? times + 1 : 0;
      }
      closing.countDown();
      while (closer.isAlive()) {
        LockSupport.parkNanos(1_000_000);
      }
      store = store();
      database = Database.over(store, "t");
      session = database.connect();
      delete();
      store.buildIndexes();
      assertThat(store.jobs()).anyMatch(job -> job.kind() == Job.Kind.INDEX);
      assertThat(indexes("state || ' ' || rows_not_indexed")).containsExactly("ready 0");
    }

    private static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void fillAndDelete(int count) {
      fill(count);
      delete();
    }

    private void fillSegments() {
      for (int i = 0; i < 3; i++) {
        fill(ROWS / 3 - 10 * i);
        indexed();
      }
    }

    private void indexed() {
      Sql.run(session, "FLUSH");
      store.buildIndexes();
    }

    private void reopen() {
      close();
      store = store();
      database = Database.over(store, "t");
      session = database.connect();
    }

    private void fill(int count) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int id = nextId++;
        int rank = random.nextInt(1_000_000) * 1_000 + id % 1_000;
        ranks.put(id, rank);
        float[] vector = random.nextInt(50) == 0 ? null : one.space().vector(random);
        rows.add(Arrays.asList(id, rank, vector));
      }
      PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?, ?)");
      assertThat(session.insertAll(insert, rows, () -> false)).isTrue();
    }

    private void delete() {
      switch (one.deleted()) {
        case NONE -> {}
        case TENTH -> delete(session, ranks, "id % 10 = 3", id -> id % 10 == 3);
        case MOST -> delete(session, ranks, "id % 10 <> 3", id -> id % 10 != 3);
      }
    }

    private static void delete(
        Session session, Map<Integer, Integer> ranks, String where, IntPredicate goes) {
      Sql.run(session, "DELETE FROM t WHERE " + where);
      ranks.keySet().removeIf(goes::test);
    }

    /** What a transaction has changed it sees, and nobody else does. */
    private void checkOwnChanges() {
      Map<Integer, Integer> committed = ranks;
      ranks = new TreeMap<>(committed);
      try (Session other = database.connect()) {
        Sql.run(session, "BEGIN");
        fill(40);
        delete(session, ranks, "id % 7 = 2", id -> id % 7 == 2);
        Sql.run(
            session,
            "UPDATE t SET v = %s WHERE id % 11 = 5".replace("%s", one.space().literal(random)));
        check(session, ranks);
        check(other, committed);
        Sql.run(session, "ROLLBACK");
      }
      ranks = committed;
      check(session, ranks);
    }

    private void check(Session of, Map<Integer, Integer> there) {
      int qualifying = one.where().of(there.size());
      int[] sorted = there.values().stream().mapToInt(i -> i).sorted().toArray();
      int below = qualifying == 0 ? -1 : qualifying == sorted.length ? 1 << 30 : sorted[qualifying];
      String where = one.where() == Selectivity.ALL ? "" : " WHERE r < " + below;
      for (int query = 0; query < QUERIES; query++) {
        String distance = "v " + one.space().operator + " " + one.space().literal(random);
        List<Found> exact = exact(of, distance, where);
        assertThat(exact).hasSize(qualifying);
        assertThat(there.keySet()).containsAll(exact.stream().map(Found::id).toList());
        checkSearch(of, distance, where, exact, K);
      }
      String distance = "v " + one.space().operator + " " + one.space().literal(random);
      checkSearch(of, distance, where, exact(of, distance, where), there.size() + 5);
    }

    /** Every row that qualifies, by what SQL computes for it. */
    private List<Found> exact(Session of, String distance, String where) {
      List<Found> all = found(of, "SELECT id, " + distance + " FROM t" + where);
      all.sort((a, b) -> Double.compare(order(a), order(b)));
      return all;
    }

    private static double order(Found row) {
      return row.distance() == null ? Double.POSITIVE_INFINITY : row.distance();
    }

    /** Floats are summed in another order for a row than for many. */
    private static boolean isSame(double a, double b) {
      return a == b || Math.abs(a - b) <= 1e-5 * (1 + Math.abs(b));
    }

    private void checkSearch(
        Session of, String distance, String where, List<Found> exact, int limit) {
      List<Found> found =
          found(
              of,
              "SELECT id, %s AS d FROM t%s ORDER BY d LIMIT %d".formatted(distance, where, limit));
      int wanted = Math.min(limit, exact.size());
      assertThat(found).as(distance).hasSize(wanted);
      assertThat(found.stream().map(Found::id)).as(distance).doesNotHaveDuplicates();
      Map<Integer, Double> distances = new HashMap<>();
      exact.forEach(row -> distances.put(row.id(), order(row)));
      double before = Double.NEGATIVE_INFINITY;
      int near = 0;
      double farthest = wanted == 0 ? 0 : order(exact.get(wanted - 1));
      for (Found row : found) {
        assertThat(distances).as("%s: row %s", distance, row).containsKey(row.id());
        assertThat(isSame(order(row), Objects.requireNonNull(distances.get(row.id()))))
            .as("%s: row %s, %s", distance, row, distances.get(row.id()))
            .isTrue();
        assertThat(order(row)).as(distance).isGreaterThanOrEqualTo(before);
        before = order(row);
        near += order(row) <= farthest || isSame(order(row), farthest) ? 1 : 0;
      }
      if (wanted > 0) {
        long[] counts = hits.computeIfAbsent(one.kind(), kind -> new long[2]);
        counts[0] += near;
        counts[1] += wanted;
        assertThat((double) near / wanted)
            .as("%s: %s of %s", distance, found, exact.subList(0, wanted))
            .isGreaterThanOrEqualTo(one.kind() == Kind.FLAT ? 1 : CASE_RECALL_MIN);
      }
    }

    private static List<Found> found(Session session, String sql) {
      List<Found> rows = new ArrayList<>();
      try (QueryResult result = session.execute(sql)) {
        for (Batch batch = result.next(); batch != null; batch = result.next()) {
          for (int row = 0; row < batch.rowCount(); row++) {
            Object distance = batch.column(1).get(row);
            rows.add(
                new Found(
                    (Integer) Objects.requireNonNull(batch.column(0).get(row)),
                    distance == null ? null : ((Number) distance).doubleValue()));
          }
        }
      }
      return rows;
    }

    @Override
    public void close() {
      session.close();
      database.close();
    }
  }
}
