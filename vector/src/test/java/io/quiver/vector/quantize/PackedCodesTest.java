package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedCodesTest {
  private static final int ROWS = 400;

  @ParameterizedTest
  @CsvSource({"64, 4, 0.08", "128, 4, 0.06", "832, 4, 0.03", "256, 2, 0.12", "832, 2, 0.07"})
  void estimatesAreWithoutBiasAndNear(int dimension, int bits, double errorMax) {
    PackedCodes codes = new PackedCodes(dimension, bits);
    Random random = new Random(dimension + bits);
    MemorySegment points = NativeMemory.allocate(4L * dimension * (ROWS + 1));
    for (int i = 0; i < dimension * (ROWS + 1); i++) {
      points.set(ValueLayout.JAVA_FLOAT, 4L * i, (float) random.nextGaussian());
    }
    MemorySegment rows = NativeMemory.allocate((long) codes.rowBytes() * ROWS);
    long from = AbsoluteMemory.start(points, 0, points.byteSize());
    long base = AbsoluteMemory.start(rows, 0, rows.byteSize());
    int[] numbers = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      codes.encode(points, from + 4L * dimension * i, rows, base + (long) i * codes.rowBytes());
      numbers[i] = i;
    }
    PackedQuery query = new PackedQuery(codes);
    query.set(points, from + 4L * dimension * ROWS);
    float[] estimates = new float[ROWS];
    codes.estimate(rows, base, codes.rowBytes(), numbers, ROWS, query, estimates);
    double bias = 0;
    double square = 0;
    for (int i = 0; i < ROWS; i++) {
      double exact = squared(points, i, dimension);
      double error = (estimates[i] - exact) / exact;
      bias += error / ROWS;
      square += error * error / ROWS;
    }
    assertThat(Math.sqrt(square)).as("relative error").isLessThan(errorMax);
    assertThat(Math.abs(bias)).as("bias").isLessThan(errorMax / 5);
  }

  private static double squared(MemorySegment points, int row, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double d =
          points.get(ValueLayout.JAVA_FLOAT, 4L * ((long) ROWS * dimension + i))
              - points.get(ValueLayout.JAVA_FLOAT, 4L * ((long) row * dimension + i));
      sum += d * d;
    }
    return sum;
  }
}
