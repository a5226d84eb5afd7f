package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.Locale;

/** Numbers and truth values from text and to text, as PostgreSQL reads and writes them. */
final class NumberText {
  private NumberText() {}

  /** The shortest text that reads back as the same number. */
  static String format(double value) {
    return format(value, Double.toString(value), 15);
  }

  /** The shortest text that reads back as the same number. */
  static String format(float value) {
    return format(value, Float.toString(value), 6);
  }

  /**
   * @param shortest Java's text, whose digits are the fewest that suffice
   * @param plainDigits the exponent from which the form 1e+20 is used
   */
  private static String format(double value, String shortest, int plainDigits) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (value == 0) {
      return Math.copySign(1, value) < 0 ? "-0" : "0";
    }
    BigDecimal decimal = new BigDecimal(shortest).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < plainDigits) {
      return decimal.toPlainString();
    }
    String digits = decimal.unscaledValue().abs().toString();
    StringBuilder out = new StringBuilder(24);
    out.append(value < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append(exponent < 0 ? "e-" : "e+");
    if (Math.abs(exponent) < 10) {
      out.append('0');
    }
    return out.append(Math.abs(exponent)).toString();
  }

  /** 22P02 for what is no integer, 22003 beyond 64 bits. */
  static long parseLong(String text, SqlType type) {
    String stripped = text.strip();
    int digits = !stripped.isEmpty() && "+-".indexOf(stripped.charAt(0)) >= 0 ? 1 : 0;
    if (digits == stripped.length()) {
      throw invalid(text, type);
    }
    for (int i = digits; i < stripped.length(); i++) {
      if (stripped.charAt(i) < '0' || stripped.charAt(i) > '9') {
        throw invalid(text, type);
      }
    }
    try {
      return Long.parseLong(stripped);
    } catch (NumberFormatException e) {
      throw outOfRange(text, type);
    }
  }

  /** 22P02 for what is no number, 22003 for one that a double cannot hold. */
  static double parseDouble(String text, SqlType type) {
    String stripped = text.strip();
    return switch (stripped.toLowerCase(Locale.ROOT)) {
      case "nan" -> Double.NaN;
      case "infinity", "+infinity", "inf", "+inf" -> Double.POSITIVE_INFINITY;
      case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> parseDecimal(stripped, type);
    };
  }

  private static double parseDecimal(String text, SqlType type) {
    double value;
    try {
      checkDecimal(text, type);
      value = type.equals(SqlType.REAL) ? Float.parseFloat(text) : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw invalid(text, type);
    }
    boolean vanished = value == 0 && hasNonZeroDigit(text);
    if (Double.isInfinite(value) || vanished) {
      throw outOfRange(text, type);
    }
    return value;
  }

  /** Java would also read hexadecimal numbers and a trailing f or d. */
  private static void checkDecimal(String text, SqlType type) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        throw invalid(text, type);
      }
    }
  }

  private static boolean hasNonZeroDigit(String number) {
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c == 'e' || c == 'E') {
        return false;
      }
      if (c >= '1' && c <= '9') {
        return true;
      }
    }
    return false;
  }

  /**
   * A number of any size; 22P02 for what is none, 22003 for NaN, infinity and an exponent that no
   * DECIMAL has.
   */
  static BigDecimal parseExact(String text, SqlType.Decimal type) {
    String stripped = text.strip();
    switch (stripped.toLowerCase(Locale.ROOT)) {
      case "nan", "infinity", "+infinity", "inf", "+inf", "-infinity", "-inf" ->
          throw outOfRange(text, type);
      default -> {}
    }
    checkDecimal(stripped, type);
    try {
      BigDecimal value = new BigDecimal(stripped);
      return (long) value.scale() - value.precision() > 400 ? BigDecimal.ZERO : value;
    } catch (NumberFormatException e) {
      throw invalid(text, type);
    }
  }

  /** The decimal number that the double prints as; 22003 for NaN and infinity. */
  static BigDecimal exact(double value, SqlType type) {
    if (!Double.isFinite(value)) {
      throw outOfRange(format(value), type);
    }
    return BigDecimal.valueOf(value);
  }

  /** The decimal number that the float prints as; 22003 for NaN and infinity. */
  static BigDecimal exact(float value, SqlType type) {
    if (!Float.isFinite(value)) {
      throw outOfRange(format(value), type);
    }
    return new BigDecimal(Float.toString(value));
  }

  static boolean parseBoolean(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true", "t", "yes", "y", "on", "1" -> true;
      case "false", "f", "no", "n", "off", "0" -> false;
      default -> throw invalid(text, SqlType.BOOLEAN);
    };
  }

  private static QuiverException invalid(String text, SqlType type) {
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION,
        "wanted " + type.sqlName() + ", found " + excerpt(text));
  }

  private static QuiverException outOfRange(String text, SqlType type) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        excerpt(text) + " does not fit into " + type.sqlName());
  }

  /** The beginning of what a user wrote, for a message. */
  static String excerpt(String text) {
    return "'" + (text.length() <= 40 ? text : text.substring(0, 40) + "...") + "'";
  }
}
