package io.quiver.vector.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowSetTest {
  @ParameterizedTest(name = "{0} rows, seed 7")
  @ValueSource(ints = {1, 63, 64, 65, 200})
  void agreesWithABitSetAsRowsComeAndGo(int rows) {
    SplittableRandom random = new SplittableRandom(7);
    RowFilter filter = RowFilter.matching(rows, row -> row % 3 != 0);
    RowSet set = RowSet.empty(rows);
    BitSet expected = new BitSet();
    for (int step = 0; step < 4 * rows; step++) {
      int row = random.nextInt(rows);
      if (random.nextInt(3) > 0) {
        assertThat(set.add(row)).isEqualTo(!expected.get(row));
        expected.set(row);
      } else {
        assertThat(set.remove(row)).isEqualTo(expected.get(row));
        expected.clear(row);
      }
      assertThat(set.contains(row)).isEqualTo(expected.get(row));
      assertThat(set.count()).isEqualTo(expected.cardinality());
      assertThat(set.isComplete()).isEqualTo(expected.cardinality() == rows);
      assertThat(set.first()).isEqualTo(expected.nextSetBit(0));
    }
    int[] passing = expected.stream().filter(filter::passes).toArray();
    int[] collected = new int[passing.length];
    assertThat(set.collect(filter, collected)).isEqualTo(passing.length);
    assertThat(collected).isEqualTo(passing);
    assertThat(set.count(filter)).isEqualTo(passing.length);
    assertThat(set.count(RowFilter.all(rows))).isEqualTo(expected.cardinality());
    BitSet absent = set.absent();
    assertThat(absent.cardinality()).isEqualTo(rows - expected.cardinality());
    assertThat(absent.intersects(expected)).isFalse();
    MemorySegment copy = NativeMemory.allocate(RowSet.bytes(rows));
    copy.copyFrom(set.bits());
    for (RowSet other : List.of(RowSet.of(copy, rows), RowSet.without(absent, rows))) {
      assertThat(other.count()).isEqualTo(expected.cardinality());
      assertThat(other.absent()).isEqualTo(absent);
    }
  }

  @Test
  void countsFilteredRowsWhenAllAreIn() {
    RowSet set = RowSet.without(new BitSet(), 130);
    assertThat(set.isComplete()).isTrue();
    assertThat(set.count(RowFilter.matching(130, row -> row > 120))).isEqualTo(9);
  }

  @Test
  void losesNoRowThatSeveralThreadsAdd() throws InterruptedException {
    int rows = 10_000;
    RowSet set = RowSet.empty(rows);
    List<Thread> threads =
        IntStream.range(0, 4)
            .mapToObj(part ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int row = part; row < rows; row += 4) {
                        set.add(row);
                      }
                    }))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(set.isComplete()).isTrue();
    assertThat(set.absent().isEmpty()).isTrue();
  }

  @Test
  void copyHasTheSameRowsAndGoesItsOwnWay() {
    RowSet set = RowSet.empty(70);
    set.add(3);
    set.add(69);
    RowSet copy = set.copy(200);
    assertThat(copy.count()).isEqualTo(2);
    assertThat(copy.contains(69)).isTrue();
    copy.add(199);
    assertThat(copy.count()).isEqualTo(3);
    assertThat(set.count()).isEqualTo(2);
  }
}
