package io.quiver.jdbc;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A number of bytes as people write it. */
public final class DataSize {
  /** What is understood, for messages. */
  public static final String WANTED = "a number of bytes, or one with k, m, g or t, such as 512m";

  private static final Pattern FORM = Pattern.compile("(\\d{1,18})(?:([kmgt])b?)?");

  private DataSize() {}

  /**
   * Reads a number, with a power of 1,024 behind it if wanted: 1000, 512m, 2g, 64MB.
   *
   * @throws IllegalArgumentException when it is no such number, or beyond 64 bits
   */
  public static long parse(String text) {
    Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      throw new IllegalArgumentException("wanted " + WANTED + ", found '" + text + "'");
    }
    String unit = matcher.group(2);
    int shift = unit == null ? 0 : 10 * ("kmgt".indexOf(unit) + 1);
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("wanted " + WANTED + ", found '" + text + "'", e);
    }
  }
}
