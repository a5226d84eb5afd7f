package io.quiver.types;

/**
 * The text form of a dense vector, as pgvector writes it: {@code [1,2.5,-3]}, and for BINARY {@code
 * 10110}.
 */
public final class VectorText {
  private VectorText() {}

  /**
   * Reads {@code [1, 2.5, -3e-2]}.
   *
   * @throws QuiverException 22P02 when the text is no vector or an element is NaN or infinite
   */
  public static float[] parse(String text) {
    String inner = text.strip();
    if (inner.length() < 2 || inner.charAt(0) != '[' || inner.charAt(inner.length() - 1) != ']') {
      throw invalid("a vector is written [1,2,3], found " + excerpt(text));
    }
    inner = inner.substring(1, inner.length() - 1);
    if (inner.isBlank()) {
      throw invalid("a vector has at least 1 dimension, found []");
    }
    String[] parts = inner.split(",", -1);
    if (parts.length > SqlType.Vector.MAX_DIMENSION) {
      throw invalid(
          "a vector has at most "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, found "
              + parts.length);
    }
    float[] values = new float[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = element(parts[i].strip(), i);
    }
    return values;
  }

  /**
   * Reads {@code [1, 0, 1]}, and where the element is BINARY {@code 101} too.
   *
   * @throws QuiverException as {@link #parse(String)}
   */
  public static float[] parse(String text, SqlType.Element element) {
    String bits = text.strip();
    if (element != SqlType.Element.BINARY || bits.startsWith("[")) {
      return parse(text);
    }
    if (bits.isEmpty() || bits.length() > SqlType.Vector.MAX_DIMENSION) {
      throw invalid(
          "a vector has 1 to "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, found "
              + bits.length());
    }
    float[] values = new float[bits.length()];
    for (int i = 0; i < values.length; i++) {
      char bit = bits.charAt(i);
      if (bit != '0' && bit != '1') {
        throw invalid("a binary vector is written 101 or [1,0,1], found " + excerpt(text));
      }
      values[i] = bit - '0';
    }
    return values;
  }

  /** Writes a vector of this element so that {@link #parse(String, SqlType.Element)} reads it. */
  public static String format(float[] values, SqlType.Element element) {
    if (element != SqlType.Element.BINARY) {
      return format(values);
    }
    StringBuilder bits = new StringBuilder(values.length);
    for (float value : values) {
      bits.append(value == 0 ? '0' : '1');
    }
    return bits.toString();
  }

  /** Writes the shortest text that reads back to the same floats. */
  public static String format(float[] values) {
    StringBuilder out = new StringBuilder(values.length * 8 + 2).append('[');
    for (int i = 0; i < values.length; i++) {
      if (i > 0) {
        out.append(',');
      }
      appendElement(out, values[i]);
    }
    return out.append(']').toString();
  }

  private static void appendElement(StringBuilder out, float value) {
    if (value == (int) value && Math.abs(value) < 1e7f) {
      // An int has no negative zero.
      out.append(value == 0 && Math.copySign(1, value) < 0 ? "-" : "").append((int) value);
    } else {
      out.append(value);
    }
  }

  private static float element(String text, int position) {
    float value;
    try {
      checkDecimal(text);
      value = Float.parseFloat(text);
    } catch (NumberFormatException e) {
      throw invalid("element " + (position + 1) + " of a vector is a number, found '" + text + "'");
    }
    if (!Float.isFinite(value)) {
      throw invalid("element " + (position + 1) + " of a vector is finite, found '" + text + "'");
    }
    return value;
  }

  /** Java would also read hexadecimal numbers and a trailing f or d. */
  private static void checkDecimal(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        throw new NumberFormatException(text);
      }
    }
  }

  private static String excerpt(String text) {
    return "'" + (text.length() <= 40 ? text : text.substring(0, 40) + "...") + "'";
  }

  private static QuiverException invalid(String message) {
    return new QuiverException(ErrorCode.INVALID_TEXT_REPRESENTATION, message);
  }
}
