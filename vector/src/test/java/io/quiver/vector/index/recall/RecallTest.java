package io.quiver.vector.index.recall;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Recall that is measured, against an index whose recall is known. */
class RecallTest {
  private static final int ROWS = 3000;
  private static final EffortCurves.Trials EFFORTS =
      new EffortCurves.Trials(List.of(10, 20, 40, 60, 80, 90, 95, 100), _ -> 1);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void curveShowsTheRecallOfEachEffort(long seed) {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, seed);
    EffortCurves curve = curve(rows, seed);
    assertThat(curve.queries()).isEqualTo(200);
    for (int effort : new int[] {50, 80, 95}) {
      double cautious = 1 - EffortCurves.CAUTION * (1 - effort / 100.0);
      assertThat(curve.recall(effort)).as("seed %d", seed).isCloseTo(cautious, within(0.07));
      assertThat(curve.effort(cautious, 10)).as("seed %d", seed).isBetween(effort - 6, effort + 6);
    }
    assertThat(curve.effort(1, 10)).isEqualTo(100);
    assertThat(curve.effort(1e-9, 10)).isLessThan(50);
    assertThat(curve.recall(1)).isEqualTo(curve.recall(10));
    assertThat(curve.recall(5000)).isEqualTo(1);
  }

  @Test
  void recallOutOfReachTakesTheGreatestEffort() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 4);
    EffortCurves curve =
        EffortCurves.measure(
            rows,
            RowFilter.all(rows.count()),
            () -> new PartialSearcher(rows, 4),
            () -> exact(rows),
            new EffortCurves.Trials(List.of(10, 50), _ -> 1),
            BuildOptions.threads(1));
    assertThat(curve.effort(0.99, 10)).isEqualTo(50);
  }

  @Test
  void curveIsTheSameForASeed() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 5);
    EffortCurves first = curve(rows, 5);
    EffortCurves second = curve(rows, 5);
    for (int effort = 1; effort <= 100; effort++) {
      assertThat(second.recall(effort)).isEqualTo(first.recall(effort));
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void sampledQueriesLieAmongTheRowsAndAreNone(Encoding encoding) {
    VectorRows rows = rows(encoding, ROWS, 6);
    VectorSearcher exact = new FlatIndex(rows).searcher();
    List<MemorySegment> queries =
        new SampleQueries(rows, RowFilter.all(rows.count()), exact, 6).make(50);
    assertThat(queries).hasSize(50);
    Neighbors found = new Neighbors();
    double toRows = 0;
    double betweenRows = 0;
    Random random = new Random(6);
    for (MemorySegment query : queries) {
      exact.search(SearchRequest.of(query, 10, ROWS), found);
      assertThat(found.distance(9)).isPositive();
      toRows += found.distance(9);
      exact.search(SearchRequest.of(rows.row(random.nextInt(ROWS)), 11, ROWS), found);
      betweenRows += found.distance(10);
    }
    assertThat(toRows / betweenRows).isBetween(0.5, 1.5);
  }

  @Test
  void noRowsAndZeroRowsHaveACurve() {
    VectorRows rows = rows(Encoding.FLOAT32, 50, 7);
    VectorRows none = new VectorRows(Metric.L2, rows.block(), 0);
    assertThat(curve(none, 7).effort(0.9, 10)).isEqualTo(10);
    VectorRows zero = new VectorRows(Metric.COSINE, rows.block(), 50);
    for (int row = 0; row < 50; row++) {
      zero.row(row).fill((byte) 0);
    }
    EffortCurves curve = curve(zero, 7);
    assertThat(curve.queries()).isZero();
    assertThat(curve.effort(0.9, 10)).isEqualTo(10);
  }

  @Test
  void writtenCurveIsReadBackAndDamageIsSeen() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 8);
    EffortCurves curve = curve(rows, 8);
    IndexForm.Section section = curve.section();
    EffortCurves read = EffortCurves.read(form(rows, section));
    assertThat(read.queries()).isEqualTo(curve.queries());
    for (int effort = 1; effort <= 100; effort++) {
      assertThat(read.recall(effort)).isEqualTo(curve.recall(effort));
    }
    MemorySegment bytes = Arena.ofAuto().allocate(section.byteSize(), 64);
    section.writer().accept(bytes);
    for (long at : new long[] {0, 8, 16, 31}) {
      byte before = bytes.get(JAVA_BYTE, at);
      bytes.set(JAVA_BYTE, at, (byte) 0x7F);
      assertThatThrownBy(
              () -> EffortCurves.read(form(rows, new IndexForm.Section(section.name(), bytes))))
          .isInstanceOf(DamagedIndexException.class);
      bytes.set(JAVA_BYTE, at, before);
    }
    MemorySegment empty = NativeMemory.allocate(16).asSlice(0, 16);
    empty.set(JAVA_INT_UNALIGNED, 0, EffortCurves.K);
    assertThatThrownBy(
            () -> EffortCurves.read(form(rows, new IndexForm.Section(EffortCurves.SECTION, empty))))
        .isInstanceOf(DamagedIndexException.class);
  }

  @Test
  void cancelledMeasurementThrows() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 9);
    BuildOptions options = BuildOptions.threads(1).withCancelled(() -> true);
    assertThatThrownBy(() ->
            EffortCurves.measure(
                rows,
                RowFilter.all(rows.count()),
                () -> new PartialSearcher(rows, 9),
                EFFORTS,
                options))
        .isInstanceOf(CancellationException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void monitorSeesAnIndexThatHasDecayed(long seed) {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, seed);
    RecallMonitor monitor = new RecallMonitor(rows, 3, 0.9);
    assertThat(monitor.decayed()).isFalse();
    assertThat(monitor.checkOne()).isFalse();

    serve(monitor, rows, 97, 300, seed);
    RecallMonitor.Estimate good = monitor.estimate();
    assertThat(good.checks()).isEqualTo(100);
    assertThat(good.mean()).as("seed %d", seed).isCloseTo(0.97, within(0.04));
    assertThat(good.low()).isLessThan(good.mean());
    assertThat(good.high()).isGreaterThan(good.mean());
    assertThat(monitor.decayed()).isFalse();

    // The window holds 256 checks, so after as many only the worse ones count.
    serve(monitor, rows, 70, 900, seed + 10);
    assertThat(monitor.estimate().mean()).as("seed %d", seed).isCloseTo(0.70, within(0.06));
    assertThat(monitor.decayed()).isTrue();
  }

  @Test
  void fewChecksDecideNothing() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 10);
    RecallMonitor monitor = new RecallMonitor(rows, 1, 0.9);
    serve(monitor, rows, 10, 20, 10);
    assertThat(monitor.estimate().checks()).isEqualTo(20);
    assertThat(monitor.decayed()).isFalse();
    serve(monitor, rows, 10, 20, 11);
    assertThat(monitor.decayed()).isTrue();
  }

  @Test
  void searchesBeyondThoseThatWaitAreDropped() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 11);
    RecallMonitor monitor = new RecallMonitor(rows, 1, 0.9);
    for (int i = 0; i < 1000; i++) {
      monitor.served(SearchRequest.of(rows.row(i), 10, ROWS), new Neighbors());
    }
    int checks = 0;
    while (monitor.checkOne()) {
      checks++;
    }
    assertThat(checks).isEqualTo(16);
  }

  /** Filtered and cancelled searches are checked as what they were. */
  @Test
  void monitorRepeatsFilterAndRadiusButNotCancel() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 12);
    RecallMonitor monitor = new RecallMonitor(rows, 1, 0.9);
    Neighbors found = new Neighbors();
    VectorSearcher exact = new FlatIndex(rows).searcher();
    SearchRequest request =
        SearchRequest.of(rows.row(0), 10, ROWS)
            .withFilter(RowFilter.matching(ROWS, row -> row % 50 == 0))
            .withRadius(5);
    exact.search(request, found);
    monitor.served(request.withCancelled(() -> true), found);
    assertThat(monitor.checkOne()).isTrue();
    assertThat(monitor.estimate().mean()).isEqualTo(1);
  }

  @Test
  void monitorKeepsTheFilterOfASearchWhoseMemoryIsGone() {
    VectorRows rows = rows(Encoding.FLOAT32, ROWS, 12);
    RecallMonitor monitor = new RecallMonitor(rows, 1, 0.9);
    Neighbors found = new Neighbors();
    try (Arena statement = Arena.ofConfined()) {
      MemorySegment bits = statement.allocate(8L * Math.ceilDiv(ROWS, 64), 8);
      bits.set(ValueLayout.JAVA_LONG, 0, 0b1011);
      SearchRequest request =
          SearchRequest.of(rows.row(0), 10, ROWS).withFilter(RowFilter.of(bits, ROWS));
      new FlatIndex(rows).searcher().search(request, found);
      monitor.served(request, found);
    }
    assertThat(monitor.checkOne()).isTrue();
    assertThat(monitor.estimate().mean()).isEqualTo(1);
  }

  private static void serve(
      RecallMonitor monitor, VectorRows rows, int percent, int searches, long seed) {
    VectorSearcher searcher = new PartialSearcher(rows, seed);
    Random random = new Random(seed);
    Neighbors found = new Neighbors();
    for (int i = 0; i < searches; i++) {
      SearchRequest request =
          SearchRequest.of(rows.row(random.nextInt(ROWS)), 10, ROWS).withEffort(Effort.of(percent));
      searcher.search(request, found);
      monitor.served(request, found);
      if (i % 8 == 7 || i == searches - 1) {
        while (monitor.checkOne()) {}
      }
    }
  }

  private static EffortCurves curve(VectorRows rows, long seed) {
    return EffortCurves.measure(
        rows,
        RowFilter.all(rows.count()),
        () -> new PartialSearcher(rows, seed),
        EFFORTS,
        BuildOptions.threads(1).withSeed(seed));
  }

  private static PointDistances exact(VectorRows rows) {
    MemorySegment reciprocals = null;
    if (rows.metric() == Metric.COSINE) {
      reciprocals = NativeMemory.allocate(4L * rows.count());
      for (int row = 0; row < rows.count(); row++) {
        float reciprocal =
            ExactPointDistances.reciprocalLength(
                rows.encoding(), rows.row(row), 0, rows.dimension());
        reciprocals.set(JAVA_FLOAT_UNALIGNED, 4L * row, reciprocal);
      }
    }
    return new ExactPointDistances(rows.metric(), rows.block(), reciprocals);
  }

  private static IndexForm form(VectorRows rows, IndexForm.Section section) {
    IndexSpec spec = new IndexSpec.Flat();
    long bytes = IndexForm.bytes(spec, List.of(section));
    MemorySegment form = NativeMemory.allocate(bytes).asSlice(0, bytes);
    IndexForm.write(form, spec, rows, List.of(section));
    return IndexForm.read(form, rows);
  }

  /** Clusters of a few dimensions, in a space of more. */
  private static VectorRows rows(Encoding encoding, int count, long seed) {
    int dimension = 32;
    Random random = new Random(seed);
    float[][] axes = new float[6][dimension];
    for (float[] axis : axes) {
      for (int i = 0; i < dimension; i++) {
        axis[i] = (float) random.nextGaussian();
      }
    }
    long stride = NativeMemory.align(encoding.bytes(dimension));
    MemorySegment memory = NativeMemory.allocate(stride * count);
    for (int row = 0; row < count; row++) {
      float[] vector = new float[dimension];
      for (float[] axis : axes) {
        float weight = (float) random.nextGaussian();
        for (int i = 0; i < dimension; i++) {
          vector[i] += weight * axis[i] * 8;
        }
      }
      for (int i = 0; i < dimension; i++) {
        set(encoding, memory, row * stride, i, vector[i]);
      }
    }
    Metric metric = encoding == Encoding.BINARY ? Metric.HAMMING : Metric.L2;
    return new VectorRows(metric, new RowBlock(memory, 0, stride, dimension, encoding), count);
  }

  private static void set(
      Encoding encoding, MemorySegment memory, long row, int element, float value) {
    switch (encoding) {
      case FLOAT32 -> memory.set(JAVA_FLOAT_UNALIGNED, row + 4L * element, value);
      case FLOAT16 ->
          memory.set(JAVA_SHORT_UNALIGNED, row + 2L * element, Float.floatToFloat16(value));
      case BFLOAT16 ->
          memory.set(
              JAVA_SHORT_UNALIGNED,
              row + 2L * element,
              (short) (Float.floatToIntBits(value) >> 16));
      case INT8 -> memory.set(JAVA_BYTE, row + element, (byte) Math.clamp((long) value, -128, 127));
      case BINARY -> {
        long at = row + (element >> 3);
        int bit = value > 0 ? 0x80 >> (element & 7) : 0;
        memory.set(JAVA_BYTE, at, (byte) (memory.get(JAVA_BYTE, at) | bit));
      }
    }
  }
}
