package io.quiver.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of index against brute force: metrics, selectivities, deleted rows, and filters that
 * agree with the query, that do not, and that oppose it; as built and as opened again. Rows and
 * seed are {@code ann.rows} and {@code ann.seed}. Recalls are owed at the same effort for 2,000
 * rows as for 20,000.
 */
class IndexMatrixTest {
  private static final int ROWS = Integer.getInteger("ann.rows", 2_000);
  private static final long SEED = Long.getLong("ann.seed", 1);
  private static final int DIMENSION = 64;
  private static final int CLUSTERS = 40;
  private static final int QUERIES = 25;
  private static final int K = 10;

  private static final double[] SELECTIVITIES = {0.001, 0.01, 0.1, 0.5, 1};
  private static final double[] DELETED = {0, 0.3, 0.9};

  /** What the matching rows have to do with the query. */
  private enum Correlation {
    NONE,
    NEAR,
    FAR
  }

  /** A kind and the recall that it owes. */
  record Kind(String spec, double recall) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("flat()", 1),
          new Kind("hnsw(ef_construction=100,ef_search=100)", 0.95),
          new Kind("hnsw(ef_construction=100,ef_search=100,quantizer=sq8)", 0.95),
          new Kind("hnsw(ef_construction=100,ef_search=300,quantizer=rabitq,layout=compact)", 0.95),
          new Kind("hnsw(ef_search=100,quantizer=rabitq)", 0.95),
          new Kind("hnsw(ef_search=100,quantizer=rabitq,exact=sq8)", 0.95),
          new Kind("ivf_flat(lists=40,probes=12)", 0.95),
          new Kind("ivf_sq8(lists=40,probes=12)", 0.95),
          new Kind("ivf_pq(lists=40,probes=12)", 0.9),
          new Kind("ivf_rabitq(lists=40,probes=12)", 0.9),
          new Kind("ivf_rabitq(lists=40,probes=12,bits=4)", 0.95),
          new Kind("diskann(degree=24,ef_construction=100,ef_search=100)", 0.95));

  record Case(Kind kind, Metric metric) {}

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Kind kind : KINDS) {
      for (Metric metric : List.of(Metric.L2, Metric.COSINE, Metric.NEGATIVE_INNER_PRODUCT)) {
        cases.add(new Case(kind, metric));
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void findsAsManyRowsAsQualifyAndTheNearest(Case one) {
    Data data = Data.random(one.metric(), ROWS);
    VectorIndex index =
        Indexes.build(IndexSpec.parse(one.kind().spec()), data.rows, BuildOptions.threads(1));
    check(one, data, index);
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    check(one, data, Indexes.open(form, data.rows));
  }

  /** Of few rows all are measured, so that these are more. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hnsw(ef_construction=60,ef_search=100,quantizer=rabitq,layout=compact); COSINE",
        "diskann(degree=24,ef_construction=60,ef_search=50); NEGATIVE_INNER_PRODUCT"
      })
  void findsTheNearestBehindRowsThatDoNotPass(String spec, Metric metric) {
    Data data = Data.random(metric, 8_000);
    VectorIndex index = Indexes.build(IndexSpec.parse(spec), data.rows, BuildOptions.threads(2));
    VectorSearcher exact = new FlatIndex(data.rows).searcher();
    assertThat(recall(data, index.searcher(), exact, Correlation.FAR, 1, 0))
        .as("%s, seed %d", spec, SEED)
        .isGreaterThanOrEqualTo(0.97);
  }

  /** The greatest products of rows of many lengths with queries of any. */
  @Test
  void codesInAGraphFindProducts() {
    Data data = Data.random(Metric.NEGATIVE_INNER_PRODUCT, 3_000);
    IndexSpec spec = IndexSpec.parse("hnsw(ef_construction=60,ef_search=32,quantizer=rabitq)");
    VectorSearcher searcher = Indexes.build(spec, data.rows, BuildOptions.threads(2)).searcher();
    VectorSearcher exact = new FlatIndex(data.rows).searcher();
    for (float factor : new float[] {1, 0.01f, 1e6f}) {
      data.scaleQueries(factor);
      assertThat(recall(data, searcher, exact, Correlation.NONE, 1, 0))
          .as("queries of %s times their length, seed %d", factor, SEED)
          .isGreaterThanOrEqualTo(0.97);
      assertThat(searcher.statistics().plan()).isEqualTo("graph");
    }
  }

  private static void check(Case one, Data data, VectorIndex index) {
    VectorSearcher searcher = index.searcher();
    VectorSearcher exact = new FlatIndex(data.rows).searcher();
    for (Correlation correlation : Correlation.values()) {
      for (double selectivity : SELECTIVITIES) {
        for (double deleted : DELETED) {
          double recall = recall(data, searcher, exact, correlation, selectivity, deleted);
          assertThat(recall)
              .as(
                  "%s, seed %d: %s filter of %s, %s deleted",
                  one, SEED, correlation, selectivity, deleted)
              .isGreaterThanOrEqualTo(one.kind().recall());
        }
      }
    }
  }

  private static double recall(
      Data data,
      VectorSearcher searcher,
      VectorSearcher exact,
      Correlation correlation,
      double selectivity,
      double deleted) {
    Neighbors found = new Neighbors();
    Neighbors wanted = new Neighbors();
    int hits = 0;
    int all = 0;
    for (int i = 0; i < QUERIES; i++) {
      RowFilter filter = data.filter(i, correlation, selectivity, deleted);
      SearchRequest request =
          SearchRequest.of(data.query(i), K, data.rows.count()).withFilter(filter);
      searcher.search(request, found);
      exact.search(request, wanted);
      assertThat(found.size()).isEqualTo(wanted.size());
      Set<Integer> rows = new HashSet<>();
      for (int rank = 0; rank < found.size(); rank++) {
        assertThat(filter.passes(found.row(rank))).isTrue();
        assertThat(rows.add(found.row(rank))).as("row %d twice", found.row(rank)).isTrue();
      }
      for (int rank = 0; rank < wanted.size(); rank++) {
        hits += rows.contains(wanted.row(rank)) ? 1 : 0;
        all++;
      }
    }
    return all == 0 ? 1 : (double) hits / all;
  }

  /** Rows and queries around the same centres; lengths differ, for the inner product. */
  private static final class Data {
    final VectorRows rows;
    private final MemorySegment queries;
    private final int[] cluster;
    private final int[] queryCluster = new int[QUERIES];
    private final double[] draw;
    private final double[] life;
    private final float[][] centres = new float[CLUSTERS][DIMENSION];

    private Data(Metric metric, MemorySegment memory, int count, MemorySegment queries) {
      rows = new VectorRows(metric, RowBlock.packed(memory, DIMENSION, Encoding.FLOAT32), count);
      this.queries = queries;
      cluster = new int[count];
      draw = new double[count];
      life = new double[count];
    }

    static Data random(Metric metric, int count) {
      Random random = new Random(SEED);
      MemorySegment memory = NativeMemory.allocate(4L * DIMENSION * count);
      MemorySegment queries = NativeMemory.allocate(4L * DIMENSION * QUERIES);
      Data data = new Data(metric, memory, count, queries);
      for (float[] centre : data.centres) {
        for (int i = 0; i < DIMENSION; i++) {
          centre[i] = (float) random.nextGaussian();
        }
      }
      for (int row = 0; row < count; row++) {
        data.cluster[row] = data.point(memory, row, random);
        data.draw[row] = random.nextDouble();
        data.life[row] = random.nextDouble();
      }
      for (int i = 0; i < QUERIES; i++) {
        data.queryCluster[i] = data.point(queries, i, random);
      }
      return data;
    }

    private int point(MemorySegment memory, int place, Random random) {
      int chosen = random.nextInt(CLUSTERS);
      float length = 0.5f + random.nextFloat();
      for (int i = 0; i < DIMENSION; i++) {
        float value = length * (centres[chosen][i] + 0.6f * (float) random.nextGaussian());
        memory.set(ValueLayout.JAVA_FLOAT, 4L * ((long) place * DIMENSION + i), value);
      }
      return chosen;
    }

    void scaleQueries(float factor) {
      for (int i = 0; i < QUERIES * DIMENSION; i++) {
        float value = queries.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        queries.setAtIndex(ValueLayout.JAVA_FLOAT, i, factor * value);
      }
    }

    MemorySegment query(int i) {
      return queries.asSlice(4L * DIMENSION * i, 4L * DIMENSION);
    }

    RowFilter filter(int query, Correlation correlation, double selectivity, double deleted) {
      int own = queryCluster[query];
      return RowFilter.matching(
          rows.count(),
          row -> {
            boolean near = cluster[row] == own;
            boolean matches =
                switch (correlation) {
                  case NONE -> draw[row] < selectivity;
                  case NEAR -> near || draw[row] < selectivity / 2;
                  case FAR -> !near && draw[row] < selectivity;
                };
            return matches && life[row] >= deleted;
          });
    }
  }
}
