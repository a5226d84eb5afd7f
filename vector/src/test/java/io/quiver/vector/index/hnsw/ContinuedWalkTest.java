package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContinuedWalkTest {
  private static final int ROWS = 9000;

  private static VectorRows rows;
  private static HnswIndex index;
  private static MemorySegment[] queries;

  @BeforeAll
  static void build() {
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, 16, 1);
    rows = clusters.rows(Metric.L2, ROWS);
    queries = clusters.queries(30);
    IndexSpec.Hnsw spec = (IndexSpec.Hnsw) IndexSpec.parse("hnsw(m=16,ef_construction=60)");
    index = HnswIndex.build(spec, rows, BuildOptions.threads(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 90})
  void returnsEveryMatchOnceInAboutTheirOrder(int every) {
    RowFilter filter = RowFilter.matching(ROWS, row -> row % every == 0);
    SearchRequest request = SearchRequest.of(queries[0], 70, ROWS).withFilter(filter);
    int[] order = Clusters.exact(rows, request.withK(ROWS)).rows();
    NeighborIterator iterator = index.searcher().iterator(request);
    Neighbors batch = new Neighbors();
    BitSet seen = new BitSet();
    int returned = 0;
    int early = 0;
    while (iterator.next(batch)) {
      for (int row : batch.rows()) {
        assertThat(seen.get(row)).isFalse();
        assertThat(filter.passes(row)).isTrue();
        seen.set(row);
      }
      returned += batch.size();
      if (returned == 700) {
        for (int i = 0; i < 700; i++) {
          early += seen.get(order[i]) ? 1 : 0;
        }
        assertThat(early).isGreaterThan(650);
      }
    }
    assertThat(seen.cardinality()).isEqualTo(filter.count());
    assertThat(iterator.next(batch)).isFalse();
  }

  @Test
  void staysWithinARadiusAndCanBeCancelled() {
    SearchRequest request = SearchRequest.of(queries[0], 10, ROWS).withRadius(2);
    NeighborIterator iterator = index.searcher().iterator(request);
    int truth = Clusters.exact(rows, request.withK(ROWS)).size();
    Neighbors batch = new Neighbors();
    int returned = 0;
    while (iterator.next(batch)) {
      assertThat(batch.distance(batch.size() - 1)).isLessThanOrEqualTo(2);
      returned += batch.size();
    }
    assertThat(returned).isEqualTo(truth);
    NeighborIterator cancelled =
        index.searcher().iterator(request.withRadius(1e9).withK(5000).withCancelled(() -> true));
    assertThatThrownBy(() -> cancelled.next(batch)).isInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.8, 0.9, 0.95, 0.98})
  void anEffortByRecallFindsThatMuch(double target) {
    int hits = 0;
    Neighbors found = new Neighbors();
    for (MemorySegment query : queries) {
      SearchRequest request = SearchRequest.of(query, 10, ROWS).withEffort(Effort.recall(target));
      index.searcher().search(request, found);
      BitSet truth = new BitSet();
      for (int row : Clusters.exact(rows, request).rows()) {
        truth.set(row);
      }
      for (int row : found.rows()) {
        hits += truth.get(row) ? 1 : 0;
      }
    }
    assertThat(hits / (10.0 * queries.length)).isGreaterThanOrEqualTo(target);
  }
}
