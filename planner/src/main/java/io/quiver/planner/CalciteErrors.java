package io.quiver.planner;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.CalciteException;
import org.apache.calcite.sql.validate.SqlValidatorException;
import org.jspecify.annotations.Nullable;

/** Calcite's complaints in Quiver's words, with PostgreSQL's SQLSTATE. */
final class CalciteErrors {
  /**
   * One complaint.
   *
   * @param message with {@code $1} for the pattern's first group; empty to keep Calcite's
   */
  private record Rule(Pattern pattern, ErrorCode code, String message) {
    static Rule of(String pattern, ErrorCode code, String message) {
      return new Rule(Pattern.compile(pattern, Pattern.DOTALL), code, message);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          Rule.of(
              "(?:Object|Table) '(.*?)' not found.*",
              ErrorCode.UNDEFINED_TABLE,
              "table \"$1\" does not exist"),
          Rule.of(
              "Column '(.*?)' not found in any table.*",
              ErrorCode.UNDEFINED_COLUMN,
              "column \"$1\" does not exist"),
          Rule.of(
              "Column '(.*?)' not found in table '(.*?)'.*",
              ErrorCode.UNDEFINED_COLUMN,
              "table \"$2\" has no column \"$1\""),
          Rule.of(
              "Unknown identifier '(.*?)'.*",
              ErrorCode.UNDEFINED_COLUMN,
              "column \"$1\" does not exist"),
          Rule.of(
              "Column '(.*?)' is ambiguous.*",
              ErrorCode.AMBIGUOUS_COLUMN,
              "column \"$1\" is ambiguous: more than one table has it"),
          Rule.of(
              "Column name '(.*?)' in (NATURAL join|USING clause) is not unique.*",
              ErrorCode.AMBIGUOUS_COLUMN,
              "column \"$1\" is ambiguous: one side of the join has it twice"),
          Rule.of(
              "No match found for function signature (.*)",
              ErrorCode.UNDEFINED_FUNCTION,
              "function $1 does not exist"),
          Rule.of(
              "Invalid number of arguments to function '(.*?)'.*",
              ErrorCode.UNDEFINED_FUNCTION,
              "function $1 takes another number of arguments"),
          Rule.of(
              "Cannot apply '(.*?)' to arguments of type '(.*?)'\\..*",
              ErrorCode.UNDEFINED_FUNCTION,
              "$1 does not take these arguments: $2"),
          Rule.of(
              "Expression '(.*?)' is not being grouped.*",
              ErrorCode.GROUPING_ERROR,
              "$1 must be in the GROUP BY clause or inside an aggregate"),
          Rule.of(
              "Expression '(.*?)' is not in the select clause.*",
              ErrorCode.GROUPING_ERROR,
              "with SELECT DISTINCT, $1 must be in the select list to be ordered by"),
          Rule.of(
              ".*[Aa]ggregate expression.*(?:illegal|not allowed|cannot|nested).*",
              ErrorCode.GROUPING_ERROR,
              ""),
          Rule.of(
              "Column count mismatch in (.*)",
              ErrorCode.SYNTAX_ERROR,
              "the queries of $1 have different numbers of columns"),
          Rule.of(
              "Type mismatch in column (\\d+) of (.*)",
              ErrorCode.DATATYPE_MISMATCH,
              "column $1 has types that do not meet in $2"),
          Rule.of("Values passed to (.*)", ErrorCode.DATATYPE_MISMATCH, ""),
          Rule.of(
              "Illegal mixing of types in CASE or COALESCE statement.*",
              ErrorCode.DATATYPE_MISMATCH,
              "the results of CASE have types that do not meet"),
          Rule.of(
              "Cast function cannot convert value of type (.*?) to type (.*)",
              ErrorCode.DATATYPE_MISMATCH,
              "a value of type $1 cannot be cast to $2"),
          Rule.of(
              "(WHERE|ON|HAVING|FILTER) clause must be a condition.*",
              ErrorCode.DATATYPE_MISMATCH,
              "$1 wants a condition"),
          Rule.of("Ordinal out of range.*", ErrorCode.UNDEFINED_COLUMN, "there is no such column"),
          Rule.of(
              "Duplicate relation name '(.*?)' in FROM clause.*",
              ErrorCode.AMBIGUOUS_COLUMN,
              "table name \"$1\" stands twice in FROM: give one an alias"),
          Rule.of("Duplicate column name '(.*?)'.*", ErrorCode.DUPLICATE_COLUMN, ""),
          Rule.of("List of column aliases must have same degree.*", ErrorCode.SYNTAX_ERROR, ""),
          Rule.of(
              "(?s).*(?:Illegal|must|Incorrect|Invalid|requires).*", ErrorCode.SYNTAX_ERROR, ""));

  private CalciteErrors() {}

  /** The user's mistake, or null where the failure is not of the user's making. */
  static @Nullable QuiverException translate(Throwable failure) {
    String where = "";
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case QuiverException known -> {
          return known.getMessage() != null && known.getMessage().startsWith("line ")
              ? known
              : new QuiverException(known.code(), where + known.getMessage(), known);
        }
        case CalciteContextException context ->
            where = Messages.where(context.getPosLine(), context.getPosColumn());
        case SqlValidatorException complaint -> {
          return complaint(where, complaint);
        }
        case CalciteException complaint -> {
          return complaint(where, complaint);
        }
        default -> {}
      }
    }
    return where.isEmpty() ? null : complaint(where, lastOf(failure));
  }

  private static Throwable lastOf(Throwable failure) {
    Throwable last = failure;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last;
  }

  private static QuiverException complaint(String where, Throwable complaint) {
    String text = String.valueOf(complaint.getMessage());
    for (Rule rule : RULES) {
      Matcher matcher = rule.pattern().matcher(text);
      if (matcher.matches()) {
        String message = rule.message().isEmpty() ? text : matcher.replaceFirst(rule.message());
        return new QuiverException(rule.code(), where + message.replace("\0row_id", ""), complaint);
      }
    }
    return new QuiverException(ErrorCode.FEATURE_NOT_SUPPORTED, where + text, complaint);
  }
}
