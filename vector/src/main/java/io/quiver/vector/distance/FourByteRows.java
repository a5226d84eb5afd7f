package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels from a point to four scattered rows of signed bytes at once, as {@link FourRows}, in
 * integers as {@link ByteKernels}: each sum is exact until it is made a float.
 */
// A point, where it begins, four rows and where results go: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class FourByteRows {
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
  private static final int LANES = BYTES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private FourByteRows() {}

  /** Squared distances. */
  static void l2(
      MemorySegment point, long from, RowBlock rows, int[] numbers, int count, float[] out) {
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), 0);
    long stride = rows.stride();
    int last = count - 1;
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      l2(point, from, memory, a, b, c, d, rows.dimension(), out, i);
    }
  }

  /** Inner products. */
  static void dot(
      MemorySegment point, long from, RowBlock rows, int[] numbers, int count, float[] out) {
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), 0);
    long stride = rows.stride();
    int last = count - 1;
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      dot(point, from, memory, a, b, c, d, rows.dimension(), out, i);
    }
  }

  private static ShortVector load(MemorySegment memory, long position) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER)
        .convertShape(VectorOperators.B2S, SHORTS, 0)
        .reinterpretAsShorts();
  }

  private static ShortVector load(MemorySegment memory, long position, VectorMask<Byte> mask) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER, mask)
        .convertShape(VectorOperators.B2S, SHORTS, 0)
        .reinterpretAsShorts();
  }

  /** Adds squares, unsigned in 16 bits, to sums in 32. */
  private static IntVector addSquares(IntVector sum, ShortVector difference) {
    IntVector squares = difference.mul(difference).reinterpretAsInts();
    return sum.add(squares.and(0xFFFF)).add(squares.lanewise(VectorOperators.LSHR, 16));
  }

  /** Adds products, signed in 16 bits, to sums in 32. */
  private static IntVector addProducts(IntVector sum, ShortVector products) {
    IntVector pairs = products.reinterpretAsInts();
    return sum.add(pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
        .add(pairs.lanewise(VectorOperators.ASHR, 16));
  }

  private static void l2(
      MemorySegment point,
      long from,
      MemorySegment memory,
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
    for (; i <= dimension - LANES; i += LANES) {
      ShortVector x = load(point, from + i);
      sum0 = addSquares(sum0, x.sub(load(memory, a + i)));
      sum1 = addSquares(sum1, x.sub(load(memory, b + i)));
      sum2 = addSquares(sum2, x.sub(load(memory, c + i)));
      sum3 = addSquares(sum3, x.sub(load(memory, d + i)));
    }
    if (i < dimension) {
      VectorMask<Byte> mask = BYTES.indexInRange(i, dimension);
      ShortVector x = load(point, from + i, mask);
      sum0 = addSquares(sum0, x.sub(load(memory, a + i, mask)));
      sum1 = addSquares(sum1, x.sub(load(memory, b + i, mask)));
      sum2 = addSquares(sum2, x.sub(load(memory, c + i, mask)));
      sum3 = addSquares(sum3, x.sub(load(memory, d + i, mask)));
    }
    out[at] = Integer.toUnsignedLong(sum0.reduceLanes(VectorOperators.ADD));
    out[at + 1] = Integer.toUnsignedLong(sum1.reduceLanes(VectorOperators.ADD));
    out[at + 2] = Integer.toUnsignedLong(sum2.reduceLanes(VectorOperators.ADD));
    out[at + 3] = Integer.toUnsignedLong(sum3.reduceLanes(VectorOperators.ADD));
  }

  private static void dot(
      MemorySegment point,
      long from,
      MemorySegment memory,
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
    for (; i <= dimension - LANES; i += LANES) {
      ShortVector x = load(point, from + i);
      sum0 = addProducts(sum0, x.mul(load(memory, a + i)));
      sum1 = addProducts(sum1, x.mul(load(memory, b + i)));
      sum2 = addProducts(sum2, x.mul(load(memory, c + i)));
      sum3 = addProducts(sum3, x.mul(load(memory, d + i)));
    }
    if (i < dimension) {
      VectorMask<Byte> mask = BYTES.indexInRange(i, dimension);
      ShortVector x = load(point, from + i, mask);
      sum0 = addProducts(sum0, x.mul(load(memory, a + i, mask)));
      sum1 = addProducts(sum1, x.mul(load(memory, b + i, mask)));
      sum2 = addProducts(sum2, x.mul(load(memory, c + i, mask)));
      sum3 = addProducts(sum3, x.mul(load(memory, d + i, mask)));
    }
    out[at] = sum0.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sum1.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sum2.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sum3.reduceLanes(VectorOperators.ADD);
  }
}
