package io.quiver.vector.distance;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows that are not 32-bit floats, against their definition in double and long arithmetic. */
class EncodedKernelsTest {
  private static final DistanceKernels SIMD = DistanceKernels.choose(true);
  private static final DistanceKernels SCALAR = DistanceKernels.choose(false);
  private static final int ROWS = 9;

  static IntStream dimensions() {
    return IntStream.concat(IntStream.rangeClosed(1, 130), IntStream.of(384, 768, 1000, 4097));
  }

  @ParameterizedTest
  @MethodSource("dimensions")
  void everyMetricEqualsItsDefinition(int dimension) {
    for (Encoding encoding : Encoding.values()) {
      for (long seed = 1; seed <= 3; seed++) {
        // An odd offset and a stride with padding: no row begins at an aligned address.
        MemorySegment memory = random(encoding, dimension, new Random(seed * 1000 + dimension), 1);
        MemorySegment query = Arena.ofAuto().allocate(encoding.bytes(dimension) + 3L);
        query = query.asSlice(3);
        MemorySegment.copy(memory, 5, query, 0, query.byteSize());
        check(encoding, dimension, memory, query, "seed " + seed);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void extremeElementsNeitherOverflowNorVanish(Encoding encoding) {
    for (int dimension : new int[] {1, 33, 300, 65_535}) {
      for (float scale : new float[] {1e-30f, 1e30f, Float.MAX_VALUE}) {
        MemorySegment memory = random(encoding, dimension, new Random(dimension), scale);
        MemorySegment query = Arena.ofAuto().allocate(encoding.bytes(dimension));
        MemorySegment.copy(memory, 5, query, 0, query.byteSize());
        check(encoding, dimension, memory, query, "scale " + scale);
      }
    }
  }

  private static void check(
      Encoding encoding, int dimension, MemorySegment memory, MemorySegment query, String what) {
    RowBlock rows = new RowBlock(memory, 5, stride(encoding, dimension), dimension, encoding);
    int[] some = {ROWS - 1, 0, 3, 3};
    for (Metric metric : Metric.values()) {
      if (!encoding.has(metric)) {
        continue;
      }
      double[] fast = new double[ROWS];
      double[] slow = new double[ROWS];
      double[] chosen = new double[some.length];
      SIMD.distances(metric, query, rows, ROWS, fast);
      SCALAR.distances(metric, query, rows, ROWS, slow);
      SIMD.distances(metric, query, rows, some, some.length, chosen);
      for (int row = 0; row < ROWS; row++) {
        double[] a = decode(encoding, query, 0, dimension);
        double[] b = decode(encoding, memory, rows.position(row), dimension);
        double wanted = expected(metric, a, b);
        double room =
            encoding == Encoding.FLOAT16
                    || encoding == Encoding.BFLOAT16
                    || encoding == Encoding.FLOAT32
                ? tolerance(metric, a, b, wanted)
                : 1e-12;
        String name = metric + " over " + dimension + " " + encoding + ", row " + row + ", " + what;
        assertClose(fast[row], wanted, room, name + ", SIMD");
        assertClose(slow[row], wanted, room, name + ", scalar");
      }
      for (int i = 0; i < some.length; i++) {
        // A sum of float lanes may be made in another order once the code is compiled.
        double[] a = decode(encoding, query, 0, dimension);
        double[] b = decode(encoding, memory, rows.position(some[i]), dimension);
        double wanted = expected(metric, a, b);
        assertClose(chosen[i], wanted, tolerance(metric, a, b, wanted), metric + " of some rows");
      }
    }
  }

  private static void assertClose(double found, double wanted, double room, String name) {
    if (Double.isNaN(wanted)) {
      assertThat(found).as(name).isNaN();
    } else {
      assertThat(found).as(name).isCloseTo(wanted, within(room));
    }
  }

  /** Float lanes lose some of a float's last digits of what is added up. */
  private static double tolerance(Metric metric, double[] a, double[] b, double wanted) {
    double added = 0;
    for (int i = 0; i < a.length; i++) {
      added += Math.abs(a[i] * b[i]);
    }
    double relative = 4e-6;
    return switch (metric) {
      case NEGATIVE_INNER_PRODUCT -> relative * added + 1e-37;
      case COSINE -> 1e-5;
      default -> relative * Math.abs(wanted) + 1e-37;
    };
  }

  @Test
  void metricsThatAnEncodingLacksAreRefused() {
    MemorySegment memory = Arena.ofAuto().allocate(64);
    for (DistanceKernels kernels : new DistanceKernels[] {SIMD, SCALAR}) {
      assertThatThrownBy(() ->
              kernels.distances(
                  Metric.L2, memory, RowBlock.packed(memory, 8, Encoding.BINARY), 1, new double[1]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() ->
              kernels.distances(
                  Metric.HAMMING,
                  memory,
                  RowBlock.packed(memory, 8, Encoding.INT8),
                  1,
                  new double[1]))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void rowsBeyondTheMemoryAreRefused() {
    MemorySegment memory = Arena.ofAuto().allocate(24);
    for (Encoding encoding : Encoding.values()) {
      Metric metric = encoding == Encoding.BINARY ? Metric.HAMMING : Metric.L2;
      int dimension = 24 * 8 / encoding.bytes(8);
      RowBlock rows = RowBlock.packed(memory, dimension, encoding);
      assertThatThrownBy(() -> SIMD.distances(metric, memory, rows, 2, new double[2]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(
              () -> SIMD.distances(metric, memory, rows, new int[] {1}, 1, new double[1]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void simdServesOnceItIsWarm(Encoding encoding) throws InterruptedException {
    long start = System.nanoTime();
    while (!(DistanceKernels.get(encoding) instanceof SimdKernels)
        && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
      Thread.sleep(20);
    }
    assertThat(DistanceKernels.get(encoding)).isInstanceOf(SimdKernels.class);
  }

  private static long stride(Encoding encoding, int dimension) {
    return encoding.bytes(dimension) + 3L;
  }

  /** Rows from byte 5 on, the second all zero. */
  private static MemorySegment random(
      Encoding encoding, int dimension, Random random, float scale) {
    long stride = stride(encoding, dimension);
    MemorySegment memory = Arena.ofAuto().allocate(5 + stride * ROWS);
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < dimension && row != 1; i++) {
        set(encoding, memory, 5 + stride * row, i, (float) random.nextGaussian(), scale);
      }
    }
    return memory;
  }

  private static void set(
      Encoding encoding, MemorySegment memory, long row, int i, float number, float scale) {
    float value = (float) Math.clamp((double) number * scale, -Float.MAX_VALUE, Float.MAX_VALUE);
    switch (encoding) {
      case FLOAT32 ->
          memory.set(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i, value);
      case FLOAT16 ->
          memory.set(
              JAVA_SHORT_UNALIGNED,
              row + 2L * i,
              Float.floatToFloat16(Math.clamp(value, -65_504, 65_504)));
      case BFLOAT16 ->
          memory.set(
              JAVA_SHORT_UNALIGNED, row + 2L * i, (short) (Float.floatToRawIntBits(value) >> 16));
      case INT8 -> memory.set(JAVA_BYTE, row + i, (byte) Math.clamp(value * 100, -128, 127));
      case BINARY -> {
        int bit = number > 0 || scale > 1e30 ? 0x80 >> (i & 7) : 0;
        memory.set(JAVA_BYTE, row + (i >> 3), (byte) (memory.get(JAVA_BYTE, row + (i >> 3)) | bit));
      }
    }
  }

  private static double[] decode(Encoding encoding, MemorySegment memory, long row, int dimension) {
    double[] values = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      values[i] =
          switch (encoding) {
            case FLOAT32 ->
                memory.get(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, row + 4L * i);
            case FLOAT16 -> Float.float16ToFloat(memory.get(JAVA_SHORT_UNALIGNED, row + 2L * i));
            case BFLOAT16 ->
                Float.intBitsToFloat(memory.get(JAVA_SHORT_UNALIGNED, row + 2L * i) << 16);
            case INT8 -> memory.get(JAVA_BYTE, row + i);
            case BINARY -> (memory.get(JAVA_BYTE, row + (i >> 3)) >> (7 - (i & 7))) & 1;
          };
    }
    return values;
  }

  private static double expected(Metric metric, double[] a, double[] b) {
    double squares = 0;
    double differences = 0;
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double either = 0;
    for (int i = 0; i < a.length; i++) {
      squares += (a[i] - b[i]) * (a[i] - b[i]);
      differences += Math.abs(a[i] - b[i]);
      dot += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
      either += Math.max(a[i], b[i]);
    }
    return switch (metric) {
      case L2 -> Math.sqrt(squares);
      case L2_SQUARED -> squares;
      case COSINE ->
          aa == 0 || bb == 0
              ? Double.NaN
              : 1 - Math.clamp(dot / (Math.sqrt(aa) * Math.sqrt(bb)), -1.0, 1.0);
      case NEGATIVE_INNER_PRODUCT -> -dot;
      case L1, HAMMING -> differences;
      case JACCARD -> dot == 0 ? 1 : 1 - dot / either;
    };
  }
}
