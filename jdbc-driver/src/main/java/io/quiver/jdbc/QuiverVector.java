package io.quiver.jdbc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A dense vector as a result gives it. Its text is the SQL literal: {@code [1,2.5,-3]}, or {@code
 * 101} where the elements are bits.
 */
public final class QuiverVector {
  private final float[] values;
  private final Element element;

  private QuiverVector(float[] values, Element element) {
    this.values = values;
    this.element = element;
  }

  /** How one dimension is stored in the column. */
  public enum Element {
    FLOAT32,
    /** IEEE 754 binary16. */
    FLOAT16,
    /** The upper half of a FLOAT32. */
    BFLOAT16,
    /** An integer of -128 to 127. */
    INT8,
    /** 0 or 1. */
    BINARY
  }

  public static QuiverVector of(float... values) {
    return new QuiverVector(values.clone(), Element.FLOAT32);
  }

  /**
   * Reads packed elements as they travel: little-endian, a bit a dimension for BINARY with the
   * first in the highest bit.
   */
  static QuiverVector unpack(byte[] packed, Element element, int dimension) {
    ByteBuffer bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[dimension];
    if (element == Element.FLOAT32) {
      bytes.asFloatBuffer().get(values);
      return new QuiverVector(values, element);
    }
    for (int i = 0; i < dimension; i++) {
      values[i] = read(bytes, element, i);
    }
    return new QuiverVector(values, element);
  }

  private static float read(ByteBuffer bytes, Element element, int i) {
    return switch (element) {
      case FLOAT32 -> bytes.getFloat(4 * i);
      case FLOAT16 -> half(bytes.getShort(2 * i));
      case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
      case INT8 -> bytes.get(i);
      case BINARY -> (bytes.get(i >> 3) >> (7 - (i & 7))) & 1;
    };
  }

  /** Java 17 has no float16ToFloat. */
  private static float half(short bits) {
    int exponent = (bits >> 10) & 0x1F;
    int fraction = bits & 0x3FF;
    // Below the normal numbers: a multiple of 2^-24.
    float size =
        exponent == 0
            ? fraction * 0x1p-24f
            : Float.intBitsToFloat((exponent + 112) << 23 | fraction << 13);
    return bits < 0 ? -size : size;
  }

  static byte[] pack(float[] values) {
    byte[] packed = new byte[values.length * Float.BYTES];
    ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return packed;
  }

  /** How many dimensions it has. */
  public int length() {
    return values.length;
  }

  public Element element() {
    return element;
  }

  public float[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuiverVector vector
        && element == vector.element
        && Arrays.equals(values, vector.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    if (element == Element.BINARY) {
      return bits();
    }
    StringBuilder out = new StringBuilder(values.length * 8 + 2).append('[');
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        out.append(',');
      }
      append(out, values[i]);
    }
    return out.append(']').toString();
  }

  private String bits() {
    StringBuilder out = new StringBuilder(values.length);
    for (float value : values) {
      out.append(value == 0 ? '0' : '1');
    }
    return out.toString();
  }

  private static void append(StringBuilder out, float value) {
    if (value == (int) value && Math.abs(value) < 1e7f) {
      // An int has no negative zero.
      out.append(value == 0 && Math.copySign(1, value) < 0 ? "-" : "").append((int) value);
    } else {
      out.append(value);
    }
  }
}
