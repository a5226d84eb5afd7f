package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;

/** UUIDs and bytes from text. */
final class ValueText {
  private static final int UUID_BYTES = 16;

  private ValueText() {}

  /** As PostgreSQL reads it: hyphens and braces may be absent; 22P02 for anything else. */
  static UUID parseUuid(String text) {
    String digits = text.strip();
    if (digits.startsWith("{") && digits.endsWith("}")) {
      digits = digits.substring(1, digits.length() - 1);
    }
    digits = digits.replace("-", "");
    if (digits.length() != 2 * UUID_BYTES || !isHexadecimal(digits, 0)) {
      throw invalid("wanted a UUID such as 123e4567-e89b-12d3-a456-426614174000", text);
    }
    return new UUID(
        Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
  }

  /** The UUID of these bytes, the highest first. */
  static UUID uuid(MemorySegment bytes) {
    if (bytes.byteSize() != UUID_BYTES) {
      throw invalid(
          "a UUID has 16 bytes", "\\x" + HexFormat.of().formatHex(bytes.toArray(JAVA_BYTE)));
    }
    return parseUuid(HexFormat.of().formatHex(bytes.toArray(JAVA_BYTE)));
  }

  /**
   * {@code \\x} and hexadecimal digits; any other text stands for its UTF-8 bytes, with {@code
   * \\\\} for a backslash and {@code \\ooo} for a byte in octal digits. 22P02 for anything else.
   */
  static byte[] parseBytes(String text) {
    if (text.toLowerCase(Locale.ROOT).startsWith("\\x")) {
      if (text.length() % 2 != 0 || !isHexadecimal(text, 2)) {
        throw invalid("after \\x come pairs of hexadecimal digits", text);
      }
      return HexFormat.of().parseHex(text, 2, text.length());
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return text.indexOf('\\') < 0 ? bytes : unescaped(bytes, text);
  }

  private static byte[] unescaped(byte[] escaped, String text) {
    byte[] out = new byte[escaped.length];
    int length = 0;
    for (int i = 0; i < escaped.length; i++) {
      if (escaped[i] != '\\') {
        out[length++] = escaped[i];
      } else if (i + 1 < escaped.length && escaped[i + 1] == '\\') {
        out[length++] = '\\';
        i++;
      } else if (i + 3 < escaped.length
          && new String(escaped, i + 1, 3, StandardCharsets.ISO_8859_1).matches("[0-3][0-7]{2}")) {
        out[length++] =
            (byte) Integer.parseInt(new String(escaped, i + 1, 3, StandardCharsets.US_ASCII), 8);
        i += 3;
      } else {
        throw invalid("bytes are written \\x6869, or as text with \\\\ for a backslash", text);
      }
    }
    return java.util.Arrays.copyOf(out, length);
  }

  private static boolean isHexadecimal(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static QuiverException invalid(String wanted, String text) {
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION, wanted + ", found " + NumberText.excerpt(text));
  }
}
