package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/**
 * A query's lookup tables for codes of {@link ProductQuantizer}, so that {@link Rabitq} estimates
 * by them: a part takes the place of four dimensions, and the value that is looked up is the
 * query's product with the part's codeword. It belongs to one thread.
 */
public final class ProductTables {
  private static final int WORDS = ProductQuantizer.CODEWORDS;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private final ProductQuantizer quantizer;
  private final RabitqQuery query;
  private final float[] bounds;

  public ProductTables(ProductQuantizer quantizer) {
    this.quantizer = quantizer;
    query = new RabitqQuery(codes(quantizer.parts()));
    bounds = new float[quantizer.parts()];
  }

  /** The blocks that hold codes of so many parts; unused parts look up 0. */
  public static Rabitq codes(int parts) {
    return new Rabitq(Rotation.codeBits(4 * parts));
  }

  /** What {@link Rabitq#estimate} takes. */
  public RabitqQuery query() {
    return query;
  }

  /** Sets a part of a slot's code in a block. */
  public static void setCode(MemorySegment blocks, long block, int slot, int part, int code) {
    long at = block + byteOf(slot, part);
    int shift = (part & 2) << 1;
    int before = blocks.get(ValueLayout.JAVA_BYTE, at);
    blocks.set(ValueLayout.JAVA_BYTE, at, (byte) ((before & ~(15 << shift)) | (code << shift)));
  }

  /** A part of a slot's code. */
  public static int code(MemorySegment blocks, long block, int slot, int part) {
    return blocks.get(ValueLayout.JAVA_BYTE, block + byteOf(slot, part)) >> ((part & 2) << 1) & 15;
  }

  private static long byteOf(int slot, int part) {
    return 64L * (part >> 2) + 32L * (part & 1) + Rabitq.place(slot);
  }

  /**
   * Takes another query.
   *
   * @param point rotated
   */
  public void set(MemorySegment point, long at) {
    float widest = 0;
    float offset = 0;
    for (int part = 0; part < bounds.length; part++) {
      float bound = quantizer.bound(point, at, part);
      bounds[part] = bound;
      widest = Math.max(widest, 2 * bound);
      offset -= bound;
    }
    MemorySegment memory = all(query.memory());
    float scale = widest > 0 ? widest / RabitqQuery.entryMax(codes(bounds.length).codeBits()) : 1;
    memory.set(FLOAT, query.position(), scale);
    memory.set(FLOAT, query.position() + 4, offset);
    MemorySegment words = quantizer.codewords();
    long codewords = AbsoluteMemory.start(words, 0, words.byteSize());
    for (int part = 0; part < bounds.length; part++) {
      int from = quantizer.from(part);
      int count = quantizer.from(part + 1) - from;
      entries(
          words,
          codewords + 4L * WORDS * from,
          point,
          at + 4L * from,
          count,
          memory,
          // Parts 0 to 3 of a group have the quarters 0, 2, 1 and 3.
          query.position()
              + RabitqQuery.TABLE
              + 64L * (part >> 2)
              + 32L * (part & 1)
              + 8L * (part & 2),
          bounds[part],
          1 / scale);
    }
    AbsoluteMemory.keepAlive(words, point);
  }

  // Memory, positions and numbers: a record of these would be allocated.
  @SuppressWarnings("ParameterNumber")
  private static void entries(
      MemorySegment words,
      long codewords,
      MemorySegment point,
      long at,
      int count,
      MemorySegment table,
      long entries,
      float bound,
      float inverse) {
    if (VectorWidth.FLOATS.length() == WORDS) {
      MemorySegment from = all(words);
      FloatVector sum = FloatVector.broadcast(FloatVector.SPECIES_512, bound);
      for (int d = 0; d < count; d++) {
        sum =
            FloatVector.fromMemorySegment(
                    FloatVector.SPECIES_512, from, codewords + 4L * WORDS * d, ORDER)
                .fma(
                    FloatVector.broadcast(FloatVector.SPECIES_512, point.get(FLOAT, at + 4L * d)),
                    sum);
      }
      ((ByteVector)
              sum.mul(inverse)
                  .max(0f)
                  .add(RabitqKernels.ROUND)
                  .reinterpretAsInts()
                  .castShape(ByteVector.SPECIES_128, 0))
          .intoMemorySegment(table, entries, ORDER);
      return;
    }
    for (int word = 0; word < WORDS; word++) {
      float sum = bound;
      for (int d = 0; d < count; d++) {
        sum =
            Math.fma(
                all(words).get(FLOAT, codewords + 4L * (WORDS * d + word)),
                point.get(FLOAT, at + 4L * d),
                sum);
      }
      float rounded = Math.max(0, sum * inverse) + RabitqKernels.ROUND;
      table.set(ValueLayout.JAVA_BYTE, entries + word, (byte) Float.floatToRawIntBits(rounded));
    }
  }
}
