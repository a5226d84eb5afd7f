package io.quiver.vector.index.ivf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowingIvfTest {
  private static IvfIndex build(String spec, TestRows data, int present) {
    return IvfIndex.build(
        (IndexSpec.Ivf) IndexSpec.parse(spec), data.rows, present, BuildOptions.threads(1));
  }

  private static double recall(VectorIndex index, TestRows data, BitSet present) {
    VectorSearcher searcher = index.searcher();
    Neighbors found = new Neighbors();
    double sum = 0;
    for (MemorySegment query : data.queries) {
      searcher.search(SearchRequest.of(query, 10, data.rows.count()), found);
      assertThat(Arrays.stream(found.rows()).allMatch(present::get)).isTrue();
      assertThat(found.size()).isEqualTo(Math.min(10, present.cardinality()));
      sum += TestRows.recall(data.nearest(query, 10, present::get), found.rows());
    }
    return sum / data.queries.length;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_sq8", "ivf_pq", "ivf_rabitq", "ivf_rabitq(bits=4)"})
  void changesKeepTheRecall(String kind) {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 4000, 24, 1);
    IvfIndex index = build(kind, data, 2000);
    BitSet present = new BitSet();
    present.set(0, 2000);
    double before = recall(index, data, present);
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 50; round++) {
      for (int i = 0; i < 40; i++) {
        int row = random.nextInt(4000);
        if (present.get(row)) {
          index.remove(row);
        } else {
          index.add(row);
        }
        present.flip(row);
      }
    }
    assertThat(recall(index, data, present)).isGreaterThan(before - 0.01);
    assertThat(index.drift()).isBetween(0.8, 1.2);
    assertThat(index.rebuildRecommended()).isFalse();
  }

  @Test
  void effortsRestOnTheRowsThatAreThere() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 8000, 24, 1);
    VectorRows first = new VectorRows(Metric.L2, data.rows.block(), 4000);
    IndexSpec.Ivf spec = (IndexSpec.Ivf) IndexSpec.parse("ivf_rabitq");
    IvfIndex alone = IvfIndex.build(spec, first, BuildOptions.threads(1));
    IvfIndex withRoom = build("ivf_rabitq", data, 4000);
    for (double recall : new double[] {0.5, 0.8, 0.9, 0.99}) {
      assertThat(withRoom.efforts().effort(recall, 10))
          .isEqualTo(alone.efforts().effort(recall, 10));
    }
    assertThat(alone.efforts().effort(0.99, 10)).isGreaterThan(1);
  }

  @Test
  void openedIndexGrowsWithoutChangingItsForm() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 2000, 24, 1);
    IvfIndex index = build("ivf_rabitq", data, 1500);
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    MemorySegment copy = Arena.ofAuto().allocate(form.byteSize(), 4096).copyFrom(form);
    IvfIndex opened = (IvfIndex) Indexes.open(form, data.rows);
    BitSet present = new BitSet();
    present.set(500, 2000);
    for (int row = 0; row < 500; row++) {
      opened.remove(row);
      opened.add(row + 1500);
    }
    assertThat(form.mismatch(copy)).isEqualTo(-1);
    assertThat(recall(opened, data, present)).isGreaterThan(0.95);
    MemorySegment grown = Arena.ofAuto().allocate(opened.formBytes(), 4096);
    opened.write(grown);
    assertThat(recall(Indexes.open(grown, data.rows), data, present)).isGreaterThan(0.95);
  }

  @Test
  void anIndexOverNothingGrows() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 300, 24, 1);
    IvfIndex index = build("ivf_rabitq", data, 0);
    BitSet present = new BitSet();
    for (int row = 0; row < 300; row++) {
      index.add(row);
      present.set(row);
    }
    assertThat(recall(index, data, present)).isGreaterThan(0.95);
    assertThatThrownBy(() -> index.add(7)).isInstanceOf(IllegalStateException.class);
    assertThat(index.rebuildRecommended()).isTrue();
  }

  @Test
  void rowsOfAnotherKindAskForARebuild() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 2000, 24, 1);
    IvfIndex index = build("ivf_flat", data, 1500);
    SplittableRandom random = new SplittableRandom(9);
    for (int row = 1500; row < 1600; row++) {
      for (int d = 0; d < 24; d++) {
        data.set(data.rows.block().memory(), 96L * row, d, (float) (9 * random.nextGaussian()));
      }
      index.add(row);
    }
    assertThat(index.drift()).isGreaterThan(1.5);
    assertThat(index.rebuildRecommended()).isTrue();
  }

  @Test
  void filtersNeverLetRemovedRowsThrough() {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 500, 24, 1);
    IvfIndex index = build("ivf_rabitq", data, 500);
    index.remove(3);
    index.remove(3);
    Neighbors found = new Neighbors();
    RowFilter filter = RowFilter.matching(500, row -> row < 5);
    index.searcher().search(SearchRequest.of(data.queries[0], 10, 500).withFilter(filter), found);
    assertThat(found.rows()).containsExactlyInAnyOrder(0, 1, 2, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ivf_flat", "ivf_rabitq"})
  void readersSeeSoundAnswersWhileRowsComeAndGo(String kind) throws InterruptedException {
    TestRows data = new TestRows(Metric.L2, Encoding.FLOAT32, 3000, 24, 1);
    IvfIndex index = build(kind, data, 1500);
    AtomicBoolean done = new AtomicBoolean();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                VectorSearcher searcher = index.searcher();
                Neighbors found = new Neighbors();
                for (int i = 0; !done.get(); i++) {
                  MemorySegment query = data.queries[i % data.queries.length];
                  searcher.search(SearchRequest.of(query, 10, 3000), found);
                  // Rows 0 to 999 stay all the time.
                  assertThat(found.size()).isEqualTo(10);
                  assertThat(Arrays.stream(found.rows()).distinct().count()).isEqualTo(10);
                }
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    SplittableRandom random = new SplittableRandom(4);
    BitSet present = new BitSet();
    present.set(0, 1500);
    for (int i = 0; i < 6_000; i++) {
      int row = random.nextInt(1000, 3000);
      if (present.get(row)) {
        index.remove(row);
      } else {
        index.add(row);
      }
      present.flip(row);
    }
    done.set(true);
    reader.join();
    assertThat(failure.get()).isNull();
    assertThat(recall(index, data, present)).isGreaterThan(0.95);
  }
}
