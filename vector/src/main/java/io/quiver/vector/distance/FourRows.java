package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels from a point to four scattered rows of 32-bit floats at once. Where fewer are left, the
 * last is computed again in the place of those that are missing.
 */
// A point, where it begins, four rows and where results go: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class FourRows {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private FourRows() {}

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

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static FloatVector load(MemorySegment memory, long position, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER, mask);
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
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long byteAt = 4L * i;
      FloatVector x = load(point, from + byteAt);
      FloatVector d0 = x.sub(load(memory, a + byteAt));
      FloatVector d1 = x.sub(load(memory, b + byteAt));
      FloatVector d2 = x.sub(load(memory, c + byteAt));
      FloatVector d3 = x.sub(load(memory, d + byteAt));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    if (i < dimension) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, dimension);
      long byteAt = 4L * i;
      FloatVector x = load(point, from + byteAt, mask);
      FloatVector d0 = x.sub(load(memory, a + byteAt, mask));
      FloatVector d1 = x.sub(load(memory, b + byteAt, mask));
      FloatVector d2 = x.sub(load(memory, c + byteAt, mask));
      FloatVector d3 = x.sub(load(memory, d + byteAt, mask));
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
      float[] out,
      int at) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - LANES; i += LANES) {
      long byteAt = 4L * i;
      FloatVector x = load(point, from + byteAt);
      sum0 = x.fma(load(memory, a + byteAt), sum0);
      sum1 = x.fma(load(memory, b + byteAt), sum1);
      sum2 = x.fma(load(memory, c + byteAt), sum2);
      sum3 = x.fma(load(memory, d + byteAt), sum3);
    }
    if (i < dimension) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, dimension);
      long byteAt = 4L * i;
      FloatVector x = load(point, from + byteAt, mask);
      sum0 = x.fma(load(memory, a + byteAt, mask), sum0);
      sum1 = x.fma(load(memory, b + byteAt, mask), sum1);
      sum2 = x.fma(load(memory, c + byteAt, mask), sum2);
      sum3 = x.fma(load(memory, d + byteAt, mask), sum3);
    }
    out[at] = sum0.reduceLanes(VectorOperators.ADD);
    out[at + 1] = sum1.reduceLanes(VectorOperators.ADD);
    out[at + 2] = sum2.reduceLanes(VectorOperators.ADD);
    out[at + 3] = sum3.reduceLanes(VectorOperators.ADD);
  }
}
