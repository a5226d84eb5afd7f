package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels of {@link Rabitq} for processors without registers of 512 bits. A register of 128
 * bits holds one table and codes of 16 slots, which every processor with SIMD can look up.
 */
final class NarrowRabitqKernels {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private NarrowRabitqKernels() {}

  /** See {@link Rabitq#estimate}. */
  static int estimate(
      MemorySegment blocks,
      long block,
      int codeBits,
      MemorySegment query,
      long queryAt,
      float limit) {
    for (int quarter = 0; quarter < 4; quarter++) {
      sum(blocks, block + 16L * quarter, codeBits, query, queryAt, quarter);
    }
    MemorySegment factors = all(blocks);
    MemorySegment lookup = all(query);
    float scale = lookup.get(FLOAT, queryAt);
    float offset = lookup.get(FLOAT, queryAt + 4);
    int passing = 0;
    for (int slot = 0; slot < Rabitq.SLOTS; slot++) {
      long at = queryAt + RabitqQuery.SUMS + 64L * (slot >> 4) + (Rabitq.place(slot) & -2);
      int sum =
          Short.toUnsignedInt(lookup.get(SHORT, at))
              + Short.toUnsignedInt(lookup.get(SHORT, at + 32));
      long factor = block + 4L * codeBits + 4L * slot;
      float estimate =
          Math.fma(
              sum * scale + offset,
              factors.get(FLOAT, factor + Rabitq.SLOPES),
              factors.get(FLOAT, factor));
      lookup.set(FLOAT, queryAt + RabitqQuery.ESTIMATES + 4L * slot, estimate);
      passing |= estimate <= limit ? 1 << slot : 0;
    }
    return passing;
  }

  /** Adds up the entries of 16 bytes of each group; the sums of odd bytes go 64 bytes further. */
  private static void sum(
      MemorySegment blocks,
      long column,
      int codeBits,
      MemorySegment query,
      long queryAt,
      int quarter) {
    MemorySegment codes = all(blocks);
    MemorySegment lookup = all(query);
    ShortVector sum = ShortVector.zero(SHORTS);
    ShortVector odd = sum;
    long table = queryAt + RabitqQuery.TABLE + 32L * (quarter >> 1);
    for (int i = 0; i < 4 * codeBits; i += Rabitq.GROUP_BYTES) {
      ByteVector x = ByteVector.fromMemorySegment(BYTES, codes, column + i, ORDER);
      ByteVector lower = ByteVector.fromMemorySegment(BYTES, lookup, table + i, ORDER);
      ByteVector upper = ByteVector.fromMemorySegment(BYTES, lookup, table + i + 16, ORDER);
      ShortVector both =
          x.and((byte) 15)
              .selectFrom(lower)
              .add(
                  x.reinterpretAsShorts()
                      .lanewise(VectorOperators.LSHR, 4)
                      .reinterpretAsBytes()
                      .and((byte) 15)
                      .selectFrom(upper))
              .reinterpretAsShorts();
      sum = sum.add(both);
      odd = odd.add(both.lanewise(VectorOperators.LSHR, 8));
    }
    long at = queryAt + RabitqQuery.SUMS + 16L * quarter;
    sum.sub(odd.lanewise(VectorOperators.LSHL, 8)).intoMemorySegment(lookup, at, ORDER);
    odd.intoMemorySegment(lookup, at + 64, ORDER);
  }

  /** See {@link RabitqQuery}. */
  static void table(
      MemorySegment points, long rotated, int codeBits, MemorySegment query, long queryAt) {
    MemorySegment memory = all(points);
    MemorySegment lookup = all(query);
    float sum = 0;
    float widest = 0;
    for (int i = 0; i < codeBits; i += 4) {
      long p = rotated + 4L * i;
      float width =
          (Math.abs(memory.get(FLOAT, p)) + Math.abs(memory.get(FLOAT, p + 4)))
              + (Math.abs(memory.get(FLOAT, p + 8)) + Math.abs(memory.get(FLOAT, p + 12)));
      sum += width;
      widest = Math.max(widest, 2 * width);
    }
    float scale = widest > 0 ? widest / RabitqQuery.entryMax(codeBits) : 1;
    lookup.set(FLOAT, queryAt, scale);
    lookup.set(FLOAT, queryAt + 4, -sum);
    float inverse = 1 / scale;
    for (int i = 0; i < codeBits; i += 4) {
      long p = rotated + 4L * i;
      float a = memory.get(FLOAT, p) * inverse;
      float b = memory.get(FLOAT, p + 4) * inverse;
      float c = memory.get(FLOAT, p + 8) * inverse;
      float d = memory.get(FLOAT, p + 12) * inverse;
      float base = (Math.abs(a) + Math.abs(b)) + (Math.abs(c) + Math.abs(d));
      long quarter = (i & 4) * 8L + (i & 8) * 2L;
      long at = queryAt + RabitqQuery.TABLE + 4L * (i & -16) + quarter;
      for (int entry = 0; entry < 16; entry++) {
        float ab = plus(entry & 1, a) + base + plus(entry & 2, b);
        float rounded = ab + (plus(entry & 4, c) + plus(entry & 8, d)) + RabitqKernels.ROUND;
        lookup.set(ValueLayout.JAVA_BYTE, at + entry, (byte) Float.floatToRawIntBits(rounded));
      }
    }
  }

  private static float plus(int bit, float value) {
    return bit != 0 ? value : -value;
  }

  /** See {@link RabitqKernels#encode}. */
  static long encode(
      MemorySegment points, long vector, long centre, MemorySegment blocks, long at, int codeBits) {
    MemorySegment memory = all(points);
    MemorySegment codes = all(blocks);
    float squares = 0;
    float absolute = 0;
    float signed = 0;
    for (int i = 0; i < codeBits; i += Rabitq.GROUP_DIMENSIONS) {
      int bits = 0;
      for (int j = 0; j < Rabitq.GROUP_DIMENSIONS; j++) {
        float c = memory.get(FLOAT, centre + 4L * (i + j));
        float r = memory.get(FLOAT, vector + 4L * (i + j)) - c;
        bits |= r > 0 ? 1 << j : 0;
        squares = Math.fma(r, r, squares);
        absolute += Math.abs(r);
        signed += plus(bits & (1 << j), c);
      }
      long code = at + 4L * i;
      codes.set(ValueLayout.JAVA_BYTE, code, RabitqKernels.nibbles(bits));
      codes.set(ValueLayout.JAVA_BYTE, code + 32, RabitqKernels.nibbles(bits >> 4));
    }
    return RabitqKernels.factors(squares, absolute, signed);
  }
}
