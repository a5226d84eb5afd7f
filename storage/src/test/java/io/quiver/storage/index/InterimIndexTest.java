package io.quiver.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.index.InterimIndex.Range;
import io.quiver.storage.index.InterimIndex.Run;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InterimIndexTest {
  private static final int STEP = 128;

  private final InterimIndex interim = new InterimIndex(STEP);

  /** Stands for the codes of any rows. */
  private static final SegmentVectorIndex CODES = index("ivf_rabitq(lists=1)");

  private static SegmentVectorIndex index(String kind) {
    RowBlock block = RowBlock.packed(NativeMemory.allocate(8), 2, Encoding.FLOAT32);
    VectorRows rows = new VectorRows(Metric.L2, block, 1);
    return new SegmentVectorIndex(
        Indexes.build(IndexSpec.parse(kind), rows, BuildOptions.threads(1)),
        1,
        null,
        new SegmentVectorIndex.Origin(0, 0, ""));
  }

  private static Run run(Range range) {
    return new Run(range, CODES);
  }

  private void makeAll(int covered, int rows, boolean grows) {
    for (Range next = interim.next(covered, rows, grows);
        next != null;
        next = interim.next(covered, rows, grows)) {
      interim.put(run(next));
    }
  }

  private List<Range> ranges() {
    return interim.runs().stream().map(Run::range).toList();
  }

  @Test
  void theLastRunGetsLonger() {
    makeAll(0, 127, true);
    assertThat(ranges()).isEmpty();
    makeAll(0, 300, true);
    assertThat(ranges()).containsExactly(new Range(0, 256));
    makeAll(0, 383, true);
    assertThat(ranges()).containsExactly(new Range(0, 256));
    makeAll(0, 600, true);
    assertThat(ranges()).containsExactly(new Range(0, 576));
    assertThat(interim.rows(500, 600)).isEqualTo(76);
    makeAll(0, 32_768 + 200, true);
    assertThat(ranges()).containsExactly(new Range(0, 32_768), new Range(32_768, 32_960));
  }

  @Test
  void fourRunsBecomeOne() {
    for (int from = 0; from < 384; from += 128) {
      interim.put(run(new Range(from, from + 128)));
    }
    makeAll(0, 400, true);
    assertThat(ranges()).hasSize(3);
    interim.put(run(new Range(384, 512)));
    makeAll(0, 520, true);
    assertThat(ranges()).containsExactly(new Range(0, 512));
  }

  @Test
  void aGraphStaysWhatItIs() {
    interim.put(new Run(new Range(0, 128), index("hnsw")));
    makeAll(0, 4 * 128, true);
    assertThat(ranges()).containsExactly(new Range(0, 128), new Range(128, 512));
    makeAll(0, 5 * 128, true);
    assertThat(ranges()).containsExactly(new Range(0, 128), new Range(128, 640));
    assertThat(interim.begun(new Range(0, 700))).isNull();
    assertThat(interim.begun(new Range(128, 700))).isEqualTo(run(new Range(128, 640)));
  }

  @Test
  void whatIsThereAlreadyGetsLongRuns() {
    makeAll(64, 64 + 70_001, false);
    assertThat(ranges())
        .containsExactly(
            new Range(64, 32_832), new Range(32_832, 65_600), new Range(65_600, 70_065));
  }

  @Test
  void aGapIsFilled() {
    interim.put(run(new Range(200, 328)));
    makeAll(0, 330, true);
    assertThat(ranges()).containsExactly(new Range(0, 200), new Range(200, 328));
    interim.put(run(new Range(500, 600)));
    makeAll(0, 610, true);
    assertThat(ranges())
        .containsExactly(new Range(0, 200), new Range(200, 500), new Range(500, 600));
  }

  @Test
  void whatTheIndexHasGoes() {
    interim.put(run(new Range(0, 128)));
    interim.put(run(new Range(128, 256)));
    interim.trim(127);
    assertThat(ranges()).hasSize(2);
    interim.trim(200);
    assertThat(ranges()).containsExactly(new Range(128, 256));
    // The rest of a run that the index has a part of serves still.
    assertThat(interim.rows(200, 300)).isEqualTo(56);
    // What the index has is not coded again.
    assertThat(interim.next(256, 500, true)).isEqualTo(new Range(256, 448));
    assertThat(interim.next(255, 500, true)).isEqualTo(new Range(128, 448));
  }

  @Test
  void fewRunsHaveAllRowsButFew() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int rows = 0;
    int covered = 0;
    long coded = 0;
    for (int round = 0; round < 300; round++) {
      rows += random.nextInt(600);
      if (random.nextInt(20) == 0) {
        covered += random.nextInt(rows - covered + 1);
        interim.trim(covered);
      }
      for (Range next = interim.next(covered, rows, true);
          next != null;
          next = interim.next(covered, rows, true)) {
        Run begun = interim.begun(next);
        coded += next.rows() - (begun == null ? 0 : begun.range().rows());
        interim.put(run(next));
      }
      int end = covered;
      for (Range range : ranges()) {
        assertThat(range.from()).as("seed %d", seed).isLessThanOrEqualTo(end);
        assertThat(range.rows()).as("seed %d", seed).isBetween(1, 32_768);
        end = range.to();
      }
      assertThat(rows - end).as("seed %d", seed).isLessThan(STEP);
      assertThat(ranges().size()).as("seed %d", seed).isLessThan(9);
    }
    assertThat(coded).as("seed %d", seed).isLessThanOrEqualTo(rows);
  }
}
