package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/**
 * Cuts SQL text into tokens without allocating. Agrees with the generated parser on where names,
 * strings and numbers begin and end; comments it sees alone, as the parser gets a text without any.
 */
final class SqlLexer {
  /** What a token is. */
  enum Kind {
    WORD,
    /** In double quotes. */
    QUOTED_NAME,
    STRING,
    INTEGER,
    DECIMAL,
    /** A question mark. */
    PARAMETER,
    /** One char of anything else. */
    SYMBOL,
    /** Only where {@link #keepComments} asks for them. */
    COMMENT,
    /** A string, quoted name or comment that never ends. */
    UNTERMINATED,
    END
  }

  private final String sql;
  private final boolean keepComments;
  private int start;
  private int end;

  SqlLexer(String sql) {
    this(sql, false);
  }

  /** Begins at an offset that is outside of strings, names and comments. */
  SqlLexer(String sql, int offset) {
    this(sql, false);
    end = offset;
  }

  SqlLexer(String sql, boolean keepComments) {
    this.sql = sql;
    this.keepComments = keepComments;
  }

  /** Where the token begins. */
  int start() {
    return start;
  }

  /** The char after the token's last. */
  int end() {
    return end;
  }

  /** Moves to the next token. */
  Kind next() {
    int at = end;
    int length = sql.length();
    while (at < length) {
      char c = sql.charAt(at);
      if (isWhiteSpace(c)) {
        at++;
      } else if ((c == '-' && startsWith("--", at)) || (c == '/' && startsWith("/*", at))) {
        start = at;
        end = commentEnd(at);
        if (end < 0) {
          end = length;
          return Kind.UNTERMINATED;
        }
        if (keepComments) {
          return Kind.COMMENT;
        }
        at = end;
      } else {
        start = at;
        return token(c);
      }
    }
    start = length;
    end = length;
    return Kind.END;
  }

  private Kind token(char c) {
    if (isWordStart(c)) {
      end = wordEnd(start + 1);
      return Kind.WORD;
    }
    if (isDigitAt(start) || (c == '.' && isDigitAt(start + 1))) {
      return number();
    }
    return switch (c) {
      case '\'' -> quoted('\'', Kind.STRING);
      case '"' -> quoted('"', Kind.QUOTED_NAME);
      case '?' -> {
        end = start + 1;
        yield Kind.PARAMETER;
      }
      default -> {
        end = start + 1;
        yield Kind.SYMBOL;
      }
    };
  }

  private Kind quoted(char quote, Kind kind) {
    int at = start + 1;
    while (true) {
      int close = sql.indexOf(quote, at);
      if (close < 0) {
        end = sql.length();
        return Kind.UNTERMINATED;
      }
      if (close + 1 < sql.length() && sql.charAt(close + 1) == quote) {
        at = close + 2;
      } else {
        end = close + 1;
        return kind;
      }
    }
  }

  private Kind number() {
    int at = digitsEnd(start);
    boolean integer = true;
    if (at < sql.length() && sql.charAt(at) == '.' && !startsWith("..", at)) {
      integer = false;
      at = digitsEnd(at + 1);
    }
    if (at < sql.length() && (sql.charAt(at) | 0x20) == 'e') {
      int digits = at + 1;
      if (digits < sql.length() && (sql.charAt(digits) == '+' || sql.charAt(digits) == '-')) {
        digits++;
      }
      if (isDigitAt(digits)) {
        integer = false;
        at = digitsEnd(digits);
      }
    }
    end = at;
    return integer ? Kind.INTEGER : Kind.DECIMAL;
  }

  private int commentEnd(int at) {
    if (sql.charAt(at) == '-') {
      while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') {
        at++;
      }
      return at;
    }
    int close = sql.indexOf("*/", at + 2);
    return close < 0 ? -1 : close + 2;
  }

  private int digitsEnd(int at) {
    while (isDigitAt(at)) {
      at++;
    }
    return at;
  }

  private int wordEnd(int at) {
    while (at < sql.length() && isWordPart(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  private boolean isDigitAt(int at) {
    return at < sql.length() && sql.charAt(at) >= '0' && sql.charAt(at) <= '9';
  }

  private boolean startsWith(String prefix, int at) {
    return sql.startsWith(prefix, at);
  }

  static boolean isWhiteSpace(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
  }

  static boolean isWordStart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || c == '$'
        || (c >= 0x80 && Character.isLetter(c));
  }

  static boolean isWordPart(char c) {
    return isWordStart(c)
        || (c >= '0' && c <= '9')
        || (c >= 0x80 && Character.isUnicodeIdentifierPart(c));
  }

  /** Refuses a word that looks as a literal does in {@link NormalizedSql#text}. */
  void checkName() {
    if (sql.charAt(start) == '$') {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          SourcePositions.describe(sql, start)
              + "found "
              + sql.substring(start, end)
              + "; a parameter is written ?, and a name does not begin with $");
    }
  }

  /** The answer to {@link Kind#UNTERMINATED}. */
  QuiverException unterminated() {
    String what =
        switch (sql.charAt(start)) {
          case '\'' -> "string";
          case '"' -> "quoted name";
          default -> "comment";
        };
    return new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        SourcePositions.describe(sql, start) + "the " + what + " that begins here never ends");
  }
}
