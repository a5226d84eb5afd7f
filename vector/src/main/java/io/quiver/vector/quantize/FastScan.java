package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums of table lookups for 64 codes at a time, with the tables in registers: FastScan (André,
 * Kermarrec and Le Scouarnec, VLDB 2015; 4 bits and registers of 64 bytes as in Quicker ADC, TPAMI
 * 2019).
 *
 * <p>A code has some parts of 4 bits. The codes of 64 slots are interleaved: 64 bytes for each pair
 * of parts, in which slot s has byte {@code 4 (s mod 16) + s / 16}, with the even part in its low
 * four bits. So the sums of 16 neighbouring slots end in one register of 16 floats.
 *
 * <p>A query has 16 values a part, rounded to unsigned bytes of one common {@code scale}. Each
 * part's bytes stand four times in its 64, so that whatever the two upper bits of an index are, it
 * finds the right one. The memory of a query:
 *
 * <pre>
 *     0  64 floats: the values that were last computed
 *   256  float scale, float bias: value = scale * sum + bias
 *   320  tables: 64 bytes a part
 * </pre>
 */
public final class FastScan {
  /** Codes of a block. */
  public static final int SLOTS = 64;

  /** Values of a part. */
  public static final int VALUES = 16;

  static final long SCALE = 4L * SLOTS;
  static final long BIAS = SCALE + 4;
  static final long TABLES = SCALE + 64;

  /** Sums are kept in 16 bits, without a sign. */
  static final float SUM_MAX = 65_535;

  /** Entries of a table are kept in 8 bits, without a sign. */
  static final float ENTRY_MAX = 255;

  private static final VectorShape SHAPE = FloatVector.SPECIES_PREFERRED.vectorShape();
  private static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, SHAPE);
  private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = BYTES.length();
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private FastScan() {}

  /** Bytes of 64 codes of so many parts. */
  public static long codeBytes(int parts) {
    return (long) SLOTS * ((parts + 1) >> 1);
  }

  /** Bytes that a query with so many parts takes. */
  public static long queryBytes(int parts) {
    return TABLES + (long) SLOTS * ((parts + 1) & -2);
  }

  /** Where a slot's bytes stand within each 64. */
  public static int place(int slot) {
    return 4 * (slot & 15) + (slot >> 4);
  }

  /** Sets one part of a code. */
  public static void set(MemorySegment blocks, long codes, int slot, int part, int value) {
    long at = codes + (long) SLOTS * (part >> 1) + place(slot);
    int before = blocks.get(ValueLayout.JAVA_BYTE, at);
    int shift = 4 * (part & 1);
    blocks.set(
        ValueLayout.JAVA_BYTE, at, (byte) ((before & ~(0xF << shift)) | (value & 0xF) << shift));
  }

  /** One part of a code. */
  public static int get(MemorySegment blocks, long codes, int slot, int part) {
    long at = codes + (long) SLOTS * (part >> 1) + place(slot);
    return blocks.get(ValueLayout.JAVA_BYTE, at) >> 4 * (part & 1) & 0xF;
  }

  /** What is added to each value. */
  public static float bias(MemorySegment query) {
    return query.get(FLOAT, BIAS);
  }

  public static void setBias(MemorySegment query, float bias) {
    query.set(FLOAT, BIAS, bias);
  }

  /** Where a kernel finds a query, once it is sure that it lies in the memory. */
  public static long start(MemorySegment query, int parts) {
    return AbsoluteMemory.start(query, 0, queryBytes(parts));
  }

  /**
   * Computes {@code scale * sum + bias} of a block's 64 codes into the query's memory.
   *
   * @param codes address of the block's codes
   * @param query address of the query
   * @param pairs of parts
   */
  public static void values(
      MemorySegment blockMemory, long codes, MemorySegment queryMemory, long query, int pairs) {
    MemorySegment blocks = all(blockMemory);
    MemorySegment memory = all(queryMemory);
    FloatVector scale = FloatVector.broadcast(FLOATS, memory.get(FLOAT, query + SCALE));
    FloatVector bias = FloatVector.broadcast(FLOATS, memory.get(FLOAT, query + BIAS));
    for (int part = 0; part < SLOTS; part += WIDTH) {
      // Each short of "both" sums its odd byte's entries too, 256 times: taken off at the end.
      ShortVector both = ShortVector.zero(SHORTS);
      ShortVector odd = both;
      ShortVector both2 = both;
      ShortVector odd2 = both;
      long code = codes + part;
      long table = query + TABLES;
      for (int i = 0; i < pairs; i++, code += SLOTS, table += 2 * SLOTS) {
        ByteVector x = ByteVector.fromMemorySegment(BYTES, blocks, code, ORDER);
        ShortVector low =
            x.selectFrom(ByteVector.fromMemorySegment(BYTES, memory, table, ORDER))
                .reinterpretAsShorts();
        ShortVector high =
            x.reinterpretAsShorts()
                .lanewise(VectorOperators.LSHR, 4)
                .reinterpretAsBytes()
                .selectFrom(ByteVector.fromMemorySegment(BYTES, memory, table + SLOTS, ORDER))
                .reinterpretAsShorts();
        both = both.add(low);
        odd = odd.add(low.lanewise(VectorOperators.LSHR, 8));
        both2 = both2.add(high);
        odd2 = odd2.add(high.lanewise(VectorOperators.LSHR, 8));
      }
      odd = odd.add(odd2);
      IntVector even =
          both.add(both2).sub(odd.lanewise(VectorOperators.LSHL, 8)).reinterpretAsInts();
      IntVector uneven = odd.reinterpretAsInts();
      long into = query + part;
      floats(even.and(0xFFFF)).fma(scale, bias).intoMemorySegment(memory, into, ORDER);
      floats(uneven.and(0xFFFF)).fma(scale, bias).intoMemorySegment(memory, into + 64, ORDER);
      floats(even.lanewise(VectorOperators.LSHR, 16))
          .fma(scale, bias)
          .intoMemorySegment(memory, into + 128, ORDER);
      floats(uneven.lanewise(VectorOperators.LSHR, 16))
          .fma(scale, bias)
          .intoMemorySegment(memory, into + 192, ORDER);
    }
  }

  private static FloatVector floats(IntVector x) {
    return (FloatVector) x.convertShape(VectorOperators.I2F, FLOATS, 0);
  }

  /**
   * Turns the values into estimates, {@code base + constant + slope * value}.
   *
   * @param factors address of the block's 64 constants and 64 slopes
   * @return a bit for each slot whose estimate is below the threshold, slot 0 lowest
   */
  public static long estimateSloped(
      MemorySegment blockMemory,
      long factors,
      MemorySegment queryMemory,
      long query,
      float base,
      float threshold) {
    MemorySegment blocks = all(blockMemory);
    MemorySegment memory = all(queryMemory);
    long below = 0;
    for (int slot = 0; slot < SLOTS; slot += LANES) {
      long at = 4L * slot;
      FloatVector estimate =
          FloatVector.fromMemorySegment(FLOATS, memory, query + at, ORDER)
              .fma(
                  FloatVector.fromMemorySegment(FLOATS, blocks, factors + 4L * SLOTS + at, ORDER),
                  FloatVector.fromMemorySegment(FLOATS, blocks, factors + at, ORDER))
              .add(base);
      estimate.intoMemorySegment(memory, query + at, ORDER);
      below |= estimate.compare(VectorOperators.LT, threshold).toLong() << slot;
    }
    return below;
  }

  /**
   * Turns the values into estimates, {@code base + constant + value}.
   *
   * @param constants address of the block's 64 constants
   * @return a bit for each slot whose estimate is below the threshold, slot 0 lowest
   */
  public static long estimate(
      MemorySegment blockMemory,
      long constants,
      MemorySegment queryMemory,
      long query,
      float base,
      float threshold) {
    MemorySegment blocks = all(blockMemory);
    MemorySegment memory = all(queryMemory);
    long below = 0;
    for (int slot = 0; slot < SLOTS; slot += LANES) {
      long at = 4L * slot;
      FloatVector estimate =
          FloatVector.fromMemorySegment(FLOATS, memory, query + at, ORDER)
              .add(FloatVector.fromMemorySegment(FLOATS, blocks, constants + at, ORDER))
              .add(base);
      estimate.intoMemorySegment(memory, query + at, ORDER);
      below |= estimate.compare(VectorOperators.LT, threshold).toLong() << slot;
    }
    return below;
  }

  /** The estimate, or value, that was last computed of a slot. */
  public static float estimate(MemorySegment query, int slot) {
    return query.get(FLOAT, 4L * slot);
  }
}
