package io.quiver.vector.index.flat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exact search against sorting all distances. */
class FlatIndexTest {
  private static final int ROWS = 2500;
  private static final int DIMENSION = 24;
  private static final BuildOptions ONE_THREAD = BuildOptions.threads(1);

  static Stream<Arguments> spaces() {
    return Stream.of(Encoding.values())
        .flatMap(encoding ->
            Stream.of(Metric.values())
                .filter(encoding::has)
                .map(metric -> Arguments.of(metric, encoding)));
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void returnsWhatSortingReturns(Metric metric, Encoding encoding) {
    VectorRows rows = rows(metric, encoding, ROWS, 1);
    VectorSearcher searcher = flat(rows).searcher();
    Neighbors found = new Neighbors();
    for (int query = 0; query < 4; query++) {
      MemorySegment wanted = rows(metric, encoding, 1, 100 + query).row(0);
      double radius = radius(rows, wanted);
      for (int k : new int[] {1, 10, 300, ROWS + 7}) {
        for (RowFilter filter : filters(query)) {
          SearchRequest request =
              SearchRequest.of(wanted, k, ROWS).withFilter(filter).withRadius(radius);
          searcher.search(request, found);
          assertSame(found, expected(rows, request), metric + " " + encoding + " " + query);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("spaces")
  void batchesReturnWhatSingleSearchesReturn(Metric metric, Encoding encoding) {
    VectorRows rows = rows(metric, encoding, ROWS, 2);
    List<SearchRequest> requests = new ArrayList<>();
    List<Neighbors> found = new ArrayList<>();
    for (int query = 0; query < 30; query++) {
      MemorySegment wanted = rows(metric, encoding, 1, 200 + query).row(0);
      List<RowFilter> filters = filters(query);
      requests.add(
          SearchRequest.of(wanted, 1 + query, ROWS)
              .withFilter(filters.get(query % filters.size())));
      found.add(new Neighbors());
    }
    flat(rows).searcher().search(requests, found);
    for (int query = 0; query < requests.size(); query++) {
      assertSame(found.get(query), expected(rows, requests.get(query)), "query " + query);
    }
  }

  @Test
  void equalDistancesComeByRow() {
    MemorySegment memory = NativeMemory.allocate(64L * 1000);
    VectorRows rows =
        new VectorRows(Metric.L2, new RowBlock(memory, 0, 64, 4, Encoding.INT8), 1000);
    Neighbors found = new Neighbors();
    flat(rows).searcher().search(SearchRequest.of(rows.row(0), 7, 1000), found);
    assertThat(found.rows()).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void rowsWithoutDistanceNeverComeBack() {
    VectorRows rows = rows(Metric.COSINE, Encoding.FLOAT32, 300, 3);
    for (int row = 0; row < 300; row += 3) {
      rows.row(row).fill((byte) 0);
    }
    VectorSearcher searcher = flat(rows).searcher();
    Neighbors found = new Neighbors();
    searcher.search(SearchRequest.of(rows.row(1), 300, 300), found);
    assertThat(found.size()).isEqualTo(200);
    assertThat(IntStream.of(found.rows())).allMatch(row -> row % 3 != 0);
    searcher.search(SearchRequest.of(rows.row(0), 300, 300), found);
    assertThat(found.size()).isZero();
  }

  @Test
  void iteratorReturnsEveryRowOnce() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, ROWS, 4);
    SearchRequest request =
        SearchRequest.of(rows.row(5), 100, ROWS)
            .withFilter(RowFilter.matching(ROWS, row -> row % 2 == 1));
    NeighborIterator iterator = flat(rows).searcher().iterator(request);
    List<Integer> all = new ArrayList<>();
    Neighbors batch = new Neighbors();
    while (iterator.next(batch)) {
      IntStream.of(batch.rows()).forEach(all::add);
    }
    int[] wanted = expected(rows, request.withK(ROWS)).stream().mapToInt(Found::row).toArray();
    assertThat(all.stream().mapToInt(Integer::intValue).toArray()).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void cancelStopsBetweenBlocks(int asks) {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 20_000, 5);
    AtomicInteger asked = new AtomicInteger();
    SearchRequest request =
        SearchRequest.of(rows.row(0), 10, 20_000)
            .withCancelled(() -> asked.incrementAndGet() == asks);
    VectorSearcher searcher = flat(rows).searcher();
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(CancellationException.class);
    assertThat(asked).hasValue(asks);
    Neighbors found = new Neighbors();
    searcher.search(SearchRequest.of(rows.row(9), 1, 20_000), found);
    assertThat(found.rows()).containsExactly(9);
  }

  @Test
  void writtenFormOpensOverItsRowsAlone() {
    VectorRows rows = rows(Metric.L1, Encoding.FLOAT16, 100, 6);
    VectorIndex index = Indexes.build(IndexSpec.parse("flat"), rows, ONE_THREAD);
    MemorySegment form = NativeMemory.allocate(index.formBytes());
    index.write(form);
    VectorIndex opened = Indexes.open(form.asSlice(0, index.formBytes()), rows);
    assertThat(opened.spec()).isEqualTo(new IndexSpec.Flat());
    assertThat(opened.memoryBytes()).isEqualTo(100L * 64);
    Neighbors found = new Neighbors();
    opened.searcher().search(SearchRequest.of(rows.row(42), 1, 100), found);
    assertThat(found.rows()).containsExactly(42);

    VectorRows fewer = rows(Metric.L1, Encoding.FLOAT16, 99, 6);
    assertThatThrownBy(() -> Indexes.open(form, fewer)).isInstanceOf(DamagedIndexException.class);
    form.set(JAVA_BYTE, 17, (byte) 1);
    assertThatThrownBy(() -> Indexes.open(form, rows)).isInstanceOf(DamagedIndexException.class);
  }

  @Test
  void filterOfOtherRowsIsRefused() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 100, 7);
    VectorSearcher searcher = flat(rows).searcher();
    SearchRequest request = SearchRequest.of(rows.row(0), 1, 101);
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a filter of 101 rows, the index has 100");
  }

  @Test
  void noRowsAreFoundAmongNone() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 1, 8);
    VectorRows none = new VectorRows(Metric.L2, rows.block(), 0);
    Neighbors found = new Neighbors();
    found.add(1, 1);
    flat(none).searcher().search(SearchRequest.of(rows.row(0), 5, 0), found);
    assertThat(found.size()).isZero();
  }

  private record Found(int row, double distance) {}

  private static void assertSame(Neighbors found, List<Found> expected, String what) {
    assertThat(found.size()).as(what).isEqualTo(expected.size());
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.distance(i)).as(what).isEqualTo(expected.get(i).distance);
      assertThat(found.row(i)).as(what).isEqualTo(expected.get(i).row);
    }
  }

  /** By the kernels that search now, so that the last digits agree. */
  private static List<Found> expected(VectorRows rows, SearchRequest request) {
    double[] distances = new double[rows.count()];
    DistanceKernels.get(rows.encoding())
        .distances(rows.metric(), request.query(), rows.block(), rows.count(), distances);
    return IntStream.range(0, rows.count())
        .filter(request.filter()::passes)
        .mapToObj(row -> new Found(row, distances[row]))
        .filter(found -> found.distance <= request.radius())
        .sorted(Comparator.comparingDouble(Found::distance).thenComparingInt(Found::row))
        .limit(request.k())
        .toList();
  }

  /** The median distance, so that about half of the rows lie within. */
  private static double radius(VectorRows rows, MemorySegment query) {
    List<Found> all = expected(rows, SearchRequest.of(query, rows.count(), rows.count()));
    return all.get(all.size() / 2).distance;
  }

  private static List<RowFilter> filters(int seed) {
    Random random = new Random(seed);
    boolean[] few = new boolean[ROWS];
    boolean[] many = new boolean[ROWS];
    for (int row = 0; row < ROWS; row++) {
      few[row] = random.nextInt(100) == 0;
      many[row] = random.nextInt(10) != 0;
    }
    return List.of(
        RowFilter.all(ROWS),
        RowFilter.matching(ROWS, row -> few[row]),
        RowFilter.matching(ROWS, row -> many[row]),
        RowFilter.matching(ROWS, row -> row >= 640 && row < 1344),
        RowFilter.matching(ROWS, row -> row >= 1000),
        RowFilter.matching(ROWS, row -> false));
  }

  private static VectorIndex flat(VectorRows rows) {
    return Indexes.build(new IndexSpec.Flat(), rows, ONE_THREAD);
  }

  /** Small whole numbers, exact in every encoding, so that equal distances are common. */
  private static VectorRows rows(Metric metric, Encoding encoding, int count, long seed) {
    Random random = new Random(seed);
    long stride = NativeMemory.align(encoding.bytes(DIMENSION));
    MemorySegment memory = NativeMemory.allocate(stride * count);
    for (int row = 0; row < count; row++) {
      for (int i = 0; i < DIMENSION; i++) {
        int value = random.nextInt(-4, 5);
        long at = row * stride;
        switch (encoding) {
          case FLOAT32 -> memory.set(JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
          case FLOAT16 -> setShort(memory, at + 2L * i, Float.floatToFloat16(value));
          case BFLOAT16 ->
              setShort(memory, at + 2L * i, (short) (Float.floatToIntBits(value) >> 16));
          case INT8 -> memory.set(JAVA_BYTE, at + i, (byte) value);
          case BINARY -> {
            long place = at + (i >> 3);
            int bit = value > 0 ? 0x80 >> (i & 7) : 0;
            memory.set(JAVA_BYTE, place, (byte) (memory.get(JAVA_BYTE, place) | bit));
          }
        }
      }
    }
    return new VectorRows(metric, new RowBlock(memory, 0, stride, DIMENSION, encoding), count);
  }

  private static void setShort(MemorySegment memory, long at, short value) {
    memory.set(JAVA_SHORT_UNALIGNED, at, value);
  }
}
