package io.quiver.vector.distance;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.OwnJvm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorWidthTest {
  private static final int ROWS = 40;

  @ParameterizedTest
  @ValueSource(ints = {512, 256, 128})
  void kernelsOfEachWidthGiveTheScalarTwinsDistances(int bits) throws Exception {
    assertThat(
            OwnJvm.run(
                Comparison.class,
                "-D" + VectorWidth.PROPERTY + "=" + bits,
                "--enable-native-access=ALL-UNNAMED"))
        .endsWith("equal");
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 128})
  void theyDoWithoutNativeAccess(int bits) throws Exception {
    assertThat(OwnJvm.run(Comparison.class, "-D" + VectorWidth.PROPERTY + "=" + bits))
        .endsWith("equal");
  }

  @ParameterizedTest
  @ValueSource(strings = "1024")
  void aWidthThatDoesNotExistIsRefused(String bits) throws Exception {
    assertThat(OwnJvm.run(Comparison.class, "-D" + VectorWidth.PROPERTY + "=" + bits))
        .contains("it must be 512, 256 or 128");
  }

  /** What the new JVM runs: every metric, over rows of awkward lengths. */
  static final class Comparison {
    private Comparison() {}

    public static void main(String[] arguments) {
      DistanceKernels simd = DistanceKernels.choose(true);
      DistanceKernels scalar = DistanceKernels.choose(false);
      System.out.println(simd.description());
      for (Encoding encoding : Encoding.values()) {
        for (Metric metric : Metric.values()) {
          for (int dimension : new int[] {1, 7, 64, 100, 129, 784, 1100}) {
            if (encoding.has(metric)) {
              compare(simd, scalar, encoding, metric, dimension);
            }
          }
        }
      }
      System.out.println("equal");
    }

    private static void compare(
        DistanceKernels simd,
        DistanceKernels scalar,
        Encoding encoding,
        Metric metric,
        int dimension) {
      MemorySegment query = random(encoding, dimension, 1);
      RowBlock rows = RowBlock.packed(random(encoding, dimension, ROWS), dimension, encoding);
      double[] fast = new double[ROWS];
      double[] slow = new double[ROWS];
      simd.distances(metric, query, rows, ROWS, fast);
      scalar.distances(metric, query, rows, ROWS, slow);
      for (int i = 0; i < ROWS; i++) {
        if (!(Math.abs(fast[i] - slow[i]) <= 1e-4 * Math.max(1, Math.abs(slow[i])))) {
          throw new AssertionError(
              encoding + " " + metric + " " + dimension + ": " + fast[i] + ", not " + slow[i]);
        }
      }
    }

    private static MemorySegment random(Encoding encoding, int dimension, int rows) {
      SplittableRandom random = new SplittableRandom(31L * dimension + rows);
      long bytes = (long) encoding.bytes(dimension) * rows;
      MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);
      int step = encoding.bytes(16) / 16;
      for (long at = 0; at < bytes; at += Math.max(1, step)) {
        float value = random.nextFloat() - 0.5f;
        switch (encoding) {
          case FLOAT32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
          case FLOAT16 ->
              memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
          case BFLOAT16 ->
              memory.set(
                  ValueLayout.JAVA_SHORT_UNALIGNED,
                  at,
                  (short) (Float.floatToIntBits(value) >> 16));
          case INT8 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
          case BINARY -> {
            boolean last = (at + 1) % encoding.bytes(dimension) == 0;
            int unused = last ? -dimension & 7 : 0;
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) (random.nextInt() << unused));
          }
        }
      }
      return memory;
    }
  }
}
