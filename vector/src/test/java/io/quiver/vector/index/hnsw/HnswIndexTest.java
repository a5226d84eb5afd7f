package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

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
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HnswIndexTest {
  private static final IndexSpec.Hnsw SPEC = spec("hnsw(m=16,ef_construction=100)");
  private static final int DIMENSION = 36;
  private static final int ROWS = 3000;

  private static IndexSpec.Hnsw spec(String text) {
    return (IndexSpec.Hnsw) IndexSpec.parse(text);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, L2",
    "FLOAT32, L2_SQUARED",
    "FLOAT32, COSINE",
    "FLOAT32, NEGATIVE_INNER_PRODUCT",
    "FLOAT16, L2",
    "FLOAT16, COSINE",
    "FLOAT16, NEGATIVE_INNER_PRODUCT",
    "BFLOAT16, L2",
    "BFLOAT16, COSINE",
    "BFLOAT16, NEGATIVE_INNER_PRODUCT",
    "INT8, L2",
    "INT8, COSINE",
    "INT8, NEGATIVE_INNER_PRODUCT",
    "BINARY, HAMMING",
    "BINARY, JACCARD"
  })
  void findsNearlyAllNeighboursInEveryEncodingAndMetric(Encoding encoding, Metric metric) {
    Clusters clusters = new Clusters(1, encoding, encoding == Encoding.BINARY ? 200 : DIMENSION, 1);
    VectorRows rows = clusters.rows(metric, ROWS);
    HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(2));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(30), RowFilter.all(ROWS), 10))
        .isGreaterThanOrEqualTo(0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, L2", "FLOAT32, COSINE", "FLOAT32, NEGATIVE_INNER_PRODUCT",
    "FLOAT16, L2", "BFLOAT16, COSINE", "INT8, NEGATIVE_INNER_PRODUCT"
  })
  void findsNearlyAllNeighboursByScalarCodes(Encoding encoding, Metric metric) {
    Clusters clusters = new Clusters(2, encoding, DIMENSION, 1);
    VectorRows rows = clusters.rows(metric, ROWS);
    HnswIndex index =
        HnswIndex.build(
            spec("hnsw(m=16,ef_construction=100,quantizer=sq8)"), rows, BuildOptions.threads(2));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(30), RowFilter.all(ROWS), 10))
        .isGreaterThanOrEqualTo(0.95);
    assertThat(index.memoryBytes()).isLessThan(ROWS * (DIMENSION + 4L * 32 + 4 + 12) + 4096);
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, L2", "FLOAT32, COSINE", "FLOAT32, NEGATIVE_INNER_PRODUCT",
    "FLOAT16, COSINE", "BFLOAT16, L2", "INT8, NEGATIVE_INNER_PRODUCT"
  })
  void findsNearlyAllNeighboursByCodesOfOneBit(Encoding encoding, Metric metric) {
    Clusters clusters = new Clusters(14, encoding, 100, 1);
    VectorRows rows = clusters.rows(metric, ROWS);
    HnswIndex index =
        HnswIndex.build(
            spec("hnsw(m=16,ef_construction=100,ef_search=120,quantizer=rabitq,layout=compact)"),
            rows,
            BuildOptions.threads(2));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(30), RowFilter.all(ROWS), 10))
        .isGreaterThanOrEqualTo(0.95);
    assertThat(index.memoryBytes()).isLessThan(ROWS * (16 + 8 + 4L * 32 + 4 + 12) + 8192);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "sq8", "rabitq,layout=compact,ef_search=200"})
  void findsTheGreatestInnerProductsOfRowsOfUnequalLength(String quantizer) {
    Clusters clusters = new Clusters(3, Encoding.FLOAT32, DIMENSION, 10);
    VectorRows rows = clusters.rows(Metric.NEGATIVE_INNER_PRODUCT, ROWS);
    HnswIndex index =
        HnswIndex.build(
            spec("hnsw(m=16,ef_construction=100,quantizer=" + quantizer + ")"),
            rows,
            BuildOptions.threads(2));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(50), RowFilter.all(ROWS), 10))
        .isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void distancesAreTheMetricsOwn() {
    Clusters clusters = new Clusters(4, Encoding.FLOAT32, DIMENSION, 1);
    for (Metric metric :
        List.of(Metric.L2, Metric.L2_SQUARED, Metric.COSINE, Metric.NEGATIVE_INNER_PRODUCT)) {
      VectorRows rows = clusters.rows(metric, 500);
      HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(1));
      Neighbors found = new Neighbors();
      SearchRequest request = SearchRequest.of(clusters.draw(1), 10, 500);
      index.searcher().search(request, found);
      Neighbors truth = Clusters.exact(rows, request);
      assertThat(found.rows()).isEqualTo(truth.rows());
      for (int i = 0; i < 10; i++) {
        assertThat(found.distance(i)).isCloseTo(truth.distance(i), offset(1e-5));
      }
    }
  }

  @Test
  void allRowsComeBackWhenAllAreWanted() {
    Clusters clusters = new Clusters(5, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 6000);
    HnswIndex index =
        HnswIndex.build(spec("hnsw(m=4,ef_construction=20)"), rows, BuildOptions.threads(2));
    for (int k : new int[] {1, 6000, 10_000}) {
      assertThat(
              Clusters.recall(rows, index.searcher(), clusters.queries(3), RowFilter.all(6000), k))
          .isGreaterThan(0.9);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 17})
  void anIndexOfFewRowsIsExact(int count) {
    Clusters clusters = new Clusters(6, Encoding.FLOAT32, 8, 1);
    VectorRows rows = clusters.rows(Metric.L2, count);
    HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(2));
    assertThat(
            Clusters.recall(rows, index.searcher(), clusters.queries(5), RowFilter.all(count), 10))
        .isEqualTo(1);
  }

  @Test
  void equalRowsAllComeBack() {
    Clusters clusters = new Clusters(7, Encoding.FLOAT32, 16, 1);
    MemorySegment one = clusters.draw(1);
    MemorySegment memory = clusters.draw(5000);
    for (int row = 0; row < 5000; row += 2) {
      MemorySegment.copy(one, 0, memory, 64L * row, 64);
    }
    VectorRows rows = new VectorRows(Metric.L2, RowBlock.packed(memory, 16), 5000);
    HnswIndex index = HnswIndex.build(SPEC, rows, BuildOptions.threads(2));
    assertThat(
            Clusters.recall(
                rows, index.searcher(), new MemorySegment[] {one}, RowFilter.all(5000), 100))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "sq8", "rabitq,layout=compact,ef_search=200"})
  void rowsOfZerosAreAbsentUnderCosine(String quantizer) {
    Clusters clusters = new Clusters(8, Encoding.FLOAT32, 16, 1);
    MemorySegment memory = clusters.draw(5000);
    for (int row = 0; row < 5000; row += 3) {
      memory.asSlice(64L * row, 64).fill((byte) 0);
    }
    VectorRows rows = new VectorRows(Metric.COSINE, RowBlock.packed(memory, 16), 5000);
    HnswIndex index =
        HnswIndex.build(
            spec("hnsw(m=8,ef_construction=60,quantizer=" + quantizer + ")"),
            rows,
            BuildOptions.threads(2));
    for (int k : new int[] {10, 5000}) {
      assertThat(
              Clusters.recall(rows, index.searcher(), clusters.queries(5), RowFilter.all(5000), k))
          .isGreaterThan(0.95);
    }
    Neighbors found = new Neighbors();
    MemorySegment zero = clusters.draw(1).fill((byte) 0);
    index.searcher().search(SearchRequest.of(zero, 10, 5000), found);
    assertThat(found.size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "sq8", "rabitq,layout=compact,ef_search=200"})
  void aRadiusBoundsWhatComesBack(String quantizer) {
    Clusters clusters = new Clusters(9, Encoding.FLOAT32, 24, 1);
    VectorRows rows = clusters.rows(Metric.L2, 8000);
    HnswIndex index =
        HnswIndex.build(
            spec("hnsw(m=16,ef_construction=100,quantizer=" + quantizer + ")"),
            rows,
            BuildOptions.threads(2));
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    int hits = 0;
    int all = 0;
    for (MemorySegment query : clusters.queries(20)) {
      for (double radius : new double[] {0.5, 2, 2.5, 3, 100}) {
        SearchRequest request = SearchRequest.of(query, 500, 8000).withRadius(radius);
        searcher.search(request, found);
        Neighbors truth = Clusters.exact(rows, request);
        assertThat(found.size()).isLessThanOrEqualTo(truth.size());
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.distance(i)).isLessThanOrEqualTo(radius);
        }
        hits += found.size();
        all += truth.size();
      }
    }
    assertThat((double) hits / all).isGreaterThan(0.95);
  }

  @Test
  void oneThreadBuildsTheSameForASeed() {
    Clusters clusters = new Clusters(10, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 2000);
    byte[] first = written(HnswIndex.build(SPEC, rows, BuildOptions.threads(1).withSeed(5)));
    byte[] second = written(HnswIndex.build(SPEC, rows, BuildOptions.threads(1).withSeed(5)));
    byte[] other = written(HnswIndex.build(SPEC, rows, BuildOptions.threads(1).withSeed(6)));
    assertThat(second).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  private static byte[] written(HnswIndex index) {
    MemorySegment form = java.lang.foreign.Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    return form.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  @Test
  void aCancelledBuildAndACancelledSearchThrow() {
    Clusters clusters = new Clusters(11, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 6000);
    assertThatThrownBy(
            () -> HnswIndex.build(SPEC, rows, BuildOptions.threads(2).withCancelled(() -> true)))
        .isInstanceOf(CancellationException.class);
    HnswIndex index =
        HnswIndex.build(spec("hnsw(m=8,ef_construction=20)"), rows, BuildOptions.threads(2));
    SearchRequest request = SearchRequest.of(clusters.draw(1), 300, 6000).withCancelled(() -> true);
    VectorSearcher searcher = index.searcher();
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(CancellationException.class);
    RowFilter some = RowFilter.matching(6000, row -> row % 3 == 0);
    assertThatThrownBy(() -> searcher.search(request.withFilter(some), new Neighbors()))
        .isInstanceOf(CancellationException.class);
    assertThat(Clusters.recall(rows, searcher, clusters.queries(5), RowFilter.all(6000), 10))
        .isGreaterThan(0.8);
  }

  @Test
  void aBuildTellsItsProgressAndKeepsToItsMemory() {
    Clusters clusters = new Clusters(12, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 2000);
    List<Double> parts = new ArrayList<>();
    var _ = HnswIndex.build(SPEC, rows, BuildOptions.threads(1).withProgress(parts::add));
    assertThat(parts).isSorted();
    assertThat(parts.getLast()).isCloseTo(1, offset(1e-9));
    assertThatThrownBy(
            () -> HnswIndex.build(SPEC, rows, BuildOptions.threads(1).withMemory(100_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("100000 are allowed");
  }

  @Test
  void graphsOfUndefinedDistancesAreRefused() {
    Clusters clusters = new Clusters(13, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L1, 10);
    assertThatThrownBy(() -> HnswIndex.build(SPEC, rows, BuildOptions.threads(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
