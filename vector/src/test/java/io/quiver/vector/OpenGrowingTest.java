package io.quiver.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.index.fused.GrowingFusedIndex;
import io.quiver.vector.index.hnsw.HnswIndex;
import io.quiver.vector.index.ivf.IvfIndex;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indexes that were written and go on growing, beside those that never were. */
class OpenGrowingTest {
  private static final int CAPACITY = 2400;
  private static final int WRITTEN = 1200;
  private static final int QUERIES = 30;
  private static final int DIMENSION = 20;
  private static final int ROW_BYTES = 4 * DIMENSION;
  private static final BuildOptions OPTIONS = BuildOptions.threads(1).withSeed(7);

  private final Random random = new Random(11);
  private final MemorySegment memory = draw();

  /** Rows in clusters, and as many queries behind them. */
  private MemorySegment draw() {
    float[] centres = new float[20 * DIMENSION];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) random.nextGaussian();
    }
    int count = CAPACITY + QUERIES;
    MemorySegment drawn = Arena.ofAuto().allocate((long) ROW_BYTES * count, 64);
    for (int row = 0; row < count; row++) {
      int centre = random.nextInt(20);
      for (int i = 0; i < DIMENSION; i++) {
        float value = centres[centre * DIMENSION + i] + 0.6f * (float) random.nextGaussian();
        drawn.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) row * DIMENSION + i, value);
      }
    }
    return drawn;
  }

  private VectorRows rows(Metric metric, int count) {
    return new VectorRows(metric, RowBlock.packed(memory, DIMENSION, Encoding.FLOAT32), count);
  }

  private static GrowingIndex grown(String text, VectorRows rows) {
    GrowingIndex index =
        switch (IndexSpec.parse(text)) {
          case IndexSpec.Hnsw hnsw when hnsw.layout() == IndexSpec.Layout.COMPACT ->
              HnswIndex.growing(hnsw, rows, OPTIONS.seed());
          case IndexSpec.Hnsw hnsw -> GrowingFusedIndex.create(hnsw, rows, 10, OPTIONS);
          case IndexSpec.Ivf ivf -> IvfIndex.build(ivf, rows, WRITTEN, OPTIONS);
          default -> throw new IllegalArgumentException(text);
        };
    for (int row = 0; row < WRITTEN && !(index instanceof IvfIndex); row++) {
      index.add(row);
    }
    return index;
  }

  private static MemorySegment written(VectorIndex index) {
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    return form;
  }

  /** Recall at 10, once it is sure that only rows that are there come, and as many as can. */
  private double recall(VectorIndex index, BitSet there) {
    VectorSearcher searcher = index.searcher();
    VectorSearcher exact = new FlatIndex(index.rows()).searcher();
    RowFilter filter = RowFilter.matching(CAPACITY, there::get);
    Neighbors found = new Neighbors();
    Neighbors truth = new Neighbors();
    int hits = 0;
    for (int i = 0; i < QUERIES; i++) {
      MemorySegment query = memory.asSlice((long) ROW_BYTES * (CAPACITY + i), ROW_BYTES);
      SearchRequest request = SearchRequest.of(query, 10, CAPACITY);
      searcher.search(request, found);
      exact.search(request.withFilter(filter), truth);
      BitSet near = new BitSet();
      for (int row : truth.rows()) {
        near.set(row);
      }
      assertThat(found.rows()).hasSize(10).doesNotHaveDuplicates();
      for (int row : found.rows()) {
        assertThat(there.get(row)).isTrue();
        hits += near.get(row) ? 1 : 0;
      }
    }
    return hits / (10.0 * QUERIES);
  }

  private static void change(GrowingIndex index, BitSet there) {
    for (int row = 0; row < CAPACITY; row++) {
      if (row % 5 == 3 && there.get(row)) {
        index.remove(row);
        there.clear(row);
      } else if (!there.get(row) && row % 11 != 4) {
        index.add(row);
        there.set(row);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hnsw(ef_construction=60); L2",
        "hnsw(ef_construction=60); COSINE",
        "hnsw(ef_construction=60,quantizer=rabitq); L2",
        "hnsw(ef_construction=60,quantizer=rabitq); NEGATIVE_INNER_PRODUCT",
        "ivf_flat(lists=30); L2",
        "ivf_sq8(lists=30); COSINE",
        "ivf_rabitq(lists=30); L2"
      })
  void goesOnAsIfItHadNeverBeenWritten(String spec, Metric metric) {
    VectorRows rows = rows(metric, CAPACITY);
    GrowingIndex stayed = grown(spec, rows);
    BitSet there = new BitSet();
    there.set(0, WRITTEN);
    for (int row = 0; row < WRITTEN; row += 7) {
      stayed.remove(row);
      there.clear(row);
    }
    MemorySegment form = written(stayed);
    byte[] before = form.toArray(ValueLayout.JAVA_BYTE);
    GrowingIndex opened = Indexes.openGrowing(form, rows, OPTIONS);
    assertThat(opened.spec()).isEqualTo(stayed.spec());
    assertThat(opened.capacity()).isEqualTo(CAPACITY);
    assertThat(written(opened).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
    for (int round = 0; round < 2; round++) {
      change(stayed, (BitSet) there.clone());
      change(opened, there);
      double expected = recall(stayed, there);
      assertThat(recall(opened, there))
          .isCloseTo(expected, within(0.02))
          .isGreaterThan(metric == Metric.NEGATIVE_INNER_PRODUCT ? 0.75 : 0.9);
    }
    assertThat(form.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hnsw(ef_construction=60); COSINE",
        "hnsw(ef_construction=60,quantizer=rabitq); L2",
        "hnsw(ef_construction=60,quantizer=rabitq); COSINE",
        "ivf_flat(lists=30); L2"
      })
  void whatWasBuiltTakesMoreRows(String spec, Metric metric) {
    // A row of zeros, which has no cosine, comes and goes without a trace.
    int zero = 17;
    memory.asSlice((long) ROW_BYTES * zero, ROW_BYTES).fill((byte) 0);
    VectorIndex built = Indexes.build(IndexSpec.parse(spec), rows(metric, WRITTEN), OPTIONS);
    GrowingIndex opened = Indexes.openGrowing(written(built), rows(metric, CAPACITY), OPTIONS);
    assertThat(opened.capacity()).isEqualTo(CAPACITY);
    BitSet there = new BitSet();
    there.set(0, WRITTEN);
    if (metric == Metric.COSINE) {
      opened.remove(zero);
      there.clear(zero);
    }
    assertThat(recall(opened, there)).isGreaterThan(0.95);
    for (int row = WRITTEN; row < CAPACITY; row++) {
      opened.add(row);
      there.set(row);
    }
    assertThat(recall(opened, there)).isGreaterThan(0.95);
    for (int row = 0; row < CAPACITY; row += 3) {
      opened.remove(row);
      there.clear(row);
    }
    assertThat(recall(opened, there)).isGreaterThan(0.95);
    GrowingIndex again = Indexes.openGrowing(written(opened), rows(metric, CAPACITY), OPTIONS);
    assertThat(recall(again, there)).isEqualTo(recall(opened, there));
  }

  @Test
  void whatCannotGrowIsRefused() {
    VectorRows rows = rows(Metric.L2, 300);
    for (String spec : new String[] {"flat", "diskann", "hnsw(quantizer=rabitq,exact=sq8)"}) {
      MemorySegment form = written(Indexes.build(IndexSpec.parse(spec), rows, OPTIONS));
      assertThatThrownBy(() -> Indexes.openGrowing(form, rows, OPTIONS))
          .as(spec)
          .isInstanceOf(IllegalArgumentException.class);
    }
    MemorySegment form = written(Indexes.build(IndexSpec.parse("hnsw"), rows, OPTIONS));
    VectorRows fewer = rows(Metric.L2, 299);
    assertThatThrownBy(() -> Indexes.openGrowing(form, fewer, OPTIONS))
        .isInstanceOf(DamagedIndexException.class);
    assertThatThrownBy(() -> Indexes.open(form, rows(Metric.L2, 301)))
        .isInstanceOf(DamagedIndexException.class);
  }
}
