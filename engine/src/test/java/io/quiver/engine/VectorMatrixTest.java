package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
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
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
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

  private static final int DIMENSION = 16;
  private static final int K = 10;
  private static final int QUERIES = 2;

  /** Of the few queries of one case. */
  private static final double CASE_RECALL_MIN = 0.5;

  private enum Kind {
    FLAT("flat", 1),
    HNSW("hnsw", 0.95),
    HNSW_SQ8("hnsw WITH (quantizer = 'sq8')", 0.95),
    HNSW_RABITQ("hnsw WITH (quantizer = 'rabitq')", 0.95),
    IVF_FLAT("ivf_flat", 0.95),
    IVF_SQ8("ivf_sq8", 0.95),
    IVF_PQ("ivf_pq", 0.9),
    IVF_RABITQ("ivf_rabitq", 0.9),
    DISKANN("diskann", 0.95),
    AUTO("auto", 0.95);

    private final String using;

    /** Of all queries of all cases. */
    private final double recall;

    Kind(String using, double recall) {
      this.using = using;
      this.recall = recall;
    }

    /** With its distance before its options. */
    String using(String distance) {
      int with = using.indexOf(" WITH");
      return with < 0
          ? using + " DISTANCE " + distance
          : using.substring(0, with) + " DISTANCE " + distance + using.substring(with);
    }
  }

  private enum Space {
    L2_FLOAT32("<->", "L2", ""),
    L2_FLOAT16("<->", "L2", ", FLOAT16"),
    L2_INT8("<->", "L2", ", INT8"),
    COSINE_FLOAT32("<=>", "COSINE", ""),
    COSINE_BFLOAT16("<=>", "COSINE", ", BFLOAT16"),
    INNER_PRODUCT_FLOAT32("<#>", "INNER_PRODUCT", ""),
    INNER_PRODUCT_INT8("<#>", "INNER_PRODUCT", ", INT8"),
    L1_FLOAT32("<+>", "L1", ""),
    HAMMING_BINARY("<~>", "HAMMING", ", BINARY"),
    JACCARD_BINARY("<%>", "JACCARD", ", BINARY");

    private final String operator;
    private final String distance;
    private final String element;

    Space(String operator, String distance, String element) {
      this.operator = operator;
      this.distance = distance;
      this.element = element;
    }

    private boolean isEuclidean() {
      return switch (this) {
        case L1_FLOAT32, HAMMING_BINARY, JACCARD_BINARY -> false;
        default -> true;
      };
    }

    private boolean isServedBy(Kind kind) {
      return isEuclidean()
          || switch (kind) {
            case FLAT, AUTO -> true;
            case HNSW -> this != L1_FLOAT32;
            default -> false;
          };
    }

    private float[] vector(Random random) {
      float[] vector = new float[DIMENSION];
      int cluster = random.nextInt(20);
      // Without a bit or a direction there is no cosine; a few of them are there.
      boolean zero = random.nextInt(100) == 0;
      for (int i = 0; i < DIMENSION && !zero; i++) {
        double value = Math.sin(cluster * 31 + i * 7) * 2 + random.nextGaussian() * 0.5;
        vector[i] =
            switch (this) {
              case HAMMING_BINARY, JACCARD_BINARY -> value > 0 ? 1 : 0;
              case L2_INT8, INNER_PRODUCT_INT8 -> Math.clamp(Math.round(value * 30), -127, 127);
              default -> (float) value;
            };
      }
      return vector;
    }

    /** As SQL has it. */
    private String literal(Random random) {
      return "'" + Arrays.toString(vector(random)).replace(".0,", ",").replace(".0]", "]") + "'";
    }
  }

  private enum Selectivity {
    ALL,
    HALF,
    TENTH,
    HUNDREDTH,
    THOUSANDTH,
    NONE,
    EXACTLY_K,
    ONE_LESS_THAN_K;

    private int of(int rows) {
      return switch (this) {
        case ALL -> rows;
        case HALF -> rows / 2;
        case TENTH -> rows / 10;
        case HUNDREDTH -> rows / 100;
        case THOUSANDTH -> Math.max(1, rows / 1_000);
        case NONE -> 0;
        case EXACTLY_K -> Math.min(rows, K);
        case ONE_LESS_THAN_K -> Math.min(rows, K - 1);
      };
    }
  }

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
    OWN_CHANGES
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
      return LocalStore.open(new StoreOptions(files, new Random(7), 64L << 20, false));
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
