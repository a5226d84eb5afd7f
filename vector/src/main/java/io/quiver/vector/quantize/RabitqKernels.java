package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.known;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels of {@link Rabitq} over registers of 512 bits; {@link NarrowRabitqKernels} has those
 * for others.
 *
 * <p>Each has more than 325 bytecodes, HotSpot's FreqInlineSize: it is then never inlined. Inlined
 * into a graph's search, C2 would allocate its vectors as objects, for a loss of 2.6 to 2.9 times.
 * Within one, C2 inlines the JDK's methods however large it is, but not ours: {@code estimate}
 * calls the JDK's loads itself, or its last ones come back as objects, for half of its time and
 * more.
 */
final class RabitqKernels {
  /** Whether one register holds a group of 16 dimensions of all slots. */
  static final boolean WIDE = VectorWidth.FLOATS.vectorBitSize() == 512;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
  private static final VectorSpecies<Byte> ENTRIES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
  private static final VectorMask<Integer> UPPER = VectorMask.fromLong(INTS, 0xFF00);
  private static final VectorShuffle<Integer> SWAP_HALVES =
      VectorShuffle.fromOp(INTS, lane -> lane ^ 8);
  private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(FLOATS, i -> i ^ 1);
  private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(FLOATS, i -> i ^ 2);

  /** Which of a register's four tables serves a byte's lower and its upper nibble. */
  private static final ByteVector LOWER_TABLE = tables(0, 32);

  private static final ByteVector UPPER_TABLE = tables(16, 48);

  /** 1 in the lanes whose number has the bit, -1 in the others. */
  private static final FloatVector PLUS_1 = plus(1);

  private static final FloatVector PLUS_2 = plus(2);
  private static final FloatVector PLUS_4 = plus(4);
  private static final FloatVector PLUS_8 = plus(8);

  /** 2^23: added to a smaller number, it leaves the nearest whole number in the lowest bits. */
  static final float ROUND = 8388608f;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private RabitqKernels() {}

  /** See {@link Rabitq#estimate}. */
  static int estimate(
      MemorySegment blocks, long from, int codeBits, MemorySegment query, long at, float limit) {
    MemorySegment codes = all(blocks);
    MemorySegment lookup = all(query);
    long block = known(from);
    long queryAt = known(at);
    ShortVector sum = ShortVector.zero(ShortVector.SPECIES_512);
    ShortVector odd = sum;
    long table = queryAt + RabitqQuery.TABLE;
    // Counted by ints: loops over longs take the compiler twice as many instructions.
    int codeBytes = 4 * codeBits;
    long end = block + codeBytes;
    // Bytes 2i and 2i + 1 of a register are two slots. The short sums add up both, and the odd one
    // alone: its share is taken off at the end, where an overflow meanwhile has cancelled out.
    for (int i = 0; i < codeBytes; i += 128) {
      ByteVector x0 = ByteVector.fromMemorySegment(BYTES, codes, block + i, ORDER);
      ByteVector x1 = ByteVector.fromMemorySegment(BYTES, codes, block + i + 64, ORDER);
      ByteVector t0 = ByteVector.fromMemorySegment(BYTES, lookup, table + i, ORDER);
      ByteVector t1 = ByteVector.fromMemorySegment(BYTES, lookup, table + i + 64, ORDER);
      ByteVector low0 = x0.and((byte) 15).or(LOWER_TABLE);
      ByteVector low1 = x1.and((byte) 15).or(LOWER_TABLE);
      ByteVector high0 = upper(x0).or(UPPER_TABLE);
      ByteVector high1 = upper(x1).or(UPPER_TABLE);
      ShortVector r0 = low0.selectFrom(t0).add(high0.selectFrom(t0)).reinterpretAsShorts();
      ShortVector r1 = low1.selectFrom(t1).add(high1.selectFrom(t1)).reinterpretAsShorts();
      sum = sum.add(r0).add(r1);
      odd = odd.add(r0.lanewise(VectorOperators.LSHR, 8)).add(r1.lanewise(VectorOperators.LSHR, 8));
    }
    IntVector even = sum.sub(odd.lanewise(VectorOperators.LSHL, 8)).reinterpretAsInts();
    IntVector odds = odd.reinterpretAsInts();
    // A register's halves are of different dimensions; a slot's two sums are brought together.
    IntVector evenLow = even.and(0xFFFF);
    IntVector evenHigh = even.lanewise(VectorOperators.LSHR, 16);
    IntVector oddLow = odds.and(0xFFFF);
    IntVector oddHigh = odds.lanewise(VectorOperators.LSHR, 16);
    IntVector first =
        evenLow.blend(evenHigh, UPPER).add(evenHigh.blend(evenLow, UPPER).rearrange(SWAP_HALVES));
    IntVector second =
        oddLow.blend(oddHigh, UPPER).add(oddHigh.blend(oddLow, UPPER).rearrange(SWAP_HALVES));
    float scale = lookup.get(FLOAT, queryAt);
    float offset = lookup.get(FLOAT, queryAt + 4);
    // Read without the short form: where so much has been inlined, only what must be inlined still
    // is, and a call would allocate what it returns.
    FloatVector constants0 = FloatVector.fromMemorySegment(FLOATS, codes, end, ORDER);
    FloatVector constants1 = FloatVector.fromMemorySegment(FLOATS, codes, end + 64, ORDER);
    long slopes = end + Rabitq.SLOPES;
    FloatVector slopes0 = FloatVector.fromMemorySegment(FLOATS, codes, slopes, ORDER);
    FloatVector slopes1 = FloatVector.fromMemorySegment(FLOATS, codes, slopes + 64, ORDER);
    FloatVector estimates0 =
        ((FloatVector) first.castShape(FLOATS, 0)).mul(scale).add(offset).fma(slopes0, constants0);
    FloatVector estimates1 =
        ((FloatVector) second.castShape(FLOATS, 0)).mul(scale).add(offset).fma(slopes1, constants1);
    estimates0.intoMemorySegment(lookup, queryAt + RabitqQuery.ESTIMATES, ORDER);
    estimates1.intoMemorySegment(lookup, queryAt + RabitqQuery.ESTIMATES + 64, ORDER);
    return (int) estimates0.compare(VectorOperators.LE, limit).toLong()
        | (int) estimates1.compare(VectorOperators.LE, limit).toLong() << 16;
  }

  /** See {@link RabitqQuery}. */
  static void table(
      MemorySegment points, long rotated, int codeBits, MemorySegment query, long queryAt) {
    MemorySegment memory = all(points);
    MemorySegment lookup = all(query);
    FloatVector sums0 = FloatVector.zero(FLOATS);
    FloatVector sums1 = sums0;
    FloatVector greatest = sums0;
    for (int i = 0; i < codeBits; i += 32) {
      FloatVector a = floats(memory, rotated + 4L * i).abs();
      FloatVector b = floats(memory, rotated + 4L * i + 64).abs();
      sums0 = sums0.add(a);
      sums1 = sums1.add(b);
      a = a.add(a.rearrange(SWAP_1));
      b = b.add(b.rearrange(SWAP_1));
      greatest = greatest.max(a.add(a.rearrange(SWAP_2))).max(b.add(b.rearrange(SWAP_2)));
    }
    float widest = 2 * greatest.reduceLanes(VectorOperators.MAX);
    float scale = widest > 0 ? widest / RabitqQuery.entryMax(codeBits) : 1;
    lookup.set(FLOAT, queryAt, scale);
    lookup.set(FLOAT, queryAt + 4, -sums0.add(sums1).reduceLanes(VectorOperators.ADD));
    float inverse = 1 / scale;
    long at = queryAt + RabitqQuery.TABLE;
    for (int i = 0; i < codeBits; i += 4) {
      long p = rotated + 4L * i;
      float a = memory.get(FLOAT, p) * inverse;
      float b = memory.get(FLOAT, p + 4) * inverse;
      float c = memory.get(FLOAT, p + 8) * inverse;
      float d = memory.get(FLOAT, p + 12) * inverse;
      float base = (Math.abs(a) + Math.abs(b)) + (Math.abs(c) + Math.abs(d));
      FloatVector ab = PLUS_1.mul(a).add(base).add(PLUS_2.mul(b));
      FloatVector rounded = ab.add(PLUS_4.mul(c).add(PLUS_8.mul(d))).add(ROUND);
      // Dimensions 0, 4, 8 and 12 of a group go to bytes 0, 32, 16 and 48.
      long quarter = (i & 4) * 8L + (i & 8) * 2L;
      ((ByteVector) rounded.reinterpretAsInts().castShape(ENTRIES, 0))
          .intoMemorySegment(lookup, at + 4L * (i & -16) + quarter, ORDER);
    }
  }

  /**
   * Writes a code, whose bytes are 32 apart.
   *
   * @param at the first of them
   * @return the constant's bits, and above them the slope's
   */
  static long encode(
      MemorySegment points, long vector, long centre, MemorySegment blocks, long at, int codeBits) {
    return WIDE
        ? encodeWide(points, vector, centre, blocks, at, codeBits)
        : NarrowRabitqKernels.encode(points, vector, centre, blocks, at, codeBits);
  }

  private static long encodeWide(
      MemorySegment points, long vector, long centre, MemorySegment blocks, long at, int codeBits) {
    MemorySegment memory = all(points);
    MemorySegment codes = all(blocks);
    FloatVector squares0 = FloatVector.zero(FLOATS);
    FloatVector squares1 = squares0;
    FloatVector absolute0 = squares0;
    FloatVector absolute1 = squares0;
    FloatVector signed0 = squares0;
    FloatVector signed1 = squares0;
    for (int i = 0; i < 4 * codeBits; i += 128) {
      long code = at + i;
      FloatVector c0 = floats(memory, centre + i);
      FloatVector c1 = floats(memory, centre + i + 64);
      FloatVector r0 = floats(memory, vector + i).sub(c0);
      FloatVector r1 = floats(memory, vector + i + 64).sub(c1);
      VectorMask<Float> positive0 = r0.compare(VectorOperators.GT, 0f);
      VectorMask<Float> positive1 = r1.compare(VectorOperators.GT, 0f);
      squares0 = r0.fma(r0, squares0);
      squares1 = r1.fma(r1, squares1);
      absolute0 = absolute0.add(r0.abs());
      absolute1 = absolute1.add(r1.abs());
      signed0 = signed0.add(c0.neg().blend(c0, positive0));
      signed1 = signed1.add(c1.neg().blend(c1, positive1));
      int bits0 = (int) positive0.toLong();
      int bits1 = (int) positive1.toLong();
      codes.set(ValueLayout.JAVA_BYTE, code, nibbles(bits0));
      codes.set(ValueLayout.JAVA_BYTE, code + 32, nibbles(bits0 >> 4));
      codes.set(ValueLayout.JAVA_BYTE, code + 64, nibbles(bits1));
      codes.set(ValueLayout.JAVA_BYTE, code + 96, nibbles(bits1 >> 4));
    }
    float squares = squares0.add(squares1).reduceLanes(VectorOperators.ADD);
    float absolute = absolute0.add(absolute1).reduceLanes(VectorOperators.ADD);
    float signed = signed0.add(signed1).reduceLanes(VectorOperators.ADD);
    return factors(squares, absolute, signed);
  }

  /** The constant's bits, and above them the slope's, of |r|², sum |r_i| and the product c s. */
  static long factors(float squares, float absolute, float signed) {
    float step = absolute > 0 ? squares / absolute : 0;
    long slope = (long) Float.floatToRawIntBits(-2 * step) << 32;
    return slope | Integer.toUnsignedLong(Float.floatToRawIntBits(squares + 2 * step * signed));
  }

  /** Bits 0 to 3 and 8 to 11 in a byte. */
  static byte nibbles(int bits) {
    return (byte) ((bits & 15) | (bits >> 4 & 0xF0));
  }

  private static FloatVector floats(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(FLOATS, memory, position, ORDER);
  }

  private static ByteVector upper(ByteVector nibbles) {
    return nibbles
        .reinterpretAsShorts()
        .lanewise(VectorOperators.LSHR, 4)
        .reinterpretAsBytes()
        .and((byte) 15);
  }

  private static ByteVector tables(int lowerHalf, int upperHalf) {
    byte[] tables = new byte[BYTES.length()];
    for (int i = 0; i < tables.length; i++) {
      tables[i] = (byte) (i < 32 ? lowerHalf : upperHalf);
    }
    return ByteVector.fromArray(BYTES, tables, 0);
  }

  private static FloatVector plus(int bit) {
    float[] values = new float[FLOATS.length()];
    for (int lane = 0; lane < values.length; lane++) {
      values[lane] = (lane & bit) != 0 ? 1 : -1;
    }
    return FloatVector.fromArray(FLOATS, values, 0);
  }
}
