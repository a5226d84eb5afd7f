package io.quiver.vector.index.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.BlockReader;
import io.quiver.vector.memory.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiskAnnIndexTest {
  private static final int ROWS = 5_000;
  private static final int DIMENSION = 64;
  private static final int QUERIES = 40;
  private static final IndexSpec.DiskAnn SPEC =
      (IndexSpec.DiskAnn) IndexSpec.parse("diskann(degree=24,ef_construction=100,ef_search=100)");

  /** Points around 50 centres. */
  private static VectorRows rows(Metric metric, Encoding encoding, int count, long seed) {
    Random centres = new Random(5);
    float[][] centre = new float[50][DIMENSION];
    for (float[] point : centre) {
      for (int i = 0; i < DIMENSION; i++) {
        point[i] = (float) centres.nextGaussian();
      }
    }
    Random random = new Random(seed);
    int bytes = encoding.bytes(DIMENSION);
    MemorySegment memory = NativeMemory.allocate((long) bytes * count);
    for (int row = 0; row < count; row++) {
      float[] near = centre[random.nextInt(centre.length)];
      for (int i = 0; i < DIMENSION; i++) {
        set(
            memory,
            encoding,
            (long) row * bytes,
            i,
            near[i] + 0.7f * (float) random.nextGaussian());
      }
    }
    return new VectorRows(metric, RowBlock.packed(memory, DIMENSION, encoding), count);
  }

  private static void set(MemorySegment memory, Encoding encoding, long row, int i, float value) {
    switch (encoding) {
      case FLOAT32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i, value);
      case FLOAT16 ->
          memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, row + 2L * i, Float.floatToFloat16(value));
      case BFLOAT16 ->
          memory.set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              row + 2L * i,
              (short) (Float.floatToIntBits(value) >> 16));
      case INT8 -> memory.set(ValueLayout.JAVA_BYTE, row + i, (byte) Math.round(20 * value));
      case BINARY -> throw new IllegalArgumentException("bits");
    }
  }

  private static double recall(VectorIndex index, VectorRows queries, int k, RowFilter filter) {
    VectorSearcher searcher = index.searcher();
    VectorSearcher exact = new FlatIndex(index.rows()).searcher();
    Neighbors found = new Neighbors();
    Neighbors wanted = new Neighbors();
    int hits = 0;
    int all = 0;
    for (int i = 0; i < queries.count(); i++) {
      SearchRequest request =
          SearchRequest.of(queries.row(i), k, index.rows().count()).withFilter(filter);
      searcher.search(request, found);
      exact.search(request, wanted);
      assertThat(found.size()).isEqualTo(wanted.size());
      Set<Integer> rows = new HashSet<>();
      for (int rank = 0; rank < found.size(); rank++) {
        assertThat(filter.passes(found.row(rank))).isTrue();
        assertThat(rows.add(found.row(rank))).as("twice: %s", found.row(rank)).isTrue();
      }
      for (int rank = 0; rank < wanted.size(); rank++) {
        hits += rows.contains(wanted.row(rank)) ? 1 : 0;
        all++;
      }
    }
    return all == 0 ? 1 : (double) hits / all;
  }

  @ParameterizedTest
  @CsvSource({
    "L2, FLOAT32",
    "COSINE, FLOAT32",
    "NEGATIVE_INNER_PRODUCT, FLOAT32",
    "L2, FLOAT16",
    "COSINE, BFLOAT16",
    "L2, INT8",
    "NEGATIVE_INNER_PRODUCT, INT8"
  })
  void itFindsTheNearest(Metric metric, Encoding encoding) {
    VectorRows rows = rows(metric, encoding, ROWS, 1);
    VectorRows queries = rows(metric, encoding, QUERIES, 2);
    DiskAnnIndex index = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(2));
    assertThat(recall(index, queries, 10, RowFilter.all(ROWS))).isGreaterThan(0.95);
  }

  @ParameterizedTest
  @CsvSource({"1", "17", "500", "2500", "4500", "4999"})
  void asManyRowsAsQualifyComeBackThroughAFilter(int passing) {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, ROWS, 3);
    VectorRows queries = rows(Metric.L2, Encoding.FLOAT32, QUERIES, 4);
    DiskAnnIndex index = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(2));
    RowFilter filter = RowFilter.matching(ROWS, row -> (row * 7919L) % ROWS < passing);
    assertThat(filter.count()).isEqualTo(passing);
    assertThat(recall(index, queries, 10, filter)).isGreaterThan(0.95);
    assertThat(recall(index, queries, 700, filter)).isGreaterThan(0.95);
  }

  @Test
  void aRadiusBoundsWhatComesBack() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, ROWS, 5);
    VectorRows queries = rows(Metric.L2, Encoding.FLOAT32, QUERIES, 6);
    DiskAnnIndex index = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(2));
    Neighbors found = new Neighbors();
    Neighbors wanted = new Neighbors();
    int hits = 0;
    int all = 0;
    for (int i = 0; i < QUERIES; i++) {
      SearchRequest request = SearchRequest.of(queries.row(i), 1_000, ROWS).withRadius(8);
      index.searcher().search(request, found);
      new FlatIndex(rows).searcher().search(request, wanted);
      for (int rank = 0; rank < found.size(); rank++) {
        assertThat(found.distance(rank)).isLessThanOrEqualTo(8);
      }
      hits += found.size();
      all += wanted.size();
    }
    assertThat(all).isPositive();
    assertThat((double) hits / all).isGreaterThan(0.95);
  }

  @Test
  void itIsOpenedAsItWasWrittenAndReadsItsRowsFromDisk() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, ROWS, 7);
    VectorRows queries = rows(Metric.L2, Encoding.FLOAT32, QUERIES, 8);
    DiskAnnIndex built = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1));
    MemorySegment form = Arena.ofAuto().allocate(built.formBytes(), 4096);
    built.write(form);
    VectorIndex opened = open(form, rows, null);
    assertThat(opened.spec()).isEqualTo(SPEC);
    Neighbors first = new Neighbors();
    Neighbors second = new Neighbors();
    for (int i = 0; i < QUERIES; i++) {
      SearchRequest request = SearchRequest.of(queries.row(i), 10, ROWS);
      built.searcher().search(request, first);
      VectorSearcher searcher = opened.searcher();
      searcher.search(request, second);
      assertThat(second.rows()).isEqualTo(first.rows());
      assertThat(searcher.statistics().blockReads()).isBetween(1L, 60L);
    }
  }

  @Test
  void oneThreadAndASeedGiveTheSameIndex() {
    VectorRows rows = rows(Metric.COSINE, Encoding.FLOAT32, 1_000, 9);
    byte[] first = form(DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1)));
    assertThat(form(DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1)))).isEqualTo(first);
  }

  private static VectorIndex open(
      MemorySegment form, VectorRows rows, @Nullable BlockReader reader) {
    return Indexes.open(form, rows, reader);
  }

  private static byte[] form(VectorIndex index) {
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    return form.toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void aDamagedBlockIsNamedWhenItIsRead() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 500, 10);
    byte[] bytes = form(DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1)));
    bytes[bytes.length - 5] ^= 1;
    MemorySegment form = Arena.ofAuto().allocate(bytes.length, 4096);
    form.copyFrom(MemorySegment.ofArray(bytes));
    VectorSearcher searcher = open(form, rows, null).searcher();
    SearchRequest all = SearchRequest.of(rows.row(0), 500, 500);
    assertThatThrownBy(() -> searcher.search(all, new Neighbors()))
        .isInstanceOf(DamagedIndexException.class)
        .hasMessageContaining("the rows at byte 126976 of the blocks");
  }

  @Test
  void aReadThatFailsEndsTheSearch() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 500, 11);
    DiskAnnIndex built = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1));
    MemorySegment form = Arena.ofAuto().allocate(built.formBytes(), 4096);
    built.write(form);
    BlockReader broken =
        new BlockReader() {
          @Override
          public long byteSize() {
            return DiskBlocks.bytes(rows);
          }

          @Override
          public void read(long offset, MemorySegment into) throws IOException {
            throw new IOException("the disk is gone");
          }
        };
    VectorSearcher searcher = open(form, rows, broken).searcher();
    SearchRequest request = SearchRequest.of(rows.row(0), 10, 500);
    assertThatThrownBy(() -> searcher.search(request, new Neighbors()))
        .isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void zeroVectorsHaveNoCosine() {
    VectorRows rows = rows(Metric.COSINE, Encoding.FLOAT32, 300, 12);
    rows.row(7).fill((byte) 0);
    DiskAnnIndex index = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1));
    VectorIndex opened = open(MemorySegment.ofBuffer(direct(form(index))), rows, null);
    Neighbors found = new Neighbors();
    opened.searcher().search(SearchRequest.of(rows.row(0), 300, 300), found);
    assertThat(found.rows()).hasSize(299).doesNotContain(7);
    opened.searcher().search(SearchRequest.of(rows.row(7), 300, 300), found);
    assertThat(found.size()).isZero();
  }

  private static ByteBuffer direct(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  @Test
  void aSearchCanBeCancelled() {
    VectorRows rows = rows(Metric.L2, Encoding.FLOAT32, 500, 13);
    DiskAnnIndex index = DiskAnnIndex.build(SPEC, rows, BuildOptions.threads(1));
    SearchRequest request =
        SearchRequest.of(rows.row(0), 10, 500).withEffort(Effort.of(200)).withCancelled(() -> true);
    assertThatThrownBy(() -> index.searcher().search(request, new Neighbors()))
        .isInstanceOf(CancellationException.class);
  }
}
