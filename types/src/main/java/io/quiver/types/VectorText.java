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
    int end = text.length();
    int start = 0;
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    if (end - start < 2 || text.charAt(start) != '[' || text.charAt(end - 1) != ']') {
      throw invalid("a vector is written [1,2,3], found " + excerpt(text));
    }
    return elements(text, start + 1, end - 1);
  }

  private static float[] elements(String text, int from, int to) {
    if (text.substring(from, to).isBlank()) {
      throw invalid("a vector has at least 1 dimension, found []");
    }
    float[] values = new float[dimension(text, from, to)];
    int start = from;
    for (int i = 0; i < values.length; i++) {
      int comma = text.indexOf(',', start, to);
      int end = comma < 0 ? to : comma;
      values[i] = element(text, start, end, i);
      start = end + 1;
    }
    return values;
  }

  private static int dimension(String text, int from, int to) {
    int dimension = 1;
    for (int i = from; i < to; i++) {
      dimension += text.charAt(i) == ',' ? 1 : 0;
    }
    if (dimension > SqlType.Vector.MAX_DIMENSION) {
      throw invalid(
          "a vector has at most "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, found "
              + dimension);
    }
    return dimension;
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

  private static float element(String text, int from, int to, int position) {
    int start = from;
    int end = to;
    while (start < end && Character.isWhitespace(text.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(text.charAt(end - 1))) {
      end--;
    }
    float value;
    try {
      value = DecimalFloat.parse(text, start, end);
    } catch (NumberFormatException e) {
      throw invalid(
          "element "
              + (position + 1)
              + " of a vector is a number, found '"
              + text.substring(start, end)
              + "'");
    }
    if (!Float.isFinite(value)) {
      throw invalid(
          "element "
              + (position + 1)
              + " of a vector is finite, found '"
              + text.substring(start, end)
              + "'");
    }
    return value;
  }

  private static String excerpt(String text) {
    return "'" + (text.length() <= 40 ? text : text.substring(0, 40) + "...") + "'";
  }

  private static QuiverException invalid(String message) {
    return new QuiverException(ErrorCode.INVALID_TEXT_REPRESENTATION, message);
  }
}
