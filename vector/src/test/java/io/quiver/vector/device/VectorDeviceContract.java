package io.quiver.vector.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.DistanceKernels;
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
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every device does; its own test extends this. */
abstract class VectorDeviceContract {
  private static final int ROWS = 1_000;
  private static final int DIMENSION = 40;
  private static final int QUERIES = 5;

  abstract VectorDevice device();

  private static VectorRows rows(Metric metric, long seed) {
    return new VectorRows(
        metric, RowBlock.packed(random(ROWS, seed), DIMENSION, Encoding.FLOAT32), ROWS);
  }

  private static MemorySegment random(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment memory = Arena.ofAuto().allocate(4L * rows * DIMENSION, 64);
    for (int i = 0; i < rows * DIMENSION; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
    }
    return memory;
  }

  @ParameterizedTest
  @EnumSource(names = {"L2", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void distancesAreTheScalarTwins(Metric metric) {
    VectorRows rows = rows(metric, 1);
    assumeThat(device().serves(rows)).isTrue();
    MemorySegment queries = random(QUERIES, 2);
    int from = 17;
    int count = 600;
    double[] found = new double[QUERIES * count];
    try (DeviceRows loaded = device().load(rows)) {
      assertThat(loaded.count()).isEqualTo(ROWS);
      assertThat(loaded.memoryBytes()).isGreaterThanOrEqualTo(4L * ROWS * DIMENSION);
      loaded.distances(queries, QUERIES, from, count, found);
    }
    double[] wanted = new double[ROWS];
    for (int i = 0; i < QUERIES; i++) {
      MemorySegment query = queries.asSlice(4L * DIMENSION * i, 4L * DIMENSION);
      DistanceKernels.choose(false).distances(metric, query, rows.block(), ROWS, wanted);
      for (int row = 0; row < count; row++) {
        assertThat(found[i * count + row]).isCloseTo(wanted[from + row], within(1e-4));
      }
    }
  }

  @Test
  void aBatchFindsWhatTheExactIndexFinds() {
    VectorRows rows = rows(Metric.L2, 3);
    MemorySegment query = random(1, 4);
    SearchRequest all = SearchRequest.of(query, 10, ROWS);
    SearchRequest some = all.withFilter(RowFilter.matching(ROWS, row -> row % 7 == 0)).withK(200);
    Neighbors first = new Neighbors();
    Neighbors second = new Neighbors();
    try (DeviceRows loaded = device().load(rows)) {
      loaded.search(List.of(all, some), List.of(first, second));
    }
    VectorIndex exact = Indexes.build(new IndexSpec.Flat(), rows, BuildOptions.threads(1));
    Neighbors wanted = new Neighbors();
    exact.searcher().search(all, wanted);
    assertThat(first.rows()).isEqualTo(wanted.rows());
    exact.searcher().search(some, wanted);
    assertThat(second.rows()).isEqualTo(wanted.rows()).hasSize(143);
  }

  @Test
  void anIndexThatItBuildsNeedsItNoMore() {
    IndexSpec spec = new IndexSpec.Flat();
    assumeThat(device().builds(spec)).isTrue();
    VectorIndex index = device().build(spec, rows(Metric.L2, 5), BuildOptions.threads(1));
    Neighbors found = new Neighbors();
    index.searcher().search(SearchRequest.of(random(1, 6), 10, ROWS), found);
    assertThat(found.size()).isEqualTo(10);
  }

  @Test
  void closedRowsAreNotSearched() {
    DeviceRows loaded = device().load(rows(Metric.L2, 7));
    loaded.close();
    SearchRequest request = SearchRequest.of(random(1, 8), 1, ROWS);
    assertThatThrownBy(() -> loaded.search(List.of(request), List.of(new Neighbors())))
        .isInstanceOf(IllegalStateException.class);
  }
}
