package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.known;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over rows of 32-bit floats. Each has its loop over the rows within, and takes one row
 * after the other: several at a time would confuse the processor's prefetcher.
 *
 * <p>Each accumulator begins with a zero of its own. Where two share one, or where a method has
 * more vector operations than the compiler inlines, vectors are boxed at every step and a kernel is
 * ten times slower.
 */
// Two vectors, where each begins, and how long they are: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class FloatKernels {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final int LANES = SPECIES.length();
  private static final int STEP = 4 * LANES;
  private static final long VECTOR = 4L * LANES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  // Squares of floats below the first vanish or lose digits, above the second they overflow.
  static final double SMALLEST_SUM = 1e-30;
  static final double LARGEST_SUM = 1e37;

  private FloatKernels() {}

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static double element(MemorySegment memory, long position) {
    return all(memory).get(FLOAT, position);
  }

  /** Squared L2 distances. */
  static void l2Squared(
      MemorySegment query, long queryAt, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      FloatVector sum0 = FloatVector.zero(SPECIES);
      FloatVector sum1 = FloatVector.zero(SPECIES);
      FloatVector sum2 = FloatVector.zero(SPECIES);
      FloatVector sum3 = FloatVector.zero(SPECIES);
      int i = 0;
      for (; i <= dimension - STEP; i += STEP) {
        long x = 4L * i;
        FloatVector d0 = load(query, from + x).sub(load(memory, at + x));
        FloatVector d1 = load(query, from + x + VECTOR).sub(load(memory, at + x + VECTOR));
        FloatVector d2 = load(query, from + x + 2 * VECTOR).sub(load(memory, at + x + 2 * VECTOR));
        FloatVector d3 = load(query, from + x + 3 * VECTOR).sub(load(memory, at + x + 3 * VECTOR));
        sum0 = d0.fma(d0, sum0);
        sum1 = d1.fma(d1, sum1);
        sum2 = d2.fma(d2, sum2);
        sum3 = d3.fma(d3, sum3);
      }
      for (; i <= dimension - LANES; i += LANES) {
        long x = 4L * i;
        FloatVector d0 = load(query, from + x).sub(load(memory, at + x));
        sum0 = d0.fma(d0, sum0);
      }
      double sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
      for (; i < dimension; i++) {
        double q = element(query, from + 4L * i);
        double d = q - element(memory, at + 4L * i);
        sum += d * d;
      }
      boolean sound = sum >= SMALLEST_SUM && sum <= LARGEST_SUM;
      out[row] =
          sound ? sum : ScalarKernels.l2Squared(all(query), from, all(memory), at, dimension);
    }
  }

  /** Inner products. */
  static void innerProduct(
      MemorySegment query, long queryAt, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      FloatVector sum0 = FloatVector.zero(SPECIES);
      FloatVector sum1 = FloatVector.zero(SPECIES);
      FloatVector sum2 = FloatVector.zero(SPECIES);
      FloatVector sum3 = FloatVector.zero(SPECIES);
      int i = 0;
      for (; i <= dimension - STEP; i += STEP) {
        long x = 4L * i;
        sum0 = load(query, from + x).fma(load(memory, at + x), sum0);
        sum1 = load(query, from + x + VECTOR).fma(load(memory, at + x + VECTOR), sum1);
        sum2 = load(query, from + x + 2 * VECTOR).fma(load(memory, at + x + 2 * VECTOR), sum2);
        sum3 = load(query, from + x + 3 * VECTOR).fma(load(memory, at + x + 3 * VECTOR), sum3);
      }
      for (; i <= dimension - LANES; i += LANES) {
        long x = 4L * i;
        sum0 = load(query, from + x).fma(load(memory, at + x), sum0);
      }
      double sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
      for (; i < dimension; i++) {
        double q = element(query, from + 4L * i);
        sum += q * element(memory, at + 4L * i);
      }
      boolean sound = Math.abs(sum) <= LARGEST_SUM;
      out[row] =
          sound ? sum : ScalarKernels.innerProduct(all(query), from, all(memory), at, dimension);
    }
  }

  /** L1 distances. */
  static void l1(MemorySegment query, long queryAt, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      FloatVector sum0 = FloatVector.zero(SPECIES);
      FloatVector sum1 = FloatVector.zero(SPECIES);
      FloatVector sum2 = FloatVector.zero(SPECIES);
      FloatVector sum3 = FloatVector.zero(SPECIES);
      int i = 0;
      for (; i <= dimension - STEP; i += STEP) {
        long x = 4L * i;
        sum0 = sum0.add(load(query, from + x).sub(load(memory, at + x)).abs());
        sum1 = sum1.add(load(query, from + x + VECTOR).sub(load(memory, at + x + VECTOR)).abs());
        sum2 =
            sum2.add(
                load(query, from + x + 2 * VECTOR).sub(load(memory, at + x + 2 * VECTOR)).abs());
        sum3 =
            sum3.add(
                load(query, from + x + 3 * VECTOR).sub(load(memory, at + x + 3 * VECTOR)).abs());
      }
      for (; i <= dimension - LANES; i += LANES) {
        long x = 4L * i;
        sum0 = sum0.add(load(query, from + x).sub(load(memory, at + x)).abs());
      }
      double sum = sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
      for (; i < dimension; i++) {
        double q = element(query, from + 4L * i);
        sum += Math.abs(q - element(memory, at + 4L * i));
      }
      boolean sound = sum <= LARGEST_SUM;
      out[row] = sound ? sum : ScalarKernels.l1(all(query), from, all(memory), at, dimension);
    }
  }

  /** Cosine distances, with the squared length of the query. */
  static void cosine(
      MemorySegment query, long queryAt, double qq, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      FloatVector dot0 = FloatVector.zero(SPECIES);
      FloatVector dot1 = FloatVector.zero(SPECIES);
      FloatVector square0 = FloatVector.zero(SPECIES);
      FloatVector square1 = FloatVector.zero(SPECIES);
      int i = 0;
      for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
        long x = 4L * i;
        FloatVector y0 = load(memory, at + x);
        FloatVector y1 = load(memory, at + x + VECTOR);
        dot0 = load(query, from + x).fma(y0, dot0);
        dot1 = load(query, from + x + VECTOR).fma(y1, dot1);
        square0 = y0.fma(y0, square0);
        square1 = y1.fma(y1, square1);
      }
      if (i <= dimension - LANES) {
        FloatVector y = load(memory, at + 4L * i);
        dot0 = load(query, from + 4L * i).fma(y, dot0);
        square0 = y.fma(y, square0);
        i += LANES;
      }
      double dot = dot0.add(dot1).reduceLanes(VectorOperators.ADD);
      double square = square0.add(square1).reduceLanes(VectorOperators.ADD);
      for (; i < dimension; i++) {
        double y = element(memory, at + 4L * i);
        dot += element(query, from + 4L * i) * y;
        square += y * y;
      }
      boolean sound = Math.min(qq, square) >= SMALLEST_SUM && Math.max(qq, square) <= LARGEST_SUM;
      out[row] =
          sound
              ? ScalarKernels.cosineDistance(dot, qq, square)
              : ScalarKernels.cosine(all(query), from, all(memory), at, dimension);
    }
  }
}
