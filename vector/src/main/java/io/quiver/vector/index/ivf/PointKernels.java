package io.quiver.vector.index.ivf;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Squared distances from a point to others that stand in a row, four at a time. */
final class PointKernels {
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private PointKernels() {}

  /**
   * Computes squared distances.
   *
   * @param query address of the point
   * @param points address of the first of the others
   * @param stride bytes from one to the next, a multiple of 64; what the dimension leaves of them
   *     is 0, as it is in the query
   * @param out where {@code out[i]} becomes the squared distance of point i; of a multiple of four
   *     elements
   */
  // Memory, addresses and lengths: a record of these would be allocated.
  @SuppressWarnings("ParameterNumber")
  static void squaredDistances(
      MemorySegment queryMemory,
      long query,
      MemorySegment pointMemory,
      long points,
      long stride,
      int count,
      float[] out) {
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four(queryMemory, query, pointMemory, points + i * stride, stride, out, i);
    }
    for (; i < count; i++) {
      out[i] = squaredDistance(queryMemory, query, pointMemory, points + i * stride, stride);
    }
  }

  @SuppressWarnings("ParameterNumber")
  private static void four(
      MemorySegment queryMemory,
      long query,
      MemorySegment pointMemory,
      long a,
      long stride,
      float[] out,
      int at) {
    MemorySegment from = all(queryMemory);
    MemorySegment memory = all(pointMemory);
    long b = a + stride;
    long c = b + stride;
    long d = c + stride;
    FloatVector sumA = FloatVector.zero(FLOATS);
    FloatVector sumB = sumA;
    FloatVector sumC = sumA;
    FloatVector sumD = sumA;
    int bytes = (int) stride;
    for (int i = 0; i < bytes; i += 4 * LANES) {
      FloatVector x = FloatVector.fromMemorySegment(FLOATS, from, query + i, ORDER);
      FloatVector y = x.sub(FloatVector.fromMemorySegment(FLOATS, memory, a + i, ORDER));
      sumA = y.fma(y, sumA);
      y = x.sub(FloatVector.fromMemorySegment(FLOATS, memory, b + i, ORDER));
      sumB = y.fma(y, sumB);
      y = x.sub(FloatVector.fromMemorySegment(FLOATS, memory, c + i, ORDER));
      sumC = y.fma(y, sumC);
      y = x.sub(FloatVector.fromMemorySegment(FLOATS, memory, d + i, ORDER));
      sumD = y.fma(y, sumD);
    }
    out[at] = sumA.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sumB.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sumC.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sumD.reduceLanes(VectorOperators.ADD);
  }

  /** The squared distance of two points, of a multiple of 64 bytes each. */
  static float squaredDistance(
      MemorySegment queryMemory, long query, MemorySegment pointMemory, long point, long length) {
    MemorySegment from = all(queryMemory);
    MemorySegment memory = all(pointMemory);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    int bytes = (int) length;
    int i = 0;
    for (; i + 8 * LANES <= bytes; i += 8 * LANES) {
      FloatVector x =
          FloatVector.fromMemorySegment(FLOATS, from, query + i, ORDER)
              .sub(FloatVector.fromMemorySegment(FLOATS, memory, point + i, ORDER));
      FloatVector y =
          FloatVector.fromMemorySegment(FLOATS, from, query + i + 4L * LANES, ORDER)
              .sub(FloatVector.fromMemorySegment(FLOATS, memory, point + i + 4L * LANES, ORDER));
      sum0 = x.fma(x, sum0);
      sum1 = y.fma(y, sum1);
    }
    for (; i < bytes; i += 4 * LANES) {
      FloatVector x =
          FloatVector.fromMemorySegment(FLOATS, from, query + i, ORDER)
              .sub(FloatVector.fromMemorySegment(FLOATS, memory, point + i, ORDER));
      sum0 = x.fma(x, sum0);
    }
    return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
  }

  /**
   * Which numbers, of a multiple of 16 and at most 64, are below a threshold.
   *
   * @return a bit for each, the first lowest
   */
  static long below(float[] numbers, float threshold) {
    long below = 0;
    for (int i = 0; i < numbers.length; i += LANES) {
      below |=
          FloatVector.fromArray(FLOATS, numbers, i).compare(VectorOperators.LT, threshold).toLong()
              << i;
    }
    return below;
  }
}
