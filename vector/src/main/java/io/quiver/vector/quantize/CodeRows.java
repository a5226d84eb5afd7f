package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels from a point to scattered rows of unsigned bytes, two at a time: a kernel for four has so
 * many operations that C2 gives up halfway through (NodeCountInliningCutoff), and boxes. Where one
 * row is left, it is computed twice.
 *
 * <p>A point is prepared in shorts, in the order that spares the rows' bytes their widening. For
 * each register full of bytes it has four registers:
 *
 * <pre>
 *  the values of the even dimensions, then those of the odd ones
 *  0xFF where there is an even dimension, 0 beyond the last one; then the same for the odd ones
 * </pre>
 *
 * Kernels read whole registers, so that {@link #SLACK} bytes must follow the last row.
 */
// A point, where it begins, two rows and where results go: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class CodeRows {
  private static final VectorSpecies<Byte> BYTES = VectorWidth.BYTES;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int STEP = BYTES.length();
  private static final int PREPARED_STEP = 4 * STEP;
  private static final int SIGN = 0x8000;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  /** Bytes beyond the last row that are read: one less than the widest register has. */
  static final int SLACK = 64;

  private CodeRows() {}

  /** Bytes that a prepared point takes. */
  static long preparedBytes(int dimension) {
    return (long) PREPARED_STEP * ((dimension + STEP - 1) / STEP);
  }

  /** Memory for a prepared point, with its masks. */
  static MemorySegment allocatePrepared(int dimension) {
    MemorySegment prepared =
        Arena.ofAuto().allocate(preparedBytes(dimension), NativeMemory.ALIGNMENT);
    for (int i = 0; i < dimension; i++) {
      prepared.set(SHORT, place(i) + 2L * STEP, (short) 0xFF);
    }
    return prepared;
  }

  /** Where the value of dimension i stands in a prepared point. */
  private static long place(int i) {
    int within = i % STEP;
    return (long) PREPARED_STEP * (i / STEP) + (long) STEP * (within & 1) + (within & -2);
  }

  /** Puts one value of a point in its place. */
  static void prepare(MemorySegment prepared, int i, int value) {
    prepared.set(SHORT, place(i), (short) value);
  }

  /** Puts codes in their places. */
  static void prepare(MemorySegment prepared, MemorySegment codes, long at, int dimension) {
    MemorySegment target = all(prepared);
    long to = AbsoluteMemory.start(prepared, 0, preparedBytes(dimension));
    long from = AbsoluteMemory.start(codes, at, dimension + SLACK);
    for (int i = 0; i < dimension; i += STEP, to += PREPARED_STEP) {
      ShortVector pairs = load(codes, from + i);
      pairs.and(shorts(target, to + 2L * STEP)).intoMemorySegment(target, to, ORDER);
      pairs
          .lanewise(VectorOperators.LSHR, 8)
          .and(shorts(target, to + 3L * STEP))
          .intoMemorySegment(target, to + STEP, ORDER);
    }
  }

  /**
   * Puts codes, less an origin, in their places, shifted to the right so that they are small.
   *
   * @return the sum of the values
   */
  static int prepareSigned(
      MemorySegment prepared, MemorySegment codes, long at, int dimension, int origin, int shift) {
    MemorySegment target = all(prepared);
    long to = AbsoluteMemory.start(prepared, 0, preparedBytes(dimension));
    long from = AbsoluteMemory.start(codes, at, dimension + SLACK);
    int sum = 0;
    for (int i = 0; i < dimension; i += STEP, to += PREPARED_STEP) {
      ShortVector pairs = load(codes, from + i);
      // A mask of 0xFF turned into one of all bits.
      ShortVector evenMask = shorts(target, to + 2L * STEP).neg().lanewise(VectorOperators.ASHR, 8);
      ShortVector oddMask = shorts(target, to + 3L * STEP).neg().lanewise(VectorOperators.ASHR, 8);
      ShortVector even =
          pairs
              .and((short) 0xFF)
              .sub((short) origin)
              .lanewise(VectorOperators.ASHR, shift)
              .and(evenMask);
      ShortVector odd =
          pairs
              .lanewise(VectorOperators.LSHR, 8)
              .sub((short) origin)
              .lanewise(VectorOperators.ASHR, shift)
              .and(oddMask);
      even.intoMemorySegment(target, to, ORDER);
      odd.intoMemorySegment(target, to + STEP, ORDER);
      sum += even.reduceLanes(VectorOperators.ADD) + odd.reduceLanes(VectorOperators.ADD);
    }
    return sum;
  }

  /** Squared distances of codes. */
  static void l2(
      MemorySegment point,
      MemorySegment codes,
      long stride,
      int dimension,
      int[] numbers,
      int count,
      float[] out) {
    long from = AbsoluteMemory.start(point, 0, preparedBytes(dimension));
    long base = AbsoluteMemory.start(codes, 0, 0);
    int last = count - 1;
    for (int i = 0; i < count; i += 2) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      l2(point, from, codes, a, b, dimension, out, i);
    }
  }

  /** Inner products of codes with a point whose values are from -127 to 127. */
  static void dot(
      MemorySegment point,
      MemorySegment codes,
      long stride,
      int dimension,
      int[] numbers,
      int count,
      float[] out) {
    long from = AbsoluteMemory.start(point, 0, preparedBytes(dimension));
    long base = AbsoluteMemory.start(codes, 0, 0);
    int last = count - 1;
    for (int i = 0; i < count; i += 2) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      dot(point, from, codes, a, b, dimension, out, i);
    }
  }

  private static ShortVector load(MemorySegment memory, long position) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER).reinterpretAsShorts();
  }

  private static ShortVector shorts(MemorySegment memory, long position) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER);
  }

  // Shorts were added up in pairs, as ints: the sums of the upper ones alone, taken off where they
  // stand, leave those of the lower ones.
  private static float totalOfSquares(IntVector sum, IntVector high) {
    IntVector low = sum.sub(high.lanewise(VectorOperators.LSHL, 16));
    return Integer.toUnsignedLong(low.add(high).reduceLanes(VectorOperators.ADD));
  }

  private static void l2(
      MemorySegment point,
      long from,
      MemorySegment codes,
      long a,
      long b,
      int dimension,
      float[] out,
      int place) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector high0 = sum0;
    IntVector high1 = sum0;
    long at = from;
    for (int i = 0; i < dimension; i += STEP, at += PREPARED_STEP) {
      ShortVector even = shorts(point, at);
      ShortVector odd = shorts(point, at + STEP);
      ShortVector evenMask = shorts(point, at + 2L * STEP);
      ShortVector oddMask = shorts(point, at + 3L * STEP);
      ShortVector x0 = load(codes, a + i);
      ShortVector e0 = x0.and(evenMask).sub(even);
      ShortVector o0 = x0.lanewise(VectorOperators.LSHR, 8).and(oddMask).sub(odd);
      IntVector p0 = e0.mul(e0).reinterpretAsInts();
      IntVector r0 = o0.mul(o0).reinterpretAsInts();
      sum0 = sum0.add(p0).add(r0);
      high0 =
          high0
              .add(p0.lanewise(VectorOperators.LSHR, 16))
              .add(r0.lanewise(VectorOperators.LSHR, 16));
      ShortVector x1 = load(codes, b + i);
      ShortVector e1 = x1.and(evenMask).sub(even);
      ShortVector o1 = x1.lanewise(VectorOperators.LSHR, 8).and(oddMask).sub(odd);
      IntVector p1 = e1.mul(e1).reinterpretAsInts();
      IntVector r1 = o1.mul(o1).reinterpretAsInts();
      sum1 = sum1.add(p1).add(r1);
      high1 =
          high1
              .add(p1.lanewise(VectorOperators.LSHR, 16))
              .add(r1.lanewise(VectorOperators.LSHR, 16));
    }
    out[place] = totalOfSquares(sum0, high0);
    out[place + 1] = totalOfSquares(sum1, high1);
  }

  // As above; but the lower shorts are signed, so each had 0x8000 added to be positive.
  private static float totalOfProducts(IntVector sum, IntVector high, int added) {
    IntVector low = sum.sub(high.lanewise(VectorOperators.LSHL, 16)).sub(added * SIGN);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  private static void dot(
      MemorySegment point,
      long from,
      MemorySegment codes,
      long a,
      long b,
      int dimension,
      float[] out,
      int place) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector high0 = sum0;
    IntVector high1 = sum0;
    long at = from;
    for (int i = 0; i < dimension; i += STEP, at += PREPARED_STEP) {
      ShortVector even = shorts(point, at);
      ShortVector odd = shorts(point, at + STEP);
      ShortVector x0 = load(codes, a + i);
      IntVector p0 = x0.and((short) 0xFF).mul(even).reinterpretAsInts();
      IntVector r0 = x0.lanewise(VectorOperators.LSHR, 8).mul(odd).reinterpretAsInts();
      sum0 =
          sum0.add(p0.lanewise(VectorOperators.XOR, SIGN))
              .add(r0.lanewise(VectorOperators.XOR, SIGN));
      high0 =
          high0
              .add(p0.lanewise(VectorOperators.ASHR, 16))
              .add(r0.lanewise(VectorOperators.ASHR, 16));
      ShortVector x1 = load(codes, b + i);
      IntVector p1 = x1.and((short) 0xFF).mul(even).reinterpretAsInts();
      IntVector r1 = x1.lanewise(VectorOperators.LSHR, 8).mul(odd).reinterpretAsInts();
      sum1 =
          sum1.add(p1.lanewise(VectorOperators.XOR, SIGN))
              .add(r1.lanewise(VectorOperators.XOR, SIGN));
      high1 =
          high1
              .add(p1.lanewise(VectorOperators.ASHR, 16))
              .add(r1.lanewise(VectorOperators.ASHR, 16));
    }
    int added = 2 * ((dimension + STEP - 1) / STEP);
    out[place] = totalOfProducts(sum0, high0, added);
    out[place + 1] = totalOfProducts(sum1, high1, added);
  }
}
