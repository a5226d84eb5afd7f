package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import org.jspecify.annotations.Nullable;

/** CONCAT_WS and FORMAT: text made of many arguments, some of which may be null. */
final class ComposedText {
  private static final int RESULT_MAX = 16 << 20;

  private ComposedText() {}

  static ColumnFunction concatWithSeparator(SqlType type) {
    RowFunction joined =
        (operands, row) -> {
          String separator = operands[0].stringAt(row);
          StringBuilder out = new StringBuilder();
          boolean first = true;
          for (int i = 1; i < operands.length; i++) {
            if (!operands[i].isNull(row)) {
              out.append(first ? "" : separator).append(operands[i].stringAt(row));
              first = false;
            }
          }
          return checked(out);
        };
    return joined.takingNulls(type);
  }

  /** PostgreSQL's format(): %s, %I, %L and %%, each with a position and a width if wanted. */
  static ColumnFunction format(SqlType type) {
    RowFunction formatted =
        (operands, row) -> checked(new Format(operands, row, operands[0].stringAt(row)).run());
    return formatted.takingNulls(type);
  }

  private static String checked(StringBuilder out) {
    if (out.length() > RESULT_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "the text would have a length of " + out.length() + ", at most " + RESULT_MAX);
    }
    return out.toString();
  }

  /** One run over one format. */
  private static final class Format {
    private final Operand[] operands;
    private final int row;
    private final String format;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int next = 1;

    Format(Operand[] operands, int row, String format) {
      this.operands = operands;
      this.row = row;
      this.format = format;
    }

    StringBuilder run() {
      while (at < format.length()) {
        char c = format.charAt(at++);
        if (c != '%') {
          out.append(c);
        } else if (at < format.length() && format.charAt(at) == '%') {
          out.append('%');
          at++;
        } else {
          specifier();
        }
      }
      return out;
    }

    /** {@code [n$][-][width]type}. */
    private void specifier() {
      int number = digits();
      if (number >= 0 && at < format.length() && format.charAt(at) == '$') {
        if (number == 0) {
          throw invalid("an argument counts from 1");
        }
        next = number;
        at++;
        number = -1;
      }
      boolean left = number < 0 && at < format.length() && format.charAt(at) == '-';
      at += left ? 1 : 0;
      int width = number >= 0 ? number : Math.max(0, digits());
      if (at >= format.length()) {
        throw invalid("a % ends the format");
      }
      char kind = format.charAt(at++);
      if (next >= operands.length) {
        throw invalid("there are too few arguments");
      }
      Operand operand = operands[next++];
      String value = value(kind, operand.isNull(row) ? null : operand.stringAt(row));
      int padding = width - value.codePointCount(0, value.length());
      String spaces = padding > 0 && padding < RESULT_MAX ? " ".repeat(padding) : "";
      out.append(left ? value + spaces : spaces + value);
    }

    private int digits() {
      int from = at;
      while (at < format.length() && format.charAt(at) >= '0' && format.charAt(at) <= '9') {
        at++;
      }
      if (at - from > 7) {
        throw invalid("a width is too large");
      }
      return at == from ? -1 : Integer.parseInt(format.substring(from, at));
    }

    private String value(char kind, @Nullable String text) {
      return switch (kind) {
        case 's' -> text == null ? "" : text;
        case 'L' -> text == null ? "NULL" : "'" + text.replace("'", "''") + "'";
        case 'I' -> {
          if (text == null) {
            throw new QuiverException(
                ErrorCode.NULL_VALUE_NOT_ALLOWED, "%I of format() wants a name, found NULL");
          }
          yield text.matches("[a-z_][a-z_0-9]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
        }
        default -> throw invalid("a % is followed by s, I, L or %, not by " + kind);
      };
    }

    private QuiverException invalid(String what) {
      return new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          what + ": format() was given " + NumberText.excerpt(format));
    }
  }
}
