package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HnswMergeTest {
  private static final int DIMENSION = 24;
  private static final int ROW_BYTES = 4 * DIMENSION;

  @ParameterizedTest
  @CsvSource({"none, 0.02", "none, 0.3", "none, 0.9", "none, 1", "sq8, 0.1", "rabitq, 0.1"})
  void findsNearlyAllAfterRowsWentAndCame(String quantizer, double gone) {
    IndexSpec.Hnsw spec =
        (IndexSpec.Hnsw)
            IndexSpec.parse(
                "hnsw(m=16,ef_construction=80,ef_search=120,layout=compact,quantizer="
                    + quantizer
                    + ")");
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows older = clusters.rows(Metric.COSINE, 4000);
    HnswIndex index = HnswIndex.build(spec, older, BuildOptions.threads(2));
    SplittableRandom random = new SplittableRandom(2);
    int[] numbers = new int[4000];
    MemorySegment memory = clusters.draw(6000);
    // The rows that stay come last, in the reverse order.
    int next = 5999;
    for (int row = 0; row < 4000; row++) {
      numbers[row] = random.nextDouble() < gone ? -1 : next--;
      if (numbers[row] >= 0) {
        MemorySegment.copy(older.row(row), 0, memory, (long) ROW_BYTES * numbers[row], ROW_BYTES);
      }
    }
    VectorRows merged = new VectorRows(Metric.COSINE, RowBlock.packed(memory, DIMENSION), 6000);
    HnswIndex result = HnswIndex.merge(index, numbers, merged, BuildOptions.threads(2));
    assertThat(
            Clusters.recall(
                merged, result.searcher(), clusters.queries(40), RowFilter.all(6000), 10))
        .isGreaterThan(0.95);
  }

  @Test
  void oneNodeInMStaysTallWhenNewRowsHaveTheSameNumbersEachTime() {
    // Of the last 20 of 600 numbers none is of a tall node, by the seed that all have.
    int count = 600;
    int replaced = 20;
    Clusters clusters = new Clusters(3, Encoding.FLOAT32, DIMENSION, 1);
    IndexSpec.Hnsw spec = (IndexSpec.Hnsw) IndexSpec.parse("hnsw(m=8,ef_construction=20)");
    VectorRows rows = clusters.rows(Metric.L2, count);
    HnswIndex index = HnswIndex.build(spec, rows, BuildOptions.threads(1));
    int[] numbers = new int[count];
    Arrays.setAll(numbers, row -> Math.max(-1, row - replaced));
    for (int merge = 0; merge < count / replaced; merge++) {
      MemorySegment memory = clusters.draw(count);
      long kept = (long) ROW_BYTES * (count - replaced);
      MemorySegment.copy(rows.block().memory(), (long) ROW_BYTES * replaced, memory, 0, kept);
      rows = new VectorRows(Metric.L2, RowBlock.packed(memory, DIMENSION), count);
      index = HnswIndex.merge(index, numbers, rows, BuildOptions.threads(1));
    }
    int tall = 0;
    for (int row = 0; row < count; row++) {
      tall += index.graph().level(row) > 0 ? 1 : 0;
    }
    // 75 on average; three times the deviation of about 8 around it.
    assertThat(tall).isBetween(51, 99);
  }

  @Test
  void numbersThatMeetAreRefused() {
    IndexSpec.Hnsw spec = (IndexSpec.Hnsw) IndexSpec.parse("hnsw");
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, DIMENSION, 1);
    VectorRows rows = clusters.rows(Metric.L2, 10);
    HnswIndex index = HnswIndex.build(spec, rows, BuildOptions.threads(1));
    int[] numbers = new int[10];
    assertThatThrownBy(() -> HnswIndex.merge(index, numbers, rows, BuildOptions.threads(1)))
        .isInstanceOf(IllegalArgumentException.class);
    Arrays.setAll(numbers, row -> row + 1);
    assertThatThrownBy(() -> HnswIndex.merge(index, numbers, rows, BuildOptions.threads(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
