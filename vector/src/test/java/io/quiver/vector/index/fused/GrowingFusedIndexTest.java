package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A fused graph whose rows come and go, against brute force. */
class GrowingFusedIndexTest {
  private static final BuildOptions OPTIONS = BuildOptions.threads(1);
  private static final double LENGTH_MAX = 12;

  private static GrowingFusedIndex empty(FusedSample sample) {
    return GrowingFusedIndex.create(FusedSample.spec(""), sample.rows(), LENGTH_MAX, OPTIONS);
  }

  private static double recall(
      VectorIndex index, FusedSample sample, RowFilter there, Effort effort) {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    double recall = 0;
    for (int query = 0; query < sample.queryCount(); query++) {
      searcher.search(
          SearchRequest.of(sample.query(query), 10, sample.rows().count()).withEffort(effort),
          found);
      int[] truth = sample.nearest(query, 10, there);
      assertThat(found.size()).isEqualTo(truth.length);
      for (int row : found.rows()) {
        assertThat(there.passes(row)).isTrue();
      }
      assertThat(found.rows()).doesNotHaveDuplicates();
      recall += FusedSample.recall(found, truth);
    }
    return recall / sample.queryCount();
  }

  @ParameterizedTest
  @CsvSource({"L2, FLOAT32", "COSINE, FLOAT16", "NEGATIVE_INNER_PRODUCT, FLOAT32"})
  void addedRowsAreFoundAtOnce(Metric metric, Encoding encoding) {
    FusedSample sample = FusedSample.of(metric, encoding, 4000, 40, 1);
    GrowingFusedIndex index = empty(sample);
    assertThat(recall(index, sample, RowFilter.matching(4000, row -> false), Effort.DEFAULT))
        .isEqualTo(1);
    int added = 0;
    for (int until : new int[] {1, 2, 50, 4000}) {
      for (; added < until; added++) {
        index.add(added);
      }
      RowFilter there = RowFilter.matching(4000, row -> row < until);
      assertThat(recall(index, sample, there, Effort.of(100))).isGreaterThanOrEqualTo(0.95);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void recallOutlivesFiftyRoundsOfChanges(long seed) {
    int count = 3000;
    FusedSample.Shape shape = new FusedSample.Shape(Metric.L2, Encoding.FLOAT32, 32);
    FusedSample sample = FusedSample.of(shape, 2 * count, 300, seed);
    // Rows of the second half are what the first half's become, one after the other.
    MemorySegment memory = sample.rows().block().memory();
    IndexSpec.Hnsw spec = (IndexSpec.Hnsw) IndexSpec.parse("hnsw(quantizer=rabitq)");
    GrowingFusedIndex index = GrowingFusedIndex.create(spec, sample.rows(), 0, OPTIONS);
    for (int row = 0; row < count; row++) {
      index.add(row);
    }
    RowFilter there = RowFilter.matching(2 * count, row -> row < count);
    double before = recall(index, sample, there, Effort.of(64));
    Random random = new Random(seed);
    int next = count;
    for (int round = 0; round < 50; round++) {
      int[] changed = random.ints(0, count).distinct().limit(count / 50).toArray();
      for (int row : changed) {
        index.remove(row);
      }
      for (int row : changed) {
        MemorySegment.copy(memory, 128L * next++, memory, 128L * row, 128);
        index.add(row);
      }
    }
    double after = recall(index, sample, there, Effort.of(64));
    assertThat(after).as("before it was %s", before).isGreaterThanOrEqualTo(before - 0.01);
  }

  @Test
  void removedRowsNeverComeBack() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 3000, 24, 3);
    GrowingFusedIndex index = empty(sample);
    for (int row = 0; row < 3000; row++) {
      index.add(row);
    }
    for (int left : new int[] {1500, 100, 1, 0}) {
      for (int row = 2999; row >= left; row--) {
        if (row < (left == 1500 ? 3000 : left == 100 ? 1500 : left == 1 ? 100 : 1)) {
          index.remove(row);
        }
      }
      RowFilter there = RowFilter.matching(3000, row -> row < left);
      assertThat(recall(index, sample, there, Effort.of(100))).isGreaterThanOrEqualTo(0.95);
    }
    index.add(7);
    assertThat(recall(index, sample, RowFilter.matching(3000, row -> row == 7), Effort.DEFAULT))
        .isEqualTo(1);
  }

  @Test
  void searchesGoOnWhileRowsComeAndGo() throws InterruptedException, ExecutionException {
    int count = 3000;
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, count, 24, 4);
    GrowingFusedIndex index = empty(sample);
    // Multiples of three stay; of the others, those that a thread owns come and go.
    for (int row = 0; row < count; row += 3) {
      index.add(row);
    }
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> writers =
          IntStream.of(1, 2)
              .<Future<?>>mapToObj(own -> threads.submit(() -> comeAndGo(index, own, count)))
              .toList();
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(threads.submit(() -> searchUntil(done, index, sample)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      done.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
    RowFilter there = RowFilter.matching(count, row -> row % 3 == 0);
    assertThat(recall(index, sample, there, Effort.of(100))).isGreaterThanOrEqualTo(0.95);
  }

  private static void comeAndGo(GrowingFusedIndex index, int own, int count) {
    for (int round = 0; round < 3; round++) {
      for (int row = own; row < count; row += 3) {
        index.add(row);
      }
      for (int row = own; row < count; row += 3) {
        index.remove(row);
      }
    }
  }

  private static void searchUntil(AtomicBoolean done, GrowingFusedIndex index, FusedSample sample) {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    for (int i = 0; !done.get(); i++) {
      MemorySegment query = sample.query(i % sample.queryCount());
      searcher.search(
          SearchRequest.of(query, 10, sample.rows().count()).withEffort(Effort.of(60)), found);
      assertThat(found.size()).isEqualTo(10);
      assertThat(found.rows()).doesNotHaveDuplicates();
    }
  }

  @Test
  void writesWhatAFixedIndexReads() {
    FusedSample sample = FusedSample.of(Metric.COSINE, Encoding.FLOAT32, 2000, 24, 5);
    GrowingFusedIndex index = empty(sample);
    for (int row = 0; row < 1500; row++) {
      index.add(row);
    }
    index.remove(3);
    VectorIndex opened = Indexes.open(FusedIndexTest.written(index), sample.rows());
    RowFilter there = RowFilter.matching(2000, row -> row < 1500 && row != 3);
    assertThat(recall(opened, sample, there, Effort.of(100))).isGreaterThanOrEqualTo(0.95);
  }

  @Test
  void wrongUseIsRefused() {
    FusedSample sample = FusedSample.of(Metric.NEGATIVE_INNER_PRODUCT, Encoding.FLOAT32, 100, 8, 6);
    GrowingFusedIndex index = empty(sample);
    index.add(1);
    assertThatThrownBy(() -> index.add(1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> index.remove(2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> index.add(100)).isInstanceOf(IndexOutOfBoundsException.class);
    FusedSample.set(sample.rows().block().memory(), Encoding.FLOAT32, 32L * 5, 0, 1000);
    assertThatThrownBy(() -> index.add(5)).hasMessageContaining("length");
    assertThatThrownBy(() ->
            GrowingFusedIndex.create(
                FusedSample.spec(",exact=sq8"), sample.rows(), LENGTH_MAX, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> GrowingFusedIndex.create(FusedSample.spec(""), sample.rows(), 0, OPTIONS))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
