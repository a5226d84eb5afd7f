package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels from a point to four scattered rows of 16-bit floats at once, as {@link FourRows}; the
 * point is of 32-bit floats. How a 16-bit float is widened, {@link HalfKernels} says.
 */
// A point, where it begins, four rows and where results go: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class FourHalfRows {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(SPECIES.vectorBitSize() / 2));
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private FourHalfRows() {}

  /** Squared distances. */
  static void l2(
      MemorySegment point, long from, RowBlock rows, int[] numbers, int count, float[] out) {
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), 0);
    long stride = rows.stride();
    boolean brain = rows.encoding() == Encoding.BFLOAT16;
    int shift = brain ? HalfKernels.BFLOAT16_SHIFT : HalfKernels.FLOAT16_SHIFT;
    int last = count - 1;
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      l2(point, from, memory, a, b, c, d, rows.dimension(), shift, out, i);
    }
  }

  /** Inner products. */
  static void dot(
      MemorySegment point, long from, RowBlock rows, int[] numbers, int count, float[] out) {
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), 0);
    long stride = rows.stride();
    boolean brain = rows.encoding() == Encoding.BFLOAT16;
    int shift = brain ? HalfKernels.BFLOAT16_SHIFT : HalfKernels.FLOAT16_SHIFT;
    int last = count - 1;
    for (int i = 0; i < count; i += 4) {
      long a = base + numbers[i] * stride;
      long b = base + numbers[Math.min(i + 1, last)] * stride;
      long c = base + numbers[Math.min(i + 2, last)] * stride;
      long d = base + numbers[Math.min(i + 3, last)] * stride;
      dot(point, from, memory, a, b, c, d, rows.dimension(), shift, out, i);
    }
  }

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static FloatVector load(MemorySegment memory, long position, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER, mask);
  }

  private static FloatVector row(
      MemorySegment memory, long position, int shift, int signs, float factor) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER)
        .convertShape(VectorOperators.S2I, INTS, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, shift)
        .and(signs)
        .reinterpretAsFloats()
        .mul(factor);
  }

  private static FloatVector row(
      MemorySegment memory,
      long position,
      int shift,
      int signs,
      float factor,
      VectorMask<Short> mask) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER, mask)
        .convertShape(VectorOperators.S2I, INTS, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, shift)
        .and(signs)
        .reinterpretAsFloats()
        .mul(factor);
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
      int shift,
      float[] out,
      int at) {
    int signs = HalfKernels.mask(shift);
    float factor = HalfKernels.factor(shift);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector x = load(point, from + 4L * i);
      FloatVector d0 = x.sub(row(memory, a + 2L * i, shift, signs, factor));
      FloatVector d1 = x.sub(row(memory, b + 2L * i, shift, signs, factor));
      FloatVector d2 = x.sub(row(memory, c + 2L * i, shift, signs, factor));
      FloatVector d3 = x.sub(row(memory, d + 2L * i, shift, signs, factor));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    if (i < dimension) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, dimension);
      VectorMask<Short> mask = SHORTS.indexInRange(i, dimension);
      FloatVector x = load(point, from + 4L * i, rest);
      FloatVector d0 = x.sub(row(memory, a + 2L * i, shift, signs, factor, mask));
      FloatVector d1 = x.sub(row(memory, b + 2L * i, shift, signs, factor, mask));
      FloatVector d2 = x.sub(row(memory, c + 2L * i, shift, signs, factor, mask));
      FloatVector d3 = x.sub(row(memory, d + 2L * i, shift, signs, factor, mask));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    out[at] = sum0.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sum1.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sum2.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sum3.reduceLanes(VectorOperators.ADD);
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
      int shift,
      float[] out,
      int at) {
    int signs = HalfKernels.mask(shift);
    float factor = HalfKernels.factor(shift);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector x = load(point, from + 4L * i);
      sum0 = x.fma(row(memory, a + 2L * i, shift, signs, factor), sum0);
      sum1 = x.fma(row(memory, b + 2L * i, shift, signs, factor), sum1);
      sum2 = x.fma(row(memory, c + 2L * i, shift, signs, factor), sum2);
      sum3 = x.fma(row(memory, d + 2L * i, shift, signs, factor), sum3);
    }
    if (i < dimension) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, dimension);
      VectorMask<Short> mask = SHORTS.indexInRange(i, dimension);
      FloatVector x = load(point, from + 4L * i, rest);
      sum0 = x.fma(row(memory, a + 2L * i, shift, signs, factor, mask), sum0);
      sum1 = x.fma(row(memory, b + 2L * i, shift, signs, factor, mask), sum1);
      sum2 = x.fma(row(memory, c + 2L * i, shift, signs, factor, mask), sum2);
      sum3 = x.fma(row(memory, d + 2L * i, shift, signs, factor, mask), sum3);
    }
    out[at] = sum0.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sum1.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sum2.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sum3.reduceLanes(VectorOperators.ADD);
  }
}
