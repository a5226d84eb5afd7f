package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a statement says of how its searches go about it, which the grammar does not know, and
 * blanks it out:
 *
 * <pre>
 * FETCH APPROX | APPROXIMATE | EXACT  FIRST k ROWS ONLY
 * ... WITH TARGET ACCURACY [p PERCENT] [PARAMETERS (EFSEARCH n | NEIGHBOR PARTITION PROBES n)]
 * ... WITH RECALL r
 * ... WITH (ef_search = n, probes = n, recall = r, index = name | none)
 * </pre>
 *
 * <p>The forms with WITH come behind LIMIT, OFFSET or FETCH.
 */
final class SearchClause {
  private static final Set<String> BEFORE_OPTIONS = Set.of("only", "row", "rows");
  private static final int EF_SEARCH_MAX = 1_000;
  private static final int PROBES_MAX = 32_768;
  private static final double PERCENT = 100;

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private char @Nullable [] blanked;
  private int efSearch;
  private int probes;
  private double recall;
  private @Nullable String index;
  private int at;

  private SearchClause(String sql) {
    this.sql = sql;
    SqlLexer lexer = new SqlLexer(sql);
    for (SqlLexer.Kind kind = lexer.next(); kind != SqlLexer.Kind.END; kind = lexer.next()) {
      tokens.add(new Token(kind, lexer.start(), lexer.end()));
    }
  }

  private record Token(SqlLexer.Kind kind, int start, int end) {}

  /**
   * A text of the grammar, and what it said besides.
   *
   * @param sql every token where it was
   */
  record Separated(String sql, SearchOptions options) {}

  /**
   * Takes the clauses out of a query or change.
   *
   * @throws QuiverException 22023 for a value out of range, 42601 for other mistakes
   */
  static Separated separate(String sql) {
    return new SearchClause(sql).separate();
  }

  private Separated separate() {
    while (at < tokens.size()) {
      if (isWords(at, "fetch")
          && (isWords(at + 1, "approx")
              || isWords(at + 1, "approximate")
              || isWords(at + 1, "exact"))
          && (isWords(at + 2, "first") || isWords(at + 2, "next"))) {
        if (isWords(at + 1, "exact")) {
          setRecall(1, at + 1);
        }
        blank(at + 1, at + 2);
        at += 2;
      } else if (isWords(at, "with")) {
        with();
      } else {
        at++;
      }
    }
    String text = blanked == null ? sql : new String(blanked);
    return new Separated(text, new SearchOptions(efSearch, probes, recall, index));
  }

  private void with() {
    int from = at++;
    if (isWords(at, "recall") && !isWords(at + 1, "as") && !isSymbol(at + 1, '(')) {
      at++;
      setRecall(number("RECALL"), at - 1);
    } else if (isWords(at, "target", "accuracy")) {
      at += 2;
      accuracy();
    } else if (isSymbol(at, '(') && from > 0 && endsLimit(tokens.get(from - 1))) {
      at++;
      do {
        option();
      } while (accept(','));
      expect(')');
    } else {
      return;
    }
    blank(from, at);
  }

  private boolean endsLimit(Token token) {
    return switch (token.kind()) {
      case INTEGER, PARAMETER -> true;
      case WORD -> BEFORE_OPTIONS.contains(text(token).toLowerCase(Locale.ROOT));
      default -> false;
    };
  }

  private void accuracy() {
    boolean parameters = isWords(at, "parameters");
    if (!parameters) {
      double percent = number("TARGET ACCURACY");
      if (!(percent > 0 && percent <= PERCENT)) {
        throw wrong(at - 1, "TARGET ACCURACY is above 0 and at most 100 percent");
      }
      setRecall(percent / PERCENT, at - 1);
      at += isWords(at, "percent") ? 1 : 0;
    }
    if (isWords(at, "parameters")) {
      at++;
      expect('(');
      if (isWords(at, "efsearch")) {
        at++;
        efSearch = whole("EFSEARCH", EF_SEARCH_MAX);
      } else if (isWords(at, "neighbor", "partition", "probes")) {
        at += 3;
        probes = whole("PROBES", PROBES_MAX);
      } else {
        throw unexpected("EFSEARCH or NEIGHBOR PARTITION PROBES");
      }
      expect(')');
    }
  }

  private void option() {
    int named = at;
    if (at >= tokens.size() || tokens.get(at).kind() != SqlLexer.Kind.WORD) {
      throw unexpected("ef_search, probes, recall or index");
    }
    String name = text(tokens.get(at++)).toLowerCase(Locale.ROOT);
    expect('=');
    switch (name) {
      case "ef_search", "efsearch", "ef" -> {
        checkFirst(efSearch > 0, named, name);
        efSearch = whole(name, EF_SEARCH_MAX);
      }
      case "probes", "nprobe" -> {
        checkFirst(probes > 0, named, name);
        probes = whole(name, PROBES_MAX);
      }
      case "recall" -> setRecall(number(name), named + 2);
      case "index" -> {
        checkFirst(index != null, named, name);
        index = name();
        if (SearchOptions.NONE_NAME.equals(index)) {
          setRecall(1, named);
          index = null;
        }
      }
      default -> {
        at = named;
        throw unexpected("ef_search, probes, recall or index");
      }
    }
  }

  /** The name of an index, folded as elsewhere. */
  private String name() {
    if (at < tokens.size()) {
      Token token = tokens.get(at);
      String text = text(token);
      switch (token.kind()) {
        case WORD -> {
          at++;
          return text.toLowerCase(Locale.ROOT);
        }
        case STRING, QUOTED_NAME -> {
          at++;
          String quote = text.substring(0, 1);
          return text.substring(1, text.length() - 1).replace(quote + quote, quote);
        }
        default -> {}
      }
    }
    throw unexpected("the name of an index, or none");
  }

  private void checkFirst(boolean said, int token, String name) {
    if (said) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR, where(token) + name + " is said twice in one statement");
    }
  }

  private void setRecall(double value, int token) {
    if (!(value > 0 && value <= 1)) {
      throw wrong(token, "RECALL is above 0 and at most 1");
    }
    if (recall > 0 && recall != value) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          where(token) + "the searches of one statement have one recall, found another");
    }
    recall = value;
  }

  private double number(String what) {
    if (at >= tokens.size()
        || (tokens.get(at).kind() != SqlLexer.Kind.INTEGER
            && tokens.get(at).kind() != SqlLexer.Kind.DECIMAL)) {
      throw unexpected("a number after " + what);
    }
    return Double.parseDouble(text(tokens.get(at++)));
  }

  private int whole(String what, int most) {
    if (at >= tokens.size() || tokens.get(at).kind() != SqlLexer.Kind.INTEGER) {
      throw unexpected("a whole number for " + what);
    }
    double value = Double.parseDouble(text(tokens.get(at++)));
    if (value < 1 || value > most) {
      throw wrong(at - 1, what + " is 1 to " + most);
    }
    return (int) value;
  }

  private boolean isWords(int from, String... words) {
    for (int i = 0; i < words.length; i++) {
      if (from + i >= tokens.size()
          || tokens.get(from + i).kind() != SqlLexer.Kind.WORD
          || !text(tokens.get(from + i)).equalsIgnoreCase(words[i])) {
        return false;
      }
    }
    return true;
  }

  private boolean isSymbol(int token, char symbol) {
    return token < tokens.size()
        && tokens.get(token).kind() == SqlLexer.Kind.SYMBOL
        && sql.charAt(tokens.get(token).start()) == symbol;
  }

  private boolean accept(char symbol) {
    boolean there = isSymbol(at, symbol);
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char symbol) {
    if (!accept(symbol)) {
      throw unexpected(String.valueOf(symbol));
    }
  }

  private String text(Token token) {
    return sql.substring(token.start(), token.end());
  }

  private void blank(int from, int to) {
    char[] chars = blanked == null ? sql.toCharArray() : blanked;
    for (int i = tokens.get(from).start(); i < tokens.get(to - 1).end(); i++) {
      chars[i] = chars[i] == '\n' || chars[i] == '\r' ? chars[i] : ' ';
    }
    blanked = chars;
  }

  private String where(int token) {
    return SourcePositions.describe(sql, tokens.get(token).start());
  }

  private QuiverException wrong(int token, String wanted) {
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        where(token) + wanted + ", found " + text(tokens.get(token)));
  }

  private QuiverException unexpected(String wanted) {
    int start = at < tokens.size() ? tokens.get(at).start() : sql.stripTrailing().length();
    return new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        SourcePositions.describe(sql, start)
            + ParseErrors.found(sql, start)
            + ", expected "
            + wanted);
  }
}
