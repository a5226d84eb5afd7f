package io.quiver.sql;

import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Takes the literals out of a text. On the way of every execution, so it only scans. */
public final class SqlNormalizer {
  private final String sql;
  private final StringBuilder text;
  private final List<NormalizedSql.LiteralToken> literals = new ArrayList<>();
  private int parameters;

  private SqlNormalizer(String sql) {
    this.sql = sql;
    this.text = new StringBuilder(Math.min(sql.length(), 4096) + 8);
  }

  /**
   * Normalises one statement; a semicolon at its end is dropped.
   *
   * @throws QuiverException 42601 for a string, quoted name or comment that never ends
   */
  public static NormalizedSql normalize(String sql) {
    return new SqlNormalizer(sql).run();
  }

  private NormalizedSql run() {
    SqlLexer lexer = new SqlLexer(sql);
    int before = 0;
    for (SqlLexer.Kind kind = lexer.next(); kind != SqlLexer.Kind.END; kind = lexer.next()) {
      if (lexer.start() > before && !text.isEmpty()) {
        text.append(' ');
      }
      append(kind, lexer);
      before = lexer.end();
    }
    int length = text.length();
    while (length > 0 && (text.charAt(length - 1) == ';' || text.charAt(length - 1) == ' ')) {
      length--;
    }
    text.setLength(length);
    return new NormalizedSql(text.toString(), literals, parameters);
  }

  private void append(SqlLexer.Kind kind, SqlLexer lexer) {
    switch (kind) {
      case WORD -> {
        lexer.checkName();
        separate();
        appendFolded(lexer.start(), lexer.end());
      }
      case INTEGER -> literal(NormalizedSql.Kind.INTEGER, "$n", lexer);
      case DECIMAL -> literal(NormalizedSql.Kind.DECIMAL, "$n", lexer);
      case STRING -> literal(NormalizedSql.Kind.STRING, "$s", lexer);
      case PARAMETER -> {
        parameters++;
        text.append('?');
      }
      case QUOTED_NAME, SYMBOL -> text.append(sql, lexer.start(), lexer.end());
      case UNTERMINATED -> throw lexer.unterminated();
      case COMMENT, END -> throw new IllegalStateException("not a token: " + kind);
    }
  }

  private void literal(NormalizedSql.Kind kind, String placeholder, SqlLexer lexer) {
    separate();
    text.append(placeholder);
    String value =
        kind == NormalizedSql.Kind.STRING
            ? unquoted(lexer.start() + 1, lexer.end() - 1)
            : sql.substring(lexer.start(), lexer.end());
    literals.add(new NormalizedSql.LiteralToken(kind, lexer.start(), value));
  }

  /** Keeps a placeholder from growing together with a name into another name. */
  private void separate() {
    if (!text.isEmpty() && SqlLexer.isWordPart(text.charAt(text.length() - 1))) {
      text.append(' ');
    }
  }

  private void appendFolded(int from, int to) {
    for (int i = from; i < to; i++) {
      char c = sql.charAt(i);
      if (c >= 0x80) {
        text.setLength(text.length() - (i - from));
        text.append(sql.substring(from, to).toLowerCase(Locale.ROOT));
        return;
      }
      text.append(c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c);
    }
  }

  private String unquoted(int from, int to) {
    int quote = sql.indexOf('\'', from);
    if (quote >= to || quote < 0) {
      return sql.substring(from, to);
    }
    StringBuilder value = new StringBuilder(to - from);
    for (int i = from; i < to; i++) {
      char c = sql.charAt(i);
      value.append(c);
      if (c == '\'') {
        i++;
      }
    }
    return value.toString();
  }
}
