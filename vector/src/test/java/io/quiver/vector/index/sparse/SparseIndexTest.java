package io.quiver.vector.index.sparse;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sparse search against sorting all inner products. */
class SparseIndexTest {
  private static final int ROWS = 3000;
  private static final int DIMENSIONS = 2000;
  private static final BuildOptions ONE_THREAD = BuildOptions.threads(1);

  @ParameterizedTest
  @CsvSource({"1,0", "2,0", "3,0.2", "4,1"})
  void returnsWhatSortingReturns(long seed, double negative) {
    Random random = new Random(seed);
    List<SortedMap<Integer, Float>> vectors = vectors(random, ROWS, 40, negative);
    SparseRows rows = rows(vectors);
    SparseIndex index = SparseIndex.build(rows, ONE_THREAD);
    SparseSearcher withTable = index.searcher();
    SparseSearcher withoutTable = index.searcher(0);
    Neighbors found = new Neighbors();
    for (int query = 0; query < 30; query++) {
      SparseSearcher searcher = query % 2 == 0 ? withTable : withoutTable;
      SparseRequest all = request(vectors(random, 1, 1 + 3 * query, negative).getFirst(), 1, rows);
      int skip = random.nextInt(2, 60);
      List<RowFilter> filters =
          List.of(
              RowFilter.all(ROWS),
              RowFilter.matching(ROWS, row -> row % skip == 0),
              RowFilter.matching(ROWS, row -> row >= 640 && row < 700));
      for (RowFilter filter : filters) {
        for (int k : new int[] {1, 10, 200, ROWS + 1}) {
          for (double radius : new double[] {Double.POSITIVE_INFINITY, 0, -3}) {
            SparseRequest request =
                new SparseRequest(all.dimensions(), all.weights(), k, radius, filter, () -> false);
            searcher.search(request, found);
            assertSame(found, expected(rows, request), "seed " + seed + " query " + query);
          }
        }
      }
    }
  }

  @Test
  void searchSkipsBlocksThatCannotHaveTheNearest() {
    Random random = new Random(5);
    List<SortedMap<Integer, Float>> vectors = vectors(random, ROWS, 40, 0);
    // One block has all that is near.
    for (int row = 1280; row < 1344; row++) {
      vectors.get(row).replaceAll((dimension, weight) -> 100 * weight);
    }
    SparseRows rows = rows(vectors);
    SparseSearcher searcher = SparseIndex.build(rows, ONE_THREAD).searcher();
    Neighbors found = new Neighbors();
    SortedMap<Integer, Float> query = new TreeMap<>(vectors.get(1300));
    searcher.search(request(query, 3, rows), found);
    assertThat(IntStream.of(found.rows())).allMatch(row -> row >= 1280 && row < 1344);
    assertThat(searcher.statistics().visited()).isLessThan(5);
    assertThat(searcher.statistics().distances()).isLessThan(64);
  }

  @Test
  void equalProductsComeByRow() {
    List<SortedMap<Integer, Float>> vectors = new ArrayList<>();
    for (int row = 0; row < 1000; row++) {
      vectors.add(new TreeMap<>(Map.of(7, 2f, 9 + row % 3, 1f)));
    }
    SparseRows rows = rows(vectors);
    Neighbors found = new Neighbors();
    SparseSearcher searcher = SparseIndex.build(rows, ONE_THREAD).searcher();
    searcher.search(request(new TreeMap<>(Map.of(7, 1f)), 5, rows), found);
    assertThat(found.rows()).containsExactly(0, 1, 2, 3, 4);
    searcher.search(request(new TreeMap<>(Map.of(8, 1f)), 3, rows), found);
    assertThat(found.rows()).containsExactly(0, 1, 2);
    assertThat(found.distance(2)).isZero();
    searcher.search(request(new TreeMap<>(), 3, rows), found);
    assertThat(found.rows()).containsExactly(0, 1, 2);
  }

  @ParameterizedTest
  @ValueSource(floats = {0x1p-146f, 1e-30f, 1e30f})
  void extremeWeightsLoseNoRow(float scale) {
    Random random = new Random(6);
    List<SortedMap<Integer, Float>> vectors = vectors(random, 500, 30, 0);
    vectors.forEach(vector -> vector.replaceAll((dimension, weight) -> scale * weight));
    SparseRows rows = rows(vectors);
    SparseSearcher searcher = SparseIndex.build(rows, ONE_THREAD).searcher();
    Neighbors found = new Neighbors();
    for (int query = 0; query < 20; query++) {
      SparseRequest request = request(vectors.get(query), 10, rows);
      searcher.search(request, found);
      assertSame(found, expected(rows, request), "query " + query);
    }
  }

  @Test
  void writtenFormAnswersAlikeAndDamageIsSeen() {
    Random random = new Random(7);
    List<SortedMap<Integer, Float>> vectors = vectors(random, 700, 20, 0);
    SparseRows rows = rows(vectors);
    SparseIndex index = SparseIndex.build(rows, ONE_THREAD);
    long bytes = index.formBytes();
    MemorySegment form = NativeMemory.allocate(bytes).asSlice(0, bytes);
    index.write(form);
    SparseSearcher searcher = SparseIndex.open(form, rows).searcher();
    Neighbors found = new Neighbors();
    for (int query = 0; query < 50; query++) {
      SparseRequest request = request(vectors.get(query), 10, rows);
      searcher.search(request, found);
      assertSame(found, expected(rows, request), "query " + query);
    }
    SparseRows others = rows(vectors(random, 699, 20, 0));
    assertThatThrownBy(() -> SparseIndex.open(form, others))
        .isInstanceOf(DamagedIndexException.class);
    for (int i = 0; i < 200; i++) {
      long at = i < 64 ? i : random.nextLong(bytes);
      byte before = form.get(JAVA_BYTE, at);
      form.set(JAVA_BYTE, at, (byte) (before ^ (1 << random.nextInt(8))));
      assertThatThrownBy(() -> SparseIndex.open(form, rows))
          .as("byte %d", at)
          .isInstanceOf(DamagedIndexException.class);
      form.set(JAVA_BYTE, at, before);
    }
    assertThatThrownBy(() -> SparseIndex.open(form.asSlice(0, 63), rows))
        .isInstanceOf(DamagedIndexException.class);
    assertThatThrownBy(() -> SparseIndex.open(form.asSlice(0, bytes - 1), rows))
        .isInstanceOf(DamagedIndexException.class);
  }

  @Test
  void cancelIsAsked() {
    SparseRows rows = rows(vectors(new Random(8), 200, 20, 0));
    SparseSearcher searcher = SparseIndex.build(rows, ONE_THREAD).searcher();
    SparseRequest request =
        SparseRequest.of(new int[] {1}, new float[] {1}, 10, 200).withCancelled(() -> true);
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(CancellationException.class);
    assertThatThrownBy(() -> SparseIndex.build(rows, ONE_THREAD.withCancelled(() -> true)))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void noRowsAreFoundAmongNone() {
    SparseRows rows = rows(List.of());
    Neighbors found = new Neighbors();
    SparseIndex.build(rows, ONE_THREAD)
        .searcher()
        .search(SparseRequest.of(new int[] {1}, new float[] {1}, 10, 0), found);
    assertThat(found.size()).isZero();
  }

  @Test
  void rowsAndQueriesOutOfOrderAreRefused() {
    SparseRows rows = rows(List.of(new TreeMap<>(Map.of(3, 1f, 5, 1f))));
    rows.dimensions().set(SparseRows.INT, 4, 3);
    assertThatThrownBy(() -> new SparseRows(1, rows.offsets(), rows.dimensions(), rows.weights()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0 has dimension 3 after 3");
    assertThatThrownBy(() -> SparseRequest.of(new int[] {2, 1}, new float[] {1, 1}, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SparseRequest.of(new int[] {2}, new float[] {Float.NaN}, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private record Found(int row, double distance) {}

  private static void assertSame(Neighbors found, List<Found> expected, String what) {
    assertThat(found.size()).as(what).isEqualTo(expected.size());
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.distance(i)).as(what).isEqualTo(expected.get(i).distance);
      assertThat(found.row(i)).as(what).isEqualTo(expected.get(i).row);
    }
  }

  private static List<Found> expected(SparseRows rows, SparseRequest request) {
    return IntStream.range(0, rows.count())
        .filter(request.filter()::passes)
        .mapToObj(row -> new Found(row, distance(rows, row, request)))
        .filter(found -> found.distance <= request.radius())
        .sorted(Comparator.comparingDouble(Found::distance).thenComparingInt(Found::row))
        .limit(request.k())
        .toList();
  }

  private static double distance(SparseRows rows, int row, SparseRequest request) {
    double sum = 0;
    for (int i = 0; i < request.dimensions().length; i++) {
      for (long at = rows.start(row); at < rows.start(row + 1); at++) {
        if (rows.dimension(at) == request.dimensions()[i]) {
          sum += (double) request.weights()[i] * rows.weight(at);
        }
      }
    }
    return 0 - sum;
  }

  private static SparseRequest request(SortedMap<Integer, Float> query, int k, SparseRows rows) {
    int[] dimensions = new int[query.size()];
    float[] weights = new float[query.size()];
    int at = 0;
    for (Map.Entry<Integer, Float> element : query.entrySet()) {
      dimensions[at] = element.getKey();
      weights[at++] = element.getValue();
    }
    return SparseRequest.of(dimensions, weights, k, rows.count());
  }

  /** Low dimensions are common, as words are; some rows are empty, and some weights are zero. */
  private static List<SortedMap<Integer, Float>> vectors(
      Random random, int count, int elements, double negative) {
    List<SortedMap<Integer, Float>> vectors = new ArrayList<>();
    for (int row = 0; row < count; row++) {
      SortedMap<Integer, Float> vector = new TreeMap<>();
      for (int i = random.nextInt(elements + 1); i > 0; i--) {
        int dimension = (int) (DIMENSIONS * Math.pow(random.nextDouble(), 3));
        float weight = random.nextInt(20) == 0 ? 0 : random.nextInt(1, 9) / 4f;
        vector.put(dimension, random.nextDouble() < negative ? -weight : weight);
      }
      vectors.add(vector);
    }
    return vectors;
  }

  private static SparseRows rows(List<SortedMap<Integer, Float>> vectors) {
    long elements = vectors.stream().mapToLong(Map::size).sum();
    MemorySegment offsets = NativeMemory.allocate(8L * (vectors.size() + 1));
    MemorySegment dimensions = NativeMemory.allocate(4 * elements);
    MemorySegment weights = NativeMemory.allocate(4 * elements);
    long at = 0;
    for (int row = 0; row < vectors.size(); row++) {
      for (var element : vectors.get(row).entrySet()) {
        dimensions.set(SparseRows.INT, 4 * at, element.getKey());
        weights.set(SparseRows.FLOAT, 4 * at, element.getValue());
        at++;
      }
      offsets.set(SparseRows.LONG, 8L * (row + 1), at);
    }
    return new SparseRows(vectors.size(), offsets, dimensions, weights);
  }
}
