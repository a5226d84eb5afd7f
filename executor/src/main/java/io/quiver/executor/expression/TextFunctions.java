package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Functions of text, by code point. */
final class TextFunctions {
  private static final int RESULT_MAX = 16 << 20;

  private TextFunctions() {}

  /** A function that gives text. */
  static ColumnFunction of(ScalarFunction function, SqlType type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          out.appendString(apply(function, operands, i));
        } else {
          out.appendNull();
        }
      }
      return out.build();
    };
  }

  /** CHAR_LENGTH, OCTET_LENGTH and POSITION, as INTEGER or BIGINT. */
  static ColumnFunction measure(ScalarFunction function, SqlType type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          out.appendNull();
          continue;
        }
        int value =
            switch (function) {
              case CHAR_LENGTH -> codePoints(utf8(operands[0], i));
              case OCTET_LENGTH -> (int) utf8(operands[0], i).byteSize();
              case POSITION -> position(operands[0].stringAt(i), operands[1].stringAt(i));
              default -> throw new IllegalStateException(function + " measures no text");
            };
        if (type.equals(SqlType.BIGINT)) {
          out.appendLong(value);
        } else {
          out.appendInt(value);
        }
      }
      return out.build();
    };
  }

  static Column startsWith(Operand[] operands, int rows) {
    MemorySegment validity = Buffers.validity(operands, rows);
    MemorySegment bits = Buffers.bitmap(rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        MemorySegment text = utf8(operands[0], i);
        MemorySegment prefix = utf8(operands[1], i);
        long same = text.mismatch(prefix);
        if (same < 0 || same == prefix.byteSize()) {
          Buffers.setBit(bits, i);
        }
      }
    }
    return Column.of(SqlType.BOOLEAN, rows, validity, bits, null);
  }

  private static MemorySegment utf8(Operand operand, int row) {
    return operand.column().getUtf8(row * operand.step());
  }

  /** Each code point has one byte that is no continuation (10xxxxxx). */
  private static int codePoints(MemorySegment utf8) {
    int count = 0;
    for (long i = 0; i < utf8.byteSize(); i++) {
      count += (utf8.get(JAVA_BYTE, i) & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
  }

  private static int position(String needle, String haystack) {
    int at = haystack.indexOf(needle);
    return at < 0 ? 0 : haystack.codePointCount(0, at) + 1;
  }

  private static String apply(ScalarFunction function, Operand[] operands, int row) {
    String text = operands[0].stringAt(row);
    return switch (function) {
      case CONCAT -> concat(operands, row);
      case LOWER -> text.toLowerCase(Locale.ROOT);
      case UPPER -> text.toUpperCase(Locale.ROOT);
      case SUBSTRING ->
          operands.length == 2
              ? substring(text, operands[1].intAt(row), Long.MAX_VALUE)
              : substring(text, operands[1].intAt(row), operands[2].intAt(row));
      case TRIM_BOTH -> trim(text, operands[1].stringAt(row), true, true);
      case TRIM_LEADING -> trim(text, operands[1].stringAt(row), true, false);
      case TRIM_TRAILING -> trim(text, operands[1].stringAt(row), false, true);
      case REPLACE -> replace(text, operands[1].stringAt(row), operands[2].stringAt(row));
      case LEFT -> left(text, operands[1].intAt(row));
      case RIGHT -> right(text, operands[1].intAt(row));
      case REVERSE -> reverse(text);
      case REPEAT -> repeat(text, operands[1].intAt(row));
      case LPAD, RPAD -> {
        String fill = operands.length == 2 ? " " : operands[2].stringAt(row);
        yield pad(text, operands[1].intAt(row), fill, function == ScalarFunction.LPAD);
      }
      default -> throw new IllegalStateException(function + " gives no text");
    };
  }

  private static String concat(Operand[] operands, int row) {
    StringBuilder out = new StringBuilder();
    for (Operand operand : operands) {
      out.append(operand.stringAt(row));
    }
    return out.toString();
  }

  /** Code points {@code from} to {@code from + length}, where they exist; 1 is the first. */
  private static String substring(String text, long from, long length) {
    if (length < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "a length is not negative, found " + length);
    }
    long end = length == Long.MAX_VALUE ? Long.MAX_VALUE : from + length;
    long start = Math.max(from, 1);
    if (end <= start) {
      return "";
    }
    int first = offset(text, start - 1);
    int last = end == Long.MAX_VALUE ? text.length() : offset(text, end - 1);
    return text.substring(first, last);
  }

  /** The index in chars after so many code points, or the text's end. */
  private static int offset(String text, long codePoints) {
    if (codePoints >= text.length()) {
      return text.length();
    }
    int at = 0;
    for (long left = codePoints; left > 0 && at < text.length(); left--) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  private static String trim(String text, String strip, boolean leading, boolean trailing) {
    int from = 0;
    int to = text.length();
    while (leading && from < to && strip.indexOf(text.codePointAt(from)) >= 0) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (trailing && from < to && strip.indexOf(text.codePointBefore(to)) >= 0) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private static String replace(String text, String from, String to) {
    if (from.isEmpty()) {
      return text;
    }
    if (to.length() > from.length()) {
      // An upper bound that is cheap: every match is as long as `from`.
      long matches = text.length() / from.length();
      if (text.length() + matches * (to.length() - from.length()) > RESULT_MAX) {
        return replaceBounded(text, from, to);
      }
    }
    return text.replace(from, to);
  }

  private static String replaceBounded(String text, String from, String to) {
    StringBuilder out = new StringBuilder();
    int copied = 0;
    for (int at = text.indexOf(from); at >= 0; at = text.indexOf(from, copied)) {
      out.append(text, copied, at).append(to);
      copied = at + from.length();
      checkResult(out.length());
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** The first code points; a negative count leaves out the last ones. */
  private static String left(String text, int count) {
    long wanted = count >= 0 ? count : text.codePointCount(0, text.length()) + (long) count;
    return text.substring(0, offset(text, Math.max(0, wanted)));
  }

  /** The last code points; a negative count leaves out the first ones. */
  private static String right(String text, int count) {
    long skipped = count < 0 ? -(long) count : text.codePointCount(0, text.length()) - (long) count;
    return text.substring(offset(text, Math.max(0, skipped)));
  }

  private static String reverse(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int at = text.length(); at > 0; ) {
      int codePoint = text.codePointBefore(at);
      out.appendCodePoint(codePoint);
      at -= Character.charCount(codePoint);
    }
    return out.toString();
  }

  private static String repeat(String text, int times) {
    if (times <= 0 || text.isEmpty()) {
      return "";
    }
    checkResult((long) text.length() * times);
    return text.repeat(times);
  }

  private static String pad(String text, int length, String fill, boolean left) {
    checkResult(length);
    int found = text.codePointCount(0, text.length());
    if (found >= length || fill.isEmpty()) {
      return text.substring(0, offset(text, Math.max(0, length)));
    }
    int[] unit = fill.codePoints().toArray();
    StringBuilder padding = new StringBuilder();
    for (int i = 0; i < length - found; i++) {
      padding.appendCodePoint(unit[i % unit.length]);
    }
    return left ? padding.append(text).toString() : text + padding;
  }

  private static void checkResult(long length) {
    if (length > RESULT_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "the text would have a length of " + length + ", at most " + RESULT_MAX + " is allowed");
    }
  }
}
