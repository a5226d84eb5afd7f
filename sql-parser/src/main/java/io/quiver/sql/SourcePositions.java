package io.quiver.sql;

import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Lines and columns of SQL text, both from 1, against char offsets from 0. A tab is one column; CR,
 * LF and CR LF each end a line.
 */
public final class SourcePositions {
  private SourcePositions() {}

  /**
   * The offset of a position.
   *
   * @throws IllegalArgumentException where the text has no such line
   */
  public static int offset(String sql, int line, int column) {
    int at = 0;
    for (int current = 1; current < line; current++) {
      while (at < sql.length() && !isLineEnd(sql.charAt(at))) {
        at++;
      }
      if (at == sql.length()) {
        throw new IllegalArgumentException("no line " + line);
      }
      at = afterLineEnd(sql, at);
    }
    return at + column - 1;
  }

  /** The line of an offset. */
  public static int line(String sql, int offset) {
    int line = 1;
    for (int at = 0; at < offset; ) {
      if (isLineEnd(sql.charAt(at))) {
        at = afterLineEnd(sql, at);
        line++;
      } else {
        at++;
      }
    }
    return line;
  }

  /** The column of an offset. */
  public static int column(String sql, int offset) {
    int start = offset;
    while (start > 0 && !isLineEnd(sql.charAt(start - 1))) {
      start--;
    }
    return offset - start + 1;
  }

  /** {@code line 1, column 8: }, as messages begin. */
  static String describe(String sql, int offset) {
    return describe(line(sql, offset), column(sql, offset));
  }

  static String describe(SqlParserPos position) {
    return describe(position.getLineNum(), position.getColumnNum());
  }

  private static String describe(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  private static int afterLineEnd(String sql, int at) {
    boolean pair = sql.charAt(at) == '\r' && at + 1 < sql.length() && sql.charAt(at + 1) == '\n';
    return at + (pair ? 2 : 1);
  }
}
