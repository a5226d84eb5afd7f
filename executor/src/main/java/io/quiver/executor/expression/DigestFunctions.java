package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Digests of bytes, and bytes as text. */
final class DigestFunctions {
  private static final int BASE64_LINE = 76;

  private DigestFunctions() {}

  static ColumnFunction of(ScalarFunction function, SqlType type) {
    RowFunction of =
        switch (function) {
          case SHA256 -> (operands, row) -> digest("SHA-256", bytes(operands[0], row));
          case SHA512 -> (operands, row) -> digest("SHA-512", bytes(operands[0], row));
          case ENCODE ->
              (operands, row) -> encode(bytes(operands[0], row), operands[1].stringAt(row));
          case DECODE ->
              (operands, row) -> decode(operands[0].stringAt(row), operands[1].stringAt(row));
          default -> throw new IllegalStateException(function + " is no function of bytes");
        };
    return of.giving(type);
  }

  private static byte[] bytes(Operand operand, int row) {
    return operand.column().getBytes(row * operand.step()).toArray(JAVA_BYTE);
  }

  private static byte[] digest(String algorithm, byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED, "this Java has no " + algorithm, e);
    }
  }

  private static String encode(byte[] bytes, String format) {
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "hex" -> HexFormat.of().formatHex(bytes);
      case "base64" -> Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\n'}).encodeToString(bytes);
      case "escape" -> escaped(bytes);
      default -> throw unknown(format);
    };
  }

  private static byte[] decode(String text, String format) {
    try {
      return switch (format.toLowerCase(Locale.ROOT)) {
        case "hex" -> HexFormat.of().parseHex(text.replaceAll("\\s", ""));
        case "base64" -> Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        case "escape" -> ValueText.parseBytes(text);
        default -> throw unknown(format);
      };
    } catch (IllegalArgumentException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "this is no " + format + ": " + NumberText.excerpt(text),
          e);
    }
  }

  private static QuiverException unknown(String format) {
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        "bytes are written hex, base64 or escape, found " + NumberText.excerpt(format));
  }

  /** Zero and bytes above 127 as a backslash and three octal digits. */
  private static String escaped(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      if (b <= 0) {
        // The leading bit keeps three digits after it.
        out.append('\\').append(Integer.toOctalString(0x200 + (b & 0xFF)), 1, 4);
      } else if (b == '\\') {
        out.append("\\\\");
      } else {
        out.append((char) b);
      }
    }
    return out.toString();
  }
}
