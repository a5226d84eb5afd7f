package io.quiver.vector.distance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExactPointDistancesTest {
  private static final int ROWS = 40;

  @ParameterizedTest
  @EnumSource(Encoding.class)
  void agreeWithPlainJavaInEveryMetricAndDimension(Encoding encoding) {
    for (int dimension : new int[] {1, 3, 15, 16, 17, 31, 64, 65, 100, 130, 784}) {
      MemorySegment memory = rows(encoding, dimension);
      RowBlock block = RowBlock.packed(memory, dimension, encoding);
      for (Metric metric : Metric.values()) {
        if (encoding.has(metric) && metric != Metric.L1) {
          compare(metric, block);
        }
      }
    }
  }

  private static void compare(Metric metric, RowBlock block) {
    int bytes = block.rowBytes();
    MemorySegment reciprocals = Arena.ofAuto().allocate(4L * ROWS, 64);
    for (int row = 0; row < ROWS; row++) {
      float reciprocal =
          metric == Metric.COSINE
              ? ExactPointDistances.reciprocalLength(
                  block.encoding(), block.memory(), block.position(row), block.dimension())
              : 0;
      reciprocals.setAtIndex(ValueLayout.JAVA_FLOAT, row, reciprocal);
    }
    PointDistances distances =
        new ExactPointDistances(metric, block, metric == Metric.COSINE ? reciprocals : null);
    MemorySegment query = block.memory().asSlice(block.position(3), bytes);
    double[] expected = new double[ROWS];
    DistanceKernels.choose(false).distances(metric, query, block, ROWS, expected);
    for (int count = 0; count <= 9; count++) {
      int[] numbers = new int[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = (7 * i + count) % ROWS;
      }
      float[] out = new float[count + PointDistances.PADDING];
      for (boolean byRow : new boolean[] {false, true}) {
        if (byRow) {
          distances.fromRow(3);
        } else {
          distances.from(query);
        }
        distances.to(numbers, count, out);
        for (int i = 0; i < count; i++) {
          double distance = expected[numbers[i]];
          // A row of zeros has no cosine; here it counts as a right angle.
          distance = Double.isNaN(distance) ? 1 : distance;
          double wanted = metric == Metric.L2 ? distance * distance : distance;
          assertThat((double) out[i])
              .as("%s over %s, row %d", metric, block, numbers[i])
              .isCloseTo(wanted, offset(1e-4 * Math.max(1, Math.abs(wanted))));
        }
      }
    }
  }

  private static MemorySegment rows(Encoding encoding, int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    int bytes = encoding.bytes(dimension);
    MemorySegment memory = Arena.ofAuto().allocate((long) bytes * ROWS, 64);
    for (int row = 0; row < ROWS; row++) {
      for (int i = 0; i < dimension; i++) {
        float value = (float) random.nextGaussian();
        long at = (long) row * bytes;
        switch (encoding) {
          case FLOAT32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
          case FLOAT16 ->
              memory.set(
                  ValueLayout.JAVA_SHORT_UNALIGNED, at + 2L * i, Float.floatToFloat16(value));
          case BFLOAT16 ->
              memory.set(
                  ValueLayout.JAVA_SHORT_UNALIGNED,
                  at + 2L * i,
                  (short) (Float.floatToIntBits(value) >> 16));
          case INT8 ->
              memory.set(ValueLayout.JAVA_BYTE, at + i, (byte) Math.clamp(50 * value, -128, 127));
          case BINARY -> {
            byte octet = memory.get(ValueLayout.JAVA_BYTE, at + (i >> 3));
            int bit = value > 0 ? 0x80 >> (i & 7) : 0;
            memory.set(ValueLayout.JAVA_BYTE, at + (i >> 3), (byte) (octet | bit));
          }
        }
      }
    }
    return memory;
  }
}
