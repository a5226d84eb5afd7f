package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Packs vectors of numbers into the bytes of each {@link SqlType.Element}, and back. */
public final class VectorElements {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private VectorElements() {}

  /**
   * Writes a vector at a byte offset, little-endian. FLOAT16 and BFLOAT16 round to the nearest, the
   * even one of two.
   *
   * @throws QuiverException 22023 for NaN and infinity; 22003 for a number that the element cannot
   *     hold: beyond FLOAT16's range, no integer of -128 to 127, neither 0 nor 1
   */
  public static void encode(
      float[] vector, SqlType.Element element, MemorySegment out, long offset) {
    for (int i = 0; i < vector.length; i++) {
      float value = vector[i];
      if (!Float.isFinite(value)) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "element " + (i + 1) + " of a vector is finite, found " + value);
      }
      switch (element) {
        case FLOAT32 -> out.set(FLOAT, offset + 4L * i, value);
        case FLOAT16 -> out.set(SHORT, offset + 2L * i, float16(value, i));
        case BFLOAT16 -> out.set(SHORT, offset + 2L * i, bfloat16(value, i));
        case INT8 -> out.set(JAVA_BYTE, offset + i, int8(value, i));
        case BINARY -> setBit(out, offset, i, bit(value, i));
      }
    }
    if (element == SqlType.Element.BINARY && (vector.length & 7) != 0) {
      long last = offset + (vector.length >> 3);
      int used = 0xFF00 >> (vector.length & 7);
      out.set(JAVA_BYTE, last, (byte) (out.get(JAVA_BYTE, last) & used));
    }
  }

  /** The numbers of a vector that {@link #encode} has written. */
  public static float[] decode(MemorySegment packed, SqlType.Element element, int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] =
          switch (element) {
            case FLOAT32 -> packed.get(FLOAT, 4L * i);
            case FLOAT16 -> Float.float16ToFloat(packed.get(SHORT, 2L * i));
            case BFLOAT16 -> Float.intBitsToFloat(packed.get(SHORT, 2L * i) << 16);
            case INT8 -> packed.get(JAVA_BYTE, i);
            case BINARY -> (packed.get(JAVA_BYTE, i >> 3) >> (7 - (i & 7))) & 1;
          };
    }
    return vector;
  }

  /**
   * The vector as it is after it was stored: checked, and rounded to what the element can hold.
   *
   * @throws QuiverException as {@link #encode}
   */
  public static float[] rounded(float[] vector, SqlType.Element element) {
    MemorySegment packed = MemorySegment.ofArray(new byte[element.bytes(vector.length)]);
    encode(vector, element, packed, 0);
    return element == SqlType.Element.FLOAT32 ? vector : decode(packed, element, vector.length);
  }

  private static short float16(float value, int position) {
    short half = Float.floatToFloat16(value);
    if ((half & 0x7FFF) == 0x7C00) {
      throw outOfRange(value, position, "FLOAT16");
    }
    return half;
  }

  private static short bfloat16(float value, int position) {
    int bits = Float.floatToRawIntBits(value);
    int rounded = bits + 0x7FFF + ((bits >> 16) & 1);
    if ((rounded & 0x7F80_0000) == 0x7F80_0000) {
      throw outOfRange(value, position, "BFLOAT16");
    }
    return (short) (rounded >> 16);
  }

  private static byte int8(float value, int position) {
    byte small = (byte) value;
    if (small != value) {
      throw outOfRange(value, position, "INT8");
    }
    return small;
  }

  private static boolean bit(float value, int position) {
    if (value != 0 && value != 1) {
      throw outOfRange(value, position, "BINARY");
    }
    return value == 1;
  }

  private static void setBit(MemorySegment out, long offset, int position, boolean value) {
    long at = offset + (position >> 3);
    int mask = 0x80 >> (position & 7);
    int old = out.get(JAVA_BYTE, at);
    out.set(JAVA_BYTE, at, (byte) (value ? old | mask : old & ~mask));
  }

  private static QuiverException outOfRange(float value, int position, String element) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        "element " + (position + 1) + " of a vector does not fit into " + element + ": " + value);
  }
}
