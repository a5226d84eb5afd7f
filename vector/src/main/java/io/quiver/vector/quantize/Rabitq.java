package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * One bit a dimension and two factors estimate a squared distance without bias: RaBitQ (Gao and
 * Long, SIGMOD 2024). Codes stand in blocks of 32, whose distances one pass of table lookups in
 * registers estimates: FastScan (André et al., VLDB 2015).
 *
 * <p>Let x, c and q be a vector, a centre near it, and the query, all three {@link Rotation
 * rotated}; r = x - c; and s the signs of r, each 1 or -1. Then g s with {@code g = |r|² / sum
 * |r_i|} stands for r: both have the same product with r. So
 *
 * <pre>
 *   |q - x|² = |q - c|² + |r|² - 2 &lt;q - c, r&gt;
 *            ~ |q - c|² + (|r|² + 2 g &lt;c, s&gt;) - 2 g &lt;q, s&gt;
 *            = |q - c|² + constant + slope &lt;q, s&gt;
 * </pre>
 *
 * The products with s depend on no centre: one table of a query ({@link RabitqQuery}) serves all
 * blocks (Gou et al., SymphonyQG, SIGMOD 2025).
 *
 * <p>A block is aligned to 64 bytes:
 *
 * <pre>
 *   0              codes: 64 bytes for each 16 dimensions. In the group of dimensions d to d + 15
 *                    byte p(j)        bits 0-3: dimensions d to d + 3 of slot j, set if positive
 *                                     bits 4-7: d + 8 to d + 11
 *                    byte 32 + p(j)   bits 0-3: d + 4 to d + 7;  bits 4-7: d + 12 to d + 15
 *                    with p(j) = 4 (j mod 8) + 2 (j / 8 mod 2) + j / 16
 *   4 * codeBits   constants of slots 0 to 31, floats
 *   + 128          slopes of slots 0 to 31, floats
 * </pre>
 *
 * An empty slot has the constant infinity and the slope 0, so that its estimate is below no limit.
 *
 * <p>Memory is checked once, by the caller: all positions are what {@link
 * io.quiver.vector.memory.AbsoluteMemory#start} returned.
 *
 * @param codeBits dimensions after the rotation, a multiple of 64
 */
public record Rabitq(int codeBits) {
  /** Codes of a block. */
  public static final int SLOTS = 32;

  static final int GROUP_DIMENSIONS = 16;
  static final int GROUP_BYTES = 64;
  static final long SLOPES = 4L * SLOTS;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Rabitq {
    if (codeBits < 64 || codeBits % 64 != 0) {
      throw new IllegalArgumentException("a code has a multiple of 64 bits, not " + codeBits);
    }
  }

  /** Bytes of a block. */
  public int blockBytes() {
    return 4 * codeBits + 8 * SLOTS;
  }

  /**
   * Puts a vector's code and factors into a slot.
   *
   * @param points rotated vectors, of which {@code vector} and {@code centre} are two
   */
  public void encode(
      MemorySegment points, long vector, long centre, MemorySegment blocks, long block, int slot) {
    long factors =
        RabitqKernels.encode(points, vector, centre, blocks, block + place(slot), codeBits);
    setFactors(
        blocks,
        block,
        slot,
        Float.intBitsToFloat((int) factors),
        Float.intBitsToFloat((int) (factors >>> 32)));
  }

  /** Empties a slot. */
  public void clear(MemorySegment blocks, long block, int slot) {
    setFactors(blocks, block, slot, Float.POSITIVE_INFINITY, 0);
  }

  /** Copies one slot over another, which may be in another block. */
  public void copy(MemorySegment blocks, long from, int fromSlot, long to, int toSlot) {
    MemorySegment memory = all(blocks);
    for (int at = 0; at < 4 * codeBits; at += GROUP_BYTES / 2) {
      byte code = memory.get(ValueLayout.JAVA_BYTE, from + at + place(fromSlot));
      memory.set(ValueLayout.JAVA_BYTE, to + at + place(toSlot), code);
    }
    long factors = from + 4L * codeBits + 4L * fromSlot;
    setFactors(blocks, to, toSlot, memory.get(FLOAT, factors), memory.get(FLOAT, factors + SLOPES));
  }

  /**
   * Writes a slot as {@link BitQuantizer} has a row by itself whose vector is less the centre.
   *
   * @param squared the vector's squared distance to the centre
   * @param to as many bytes as {@link BitQuantizer#rowBytes}
   */
  public void copyRow(
      MemorySegment blocks, long block, int slot, float squared, MemorySegment rows, long to) {
    MemorySegment memory = all(blocks);
    long code = block + place(slot);
    for (int group = 0; group < codeBits / GROUP_DIMENSIONS; group++) {
      int even = memory.get(ValueLayout.JAVA_BYTE, code + (long) GROUP_BYTES * group) & 0xFF;
      int odd =
          memory.get(ValueLayout.JAVA_BYTE, code + (long) GROUP_BYTES * group + GROUP_BYTES / 2)
              & 0xFF;
      int bits = (even & 15) | (odd & 15) << 4 | (even >> 4) << 8 | (odd >> 4) << 12;
      rows.set(SHORT, to + 2L * group, (short) bits);
    }
    rows.set(FLOAT, to + codeBits / 8, squared);
    long slope = block + 4L * codeBits + 4L * slot + SLOPES;
    rows.set(FLOAT, to + codeBits / 8 + 4, memory.get(FLOAT, slope));
  }

  /**
   * Estimates the distances of all slots to the query, less {@code |q - c|²} of the block's centre,
   * and keeps them in the query.
   *
   * @return a bit for each slot whose estimate is at most the limit
   */
  public int estimate(MemorySegment blocks, long block, RabitqQuery query, float limit) {
    return RabitqKernels.WIDE
        ? RabitqKernels.estimate(blocks, block, codeBits, query.memory(), query.position(), limit)
        : NarrowRabitqKernels.estimate(
            blocks, block, codeBits, query.memory(), query.position(), limit);
  }

  /** Sets the factors of a slot whose code somebody else has written. */
  public void setFactors(MemorySegment blocks, long block, int slot, float constant, float slope) {
    long factors = block + 4L * codeBits + 4L * slot;
    all(blocks).set(FLOAT, factors, constant);
    all(blocks).set(FLOAT, factors + SLOPES, slope);
  }

  /** Where in a group's half the byte of a slot is: so that the sums come out in order. */
  public static int place(int slot) {
    return 4 * (slot & 7) + 2 * (slot >> 3 & 1) + (slot >> 4);
  }
}
