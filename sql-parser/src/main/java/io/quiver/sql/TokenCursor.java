package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the tokens of a small statement from left to right. Owned by the thread that parses. */
final class TokenCursor {
  private static final int NAME_LENGTH_MAX = 128;

  private record Token(SqlLexer.Kind kind, int start, int end) {}

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  TokenCursor(String sql) {
    this.sql = sql;
    SqlLexer lexer = new SqlLexer(sql);
    SqlLexer.Kind kind;
    do {
      kind = lexer.next();
      tokens.add(new Token(kind, lexer.start(), lexer.end()));
    } while (kind != SqlLexer.Kind.END);
  }

  private TokenCursor(TokenCursor other) {
    this.sql = other.sql;
    this.tokens.addAll(other.tokens);
    this.at = other.at;
  }

  /** Another cursor at the same place. */
  TokenCursor copy() {
    return new TokenCursor(this);
  }

  SqlLexer.Kind kind() {
    return token().kind();
  }

  /** Where the next token begins. */
  int offset() {
    return token().start();
  }

  /** The text from an offset to the last token read, once the grammar has accepted it. */
  String expression(int from) {
    int to = tokens.get(at - 1).end();
    SqlParser.grammarExpression(StatementParser.blankBefore(sql.substring(0, to), from));
    return sql.substring(from, to);
  }

  /** The text from an offset to the last token read, every token where it was. */
  String blankedUpTo(int from) {
    return StatementParser.blankBefore(sql.substring(0, tokens.get(at - 1).end()), from);
  }

  /** Moves on by one token; stays at the end. */
  void skip() {
    if (at < tokens.size() - 1) {
      at++;
    }
  }

  /** Whether the next tokens are these words, unquoted, in any case. */
  boolean at(String... words) {
    for (int i = 0; i < words.length; i++) {
      Token token = tokens.get(Math.min(at + i, tokens.size() - 1));
      if (token.kind() != SqlLexer.Kind.WORD
          || token.end() - token.start() != words[i].length()
          || !sql.regionMatches(true, token.start(), words[i], 0, words[i].length())) {
        return false;
      }
    }
    return true;
  }

  boolean atAny(String... words) {
    for (String word : words) {
      if (at(word)) {
        return true;
      }
    }
    return false;
  }

  boolean accept(String... words) {
    if (!at(words)) {
      return false;
    }
    at += words.length;
    return true;
  }

  void expect(String... words) {
    if (!accept(words)) {
      throw unexpected(String.join(" ", words).toUpperCase(Locale.ROOT));
    }
  }

  /** Whether the next token is the last one before the end. */
  boolean isLast() {
    return at >= tokens.size() - 2;
  }

  boolean at(char symbol) {
    return kind() == SqlLexer.Kind.SYMBOL && sql.charAt(offset()) == symbol;
  }

  boolean accept(char symbol) {
    if (!at(symbol)) {
      return false;
    }
    at++;
    return true;
  }

  void expect(char symbol) {
    if (!accept(symbol)) {
      throw unexpected(String.valueOf(symbol));
    }
  }

  void expectEnd() {
    if (kind() != SqlLexer.Kind.END) {
      throw unexpected("the end of the statement");
    }
  }

  /** The next token as written. */
  String text() {
    return sql.substring(token().start(), token().end());
  }

  /** The next word in lower case, or an empty string where there is none. */
  String word() {
    return kind() == SqlLexer.Kind.WORD ? text().toLowerCase(Locale.ROOT) : "";
  }

  /** A name of a table, column or option: folded, or exact in quotes. */
  String name(String wanted) {
    String name =
        switch (kind()) {
          case WORD -> unquotedName();
          case QUOTED_NAME ->
              sql.substring(token().start() + 1, token().end() - 1).replace("\"\"", "\"");
          default -> throw unexpected(wanted);
        };
    if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          where() + "a name has 1 to " + NAME_LENGTH_MAX + " characters, found " + name.length());
    }
    skip();
    return name;
  }

  private String unquotedName() {
    String text = text();
    if (Keywords.RESERVED.contains(text.toUpperCase(Locale.ROOT))) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          where() + text + " is a reserved word; as a name it is written \"" + text + "\"");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  Statement.TableName tableName() {
    return qualifiedName("a table");
  }

  /** One to three names, of which the last is that of a table or the like. */
  Statement.TableName qualifiedName(String what) {
    String first = name("the name of " + what);
    if (!accept('.')) {
      return new Statement.TableName(null, first);
    }
    String second = name("the name of " + what);
    if (!accept('.')) {
      return new Statement.TableName(first, second);
    }
    return new Statement.TableName(first, second, name("the name of " + what));
  }

  /** Names in parentheses. */
  List<String> names(String wanted) {
    List<String> names = new ArrayList<>();
    expect('(');
    do {
      names.add(name(wanted));
    } while (accept(','));
    expect(')');
    return names;
  }

  /** The value of a string literal. */
  String string(String wanted) {
    if (kind() != SqlLexer.Kind.STRING) {
      throw unexpected(wanted);
    }
    String text = text();
    skip();
    return text.substring(1, text.length() - 1).replace("''", "'");
  }

  /** CASCADE or RESTRICT, or neither, which is RESTRICT. */
  boolean cascade() {
    return !accept("restrict") && accept("cascade");
  }

  /** Where the last words of the text begin when they are these, or -1. */
  int ending(String... words) {
    int first = tokens.size() - 1 - words.length;
    if (first < at) {
      return -1;
    }
    int here = at;
    at = first;
    boolean ends = at(words);
    at = here;
    return ends ? tokens.get(first).start() : -1;
  }

  /** The query from here to an offset. */
  Statement.Query query(int to) {
    int from = offset();
    if (!at('(') && !atAny("select", "with", "values", "table")) {
      throw unexpected("a query");
    }
    Statement parsed =
        StatementParser.relational(StatementParser.blankBefore(sql.substring(0, to), from));
    if (!(parsed instanceof Statement.Query query)) {
      throw unexpected("a query");
    }
    return query;
  }

  /** The text from here to an offset. */
  String textTo(int to) {
    return sql.substring(offset(), to).strip();
  }

  int length() {
    return sql.length();
  }

  /** A whole number without a sign. */
  int number(String wanted) {
    int before = at;
    long value = longNumber(wanted);
    if (value > Integer.MAX_VALUE) {
      at = before;
      throw unexpected(wanted);
    }
    return (int) value;
  }

  /** The same, to 2^63 - 1. */
  long longNumber(String wanted) {
    if (kind() != SqlLexer.Kind.INTEGER) {
      throw unexpected(wanted);
    }
    try {
      long value = Long.parseLong(text());
      skip();
      return value;
    } catch (NumberFormatException e) {
      throw unexpected(wanted);
    }
  }

  /** {@code line 1, column 8: } of the next token. */
  String where() {
    return SourcePositions.describe(sql, offset());
  }

  QuiverException unexpected(String wanted) {
    return new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        where() + ParseErrors.found(sql, offset()) + ", expected " + wanted);
  }

  private Token token() {
    return tokens.get(at);
  }
}
