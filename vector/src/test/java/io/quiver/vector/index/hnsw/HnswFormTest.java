package io.quiver.vector.index.hnsw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HnswFormTest {
  private static IndexSpec.Hnsw spec(String quantizer) {
    return (IndexSpec.Hnsw)
        IndexSpec.parse("hnsw(m=8,ef_construction=60,layout=compact,quantizer=" + quantizer + ")");
  }

  @ParameterizedTest
  @CsvSource({
    "none, L2",
    "none, COSINE",
    "sq8, NEGATIVE_INNER_PRODUCT",
    "sq8, COSINE",
    "rabitq, L2"
  })
  void whatIsOpenedAnswersAsWhatWasWritten(String quantizer, Metric metric) {
    Clusters clusters = new Clusters(1, Encoding.FLOAT32, 24, 1);
    VectorRows rows = clusters.rows(metric, 5000);
    VectorIndex index = Indexes.build(spec(quantizer), rows, BuildOptions.threads(2));
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    VectorIndex opened = Indexes.open(form, rows);
    assertThat(opened.spec()).isEqualTo(index.spec());
    assertThat(opened.memoryBytes()).isLessThanOrEqualTo(index.memoryBytes());
    for (MemorySegment query : clusters.queries(20)) {
      SearchRequest request = SearchRequest.of(query, 10, 5000);
      Neighbors expected = new Neighbors();
      Neighbors found = new Neighbors();
      index.searcher().search(request, expected);
      opened.searcher().search(request, found);
      assertThat(found.rows()).isEqualTo(expected.rows());
    }
  }

  @Test
  void aGrownIndexIsWrittenToo() {
    Clusters clusters = new Clusters(2, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 300);
    HnswIndex index = HnswIndex.growing(spec("none"), rows, 1);
    for (int row = 0; row < 200; row++) {
      index.add(row);
    }
    index.remove(5);
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    Neighbors found = new Neighbors();
    Indexes.open(form, rows).searcher().search(SearchRequest.of(clusters.draw(1), 300, 300), found);
    assertThat(found.size()).isEqualTo(199);
  }

  @Test
  void numbersOutsideOfTheirRangeAreFound() {
    Clusters clusters = new Clusters(3, Encoding.FLOAT32, 16, 1);
    VectorRows rows = clusters.rows(Metric.L2, 500);
    HnswIndex index = HnswIndex.build(spec("none"), rows, BuildOptions.threads(1));
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    assertRefused(form, rows, "graph", 0, 500);
    assertRefused(form, rows, "graph", 0, -2);
    assertRefused(form, rows, "graph", 4, 1);
    assertRefused(form, rows, "links", 400, 500);
    assertRefused(form, rows, "links", 400, -2);
    assertRefused(form, rows, "levels", 0, 500);
    assertRefused(form, rows, "levels", 4, 77);
    // A node of level 0 on level 1.
    int low = 0;
    while (isTall(form, rows, low)) {
      low++;
    }
    assertRefused(form, rows, "upper", 0, low);
  }

  private static boolean isTall(MemorySegment form, VectorRows rows, int node) {
    MemorySegment levels = IndexForm.read(form, rows).section("levels");
    for (long at = 0; at < levels.byteSize(); at += 5) {
      if (levels.get(ValueLayout.JAVA_INT_UNALIGNED, at) == node) {
        return true;
      }
    }
    return false;
  }

  /** Changes one number of a section, and writes the form again with a right checksum. */
  private static void assertRefused(
      MemorySegment form, VectorRows rows, String section, long at, int value) {
    IndexForm read = IndexForm.read(form, rows);
    List<Section> sections = new ArrayList<>();
    for (String name : List.of("graph", "links", "levels", "upper", "present", "EFFORTS")) {
      MemorySegment bytes = read.section(name);
      MemorySegment copy = Arena.ofAuto().allocate(Math.max(1, bytes.byteSize()), 64);
      copy.copyFrom(bytes);
      if (name.equals(section)) {
        copy.set(ValueLayout.JAVA_INT_UNALIGNED, at, value);
      }
      sections.add(new Section(name, copy.asSlice(0, bytes.byteSize())));
    }
    MemorySegment damaged = Arena.ofAuto().allocate(form.byteSize(), 4096);
    IndexForm.write(damaged, read.spec(), rows, sections);
    assertThatThrownBy(() -> Indexes.open(damaged, rows)).isInstanceOf(DamagedIndexException.class);
  }
}
