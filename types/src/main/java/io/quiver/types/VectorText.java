package io.quiver.types;

/** The text form of a dense vector: {@code [1,2.5,-3]}, as pgvector writes it. */
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
