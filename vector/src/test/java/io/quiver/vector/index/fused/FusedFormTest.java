package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.recall.EffortCurves;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedFormTest {
  @ParameterizedTest
  @CsvSource({
    "L2, FLOAT32, float32",
    "COSINE, FLOAT16, sq8",
    "NEGATIVE_INNER_PRODUCT, FLOAT32, float32",
    "NEGATIVE_INNER_PRODUCT, INT8, sq8"
  })
  void whatWasWrittenIsReadAndAnswersTheSame(Metric metric, Encoding encoding, String exact) {
    FusedSample sample = FusedSample.of(metric, encoding, 1000, 40, 1);
    IndexSpec.Hnsw spec = FusedSample.spec(",ef_search=33,exact=" + exact);
    VectorIndex index = Indexes.build(spec, sample.rows(), BuildOptions.threads(1));
    MemorySegment form = FusedIndexTest.written(index);
    VectorIndex opened = Indexes.open(form, sample.rows());
    assertThat(opened.spec()).isEqualTo(spec);
    assertThat(opened.memoryBytes()).isEqualTo(index.memoryBytes());
    assertThat(FusedIndexTest.written(opened).mismatch(form)).isEqualTo(-1);
    Neighbors before = new Neighbors();
    Neighbors after = new Neighbors();
    for (int query = 0; query < sample.queryCount(); query++) {
      SearchRequest request = SearchRequest.of(sample.query(query), 10, 1000);
      index.searcher().search(request, before);
      opened.searcher().search(request, after);
      assertThat(after.rows()).isEqualTo(before.rows());
    }
  }

  @Test
  void everyBitOfTheHeadAndOneOfEachSectionIsChecked() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 300, 24, 2);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), BuildOptions.threads(1));
    MemorySegment form = FusedIndexTest.written(index);
    List<Long> bits = new ArrayList<>();
    long head = 48L + 32 * 5 + index.spec().toString().length();
    for (long bit = 0; bit < 8 * head; bit++) {
      bits.add(bit);
    }
    for (int section = 0; section < 5; section++) {
      long offset = form.get(ValueLayout.JAVA_LONG_UNALIGNED, 48 + 32L * section + 8);
      long bytes = form.get(ValueLayout.JAVA_LONG_UNALIGNED, 48 + 32L * section + 16);
      bits.add(8 * offset + 3);
      bits.add(8 * (offset + bytes) - 1);
    }
    for (long bit : bits) {
      flip(form, bit);
      assertThatThrownBy(() -> Indexes.open(form, sample.rows()))
          .as("bit %d", bit)
          .isInstanceOf(DamagedIndexException.class);
      flip(form, bit);
    }
    assertThatThrownBy(() -> Indexes.open(form.asSlice(0, form.byteSize() - 1), sample.rows()))
        .isInstanceOf(DamagedIndexException.class);
    assertThat(Indexes.open(form, sample.rows()).rows()).isEqualTo(sample.rows());
  }

  private static void flip(MemorySegment form, long bit) {
    byte old = form.get(ValueLayout.JAVA_BYTE, bit >>> 3);
    form.set(ValueLayout.JAVA_BYTE, bit >>> 3, (byte) (old ^ 1 << (bit & 7)));
  }

  @Test
  void linksAndEntriesThatAreNoNodesAreRefused() {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, 300, 24, 3);
    VectorIndex index = Indexes.build(FusedSample.spec(""), sample.rows(), BuildOptions.threads(1));
    FusedLayout layout = new FusedLayout(24, IndexSpec.Exact.FLOAT32);
    for (int wrong : new int[] {-1, 300, Integer.MAX_VALUE}) {
      assertThatThrownBy(() ->
              Indexes.open(
                  rewritten(index, "blocks", layout.stride() * 7 + layout.links() + 8, wrong),
                  sample.rows()))
          .isInstanceOf(DamagedIndexException.class)
          .hasMessageContaining("node 7 of 300");
    }
    assertThatThrownBy(() -> Indexes.open(rewritten(index, "graph", 0, 300), sample.rows()))
        .isInstanceOf(DamagedIndexException.class);
    assertThatThrownBy(() -> Indexes.open(rewritten(index, "graph", 4, 25), sample.rows()))
        .isInstanceOf(DamagedIndexException.class);
    assertThatThrownBy(
            () -> Indexes.open(rewritten(index, EffortCurves.SECTION, 8, 0), sample.rows()))
        .isInstanceOf(DamagedIndexException.class);
  }

  /** The form with another int in a section, and a checksum that fits. */
  private static MemorySegment rewritten(VectorIndex index, String name, long at, int value) {
    IndexForm read = IndexForm.read(FusedIndexTest.written(index), index.rows());
    List<IndexForm.Section> sections = new ArrayList<>();
    for (String section :
        new String[] {"graph", "signs", "absent", EffortCurves.SECTION, "blocks"}) {
      MemorySegment bytes = Arena.ofAuto().allocate(read.section(section).byteSize(), 64);
      bytes.copyFrom(read.section(section));
      if (section.equals(name)) {
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
      }
      sections.add(new IndexForm.Section(section, bytes));
    }
    MemorySegment form = Arena.ofAuto().allocate(IndexForm.bytes(index.spec(), sections), 64);
    IndexForm.write(form, index.spec(), index.rows(), sections);
    return form;
  }
}
