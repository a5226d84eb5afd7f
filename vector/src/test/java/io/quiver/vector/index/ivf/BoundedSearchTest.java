package io.quiver.vector.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Searches that know of rows elsewhere that are nearer than most. */
class BoundedSearchTest {
  private static final int DIMENSION = 64;
  private static final int ROWS = 3_000;
  private static final int QUERIES = 50;
  private static final int K = 20;

  private final Random random = new Random(5);
  private final MemorySegment points = points(ROWS);
  private final MemorySegment queries = points(QUERIES);
  private final Neighbors found = new Neighbors();
  private final double[] distances = new double[ROWS];

  private MemorySegment points(int count) {
    MemorySegment points = NativeMemory.allocate(4L * DIMENSION * count);
    for (int i = 0; i < DIMENSION * count; i++) {
      float value = (float) random.nextGaussian() + i / DIMENSION % 7;
      points.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
    return points;
  }

  private MemorySegment query(int i) {
    return queries.asSlice(4L * DIMENSION * i, 4L * DIMENSION);
  }

  private VectorRows rows(Metric metric) {
    return new VectorRows(metric, RowBlock.packed(points, DIMENSION, Encoding.FLOAT32), ROWS);
  }

  /** Ascending distances of the rows that pass. */
  private double[] exact(VectorRows rows, MemorySegment query, RowFilter filter) {
    DistanceKernels kernels = DistanceKernels.get(Encoding.FLOAT32);
    kernels.distances(rows.metric(), query, rows.block(), ROWS, distances);
    return Arrays.stream(filter.toArray()).mapToDouble(row -> distances[row]).sorted().toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "ivf_rabitq(lists=1), L2",
    "ivf_rabitq(lists=1), COSINE",
    "ivf_rabitq(lists=1), NEGATIVE_INNER_PRODUCT",
    "ivf_rabitq(lists=20), L2",
    "ivf_sq8(lists=20), L2_SQUARED",
    "ivf_flat(lists=20), L2"
  })
  void whatIsWithinTheBoundIsFound(String spec, Metric metric) {
    VectorRows rows = rows(metric);
    IvfIndex index =
        IvfIndex.build(
            (IndexSpec.Ivf) IndexSpec.parse(spec.strip()), rows, BuildOptions.threads(1));
    VectorSearcher searcher = index.searcher();
    for (RowFilter filter :
        new RowFilter[] {RowFilter.all(ROWS), RowFilter.matching(ROWS, row -> row % 3 > 0)}) {
      int within = 0;
      int unboundedWithin = 0;
      long measured = 0;
      long unboundedMeasured = 0;
      for (int i = 0; i < QUERIES; i++) {
        double[] nearest = exact(rows, query(i), filter);
        double bound = nearest[4];
        SearchRequest request = SearchRequest.of(query(i), K, ROWS).withFilter(filter);
        searcher.search(request, found);
        assertThat(found.size()).isEqualTo(K);
        unboundedWithin += within(bound);
        unboundedMeasured += searcher.statistics().distances();
        searcher.search(request.withBound(bound), found);
        within += within(bound);
        measured += searcher.statistics().distances();
        // Farther than everything: the same as none.
        searcher.search(request.withBound(nearest[nearest.length - 1] + 1e3), found);
        assertThat(found.size()).isEqualTo(K);
        // Nearer than everything: whatever comes is among the rows that pass.
        searcher.search(request.withBound(nearest[0] - Math.abs(nearest[0]) / 2), found);
        assertThat(found.size()).isLessThanOrEqualTo(K);
      }
      assertThat(within).isGreaterThanOrEqualTo((int) (0.97 * unboundedWithin));
      assertThat(measured).isLessThanOrEqualTo(unboundedMeasured);
    }
  }

  private int within(double bound) {
    int within = 0;
    for (int i = 0; i < found.size(); i++) {
      within += found.distance(i) <= bound + 1e-6 * Math.abs(bound) ? 1 : 0;
    }
    return within;
  }
}
