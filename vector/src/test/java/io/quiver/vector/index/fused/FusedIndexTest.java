package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fused graph over rows that do not change, against brute force. */
class FusedIndexTest {
  private static final BuildOptions TWO_THREADS = BuildOptions.threads(2);
  private static final int ROWS = Integer.getInteger("fused.rows", 2_000);

  @ParameterizedTest
  @CsvSource({
    "L2, FLOAT32, float32",
    "L2_SQUARED, FLOAT32, sq8",
    "COSINE, FLOAT32, float32",
    "COSINE, FLOAT32, sq8",
    "NEGATIVE_INNER_PRODUCT, FLOAT32, float32",
    "NEGATIVE_INNER_PRODUCT, FLOAT16, sq8",
    "L2, FLOAT16, float32",
    "COSINE, BFLOAT16, float32",
    "L2, INT8, sq8",
    "NEGATIVE_INNER_PRODUCT, INT8, float32"
  })
  void mostOfTheNearestAreFound(Metric metric, Encoding encoding, String exact) {
    FusedSample sample = FusedSample.of(metric, encoding, ROWS, 64, 1);
    VectorIndex index =
        Indexes.build(FusedSample.spec(",exact=" + exact), sample.rows(), TWO_THREADS);
    assertThat(recall(index, sample, RowFilter.all(ROWS), Effort.DEFAULT))
        .isGreaterThanOrEqualTo(0.95);
    assertThat(recall(index, sample, RowFilter.all(ROWS), Effort.recall(0.99)))
        .isGreaterThanOrEqualTo(0.98);
  }

  /** Also checks order, distances and that no row comes twice. */
  private static double recall(
      VectorIndex index, FusedSample sample, RowFilter filter, Effort effort) {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    double recall = 0;
    for (int query = 0; query < sample.queryCount(); query++) {
      SearchRequest request =
          SearchRequest.of(sample.query(query), 10, filter.rows())
              .withEffort(effort)
              .withFilter(filter);
      searcher.search(request, found);
      int[] truth = sample.nearest(query, 10, filter);
      assertThat(found.size()).isEqualTo(truth.length);
      double[] distances = sample.distances(query);
      for (int i = 0; i < found.size(); i++) {
        double room = 1e-4 * (1 + Math.abs(distances[found.row(i)]));
        assertThat(found.distance(i)).isCloseTo(distances[found.row(i)], within(room));
        assertThat(filter.passes(found.row(i))).isTrue();
        assertThat(i == 0 || found.distance(i) >= found.distance(i - 1)).isTrue();
      }
      assertThat(found.rows()).doesNotHaveDuplicates();
      recall += FusedSample.recall(found, truth) / sample.queryCount();
    }
    return recall;
  }

  @ParameterizedTest
  @ValueSource(strings = {"float32", "sq8"})
  void filtersOfEverySelectivityAreFilled(String exact) {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 8000, 48, 2);
    VectorIndex index =
        Indexes.build(FusedSample.spec(",exact=" + exact), sample.rows(), TWO_THREADS);
    int rows = sample.rows().count();
    for (int perMille : new int[] {1, 5, 20, 100, 300, 500, 900, 999}) {
      RowFilter random =
          RowFilter.matching(rows, row -> Math.floorMod(row * 0x9E3779B9, 1000) < perMille);
      assertThat(recall(index, sample, random, Effort.DEFAULT))
          .as("%d in 1000", perMille)
          .isGreaterThanOrEqualTo(0.95);
    }
  }

  @Test
  void filtersThatTheQueryIsNearToOrFarFromAreFilled() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 8000, 48, 3);
    int rows = sample.rows().count();
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    for (double part : new double[] {0.01, 0.1, 0.5, 0.9}) {
      for (boolean near : new boolean[] {true, false}) {
        double recall = 0;
        for (int query = 0; query < sample.queryCount(); query++) {
          double[] distances = sample.distances(query);
          double[] sorted = distances.clone();
          Arrays.sort(sorted);
          double limit = sorted[(int) ((near ? part : 1 - part) * (rows - 1))];
          RowFilter filter = RowFilter.matching(rows, row -> near == (distances[row] <= limit));
          searcher.search(
              SearchRequest.of(sample.query(query), 10, rows).withFilter(filter), found);
          int[] truth = sample.nearest(query, 10, filter);
          assertThat(found.size()).isEqualTo(10);
          recall += FusedSample.recall(found, truth) / sample.queryCount();
        }
        assertThat(recall).as("%s, near %s", part, near).isGreaterThanOrEqualTo(0.95);
      }
    }
  }

  @Test
  void everyPlanIsTaken() {
    FusedLayout layout = new FusedLayout(128, IndexSpec.Exact.FLOAT32);
    int rows = 1_000_000;
    assertThat(SearchPlan.of(layout, new SearchPlan.Work(rows, rows, 10, 64), true))
        .isEqualTo(SearchPlan.GRAPH);
    assertThat(SearchPlan.of(layout, new SearchPlan.Work(rows, 100, 10, 64), true))
        .isEqualTo(SearchPlan.EXACT);
    assertThat(SearchPlan.of(layout, new SearchPlan.Work(60_000, 6000, 10, 200), true))
        .isEqualTo(SearchPlan.CODES);
    assertThat(SearchPlan.of(layout, new SearchPlan.Work(60_000, 6000, 10, 200), false))
        .isNotEqualTo(SearchPlan.CODES);
  }

  @Test
  void asManyComeBackAsThereAre() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 3000, 20, 4);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    for (int k : new int[] {1, 100, 1000, 2999, 3000, 5000}) {
      searcher.search(SearchRequest.of(sample.query(0), k, 3000), found);
      assertThat(found.size()).isEqualTo(Math.min(k, 3000));
      assertThat(found.rows()).doesNotHaveDuplicates();
    }
    searcher.search(
        SearchRequest.of(sample.query(0), 10, 3000)
            .withFilter(RowFilter.matching(3000, row -> false)),
        found);
    assertThat(found.size()).isZero();
  }

  @Test
  void equalRowsAndFewRowsAreServed() {
    MemorySegment memory = Arena.ofAuto().allocate(4L * 8 * 2000, 64);
    for (int row = 1000; row < 2000; row++) {
      FusedSample.set(memory, Encoding.FLOAT32, 32L * row, row & 7, row);
    }
    for (int count : new int[] {0, 1, 2, 33, 1000, 2000}) {
      VectorRows rows = new VectorRows(Metric.L2, RowBlock.packed(memory, 8), count);
      VectorIndex index = Indexes.build(FusedSample.spec(""), rows, TWO_THREADS);
      Neighbors found = new Neighbors();
      index.searcher().search(SearchRequest.of(memory.asSlice(0, 32), 10, count), found);
      assertThat(found.size()).isEqualTo(Math.min(10, count));
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.distance(i)).isZero();
      }
    }
  }

  @Test
  void rowsWithoutDistanceNeverComeBack() {
    FusedSample sample = FusedSample.of(Metric.COSINE, Encoding.FLOAT32, 2000, 32, 5);
    MemorySegment memory = sample.rows().block().memory();
    for (int row = 0; row < 2000; row += 3) {
      memory.asSlice(128L * row, 128).fill((byte) 0);
    }
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    assertThat(recall(index, sample, RowFilter.all(2000), Effort.DEFAULT)).isGreaterThan(0.95);
    Neighbors found = new Neighbors();
    index.searcher().search(SearchRequest.of(sample.query(0), 2000, 2000), found);
    assertThat(found.size()).isEqualTo(1333);
    index.searcher().search(SearchRequest.of(memory.asSlice(0, 128), 10, 2000), found);
    assertThat(found.size()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"L2", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void radiusKeepsWhatIsNearer(Metric metric) {
    FusedSample sample = FusedSample.of(metric, Encoding.FLOAT32, 4000, 40, 6);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    for (int wanted : new int[] {0, 5, 60, 500}) {
      double recall = 0;
      for (int query = 0; query < sample.queryCount(); query++) {
        double[] sorted = sample.distances(query);
        Arrays.sort(sorted);
        double radius = (sorted[wanted] + (wanted == 0 ? sorted[0] - 1 : sorted[wanted - 1])) / 2;
        searcher.search(
            SearchRequest.of(sample.query(query), 1000, 4000)
                .withRadius(radius)
                .withEffort(Effort.of(200)),
            found);
        assertThat(found.size()).isLessThanOrEqualTo(wanted);
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.distance(i)).isLessThanOrEqualTo(radius);
        }
        recall += wanted == 0 ? 1 : (double) found.size() / wanted;
      }
      assertThat(recall / sample.queryCount()).isGreaterThanOrEqualTo(0.95);
    }
  }

  @Test
  void iteratorGoesOnToTheLastRow() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 1500, 24, 7);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    NeighborIterator iterator =
        index.searcher().iterator(SearchRequest.of(sample.query(0), 100, 1500));
    Set<Integer> seen = new HashSet<>();
    Neighbors batch = new Neighbors();
    while (iterator.next(batch)) {
      for (int i = 0; i < batch.size(); i++) {
        assertThat(seen.add(batch.row(i))).isTrue();
      }
    }
    assertThat(seen).hasSize(1500);
  }

  @Test
  void oneThreadBuildsTheSameOfTheSameSeed() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 2500, 32, 8);
    BuildOptions options = BuildOptions.threads(1).withSeed(5);
    MemorySegment first = written(Indexes.build(FusedSample.spec(""), sample.rows(), options));
    MemorySegment second = written(Indexes.build(FusedSample.spec(""), sample.rows(), options));
    assertThat(first.mismatch(second)).isEqualTo(-1);
  }

  static MemorySegment written(VectorIndex index) {
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 64);
    index.write(form);
    return form;
  }

  @Test
  void buildsStopWhenCancelledAndTellTheirProgress() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 3000, 16, 9);
    int[] asked = {0};
    BuildOptions cancelled = TWO_THREADS.withCancelled(() -> ++asked[0] > 50);
    assertThatThrownBy(() -> Indexes.build(FusedSample.spec(""), sample.rows(), cancelled))
        .isInstanceOf(CancellationException.class);
    List<Double> progress = new ArrayList<>();
    BuildOptions told = BuildOptions.threads(1).withProgress(progress::add);
    Indexes.build(FusedSample.spec(""), sample.rows(), told);
    assertThat(progress).isSorted().last().isEqualTo(1.0);
  }

  @Test
  void buildsBeyondTheirMemoryFailAtOnce() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 1000, 16, 10);
    assertThatThrownBy(
            () -> Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS.withMemory(1000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("allowed are 1000");
  }

  @Test
  void searchesStopWhenCancelled() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 6000, 16, 11);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    VectorSearcher searcher = index.searcher();
    SearchRequest request = SearchRequest.of(sample.query(0), 10, 6000).withCancelled(() -> true);
    Neighbors found = new Neighbors();
    for (SearchRequest each :
        new SearchRequest[] {
          request.withEffort(Effort.of(1000)),
          request.withFilter(RowFilter.matching(6000, row -> row % 2 == 0)).withK(3000)
        }) {
      assertThatThrownBy(() -> searcher.search(each, found))
          .isInstanceOf(CancellationException.class);
    }
    searcher.search(request.withCancelled(() -> false), found);
    assertThat(found.size()).isEqualTo(10);
  }

  @Test
  void manyThreadsSearchAtOnce() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 3000, 32, 12);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), TWO_THREADS);
    RowFilter half = RowFilter.matching(3000, row -> row % 2 == 0);
    IntStream.range(0, 8)
        .parallel()
        .forEach(i ->
            assertThat(
                    recall(index, sample, i % 2 == 0 ? half : RowFilter.all(3000), Effort.of(100)))
                .isGreaterThan(0.95));
  }
}
