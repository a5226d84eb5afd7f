package io.quiver.vector.index.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches on disk that go on, against brute force. */
class ContinuedDiskWalkTest {
  private static final int ROWS = 6_000;
  private static final int QUERIES = 5;
  private static final int DIMENSION = 32;
  private static final IndexSpec.DiskAnn SPEC =
      (IndexSpec.DiskAnn) IndexSpec.parse("diskann(degree=24,ef_construction=80,ef_search=100)");

  /** Points around 30 centres; the queries come behind the rows. */
  private static VectorRows rows(Metric metric, long seed) {
    Random random = new Random(seed);
    float[] centres = new float[30 * DIMENSION];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) random.nextGaussian();
    }
    int count = ROWS + QUERIES;
    MemorySegment memory = NativeMemory.allocate(4L * DIMENSION * count);
    for (int row = 0; row < count; row++) {
      int centre = random.nextInt(30);
      for (int i = 0; i < DIMENSION; i++) {
        float value = centres[centre * DIMENSION + i] + 0.7f * (float) random.nextGaussian();
        memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) row * DIMENSION + i, value);
      }
    }
    return new VectorRows(metric, RowBlock.packed(memory, DIMENSION, Encoding.FLOAT32), ROWS);
  }

  private static MemorySegment query(VectorRows rows, int i) {
    return rows.block().memory().asSlice(rows.block().position(ROWS + i), 4L * DIMENSION);
  }

  private static DiskAnnIndex built(VectorRows rows) {
    return DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(2));
  }

  private static List<Integer> all(NeighborIterator iterator, int k) {
    List<Integer> rows = new ArrayList<>();
    BitSet seen = new BitSet();
    Neighbors batch = new Neighbors();
    boolean full = true;
    while (iterator.next(batch)) {
      assertThat(full).as("a batch that is not full is the last").isTrue();
      full = batch.size() == k;
      for (int i = 0; i < batch.size(); i++) {
        assertThat(seen.get(batch.row(i))).as("row %s came before", batch.row(i)).isFalse();
        assertThat(i == 0 || batch.distance(i) >= batch.distance(i - 1)).isTrue();
        seen.set(batch.row(i));
        rows.add(batch.row(i));
      }
    }
    assertThat(iterator.next(batch)).isFalse();
    assertThat(batch.size()).isZero();
    return rows;
  }

  private static double recall(List<Integer> found, Neighbors truth, int k) {
    BitSet near = new BitSet();
    for (int i = 0; i < k; i++) {
      near.set(truth.row(i));
    }
    return found.subList(0, k).stream().filter(near::get).count() / (double) k;
  }

  @ParameterizedTest
  @EnumSource(names = {"L2", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void everyRowComesOnceInAboutItsOrder(Metric metric) {
    VectorRows rows = rows(metric, 1);
    DiskAnnIndex index = built(rows);
    for (int every : new int[] {1, 7}) {
      RowFilter filter = RowFilter.matching(ROWS, row -> row % every == 0);
      double[] recalls = new double[3];
      for (int i = 0; i < QUERIES; i++) {
        int effort = metric == Metric.NEGATIVE_INNER_PRODUCT ? 300 : 100;
        SearchRequest request =
            SearchRequest.of(query(rows, i), 10, ROWS)
                .withFilter(filter)
                .withEffort(Effort.of(effort));
        List<Integer> found = all(index.searcher().iterator(request), 10);
        assertThat(found).hasSize(filter.count()).allMatch(filter::passes);
        Neighbors truth = new Neighbors();
        new FlatIndex(rows).searcher().search(request.withK(ROWS), truth);
        recalls[0] += recall(found, truth, 10) / QUERIES;
        recalls[1] += recall(found, truth, 100) / QUERIES;
        recalls[2] += recall(found, truth, Math.min(1000, filter.count())) / QUERIES;
      }
      assertThat(Arrays.stream(recalls).min().getAsDouble())
          .as("every %s: %s", every, Arrays.toString(recalls))
          .isGreaterThanOrEqualTo(metric == Metric.NEGATIVE_INNER_PRODUCT ? 0.85 : 0.95);
    }
  }

  @Test
  void aBatchDoesNotRepeatTheWorkOfThoseBefore() {
    VectorRows rows = rows(Metric.L2, 2);
    VectorSearcher searcher = built(rows).searcher();
    Neighbors batch = new Neighbors();
    for (int i = 0; i < QUERIES; i++) {
      SearchRequest request = SearchRequest.of(query(rows, i), 10, ROWS);
      NeighborIterator iterator = searcher.iterator(request);
      for (int n = 0; n < 60; n++) {
        assertThat(iterator.next(batch)).isTrue();
      }
      assertThat(searcher.statistics().plan()).isEqualTo("graph");
      // So many candidates a search for these rows would keep.
      assertThat(searcher.statistics().visited()).isLessThan(13 * (900 + 100) / 10);
      assertThat(searcher.statistics().distances()).isLessThan(1000);
    }
  }

  @Test
  void rowsThatNoLinksLeadToComeTooAndZeroVectorsDoNot() {
    VectorRows rows = rows(Metric.COSINE, 3);
    MemorySegment memory = rows.block().memory();
    for (int row = 1; row < ROWS; row++) {
      if (row % 3 == 1) {
        MemorySegment.copy(memory, 0, memory, 4L * DIMENSION * row, 4L * DIMENSION);
      } else if (row % 300 == 2) {
        memory.asSlice(4L * DIMENSION * row, 4L * DIMENSION).fill((byte) 0);
      }
    }
    DiskAnnIndex index = built(rows);
    for (int i = 0; i < 3; i++) {
      SearchRequest request = SearchRequest.of(query(rows, i), 37, ROWS);
      assertThat(all(index.searcher().iterator(request), 37))
          .hasSize(ROWS - 20)
          .noneMatch(row -> row % 300 == 2);
    }
    SearchRequest zero = SearchRequest.of(rows.row(2), 10, ROWS);
    assertThat(all(index.searcher().iterator(zero), 10)).isEmpty();
  }

  @Test
  void staysWithinARadiusAndCanBeCancelled() {
    VectorRows rows = rows(Metric.L2, 4);
    DiskAnnIndex index = built(rows);
    SearchRequest request = SearchRequest.of(query(rows, 0), 10, ROWS);
    Neighbors truth = new Neighbors();
    new FlatIndex(rows).searcher().search(request.withK(300), truth);
    double radius = truth.distance(299);
    List<Integer> found = all(index.searcher().iterator(request.withRadius(radius)), 10);
    assertThat(found).hasSize(300);
    assertThat(recall(found, truth, 300)).isEqualTo(1);
    NeighborIterator cancelled =
        index.searcher().iterator(request.withK(2000).withCancelled(() -> true));
    assertThatThrownBy(() -> cancelled.next(new Neighbors()))
        .isInstanceOf(CancellationException.class);
  }
}
