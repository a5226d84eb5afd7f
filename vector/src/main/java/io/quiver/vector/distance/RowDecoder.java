package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Rows of numbers in any encoding as 32-bit floats. */
public final class RowDecoder {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private RowDecoder() {}

  /**
   * Decodes one row.
   *
   * @param from where it begins in the memory, in bytes
   * @param at where its floats go
   */
  public static void decode(
      Encoding encoding,
      MemorySegment memory,
      long from,
      int dimension,
      MemorySegment into,
      long at) {
    switch (encoding) {
      case FLOAT32 -> MemorySegment.copy(memory, from, into, at, 4L * dimension);
      case FLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          into.set(FLOAT, at + 4L * i, Float.float16ToFloat(memory.get(SHORT, from + 2L * i)));
        }
      }
      case BFLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          into.set(
              FLOAT, at + 4L * i, Float.intBitsToFloat(memory.get(SHORT, from + 2L * i) << 16));
        }
      }
      case INT8 -> {
        for (int i = 0; i < dimension; i++) {
          into.set(FLOAT, at + 4L * i, memory.get(ValueLayout.JAVA_BYTE, from + i));
        }
      }
      case BINARY -> throw new IllegalArgumentException("bits are no numbers");
    }
  }

  /** One element of a row that begins at the position. */
  static float element(Encoding encoding, MemorySegment memory, long position, int i) {
    return switch (encoding) {
      case FLOAT32 -> memory.get(FLOAT, position + 4L * i);
      case FLOAT16 -> Float.float16ToFloat(memory.get(SHORT, position + 2L * i));
      case BFLOAT16 -> Float.intBitsToFloat(memory.get(SHORT, position + 2L * i) << 16);
      case INT8 -> memory.get(ValueLayout.JAVA_BYTE, position + i);
      case BINARY -> throw new IllegalArgumentException("bits are no numbers");
    };
  }
}
