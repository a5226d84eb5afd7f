package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** Functions of text that look at its words, letters and codes, by code point. */
final class WordFunctions {
  private WordFunctions() {}

  static ColumnFunction of(ScalarFunction function, SqlType type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          append(function, operands, i, out);
        } else {
          out.appendNull();
        }
      }
      return out.build();
    };
  }

  private static void append(
      ScalarFunction function, Operand[] operands, int row, ColumnBuilder out) {
    switch (function) {
      case CHR -> out.appendString(character(operands[0].intAt(row)));
      case TO_HEX -> out.appendString(Long.toHexString(operands[0].longAt(row)));
      case ASCII -> {
        String text = operands[0].stringAt(row);
        out.appendInt(text.isEmpty() ? 0 : text.codePointAt(0));
      }
      case ENDS_WITH ->
          out.appendBoolean(operands[0].stringAt(row).endsWith(operands[1].stringAt(row)));
      case INITCAP -> out.appendString(capitals(operands[0].stringAt(row)));
      case MD5 -> out.appendString(digest("MD5", operands[0].stringAt(row)));
      case SPLIT_PART ->
          out.appendString(
              part(operands[0].stringAt(row), operands[1].stringAt(row), operands[2].intAt(row)));
      case TRANSLATE ->
          out.appendString(
              translated(
                  operands[0].stringAt(row),
                  operands[1].stringAt(row).codePoints().toArray(),
                  operands[2].stringAt(row).codePoints().toArray()));
      default -> throw new IllegalStateException(function + " is no function of words");
    }
  }

  private static String character(int codePoint) {
    if (codePoint < 1
        || !Character.isValidCodePoint(codePoint)
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "wanted the code of a character, from 1 to 1114111, found " + codePoint);
    }
    return Character.toString(codePoint);
  }

  /** The first letter of each word large, the others small; words are letters and digits. */
  private static String capitals(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean inWord = false;
    for (int codePoint : text.codePoints().toArray()) {
      String letter = Character.toString(codePoint);
      out.append(inWord ? letter.toLowerCase(Locale.ROOT) : letter.toUpperCase(Locale.ROOT));
      inWord = Character.isLetterOrDigit(codePoint);
    }
    return out.toString();
  }

  private static String digest(String algorithm, String text) {
    try {
      byte[] bytes =
          MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED, "this Java has no " + algorithm, e);
    }
  }

  /** Parts count from 1, or from the end with -1; one that is not there is empty. */
  private static String part(String text, String delimiter, int position) {
    if (position == 0) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "the parts of a text count from 1 or -1, found 0");
    }
    if (delimiter.isEmpty()) {
      return Math.abs(position) == 1 ? text : "";
    }
    int count = 1;
    for (int at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter, at)) {
      at += delimiter.length();
      count++;
    }
    long wanted = position > 0 ? position : (long) count + position + 1;
    if (wanted < 1 || wanted > count) {
      return "";
    }
    int from = 0;
    for (long i = 1; i < wanted; i++) {
      from = text.indexOf(delimiter, from) + delimiter.length();
    }
    int to = text.indexOf(delimiter, from);
    return text.substring(from, to < 0 ? text.length() : to);
  }

  /** Each character of {@code from} becomes the one at its place in {@code to}, or goes away. */
  private static String translated(String text, int[] from, int[] to) {
    StringBuilder out = new StringBuilder(text.length());
    for (int codePoint : text.codePoints().toArray()) {
      int at = 0;
      while (at < from.length && from[at] != codePoint) {
        at++;
      }
      if (at == from.length) {
        out.appendCodePoint(codePoint);
      } else if (at < to.length) {
        out.appendCodePoint(to[at]);
      }
    }
    return out.toString();
  }
}
