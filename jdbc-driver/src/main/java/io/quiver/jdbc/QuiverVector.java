package io.quiver.jdbc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** A dense vector as a result gives it. Its text is the SQL literal: {@code [1,2.5,-3]}. */
public final class QuiverVector {
  private final float[] values;

  private QuiverVector(float[] values) {
    this.values = values;
  }

  public static QuiverVector of(float... values) {
    return new QuiverVector(values.clone());
  }

  /** Reads packed little-endian floats, as they travel. */
  static QuiverVector unpack(byte[] packed) {
    FloatBuffer floats = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return new QuiverVector(values);
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

  public float[] toArray() {
    return values.clone();
  }

  byte[] packed() {
    return pack(values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QuiverVector vector && Arrays.equals(values, vector.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    StringBuilder out = new StringBuilder(values.length * 8 + 2).append('[');
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        out.append(',');
      }
      float value = values[i];
      if (value == (int) value && Math.abs(value) < 1e7f) {
        out.append((int) value);
      } else {
        out.append(value);
      }
    }
    return out.append(']').toString();
  }
}
