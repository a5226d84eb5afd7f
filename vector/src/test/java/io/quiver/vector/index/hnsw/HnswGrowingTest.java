package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HnswGrowingTest {
  private static final IndexSpec.Hnsw SPEC =
      (IndexSpec.Hnsw) IndexSpec.parse("hnsw(m=16,ef_construction=80)");

  private static RowFilter present(BitSet rows, int capacity) {
    return RowFilter.matching(capacity, rows::get);
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"L2", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void findsWhatWasAddedAndNothingElse(Metric metric) {
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(metric, 3000);
    HnswIndex index = HnswIndex.growing(SPEC, rows, 1);
    assertThat(index.capacity()).isEqualTo(3000);
    Neighbors found = new Neighbors();
    MemorySegment[] queries = clusters.queries(10);
    index.searcher().search(SearchRequest.of(queries[0], 10, 3000), found);
    assertThat(found.size()).isZero();
    BitSet there = new BitSet();
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 1500; i++) {
      int row = random.nextInt(3000);
      if (!there.get(row)) {
        there.set(row);
        index.add(row);
      }
    }
    assertThat(recallOf(index, rows, queries, there)).isGreaterThan(0.95);
    assertThatThrownBy(() -> index.add(there.nextSetBit(0)))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> index.add(3000)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Searches all, and expects what brute force over those that are there finds. */
  private static double recallOf(
      HnswIndex index, VectorRows rows, MemorySegment[] queries, BitSet there) {
    return recallOf(index, rows, queries, there, Effort.DEFAULT);
  }

  private static double recallOf(
      HnswIndex index, VectorRows rows, MemorySegment[] queries, BitSet there, Effort effort) {
    VectorSearcher searcher = index.searcher();
    RowFilter all = RowFilter.all(rows.count());
    RowFilter filter = present(there, rows.count());
    Neighbors found = new Neighbors();
    int hits = 0;
    for (MemorySegment query : queries) {
      SearchRequest request = SearchRequest.of(query, 10, rows.count()).withEffort(effort);
      searcher.search(request.withFilter(all), found);
      Neighbors truth = Clusters.exact(rows, request.withFilter(filter));
      assertThat(found.size()).isEqualTo(truth.size());
      BitSet near = new BitSet();
      for (int row : truth.rows()) {
        near.set(row);
      }
      for (int row : found.rows()) {
        assertThat(there.get(row)).isTrue();
        hits += near.get(row) ? 1 : 0;
      }
    }
    return hits / (10.0 * queries.length);
  }

  /** With so many rows that they are not scanned, and an effort that does not find all. */
  @Test
  void recallStaysWhenAllRowsAreReplacedInFiftyRounds() {
    int capacity = 4200;
    Effort effort = Effort.of(14);
    Clusters clusters = new Clusters(3, Encoding.FLOAT32, 24, 1);
    VectorRows rows = clusters.rows(Metric.L2, capacity);
    HnswIndex index = HnswIndex.growing(SPEC, rows, 1);
    BitSet there = new BitSet();
    for (int row = 0; row < capacity; row++) {
      index.add(row);
      there.set(row);
    }
    MemorySegment[] queries = clusters.queries(300);
    double before = recallOf(index, rows, queries, there, effort);
    SplittableRandom random = new SplittableRandom(4);
    for (int round = 0; round < 50; round++) {
      List<Integer> gone = new ArrayList<>();
      while (gone.size() < capacity / 50) {
        int row = random.nextInt(capacity);
        if (there.get(row)) {
          there.clear(row);
          index.remove(row);
          gone.add(row);
        }
      }
      for (int row : gone) {
        clusters.drawInto(rows.block().memory(), rows.block().position(row));
        index.add(row);
        there.set(row);
      }
    }
    double after = recallOf(index, rows, queries, there, effort);
    assertThat(before).isLessThan(0.99);
    assertThat(after).isGreaterThanOrEqualTo(before - 0.01);
  }

  @Test
  void nothingIsLeftWhenAllRowsAreRemoved() {
    Clusters clusters = new Clusters(5, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.COSINE, 500);
    HnswIndex index = HnswIndex.growing(SPEC, rows, 1);
    BitSet there = new BitSet();
    for (int row = 0; row < 500; row++) {
      index.add(row);
      there.set(row);
    }
    for (int row = 0; row < 500; row++) {
      index.remove(row);
      there.clear(row);
      if (row % 50 == 0 && row < 480) {
        assertThat(recallOf(index, rows, clusters.queries(3), there)).isGreaterThan(0.9);
      }
    }
    Neighbors found = new Neighbors();
    index.searcher().search(SearchRequest.of(clusters.draw(1), 10, 500), found);
    assertThat(found.size()).isZero();
    index.remove(3);
    index.add(7);
    index.searcher().search(SearchRequest.of(clusters.draw(1), 10, 500), found);
    assertThat(found.rows()).containsExactly(7);
  }

  @Test
  void threadsAddAndRemoveWhileOthersSearch() throws Exception {
    int capacity = 6000;
    Clusters clusters = new Clusters(6, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, capacity);
    HnswIndex index = HnswIndex.growing(SPEC, rows, 1);
    MemorySegment[] queries = clusters.queries(50);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Future<?> searching =
          threads.submit(() -> {
            VectorSearcher searcher = index.searcher();
            Neighbors found = new Neighbors();
            for (int i = 0; !done.get(); i++) {
              searcher.search(SearchRequest.of(queries[i % 50], 10, capacity), found);
              for (int k = 1; k < found.size(); k++) {
                assertThat(found.distance(k)).isGreaterThanOrEqualTo(found.distance(k - 1));
              }
            }
          });
      List<Future<?>> adding = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        int own = t;
        adding.add(
            threads.submit(() -> {
              for (int row = own; row < capacity; row += 3) {
                index.add(row);
                if (row % 5 == 4) {
                  index.remove(row);
                }
              }
            }));
      }
      for (Future<?> each : adding) {
        each.get();
      }
      done.set(true);
      searching.get();
    }
    BitSet there = new BitSet();
    for (int row = 0; row < capacity; row++) {
      there.set(row, row % 5 != 4);
    }
    assertThat(recallOf(index, rows, queries, there)).isGreaterThan(0.95);
  }

  @Test
  void anIndexOverRowsThatDoNotChangeRefuses() {
    Clusters clusters = new Clusters(7, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 10);
    HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(1));
    assertThatThrownBy(() -> index.add(3)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aBlockMayHavePaddedRows() {
    Clusters clusters = new Clusters(8, Encoding.FLOAT32, 16, 1);
    RowBlock block = new RowBlock(clusters.draw(2000), 64, 128, 16);
    VectorRows rows = new VectorRows(Metric.L2, block, 900);
    HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(1));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(10), RowFilter.all(900), 10))
        .isGreaterThan(0.95);
  }
}
