package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HnswFilterTest {
  private static final int ROWS = 30_000;
  private static final int QUERIES = 15;

  private static VectorRows rows;
  private static HnswIndex index;
  private static MemorySegment[] queries;

  @BeforeAll
  static void build() {
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, 16, 1);
    rows = clusters.rows(Metric.L2, ROWS);
    queries = clusters.queries(QUERIES);
    IndexSpec.Hnsw spec = (IndexSpec.Hnsw) IndexSpec.parse("hnsw(m=16,ef_construction=60)");
    index = HnswIndex.build(spec, rows, BuildOptions.threads(2));
  }

  @ParameterizedTest
  @CsvSource({
    "0.0001", "0.001", "0.01", "0.05", "0.12", "0.14", "0.2", "0.5", "0.9", "0.99", "0.9999", "1"
  })
  void findsNearlyAllOfRandomMatches(double part) {
    SplittableRandom random = new SplittableRandom(2);
    RowFilter filter = RowFilter.matching(ROWS, row -> random.nextDouble() < part);
    assertThat(Clusters.recall(rows, index.searcher(), queries, filter, 10))
        .isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0.01", "true, 0.14", "true, 0.3", "true, 0.6", "true, 0.9", "true, 0.99",
    "false, 0.01", "false, 0.14", "false, 0.3", "false, 0.6", "false, 0.9", "false, 0.99"
  })
  void findsNearlyAllMatchesNearOrFarFromTheQuery(boolean near, double part) {
    VectorSearcher searcher = index.searcher();
    double recall = 0;
    for (MemorySegment query : queries) {
      Neighbors order = Clusters.exact(rows, SearchRequest.of(query, ROWS, ROWS));
      BitSet matches = new BitSet();
      for (int i = 0; i < part * ROWS; i++) {
        matches.set(order.row(near ? i : ROWS - 1 - i));
      }
      RowFilter filter = RowFilter.matching(ROWS, matches::get);
      recall += Clusters.recall(rows, searcher, new MemorySegment[] {query}, filter, 10) / QUERIES;
    }
    assertThat(recall).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void aFilterThatLetsNothingThroughGivesNothing() {
    Neighbors found = new Neighbors();
    index
        .searcher()
        .search(
            SearchRequest.of(queries[0], 10, ROWS)
                .withFilter(RowFilter.matching(ROWS, row -> false)),
            found);
    assertThat(found.size()).isZero();
  }

  @Test
  void saysHowItWentAbout() {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    SearchRequest request = SearchRequest.of(queries[0], 10, ROWS);
    searcher.search(request, found);
    assertThat(searcher.statistics().plan()).isEqualTo("graph");
    assertThat(searcher.statistics().visited()).isBetween(10L, 200L);
    searcher.search(request.withFilter(RowFilter.matching(ROWS, row -> row % 7 == 0)), found);
    assertThat(searcher.statistics().plan()).isEqualTo("filtered graph");
    searcher.search(request.withFilter(RowFilter.matching(ROWS, row -> row % 100 == 0)), found);
    assertThat(searcher.statistics().plan()).isEqualTo("exact");
    assertThat(searcher.statistics().distances()).isEqualTo(300);
  }
}
