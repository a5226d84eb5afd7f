package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.GrowingIndex;
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
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Indexes that grow with codes. */
class HnswGrowingCodesTest {
  private static final int CAPACITY = 7000;
  private static final int DIMENSION = 64;
  private static final int FIRST = GrowingCodes.TRAINED_ROWS;

  private static IndexSpec.Hnsw spec(String quantizer) {
    return (IndexSpec.Hnsw)
        IndexSpec.parse("hnsw(ef_construction=60,layout=compact,quantizer=" + quantizer + ")");
  }

  private static double recall(VectorIndex index, MemorySegment[] queries, BitSet there) {
    VectorSearcher searcher = index.searcher();
    RowFilter filter = RowFilter.matching(CAPACITY, there::get);
    Neighbors found = new Neighbors();
    int hits = 0;
    for (MemorySegment query : queries) {
      SearchRequest request = SearchRequest.of(query, 10, CAPACITY).withEffort(Effort.of(120));
      searcher.search(request, found);
      BitSet near = new BitSet();
      for (int row : Clusters.exact(index.rows(), request.withFilter(filter)).rows()) {
        near.set(row);
      }
      assertThat(found.size()).isEqualTo(near.cardinality());
      assertThat(found.rows()).doesNotHaveDuplicates();
      for (int row : found.rows()) {
        assertThat(there.get(row)).isTrue();
        hits += near.get(row) ? 1 : 0;
      }
    }
    return hits / (10.0 * queries.length);
  }

  private static boolean usesCodes(VectorIndex index, MemorySegment query) {
    VectorSearcher searcher = index.searcher();
    searcher.search(SearchRequest.of(query, 10, CAPACITY), new Neighbors());
    return searcher.statistics().estimates() > 0;
  }

  @ParameterizedTest
  @CsvSource({"sq8, L2", "sq8, NEGATIVE_INNER_PRODUCT", "rabitq, L2", "rabitq, COSINE"})
  void codesComeWithTheFirstRowsAndStay(String quantizer, Metric metric) {
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows rows = clusters.rows(metric, CAPACITY);
    MemorySegment[] queries = clusters.queries(20);
    HnswIndex index = HnswIndex.growing(spec(quantizer), rows, 1);
    VectorSearcher early = index.searcher();
    BitSet there = new BitSet();
    for (int row = 0; row < CAPACITY; row++) {
      index.add(row);
      there.set(row);
      if (row == 999 || row == FIRST - 2) {
        assertThat(recall(index, queries, there)).isGreaterThan(0.95);
        assertThat(usesCodes(index, queries[0])).isFalse();
      } else if (row == FIRST - 1) {
        assertThat(usesCodes(index, queries[0])).isTrue();
        assertThat(recall(index, queries, there)).isGreaterThan(0.9);
      }
    }
    assertThat(recall(index, queries, there)).isGreaterThan(0.9);
    early.search(SearchRequest.of(queries[0], 10, CAPACITY), new Neighbors());
    assertThat(early.statistics().estimates()).as("a searcher from before").isPositive();
    for (int row = 0; row < CAPACITY; row += 4) {
      index.remove(row);
      there.clear(row);
    }
    assertThat(recall(index, queries, there)).isGreaterThan(0.9);
    for (int row = 0; row < CAPACITY; row += 8) {
      clusters.drawInto(rows.block().memory(), rows.block().position(row));
      index.add(row);
      there.set(row);
    }
    assertThat(recall(index, queries, there)).isGreaterThan(0.9);
    NeighborIterator iterator =
        index.searcher().iterator(SearchRequest.of(queries[0], 500, CAPACITY));
    Neighbors batch = new Neighbors();
    int returned = 0;
    while (iterator.next(batch)) {
      returned += batch.size();
    }
    assertThat(returned).isEqualTo(there.cardinality());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sq8", "rabitq"})
  void threadsAddAndRemoveWhileOthersSearch(String quantizer) throws Exception {
    Clusters clusters = new Clusters(2, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows rows = clusters.rows(Metric.L2, CAPACITY);
    HnswIndex index = HnswIndex.growing(spec(quantizer), rows, 1);
    MemorySegment[] queries = clusters.queries(20);
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Future<?> searching =
          threads.submit(() -> {
            VectorSearcher searcher = index.searcher();
            Neighbors found = new Neighbors();
            for (int i = 0; !done.get(); i++) {
              searcher.search(SearchRequest.of(queries[i % 20], 10, CAPACITY), found);
              assertThat(found.rows()).doesNotHaveDuplicates();
            }
          });
      List<Future<?>> adding = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        int own = t;
        adding.add(
            threads.submit(() -> {
              for (int row = own; row < CAPACITY; row += 2) {
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
    for (int row = 0; row < CAPACITY; row++) {
      there.set(row, row % 5 != 4);
    }
    assertThat(usesCodes(index, queries[0])).isTrue();
    assertThat(recall(index, queries, there)).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sq8", "rabitq"})
  void rowsThatDriftAwayAreFoundAndAMergeTrainsAnew(String quantizer) {
    Clusters clusters = new Clusters(3, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows rows = clusters.rows(Metric.L2, CAPACITY);
    Clusters others = new Clusters(4, Encoding.FLOAT32, DIMENSION, 1);
    for (int row = FIRST; row < CAPACITY; row++) {
      others.drawInto(rows.block().memory(), rows.block().position(row));
    }
    HnswIndex index = HnswIndex.growing(spec(quantizer), rows, 1);
    BitSet there = new BitSet();
    for (int row = 0; row < CAPACITY; row++) {
      index.add(row);
      there.set(row);
    }
    MemorySegment[] queries = others.queries(20);
    assertThat(recall(index, queries, there)).isGreaterThan(0.85);
    int[] same = new int[CAPACITY];
    for (int row = 0; row < CAPACITY; row++) {
      same[row] = row;
    }
    HnswIndex merged = HnswIndex.merge(index, same, rows, BuildOptions.threads(1));
    assertThat(usesCodes(merged, queries[0])).isTrue();
    assertThat(recall(merged, queries, there)).isGreaterThan(0.9);
  }

  @ParameterizedTest
  @CsvSource({"sq8, 500", "sq8, 5000", "rabitq, 500", "rabitq, 5000"})
  void whatIsWrittenOpensAndGoesOn(String quantizer, int until) {
    Clusters clusters = new Clusters(5, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows rows = clusters.rows(Metric.COSINE, CAPACITY);
    HnswIndex index = HnswIndex.growing(spec(quantizer), rows, 1);
    BitSet there = new BitSet();
    for (int row = 0; row < until; row++) {
      index.add(row);
      there.set(row);
    }
    index.remove(3);
    there.clear(3);
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    MemorySegment[] queries = clusters.queries(20);
    assertThat(recall(Indexes.open(form, rows), queries, there)).isGreaterThan(0.9);
    GrowingIndex opened = Indexes.openGrowing(form, rows, BuildOptions.threads(1));
    assertThat(usesCodes(opened, queries[0])).isEqualTo(until >= FIRST);
    for (int row = until; row < CAPACITY; row++) {
      opened.add(row);
      there.set(row);
    }
    assertThat(usesCodes(opened, queries[0])).isTrue();
    assertThat(recall(opened, queries, there)).isGreaterThan(0.9);
  }

  @Test
  void bitsHaveNoShorterCodes() {
    Clusters clusters = new Clusters(6, Encoding.BINARY, 64, 1);
    VectorRows rows = clusters.rows(Metric.HAMMING, 10);
    assertThatThrownBy(() -> HnswIndex.growing(spec("sq8"), rows, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
