package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of a query of small integers with codes of a few bits, in shorts. */
final class PackedKernels {
  private static final VectorSpecies<Short> WIDE = VectorWidth.SHORTS;
  private static final VectorSpecies<Integer> WIDE_INTS = VectorWidth.INTS;
  private static final VectorSpecies<Short> UNIT = ShortVector.SPECIES_128;
  private static final VectorSpecies<Integer> UNIT_INTS = IntVector.SPECIES_128;
  private static final int WIDE_BYTES = WIDE.vectorByteSize();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private PackedKernels() {}

  /** Writes the product of the query with each row's grid point. */
  // As PackedCodes.estimate.
  @SuppressWarnings("ParameterNumber")
  static void products(
      MemorySegment rows,
      long base,
      long stride,
      int[] numbers,
      int count,
      PackedQuery query,
      float[] out) {
    PackedCodes codes = query.codes();
    float scale = query.scale();
    float shift = codes.middle() * query.sum();
    int bits = codes.bits();
    int bytes = codes.codeBytes();
    for (int i = 0; i < count; i++) {
      int sum =
          product(rows, base + numbers[i] * stride, bytes, bits, query.memory(), query.position());
      out[i] = scale * (sum - shift);
    }
  }

  private static int product(
      MemorySegment rows, long at, int bytes, int bits, MemorySegment query, long from) {
    short mask = (short) ((1 << bits) - 1);
    IntVector total = IntVector.zero(WIDE_INTS);
    long q = from;
    int i = 0;
    for (; i <= bytes - WIDE_BYTES; i += WIDE_BYTES) {
      ShortVector x = ShortVector.fromMemorySegment(WIDE, all(rows), at + i, ORDER);
      ShortVector sum = ShortVector.zero(WIDE);
      for (int shift = 0; shift < 16; shift += bits) {
        ShortVector level = x.lanewise(VectorOperators.LSHR, shift).and(mask);
        sum = sum.add(level.mul(ShortVector.fromMemorySegment(WIDE, all(query), q, ORDER)));
        q += WIDE_BYTES;
      }
      IntVector pairs = sum.reinterpretAsInts();
      total =
          total
              .add(pairs.lanewise(VectorOperators.ASHR, 16))
              .add(pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
    }
    int result = total.reduceLanes(VectorOperators.ADD);
    if (i < bytes) {
      result += tail(rows, at + i, bytes - i, bits, query, q);
    }
    return result;
  }

  private static int tail(
      MemorySegment rows, long at, int bytes, int bits, MemorySegment query, long from) {
    short mask = (short) ((1 << bits) - 1);
    IntVector total = IntVector.zero(UNIT_INTS);
    long q = from;
    for (int i = 0; i < bytes; i += PackedCodes.UNIT_BYTES) {
      ShortVector x = ShortVector.fromMemorySegment(UNIT, all(rows), at + i, ORDER);
      ShortVector sum = ShortVector.zero(UNIT);
      for (int shift = 0; shift < 16; shift += bits) {
        ShortVector level = x.lanewise(VectorOperators.LSHR, shift).and(mask);
        sum = sum.add(level.mul(ShortVector.fromMemorySegment(UNIT, all(query), q, ORDER)));
        q += PackedCodes.UNIT_BYTES;
      }
      IntVector pairs = sum.reinterpretAsInts();
      total =
          total
              .add(pairs.lanewise(VectorOperators.ASHR, 16))
              .add(pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
    }
    return total.reduceLanes(VectorOperators.ADD);
  }
}
