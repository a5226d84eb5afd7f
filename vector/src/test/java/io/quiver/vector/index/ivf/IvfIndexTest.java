package io.quiver.vector.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IvfIndexTest {
  private static final String FLAT = "ivf_flat(lists=60,probes=20)";

  private static IvfIndex build(String spec, TestRows data) {
    return (IvfIndex) Indexes.build(IndexSpec.parse(spec), data.rows, BuildOptions.threads(1));
  }

  private static double recall(VectorIndex index, TestRows data, IntPredicate filter) {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    RowFilter rows = RowFilter.matching(data.rows.count(), filter);
    double sum = 0;
    for (MemorySegment query : data.queries) {
      SearchRequest request = SearchRequest.of(query, 10, data.rows.count());
      searcher.search(request.withFilter(rows), found);
      int[] expected = data.nearest(query, 10, filter);
      assertThat(found.size()).isEqualTo(expected.length);
      assertThat(Arrays.stream(found.rows()).distinct().count()).isEqualTo(found.size());
      for (int i = 0; i < found.size(); i++) {
        assertThat(filter.test(found.row(i))).isTrue();
        double distance = data.distance(query, found.row(i));
        assertThat(found.distance(i)).isCloseTo(distance, within(1e-4 * (1 + Math.abs(distance))));
        if (i > 0) {
          assertThat(found.distance(i)).isGreaterThanOrEqualTo(found.distance(i - 1));
        }
      }
      sum += TestRows.recall(expected, found.rows());
    }
    return sum / data.queries.length;
  }

  @ParameterizedTest
  @CsvSource({
    "ivf_flat, L2, FLOAT32",
    "ivf_flat, COSINE, FLOAT16",
    "ivf_flat, NEGATIVE_INNER_PRODUCT, INT8",
    "ivf_flat, L2_SQUARED, BFLOAT16",
    "ivf_flat, COSINE, FLOAT32",
    "ivf_flat, NEGATIVE_INNER_PRODUCT, FLOAT32",
    "ivf_rabitq, L2, FLOAT32",
    "ivf_rabitq, COSINE, BFLOAT16",
    "ivf_rabitq, NEGATIVE_INNER_PRODUCT, FLOAT16",
    "ivf_rabitq, L2_SQUARED, INT8",
    "ivf_sq8, L2, FLOAT32",
    "ivf_sq8, COSINE, INT8",
    "ivf_sq8, NEGATIVE_INNER_PRODUCT, FLOAT16",
    "ivf_pq, L2, FLOAT32",
    "ivf_pq, COSINE, FLOAT16",
    "ivf_pq, NEGATIVE_INNER_PRODUCT, BFLOAT16",
  })
  void findsTheNearest(String kind, Metric metric, Encoding encoding) {
    TestRows data = new TestRows(metric, encoding, 4000, 48, 1);
    assertThat(recall(build(kind + "(lists=60,probes=20)", data), data, row -> true))
        .isGreaterThan(0.97);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_rabitq", "ivf_sq8", "ivf_pq"})
  void findsTheGreatestProductsOfRowsWhoseLengthsVaryTenfold(String kind) {
    TestRows data = new TestRows(Metric.NEGATIVE_INNER_PRODUCT, Encoding.FLOAT32, 4000, 32, 10);
    assertThat(recall(build(kind + "(lists=60,probes=20)", data), data, row -> true))
        .isGreaterThan(0.95);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void furtherBitsNeedFewerExactDistances(int bits) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 3000, 70, 1);
    IvfIndex index = build("ivf_rabitq(lists=40,probes=20,bits=" + bits + ")", data);
    assertThat(recall(index, data, row -> true)).isGreaterThan(0.97);
    VectorSearcher searcher = index.searcher();
    long distances = 0;
    for (MemorySegment query : data.queries) {
      searcher.search(SearchRequest.of(query, 10, 3000), new Neighbors());
      distances += searcher.statistics().distances();
    }
    assertThat(distances / data.queries.length).isLessThan(bits == 1 ? 200 : bits == 2 ? 80 : 45);
  }

  @ParameterizedTest
  @CsvSource({
    "ivf_flat, 0.0005",
    "ivf_flat, 0.3",
    "ivf_flat, 0.9",
    "ivf_rabitq, 0.0005",
    "ivf_rabitq, 0.02",
    "ivf_rabitq, 0.1",
    "ivf_rabitq, 0.5",
    "ivf_rabitq, 0.99",
    "ivf_sq8, 0.2",
    "ivf_pq, 0.2",
  })
  void filteredSearchKeepsItsRecall(String kind, double part) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 20_000, 24, 1);
    IvfIndex index = build(kind + "(probes=24)", data);
    SplittableRandom random = new SplittableRandom(5);
    boolean[] passes = new boolean[20_000];
    for (int i = 0; i < passes.length; i++) {
      passes[i] = random.nextDouble() < part;
    }
    assertThat(recall(index, data, row -> passes[row])).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @CsvSource({
    "ivf_flat, 0.3",
    "ivf_rabitq, 0.1",
    "ivf_rabitq, 0.3",
    "ivf_rabitq, 0.7",
    "ivf_sq8, 0.3",
    "ivf_pq, 0.3",
  })
  void filtersAgainstTheQueryKeepTheirRecall(String kind, double part) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 20_000, 24, 1);
    IvfIndex index = build(kind + "(probes=24)", data);
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    double near = 0;
    double far = 0;
    for (int q = 0; q < 20; q++) {
      MemorySegment query = data.queries[q];
      int[] order = data.nearest(query, 20_000, row -> true);
      int passing = (int) (part * order.length);
      near += filteredRecall(searcher, query, Arrays.copyOf(order, passing), found);
      far +=
          filteredRecall(
              searcher, query, Arrays.copyOfRange(order, order.length - passing, 20_000), found);
    }
    assertThat(near / 20).isGreaterThan(0.95);
    assertThat(far / 20).isGreaterThan(0.95);
  }

  private static double filteredRecall(
      VectorSearcher searcher, MemorySegment query, int[] passing, Neighbors found) {
    Set<Integer> set = new HashSet<>();
    Arrays.stream(passing).forEach(set::add);
    RowFilter filter = RowFilter.matching(20_000, set::contains);
    searcher.search(SearchRequest.of(query, 10, 20_000).withFilter(filter), found);
    assertThat(found.size()).isEqualTo(10);
    assertThat(set).containsAll(Arrays.stream(found.rows()).boxed().toList());
    return TestRows.recall(Arrays.copyOf(passing, 10), found.rows());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_sq8", "ivf_pq", "ivf_rabitq", "ivf_rabitq(bits=4)"})
  void searchesThatShareTheirScansAnswerAsSingleOnes(String kind) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 3000, 24, 1);
    IvfIndex index = build(kind, data);
    List<SearchRequest> requests = new ArrayList<>();
    List<Neighbors> found = new ArrayList<>();
    for (int i = 0; i < data.queries.length; i++) {
      SearchRequest request =
          SearchRequest.of(data.queries[i], i == 7 ? 2900 : 10, 3000).withEffort(Effort.of(1 + i));
      RowFilter filter = RowFilter.matching(3000, row -> row % 2 == 0);
      requests.add(i % 20 == 19 ? request.withFilter(filter) : request);
      found.add(new Neighbors());
    }
    new IvfSearcher(index, 0).search(requests, found);
    Neighbors alone = new Neighbors();
    double sum = 0;
    for (int i = 0; i < requests.size(); i++) {
      index.searcher().search(requests.get(i), alone);
      assertThat(found.get(i).size()).isEqualTo(alone.size());
      sum += TestRows.recall(alone.rows(), found.get(i).rows());
    }
    assertThat(sum / requests.size()).isGreaterThan(0.98);
  }

  @Test
  void moreRowsThanAFewListsHoldComeBack() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 1000, 16, 1);
    VectorSearcher searcher = build("ivf_rabitq(lists=30,probes=1)", data).searcher();
    Neighbors found = new Neighbors();
    searcher.search(SearchRequest.of(data.queries[0], 900, 1000), found);
    assertThat(found.size()).isEqualTo(900);
    searcher.search(SearchRequest.of(data.queries[0], 5000, 1000), found);
    assertThat(found.size()).isEqualTo(1000);
    assertThat(Arrays.stream(found.rows()).distinct().count()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_rabitq"})
  void radiusBoundsTheDistance(String kind) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 3000, 24, 1);
    VectorSearcher searcher = build(kind + "(lists=40,probes=10)", data).searcher();
    Neighbors found = new Neighbors();
    double sum = 0;
    for (MemorySegment query : data.queries) {
      int[] near = data.nearest(query, 30, row -> true);
      double radius = data.distance(query, near[29]) * 1.0001;
      searcher.search(SearchRequest.of(query, 100, 3000).withRadius(radius), found);
      for (int i = 0; i < found.size(); i++) {
        assertThat(found.distance(i)).isLessThanOrEqualTo(radius);
      }
      sum += TestRows.recall(near, found.rows());
    }
    assertThat(sum / data.queries.length).isGreaterThan(0.99);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_sq8", "ivf_pq", "ivf_rabitq", "ivf_rabitq(bits=3)"})
  void iteratorGivesEveryRowOnceAndNearOnesFirst(String kind) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 1500, 24, 1);
    RowFilter filter = RowFilter.matching(1500, row -> row % 3 != 0);
    MemorySegment query = data.queries[0];
    NeighborIterator iterator =
        build(kind, data).searcher().iterator(SearchRequest.of(query, 50, 1500).withFilter(filter));
    List<Integer> rows = new ArrayList<>();
    Neighbors batch = new Neighbors();
    while (iterator.next(batch)) {
      assertThat(batch.size()).isLessThanOrEqualTo(50);
      Arrays.stream(batch.rows()).forEach(rows::add);
    }
    assertThat(rows).hasSize(1000).doesNotHaveDuplicates().allMatch(row -> row % 3 != 0);
    int[] expected = data.nearest(query, 200, row -> row % 3 != 0);
    int[] first = rows.subList(0, 200).stream().mapToInt(Integer::intValue).toArray();
    assertThat(TestRows.recall(expected, first)).isGreaterThan(0.85);
  }

  @Test
  void cancelledSearchAndBuildThrow() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 500, 16, 1);
    VectorSearcher searcher = build("ivf_rabitq", data).searcher();
    SearchRequest request = SearchRequest.of(data.queries[0], 10, 500).withCancelled(() -> true);
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(CancellationException.class);
    BuildOptions cancelled = BuildOptions.threads(1).withCancelled(() -> true);
    assertThatThrownBy(() -> Indexes.build(IndexSpec.parse(FLAT), data.rows, cancelled))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void buildTellsItsProgressAndKeepsToItsMemory() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 2000, 16, 1);
    List<Double> parts = new ArrayList<>();
    Indexes.build(
        IndexSpec.parse(FLAT), data.rows, BuildOptions.threads(1).withProgress(parts::add));
    assertThat(parts).isSorted().last().satisfies(last -> assertThat(last).isGreaterThan(0.98));
    assertThatThrownBy(() ->
            Indexes.build(
                IndexSpec.parse(FLAT), data.rows, BuildOptions.threads(1).withMemory(1000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it may take 1000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_rabitq(lists=20)", "ivf_rabitq(lists=20,bits=5)"})
  void writtenFormIsTheSameEachTimeAndAnswersTheSame(String spec) {
    TestRows data = new TestRows(Metric.COSINE, Encoding.FLOAT32, 1500, 40, 1);
    IvfIndex index = build(spec, data);
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    MemorySegment again = Arena.ofAuto().allocate(index.formBytes(), 4096);
    build(spec, data).write(again);
    assertThat(form.mismatch(again)).isEqualTo(-1);
    VectorIndex opened = Indexes.open(form, data.rows);
    assertThat(opened.spec()).isEqualTo(index.spec());
    assertThat(((IndexSpec.Ivf) opened.spec()).lists()).isPositive();
    Neighbors a = new Neighbors();
    Neighbors b = new Neighbors();
    for (MemorySegment query : data.queries) {
      SearchRequest request = SearchRequest.of(query, 10, 1500);
      index.searcher().search(request, a);
      opened.searcher().search(request, b);
      assertThat(b.rows()).isEqualTo(a.rows());
    }
  }

  @Test
  void damageIsFound() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 500, 16, 1);
    IvfIndex index = build("ivf_rabitq(lists=8)", data);
    long bytes = index.formBytes();
    SplittableRandom random = new SplittableRandom(7);
    MemorySegment whole = Arena.ofAuto().allocate(bytes, 4096);
    index.write(whole);
    for (int i = 0; i < 200; i++) {
      MemorySegment form = Arena.ofAuto().allocate(bytes, 4096);
      form.copyFrom(whole);
      long at = random.nextLong(bytes);
      byte before = form.get(ValueLayout.JAVA_BYTE, at);
      form.set(ValueLayout.JAVA_BYTE, at, (byte) (before ^ 1 << random.nextInt(8)));
      try {
        // What lies between sections is nobody's.
        assertThat(Indexes.open(form, data.rows).spec()).isEqualTo(index.spec());
      } catch (DamagedIndexException e) {
        assertThat(e).hasMessageContaining("damaged");
      }
    }
  }

  @Test
  void effortByRecallProbesMoreForMore() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 20_000, 32, 1);
    IvfIndex index = build("ivf_rabitq", data);
    assertThat(index.efforts().effort(0.99, 10)).isGreaterThan(index.efforts().effort(0.8, 10));
    assertThat(index.efforts().effort(0.95, 100)).isGreaterThan(index.efforts().effort(0.95, 10));
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    for (int k : new int[] {1, 3, 10, 40, 100, 200}) {
      double sum = 0;
      for (MemorySegment query : data.queries) {
        searcher.search(SearchRequest.of(query, k, 20_000).withEffort(Effort.recall(0.95)), found);
        sum += TestRows.recall(data.nearest(query, k, row -> true), found.rows());
      }
      // Of 50 queries for the one nearest, each that misses it counts for two in a hundred.
      assertThat(sum / data.queries.length)
          .as("of the %d nearest", k)
          .isGreaterThan(k == 1 ? 0.87 : 0.93);
    }
  }
}
