package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A query as {@link Rabitq} looks it up. It belongs to one thread and is used again.
 *
 * <p>For each four dimensions there are the 16 sums of {@code |q_i| ± q_i} that their signs can
 * give, in units of {@code scale}, rounded to at most 7 bits. A query's product with signs is then
 * {@code scale * (sum of entries) + offset}, with {@code offset = -sum |q_i|}. A sum is rounded as
 * a whole, rather than its four parts, so that the error is that of one rounding.
 *
 * <pre>
 *     0  scale, float
 *     4  offset, float
 *    64  the last block's estimates, 32 floats
 *   192  128 bytes that kernels use
 *   320  the table: 64 bytes for each 16 dimensions d to d + 15
 *          0  16 entries of d to d + 3; entry e has + q_i where bit i of e is set, else - q_i
 *         16  of d + 8 to d + 11
 *         32  of d + 4 to d + 7
 *         48  of d + 12 to d + 15
 * </pre>
 */
public final class RabitqQuery {
  static final long ESTIMATES = 64;
  static final long SUMS = 192;
  static final long TABLE = 320;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int codeBits;
  private final MemorySegment memory;
  private final long position;

  public RabitqQuery(Rabitq codes) {
    codeBits = codes.codeBits();
    memory = NativeMemory.allocate(TABLE + 4L * codeBits);
    position = AbsoluteMemory.start(memory, 0, memory.byteSize());
  }

  /**
   * Takes another query.
   *
   * @param rotated where it has codeBits floats, as {@link AbsoluteMemory#start} returned
   */
  public void set(MemorySegment points, long rotated) {
    if (RabitqKernels.WIDE) {
      RabitqKernels.table(points, rotated, codeBits, memory, position);
    } else {
      NarrowRabitqKernels.table(points, rotated, codeBits, memory, position);
    }
  }

  /**
   * Adds to the query's product with any signs, until the next query: so that estimates become
   * bounds, from below as slopes are negative.
   */
  public void raise(float product) {
    MemorySegment all = all(memory);
    all.set(FLOAT, position + 4, all.get(FLOAT, position + 4) + product);
  }

  /** What the last {@link Rabitq#estimate} found for a slot. */
  public float estimate(int slot) {
    return all(memory).get(FLOAT, position + ESTIMATES + 4L * slot);
  }

  /**
   * The largest entry: whole, since entries are rounded, and such that one for each eight bits add
   * up to 16 bits at most, which is how many a sum has before its halves come together. 127 up to
   * 4096 bits.
   */
  static float entryMax(int codeBits) {
    return Math.min(127, 8 * 0xFFFF / codeBits);
  }

  MemorySegment memory() {
    return memory;
  }

  long position() {
    return position;
  }
}
