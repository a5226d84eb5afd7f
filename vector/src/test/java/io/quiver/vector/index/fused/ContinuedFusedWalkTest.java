package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches of a fused graph that go on, against brute force. */
class ContinuedFusedWalkTest {
  private static final int ROWS = Integer.getInteger("fused.rows", 3_000);
  private static final BuildOptions OPTIONS = BuildOptions.threads(2);

  private static VectorIndex built(FusedSample sample, String parameters) {
    return FusedIndex.build(FusedSample.spec(parameters), sample.rows(), OPTIONS);
  }

  private static SearchRequest request(FusedSample sample, int query, int k) {
    return SearchRequest.of(sample.query(query), k, sample.rows().count())
        // Graphs of inner products find less by the same effort, in a search too.
        .withEffort(Effort.of(sample.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT ? 250 : 100));
  }

  /** Iterates to the end; no row may come twice, in a batch none before a nearer one. */
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

  private static double recall(List<Integer> found, int[] truth) {
    BitSet near = new BitSet();
    for (int row : truth) {
      near.set(row);
    }
    return found.subList(0, truth.length).stream().filter(near::get).count()
        / (double) truth.length;
  }

  @ParameterizedTest
  @CsvSource({
    "L2, FLOAT32, ''",
    "COSINE, FLOAT16, ''",
    "NEGATIVE_INNER_PRODUCT, FLOAT32, ''",
    "L2, FLOAT32, ',exact=sq8'",
    "NEGATIVE_INNER_PRODUCT, INT8, ',exact=sq8'"
  })
  void everyRowComesOnceInAboutItsOrder(Metric metric, Encoding encoding, String parameters) {
    FusedSample sample = FusedSample.of(metric, encoding, ROWS, 24, 1);
    VectorIndex index = built(sample, parameters);
    for (int every : new int[] {1, 7}) {
      RowFilter filter = RowFilter.matching(ROWS, row -> row % every == 0);
      int queries = 5;
      double[] recalls = new double[3];
      for (int query = 0; query < queries; query++) {
        SearchRequest request = request(sample, query, 10).withFilter(filter);
        List<Integer> found = all(index.searcher().iterator(request), 10);
        assertThat(found).hasSize(filter.count()).allMatch(filter::passes);
        for (int i = 0; i < 3; i++) {
          int wanted = Math.min(filter.count(), new int[] {10, 100, 1000}[i]);
          recalls[i] += recall(found, sample.nearest(query, wanted, filter)) / queries;
        }
      }
      assertThat(Arrays.stream(recalls).min().getAsDouble())
          .as("every %s: %s", every, Arrays.toString(recalls))
          .isGreaterThanOrEqualTo(metric == Metric.NEGATIVE_INNER_PRODUCT ? 0.85 : 0.95);
    }
  }

  @Test
  void aBatchDoesNotRepeatTheWorkOfThoseBefore() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, ROWS, 24, 2);
    VectorSearcher searcher = built(sample, "").searcher();
    Neighbors batch = new Neighbors();
    double visited = 0;
    for (int query = 0; query < 10; query++) {
      NeighborIterator iterator = searcher.iterator(request(sample, query, 10));
      long before = 0;
      for (int i = 0; i < 60; i++) {
        assertThat(iterator.next(batch)).isTrue();
        long now = searcher.statistics().visited();
        if (i > 0) {
          assertThat(now - before).as("batch %s", i).isLessThan(200);
        }
        before = now;
      }
      visited += before;
      assertThat(searcher.statistics().plan()).isEqualTo("graph");
    }
    // So many candidates a search for these rows would keep.
    assertThat(visited / 10).isLessThan(1.3 * (900 + 100));
  }

  @Test
  void rowsThatNoLinksLeadToComeToo() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, ROWS, 24, 3);
    MemorySegment memory = sample.rows().block().memory();
    // So many equal rows fill each other's links, and hardly any others lead there.
    for (int row = 1; row < ROWS; row++) {
      if (row % 3 != 0) {
        MemorySegment.copy(memory, 0, memory, 96L * row, 96);
      }
    }
    VectorIndex index = built(sample, "");
    for (int query = 0; query < 5; query++) {
      assertThat(all(index.searcher().iterator(request(sample, query, 37)), 37)).hasSize(ROWS);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void removedRowsDoNotCome(long seed) {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, ROWS, 24, seed);
    GrowingFusedIndex index =
        GrowingFusedIndex.create(FusedSample.spec(""), sample.rows(), 0, OPTIONS);
    VectorSearcher searcher = index.searcher();
    assertThat(all(searcher.iterator(request(sample, 0, 10)), 10)).isEmpty();
    for (int row = 0; row < ROWS; row++) {
      index.add(row);
    }
    for (int row = 0; row < ROWS; row += 3) {
      index.remove(row);
    }
    RowFilter there = RowFilter.matching(ROWS, row -> row % 3 != 0);
    List<Integer> found = all(searcher.iterator(request(sample, 0, 50)), 50);
    assertThat(found).hasSize(there.count()).allMatch(there::passes);
    assertThat(recall(found, sample.nearest(0, 1000, there))).isGreaterThanOrEqualTo(0.95);

    NeighborIterator iterator = searcher.iterator(request(sample, 1, 20));
    Neighbors batch = new Neighbors();
    assertThat(iterator.next(batch)).isTrue();
    BitSet came = new BitSet();
    for (int row : batch.rows()) {
      came.set(row);
    }
    for (int row : sample.nearest(1, 200, there)) {
      index.remove(row);
    }
    while (iterator.next(batch)) {
      for (int row : batch.rows()) {
        assertThat(came.get(row)).isFalse();
        came.set(row);
      }
    }
    assertThat(came.cardinality()).isBetween(there.count() - 200, there.count() - 200 + 20);
  }

  @Test
  void staysWithinARadiusAndCanBeCancelled() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, ROWS, 24, 6);
    VectorIndex index = built(sample, "");
    double[] distances = sample.distances(0);
    double radius = distances[sample.nearest(0, 300, RowFilter.all(ROWS))[299]] * (1 + 1e-6);
    List<Integer> found =
        all(index.searcher().iterator(request(sample, 0, 10).withRadius(radius)), 10);
    assertThat(found).hasSize(300).allMatch(row -> distances[row] <= radius);
    NeighborIterator cancelled =
        index.searcher().iterator(request(sample, 0, 2000).withCancelled(() -> true));
    assertThatThrownBy(() -> cancelled.next(new Neighbors()))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void whatIsSearchedNearFewRowsOfAFilterComesAllTheSame() {
    FusedSample sample = FusedSample.of(Metric.COSINE, Encoding.FLOAT32, ROWS, 24, 7);
    VectorIndex index = built(sample, "");
    int[] order = sample.nearest(0, ROWS, RowFilter.all(ROWS));
    BitSet far = new BitSet();
    for (int i = ROWS - 1500; i < ROWS; i++) {
      far.set(order[i]);
    }
    RowFilter filter = RowFilter.matching(ROWS, far::get);
    List<Integer> found =
        all(index.searcher().iterator(request(sample, 0, 25).withFilter(filter)), 25);
    assertThat(found).hasSize(1500);
    assertThat(recall(found, sample.nearest(0, 100, filter))).isGreaterThanOrEqualTo(0.95);
  }
}
