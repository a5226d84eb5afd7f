package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/** The limits that a text must keep before a recursive parser sees it. */
final class SourceText {
  private static final int LENGTH_MAX = 16 << 20;
  private static final int DEPTH_MAX = 200;

  /** Between two commas: the grammar's time grows with the square of a chain of operators. */
  private static final int CHAIN_MAX = 10_000;

  private SourceText() {}

  /**
   * Checks length, nesting and that every string, quoted name and comment ends.
   *
   * @return the text with comments and the last semicolon blanked out, positions kept
   */
  static String check(String sql) {
    if (sql.length() > LENGTH_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a statement has at most " + LENGTH_MAX + " characters, found " + sql.length());
    }
    SqlLexer lexer = new SqlLexer(sql, true);
    char[] blanked = null;
    int[] chain = new int[DEPTH_MAX + 1];
    int depth = 0;
    int lastSemicolon = -1;
    for (SqlLexer.Kind kind = lexer.next(); kind != SqlLexer.Kind.END; kind = lexer.next()) {
      switch (kind) {
        case COMMENT -> {
          blanked = blanked == null ? sql.toCharArray() : blanked;
          blank(blanked, lexer.start(), lexer.end());
          continue;
        }
        case UNTERMINATED -> throw lexer.unterminated();
        case WORD -> {
          lexer.checkName();
          depth += nesting(sql, lexer);
        }
        case SYMBOL -> {
          checkSymbol(sql, lexer.start());
          depth += nesting(sql.charAt(lexer.start()));
        }
        case QUOTED_NAME, STRING, INTEGER, DECIMAL, PARAMETER, END -> {}
      }
      if (depth > DEPTH_MAX) {
        throw tooComplex(sql, lexer, "nests at most " + DEPTH_MAX + " levels deep");
      }
      if (chainLength(sql, lexer, chain, Math.max(depth, 0)) > CHAIN_MAX) {
        throw tooComplex(sql, lexer, "has at most " + CHAIN_MAX + " words between two commas");
      }
      lastSemicolon = lastSemicolon(sql, lexer, kind, lastSemicolon);
    }
    if (lastSemicolon >= 0) {
      blanked = blanked == null ? sql.toCharArray() : blanked;
      blanked[lastSemicolon] = ' ';
    }
    return blanked == null ? sql : new String(blanked);
  }

  private static QuiverException tooComplex(String sql, SqlLexer lexer, String limit) {
    return new QuiverException(
        ErrorCode.STATEMENT_TOO_COMPLEX,
        SourcePositions.describe(sql, lexer.start()) + "a statement " + limit);
  }

  /** Counts the token at its depth: a comma there, or an opening parenthesis, begins anew. */
  private static int chainLength(String sql, SqlLexer lexer, int[] chain, int depth) {
    char c = sql.charAt(lexer.start());
    chain[depth] = c == ',' || c == '(' || c == '[' ? 0 : chain[depth] + 1;
    return chain[depth];
  }

  private static int lastSemicolon(String sql, SqlLexer lexer, SqlLexer.Kind kind, int before) {
    if (kind == SqlLexer.Kind.SYMBOL && sql.charAt(lexer.start()) == ';') {
      return before < 0 ? lexer.start() : before;
    }
    if (before >= 0) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          SourcePositions.describe(sql, lexer.start())
              + "one statement at a time, found more after the semicolon");
    }
    return -1;
  }

  private static void blank(char[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] != '\n' && text[i] != '\r') {
        text[i] = ' ';
      }
    }
  }

  private static int nesting(char c) {
    return switch (c) {
      case '(', '[' -> 1;
      case ')', ']' -> -1;
      default -> 0;
    };
  }

  /** CASE nests as parentheses do. */
  private static int nesting(String sql, SqlLexer lexer) {
    int length = lexer.end() - lexer.start();
    if (length == 4 && sql.regionMatches(true, lexer.start(), "case", 0, 4)) {
      return 1;
    }
    return length == 3 && sql.regionMatches(true, lexer.start(), "end", 0, 3) ? -1 : 0;
  }

  private static void checkSymbol(String sql, int at) {
    if (sql.startsWith("//", at)) {
      // To the generated parser, a comment.
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          SourcePositions.describe(sql, at) + "found //; a comment begins with --");
    }
  }
}
