package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels that find each point's nearest centroid among many: a product of matrices, with three
 * points and up to 64 centroids in registers.
 *
 * <p>A centroid's score is {@code <x, c> - |c|² / 2}, highest where the distance is least.
 * Centroids stand in blocks of 64, which begin with the 64 values of {@code -|c|² / 2} and go on
 * with 64 floats a dimension, so that a lane is a centroid and nothing has to be summed across
 * lanes.
 */
final class CentroidKernels {
  /** Centroids of a block. */
  static final int BLOCK = 64;

  /** Points that are scored at a time. */
  static final int POINTS = 3;

  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final long ROW = 4L * BLOCK;
  private static final long VECTOR = 4L * LANES;
  private static final IntVector LANE_NUMBERS = IntVector.zero(INTS).addIndex(1);

  private CentroidKernels() {}

  /**
   * Scores three points against a block's centroids, a quarter of a register file at a time.
   *
   * @param point address of the first
   * @param stride bytes from one to the next
   * @param centroids address of the block
   * @param scores address where 3 times 64 floats go
   */
  // Memory, addresses and lengths: a record of these would be allocated.
  @SuppressWarnings("ParameterNumber")
  static void score(
      MemorySegment pointMemory,
      long point,
      long stride,
      MemorySegment centroidMemory,
      long centroids,
      int dimension,
      MemorySegment scoreMemory,
      long scores) {
    for (int part = 0; part < BLOCK; part += 4 * LANES) {
      scorePart(
          all(pointMemory),
          point,
          stride,
          all(centroidMemory),
          centroids + 4L * part,
          dimension,
          all(scoreMemory),
          scores + 4L * part);
    }
  }

  @SuppressWarnings("ParameterNumber")
  private static void scorePart(
      MemorySegment points,
      long point,
      long stride,
      MemorySegment centroids,
      long block,
      int dimension,
      MemorySegment into,
      long scores) {
    FloatVector a0 = load(centroids, block);
    FloatVector a1 = load(centroids, block + VECTOR);
    FloatVector a2 = load(centroids, block + 2 * VECTOR);
    FloatVector a3 = load(centroids, block + 3 * VECTOR);
    FloatVector b0 = a0;
    FloatVector b1 = a1;
    FloatVector b2 = a2;
    FloatVector b3 = a3;
    FloatVector c0 = a0;
    FloatVector c1 = a1;
    FloatVector c2 = a2;
    FloatVector c3 = a3;
    long at = block + ROW;
    for (int i = 0; i < dimension; i++, at += ROW) {
      FloatVector y0 = load(centroids, at);
      FloatVector y1 = load(centroids, at + VECTOR);
      FloatVector y2 = load(centroids, at + 2 * VECTOR);
      FloatVector y3 = load(centroids, at + 3 * VECTOR);
      long p = point + 4L * i;
      FloatVector a = FloatVector.broadcast(FLOATS, points.get(FLOAT, p));
      FloatVector b = FloatVector.broadcast(FLOATS, points.get(FLOAT, p + stride));
      FloatVector c = FloatVector.broadcast(FLOATS, points.get(FLOAT, p + 2 * stride));
      a0 = a.fma(y0, a0);
      a1 = a.fma(y1, a1);
      a2 = a.fma(y2, a2);
      a3 = a.fma(y3, a3);
      b0 = b.fma(y0, b0);
      b1 = b.fma(y1, b1);
      b2 = b.fma(y2, b2);
      b3 = b.fma(y3, b3);
      c0 = c.fma(y0, c0);
      c1 = c.fma(y1, c1);
      c2 = c.fma(y2, c2);
      c3 = c.fma(y3, c3);
    }
    a0.intoMemorySegment(into, scores, ORDER);
    a1.intoMemorySegment(into, scores + VECTOR, ORDER);
    a2.intoMemorySegment(into, scores + 2 * VECTOR, ORDER);
    a3.intoMemorySegment(into, scores + 3 * VECTOR, ORDER);
    b0.intoMemorySegment(into, scores + ROW, ORDER);
    b1.intoMemorySegment(into, scores + ROW + VECTOR, ORDER);
    b2.intoMemorySegment(into, scores + ROW + 2 * VECTOR, ORDER);
    b3.intoMemorySegment(into, scores + ROW + 3 * VECTOR, ORDER);
    c0.intoMemorySegment(into, scores + 2 * ROW, ORDER);
    c1.intoMemorySegment(into, scores + 2 * ROW + VECTOR, ORDER);
    c2.intoMemorySegment(into, scores + 2 * ROW + 2 * VECTOR, ORDER);
    c3.intoMemorySegment(into, scores + 2 * ROW + 3 * VECTOR, ORDER);
  }

  /**
   * Takes the scores of a block into the best so far, a lane at a time.
   *
   * @param scores address of 64 floats
   * @param best address of a register of scores and one of centroid numbers
   * @param first the number of the block's first centroid
   */
  static void best(
      MemorySegment scoreMemory, long scores, MemorySegment bestMemory, long best, int first) {
    MemorySegment from = all(scoreMemory);
    MemorySegment into = all(bestMemory);
    FloatVector highest = load(into, best);
    IntVector numbers = IntVector.fromMemorySegment(INTS, into, best + VECTOR, ORDER);
    for (int i = 0; i < BLOCK; i += LANES) {
      FloatVector score = load(from, scores + 4L * i);
      VectorMask<Integer> better = score.compare(VectorOperators.GT, highest).cast(INTS);
      highest = highest.max(score);
      numbers = numbers.blend(LANE_NUMBERS.add(first + i), better);
    }
    highest.intoMemorySegment(into, best, ORDER);
    numbers.intoMemorySegment(into, best + VECTOR, ORDER);
  }

  /**
   * Adds a point to a sum.
   *
   * @param point address of the point
   * @param sum address of the sum
   * @param length floats, a multiple of 16
   */
  static void add(
      MemorySegment pointMemory, long point, MemorySegment sumMemory, long sum, int length) {
    MemorySegment from = all(pointMemory);
    MemorySegment into = all(sumMemory);
    for (int i = 0; i < length; i += LANES) {
      long at = 4L * i;
      load(into, sum + at).add(load(from, point + at)).intoMemorySegment(into, sum + at, ORDER);
    }
  }

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(FLOATS, memory, position, ORDER);
  }
}
