package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels from a point to four scattered rows of unsigned bytes at once. The point is in shorts,
 * which {@link #prepare} puts in the order that spares the rows' bytes their widening: of each
 * register full of bytes the even ones, then the odd ones, as a mask and a shift separate them.
 * Where fewer than four rows are left, the last is computed again.
 */
// A point, where it begins, four rows and where results go: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class FourCodeRows {
  private static final VectorSpecies<Byte> BYTES = VectorWidth.BYTES;
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int STEP = BYTES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private FourCodeRows() {}

  /** Bytes that a prepared point takes. */
  static long preparedBytes(int dimension) {
    return 2L * (dimension + STEP);
  }

  /** Where the value of dimension i stands in a prepared point. */
  private static long place(int i) {
    int within = i % STEP;
    int half = (within & 1) * (STEP / 2);
    return 2L * (i - within + half + (within >> 1));
  }

  /** Puts one value of a point in its place; those beyond the last must be 0. */
  static void prepare(MemorySegment prepared, int i, int value) {
    prepared.set(SHORT, place(i), (short) value);
  }

  /** Puts codes in their places. */
  static void prepare(MemorySegment prepared, MemorySegment codes, long at, int dimension) {
    MemorySegment memory = all(codes);
    long from = AbsoluteMemory.start(codes, at, dimension);
    MemorySegment target = all(prepared);
    long to = AbsoluteMemory.start(prepared, 0, preparedBytes(dimension));
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      ShortVector pairs =
          ByteVector.fromMemorySegment(BYTES, memory, from + i, ORDER).reinterpretAsShorts();
      pairs.and((short) 0xFF).intoMemorySegment(target, to + 2L * i, ORDER);
      pairs.lanewise(VectorOperators.LSHR, 8).intoMemorySegment(target, to + 2L * i + STEP, ORDER);
    }
    if (i < dimension) {
      VectorMask<Byte> mask = BYTES.indexInRange(i, dimension);
      ShortVector pairs =
          ByteVector.fromMemorySegment(BYTES, memory, from + i, ORDER, mask).reinterpretAsShorts();
      pairs.and((short) 0xFF).intoMemorySegment(target, to + 2L * i, ORDER);
      pairs.lanewise(VectorOperators.LSHR, 8).intoMemorySegment(target, to + 2L * i + STEP, ORDER);
    }
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
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      l2(point, from, codes, a, b, c, d, dimension, out, i);
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
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      dot(point, from, codes, a, b, c, d, dimension, out, i);
    }
  }

  private static ShortVector load(MemorySegment memory, long position) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER).reinterpretAsShorts();
  }

  private static ShortVector load(MemorySegment memory, long position, VectorMask<Byte> mask) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER, mask)
        .reinterpretAsShorts();
  }

  private static ShortVector point(MemorySegment memory, long position) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER);
  }

  /** Adds the squared differences of pairs of codes, each at most 255², unsigned in 16 bits. */
  private static IntVector addSquares(
      IntVector sum, ShortVector pairs, ShortVector even, ShortVector odd) {
    ShortVector e = pairs.and((short) 0xFF).sub(even);
    ShortVector o = pairs.lanewise(VectorOperators.LSHR, 8).sub(odd);
    IntVector p = e.mul(e).reinterpretAsInts();
    IntVector r = o.mul(o).reinterpretAsInts();
    return sum.add(p.and(0xFFFF).add(r.and(0xFFFF)))
        .add(p.lanewise(VectorOperators.LSHR, 16).add(r.lanewise(VectorOperators.LSHR, 16)));
  }

  /** Adds the products of pairs of codes and values, each signed in 16 bits. */
  private static IntVector addProducts(
      IntVector sum, ShortVector pairs, ShortVector even, ShortVector odd) {
    IntVector p = pairs.and((short) 0xFF).mul(even).reinterpretAsInts();
    IntVector r = pairs.lanewise(VectorOperators.LSHR, 8).mul(odd).reinterpretAsInts();
    IntVector low =
        p.lanewise(VectorOperators.LSHL, 16)
            .lanewise(VectorOperators.ASHR, 16)
            .add(r.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
    return sum.add(low)
        .add(p.lanewise(VectorOperators.ASHR, 16).add(r.lanewise(VectorOperators.ASHR, 16)));
  }

  private static void l2(
      MemorySegment point,
      long from,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int dimension,
      float[] out,
      int at) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector sum2 = sum0;
    IntVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      ShortVector even = point(point, from + 2L * i);
      ShortVector odd = point(point, from + 2L * i + STEP);
      sum0 = addSquares(sum0, load(codes, a + i), even, odd);
      sum1 = addSquares(sum1, load(codes, b + i), even, odd);
      sum2 = addSquares(sum2, load(codes, c + i), even, odd);
      sum3 = addSquares(sum3, load(codes, d + i), even, odd);
    }
    if (i < dimension) {
      VectorMask<Byte> mask = BYTES.indexInRange(i, dimension);
      ShortVector even = point(point, from + 2L * i);
      ShortVector odd = point(point, from + 2L * i + STEP);
      sum0 = addSquares(sum0, load(codes, a + i, mask), even, odd);
      sum1 = addSquares(sum1, load(codes, b + i, mask), even, odd);
      sum2 = addSquares(sum2, load(codes, c + i, mask), even, odd);
      sum3 = addSquares(sum3, load(codes, d + i, mask), even, odd);
    }
    out[at] = Integer.toUnsignedLong(sum0.reduceLanes(VectorOperators.ADD));
    out[at + 1] = Integer.toUnsignedLong(sum1.reduceLanes(VectorOperators.ADD));
    out[at + 2] = Integer.toUnsignedLong(sum2.reduceLanes(VectorOperators.ADD));
    out[at + 3] = Integer.toUnsignedLong(sum3.reduceLanes(VectorOperators.ADD));
  }

  private static void dot(
      MemorySegment point,
      long from,
      MemorySegment codes,
      long a,
      long b,
      long c,
      long d,
      int dimension,
      float[] out,
      int at) {
    IntVector sum0 = IntVector.zero(INTS);
    IntVector sum1 = sum0;
    IntVector sum2 = sum0;
    IntVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      ShortVector even = point(point, from + 2L * i);
      ShortVector odd = point(point, from + 2L * i + STEP);
      sum0 = addProducts(sum0, load(codes, a + i), even, odd);
      sum1 = addProducts(sum1, load(codes, b + i), even, odd);
      sum2 = addProducts(sum2, load(codes, c + i), even, odd);
      sum3 = addProducts(sum3, load(codes, d + i), even, odd);
    }
    if (i < dimension) {
      VectorMask<Byte> mask = BYTES.indexInRange(i, dimension);
      ShortVector even = point(point, from + 2L * i);
      ShortVector odd = point(point, from + 2L * i + STEP);
      sum0 = addProducts(sum0, load(codes, a + i, mask), even, odd);
      sum1 = addProducts(sum1, load(codes, b + i, mask), even, odd);
      sum2 = addProducts(sum2, load(codes, c + i, mask), even, odd);
      sum3 = addProducts(sum3, load(codes, d + i, mask), even, odd);
    }
    out[at] = sum0.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sum1.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sum2.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sum3.reduceLanes(VectorOperators.ADD);
  }
}
