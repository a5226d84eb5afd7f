package io.quiver.types;

/**
 * Reads floats from text without making objects. Correctly rounded: the same float as {@link
 * Float#parseFloat}, for decimal numbers alone.
 *
 * <p>Where the digits fit a double and the power of ten is one that a double holds exactly, a
 * single division or multiplication gives the nearest double (Clinger, "How to read floating point
 * numbers accurately", 1990). Rounding that again gives the nearest float, unless the double lies
 * halfway between two floats; then, and for all longer numbers, the JDK reads it.
 */
final class DecimalFloat {
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** Up to here every digit more keeps the number below 2 to the 63rd. */
  private static final int DIGITS_MAX = 18;

  private static final long EXACT_MAX = 1L << (Double.PRECISION - 1);
  private static final int EXPONENT_MAX = 9_999;

  /** The bits of a double that a float has no room for, and the highest of them. */
  private static final long DROPPED_BITS = (1L << (Double.PRECISION - Float.PRECISION)) - 1;

  private static final long HALF = 1L << (Double.PRECISION - Float.PRECISION - 1);

  private DecimalFloat() {}

  /**
   * Reads the characters from {@code from} to {@code to}, white space excluded.
   *
   * @throws NumberFormatException when they are no decimal number
   */
  static float parse(String text, int from, int to) {
    int position = from;
    boolean negative = false;
    if (position < to && (text.charAt(position) == '-' || text.charAt(position) == '+')) {
      negative = text.charAt(position++) == '-';
    }
    long digits = 0;
    int significant = 0;
    int scale = 0;
    boolean point = false;
    int digitsFrom = position;
    for (; position < to; position++) {
      char c = text.charAt(position);
      if (c == '.' && !point) {
        point = true;
      } else if (c >= '0' && c <= '9') {
        significant += significant > 0 || c != '0' ? 1 : 0;
        if (significant > DIGITS_MAX) {
          return slowly(text, from, to);
        }
        digits = digits * 10 + (c - '0');
        scale += point ? 1 : 0;
      } else {
        break;
      }
    }
    if (position - digitsFrom == (point ? 1 : 0)) {
      throw new NumberFormatException("no digits");
    }
    if (position < to) {
      int exponent = exponent(text, position, to);
      if (exponent == Integer.MIN_VALUE) {
        return slowly(text, from, to);
      }
      scale -= exponent;
    }
    double value = value(digits, scale);
    if (Double.isNaN(value)) {
      return slowly(text, from, to);
    }
    return (float) (negative ? -value : value);
  }

  /** The exponent, or the least int for one that only the JDK's own reading can judge. */
  private static int exponent(String text, int from, int to) {
    int position = from;
    char letter = text.charAt(position++);
    if (letter != 'e' && letter != 'E') {
      throw new NumberFormatException("neither a digit nor an exponent: " + letter);
    }
    boolean negative = false;
    if (position < to && (text.charAt(position) == '-' || text.charAt(position) == '+')) {
      negative = text.charAt(position++) == '-';
    }
    if (position == to) {
      throw new NumberFormatException("an exponent without digits");
    }
    int exponent = 0;
    for (; position < to; position++) {
      char c = text.charAt(position);
      if (c < '0' || c > '9') {
        throw new NumberFormatException("no digit: " + c);
      }
      exponent = Math.min(exponent * 10 + (c - '0'), EXPONENT_MAX + 1);
    }
    if (exponent > EXPONENT_MAX) {
      return Integer.MIN_VALUE;
    }
    return negative ? -exponent : exponent;
  }

  /** {@code digits} over ten to the {@code scale}; NaN where that would not surely round right. */
  private static double value(long digits, int scale) {
    if (digits == 0) {
      return 0;
    }
    if (digits > EXACT_MAX || Math.abs(scale) >= POWERS_OF_TEN.length) {
      return Double.NaN;
    }
    double value = scale < 0 ? digits * POWERS_OF_TEN[-scale] : digits / POWERS_OF_TEN[scale];
    boolean isHalfway = (Double.doubleToRawLongBits(value) & DROPPED_BITS) == HALF;
    return isHalfway || value < Float.MIN_NORMAL ? Double.NaN : value;
  }

  private static float slowly(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      // Java would also read hexadecimal numbers, NaN, and a trailing f or d.
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        throw new NumberFormatException("no decimal number");
      }
    }
    return Float.parseFloat(text.substring(from, to));
  }
}
