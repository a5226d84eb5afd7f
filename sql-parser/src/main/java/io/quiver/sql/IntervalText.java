package io.quiver.sql;

import java.util.Locale;

/**
 * Tells {@code INTERVAL '1 day'} from {@code INTERVAL '1' DAY}: the grammar, which knows only the
 * second, gets a keyword of its own for the first, as long as INTERVAL so that all else stays where
 * it is.
 */
public final class IntervalText {
  /** The tag of the unknown literal that such an interval becomes. */
  public static final String TAG = "INTERVAL";

  private static final String WORD = "interval";
  private static final String MARK = "$INTERVL";

  private IntervalText() {}

  static String marked(String sql) {
    if (!sql.toLowerCase(Locale.ROOT).contains(WORD)) {
      return sql;
    }
    StringBuilder text = new StringBuilder(sql);
    SqlLexer lexer = new SqlLexer(sql);
    int interval = -1;
    int beforeString = -1;
    for (SqlLexer.Kind kind = lexer.next(); ; kind = lexer.next()) {
      if (beforeString >= 0 && !isUnit(kind, sql, lexer)) {
        text.replace(beforeString, beforeString + WORD.length(), MARK);
      }
      beforeString = kind == SqlLexer.Kind.STRING ? interval : -1;
      boolean word =
          kind == SqlLexer.Kind.WORD
              && sql.substring(lexer.start(), lexer.end()).equalsIgnoreCase(WORD);
      interval = word ? lexer.start() : -1;
      if (kind == SqlLexer.Kind.END || kind == SqlLexer.Kind.UNTERMINATED) {
        return text.toString();
      }
    }
  }

  private static boolean isUnit(SqlLexer.Kind kind, String sql, SqlLexer lexer) {
    if (kind != SqlLexer.Kind.WORD) {
      return false;
    }
    return switch (sql.substring(lexer.start(), lexer.end()).toLowerCase(Locale.ROOT)) {
      case "year",
          "years",
          "quarter",
          "quarters",
          "month",
          "months",
          "week",
          "weeks",
          "day",
          "days",
          "hour",
          "hours",
          "minute",
          "minutes",
          "second",
          "seconds" ->
          true;
      default -> false;
    };
  }
}
