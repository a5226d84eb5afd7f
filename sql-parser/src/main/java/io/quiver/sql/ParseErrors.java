package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** The generated parser's errors in one line, with few suggestions instead of hundreds. */
final class ParseErrors {
  private static final int SUGGESTIONS_MAX = 6;

  /** Where the grammar stops in a statement of the dialect that is not there yet: word, feature. */
  private static final Set<String> NOT_YET = Set.of("DUPLICATE", "LOCK");

  private ParseErrors() {}

  static QuiverException translate(String sql, SqlParseException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof QuiverException ours) {
        return ours;
      }
    }
    SqlParserPos position = error.getPos();
    if (position == null || position.getLineNum() < 1) {
      return new QuiverException(ErrorCode.SYNTAX_ERROR, firstLine(error.getMessage()), error);
    }
    int offset = SourcePositions.offset(sql, position.getLineNum(), position.getColumnNum());
    offset = Math.min(Math.max(offset, 0), sql.length());
    String where = SourcePositions.describe(sql, offset);
    String feature = notYet(sql, offset);
    if (feature != null) {
      return Unsupported.notYet(where, feature);
    }
    CalciteException reason = reason(error);
    if (reason != null) {
      return new QuiverException(
          ErrorCode.SYNTAX_ERROR, where + firstLine(reason.getMessage()), error);
    }
    Set<String> expected = new TreeSet<>();
    if (fits(sql, offset, error, expected)) {
      SqlLexer lexer = new SqlLexer(sql, offset);
      lexer.next();
      lexer.next();
      offset = lexer.start();
    }
    return new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        SourcePositions.describe(sql, offset) + unexpected(sql, offset, expected),
        error);
  }

  /** What the text holds at an offset, as a message names it. */
  static String found(String sql, int offset) {
    SqlLexer lexer = new SqlLexer(sql, offset);
    return switch (lexer.next()) {
      case END -> "found the end of the statement";
      case UNTERMINATED -> "found " + sql.charAt(lexer.start());
      case WORD, QUOTED_NAME, STRING, INTEGER, DECIMAL, PARAMETER, SYMBOL, COMMENT ->
          "found " + excerpt(sql, lexer.start(), lexer.end());
    };
  }

  private static String unexpected(String sql, int offset, Set<String> expected) {
    SqlLexer lexer = new SqlLexer(sql, offset);
    if (lexer.next() == SqlLexer.Kind.WORD && expected.contains("<IDENTIFIER>")) {
      String word = sql.substring(lexer.start(), lexer.end());
      if (Keywords.RESERVED.contains(word.toUpperCase(Locale.ROOT))) {
        return "found " + word + ", a reserved word; as a name it is written \"" + word + "\"";
      }
    }
    List<String> suggestions = new ArrayList<>();
    for (String token : expected) {
      if (token.startsWith("\"")) {
        suggestions.add(token.substring(1, token.length() - 1));
      }
    }
    boolean few = suggestions.size() == expected.size() && expected.size() <= SUGGESTIONS_MAX;
    return few
        ? found(sql, offset) + ", expected " + String.join(" or ", suggestions)
        : found(sql, offset) + ", which does not fit here";
  }

  /**
   * Whether the grammar, which looks two tokens ahead, could have gone on with the token at an
   * offset: then the next one is at fault.
   *
   * @param expected is filled with what could have stood at the token at fault
   */
  private static boolean fits(
      String sql, int offset, SqlParseException error, Set<String> expected) {
    int[][] sequences = error.getExpectedTokenSequences();
    String[] images = error.getTokenImages();
    if (sequences == null || images == null) {
      return false;
    }
    SqlLexer lexer = new SqlLexer(sql, offset);
    lexer.next();
    String image = "\"" + sql.substring(lexer.start(), lexer.end()) + "\"";
    Set<String> first = new TreeSet<>();
    for (int[] sequence : sequences) {
      first.add(images[sequence[0]]);
      if (sequence.length > 1 && images[sequence[0]].equalsIgnoreCase(image)) {
        expected.add(images[sequence[1]]);
      }
    }
    if (expected.isEmpty()) {
      expected.addAll(first);
      return false;
    }
    return true;
  }

  /** The feature whose first word, or the word after it, stopped the grammar. */
  private static @Nullable String notYet(String sql, int offset) {
    String type = typeBefore(sql, offset);
    if (TypeNames.isNotYet(type)) {
      return "the type " + type.toUpperCase(Locale.ROOT);
    }
    SqlLexer lexer = new SqlLexer(sql, offset);
    for (int i = 0; i < 2 && lexer.next() == SqlLexer.Kind.WORD; i++) {
      String word = sql.substring(lexer.start(), lexer.end()).toUpperCase(Locale.ROOT);
      if (NOT_YET.contains(word)) {
        return word.equals("DUPLICATE") ? "ON " + word : word;
      }
    }
    return null;
  }

  /**
   * The word before a parenthesis at an offset: of an unknown type, the grammar takes no length.
   */
  private static String typeBefore(String sql, int offset) {
    if (offset >= sql.length() || sql.charAt(offset) != '(') {
      return "";
    }
    int end = offset;
    while (end > 0 && SqlLexer.isWhiteSpace(sql.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && SqlLexer.isWordPart(sql.charAt(start - 1))) {
      start--;
    }
    return sql.substring(start, end);
  }

  private static @Nullable CalciteException reason(SqlParseException error) {
    CalciteException reason = null;
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CalciteException found && !(cause instanceof CalciteContextException)) {
        reason = found;
      }
    }
    return reason;
  }

  private static String excerpt(String sql, int start, int end) {
    return end - start <= 40 ? sql.substring(start, end) : sql.substring(start, start + 40) + "...";
  }

  private static String firstLine(@Nullable String message) {
    if (message == null) {
      return "the statement cannot be read";
    }
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end).strip();
  }
}
