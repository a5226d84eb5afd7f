package io.quiver.sql;

import io.quiver.sql.Statement.TableName;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * COPY table [(columns)] FROM 'path', and COPY table [(columns)] | (query) TO 'path', with options
 * in parentheses or, as older PostgreSQL has them, without.
 */
final class CopyParser {
  private final TokenCursor cursor;
  private final Set<String> given = new HashSet<>();
  private CopyOptions.@Nullable Format format;
  private @Nullable Boolean header;
  private @Nullable Character delimiter;
  private @Nullable String nullText;
  private @Nullable Character quote;
  private boolean skipErrors;
  private boolean byPosition;

  private CopyParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  static Statement parse(TokenCursor cursor) {
    cursor.expect("copy");
    Statement statement = new CopyParser(cursor).statement();
    cursor.expectEnd();
    return statement;
  }

  private Statement statement() {
    if (cursor.at('(')) {
      int from = cursor.offset();
      skipParentheses();
      String text = cursor.blankedUpTo(from);
      Statement.Query query = query(text);
      cursor.expect("to");
      return new Statement.CopyTo(query, text.strip(), path(), options(false));
    }
    TableName table = cursor.tableName();
    List<String> columns = columns();
    if (cursor.accept("from")) {
      return new Statement.CopyFrom(table, columns, path(), options(true));
    }
    cursor.expect("to");
    String text = select(table, columns);
    return new Statement.CopyTo(query(text), text, path(), options(false));
  }

  private void skipParentheses() {
    int depth = 0;
    do {
      if (cursor.kind() == SqlLexer.Kind.END) {
        throw cursor.unexpected(")");
      }
      depth += cursor.at('(') ? 1 : cursor.at(')') ? -1 : 0;
      cursor.skip();
    } while (depth > 0);
  }

  private static Statement.Query query(String text) {
    if (StatementParser.parse(text) instanceof Statement.Query query) {
      return query;
    }
    throw new QuiverException(
        ErrorCode.FEATURE_NOT_SUPPORTED, "COPY (...) TO takes a query, found a change");
  }

  private static String select(TableName table, List<String> columns) {
    String list =
        columns.isEmpty()
            ? "*"
            : columns.stream().map(CopyParser::quoted).collect(Collectors.joining(", "));
    String schema = table.schema() == null ? "" : quoted(table.schema()) + ".";
    return "SELECT " + list + " FROM " + schema + quoted(table.name());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>();
    if (cursor.accept('(')) {
      do {
        String where = cursor.where();
        String name = cursor.name("the name of a column");
        if (columns.contains(name)) {
          throw new QuiverException(
              ErrorCode.DUPLICATE_COLUMN, where + "column \"" + name + "\" is named twice");
        }
        columns.add(name);
      } while (cursor.accept(','));
      cursor.expect(')');
    }
    return columns;
  }

  private String path() {
    if (cursor.atAny("stdin", "stdout", "program")) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          cursor.where()
              + "COPY reads and writes files alone, found "
              + cursor.word().toUpperCase(Locale.ROOT)
              + "; the console's \\copy takes files of the client");
    }
    String path = string("the path of a file in quotes");
    if (path.isEmpty()) {
      throw new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, "the path of a file is empty");
    }
    return path;
  }

  private CopyOptions options(boolean reading) {
    boolean with = cursor.accept("with");
    if (cursor.accept('(')) {
      do {
        option(reading);
      } while (cursor.accept(','));
      cursor.expect(')');
    } else {
      if (with && cursor.kind() == SqlLexer.Kind.END) {
        throw cursor.unexpected("(");
      }
      while (cursor.kind() != SqlLexer.Kind.END) {
        option(reading);
      }
    }
    checkForCsv();
    return new CopyOptions(format, header, delimiter, nullText, quote, skipErrors, byPosition);
  }

  private void option(boolean reading) {
    String where = cursor.where();
    String name = cursor.word();
    if (name.equals("on") && cursor.at("on", "error")) {
      cursor.skip();
      name = "on_error";
    }
    cursor.skip();
    if (!given.add(name)) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR, where + name.toUpperCase(Locale.ROOT) + " is said twice");
    }
    switch (name) {
      case "format" -> format = format();
      case "csv" -> format = CopyOptions.Format.CSV;
      case "header" -> header = bool();
      case "delimiter" -> delimiter = character("DELIMITER");
      case "quote" -> quote = character("QUOTE");
      case "null" -> nullText = afterAs("what stands for null, in quotes");
      case "encoding" -> encoding(where);
      case "on_error" -> skipErrors = reading(where, reading, name) && skip();
      case "match_by" -> byPosition = reading(where, reading, name) && position();
      case "escape",
          "force_quote",
          "force_not_null",
          "force_null",
          "freeze",
          "default",
          "log_verbosity",
          "reject_limit",
          "binary",
          "oids" ->
          throw Unsupported.notYet(where, name.toUpperCase(Locale.ROOT) + " of COPY");
      default ->
          throw new QuiverException(
              ErrorCode.SYNTAX_ERROR,
              where
                  + "found "
                  + (name.isEmpty() ? "no name" : name)
                  + ", expected FORMAT, HEADER, DELIMITER, NULL, QUOTE, ENCODING, ON_ERROR or"
                  + " MATCH_BY");
    }
  }

  private static boolean reading(String where, boolean reading, String name) {
    if (!reading) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR, where + name.toUpperCase(Locale.ROOT) + " belongs to COPY FROM");
    }
    return true;
  }

  private CopyOptions.Format format() {
    String where = cursor.where();
    String name = wordOrString("the name of a format");
    return switch (name) {
      case "csv" -> CopyOptions.Format.CSV;
      case "json", "jsonl", "ndjson" -> CopyOptions.Format.JSON;
      case "fvecs" -> CopyOptions.Format.FVECS;
      case "ivecs" -> CopyOptions.Format.IVECS;
      case "bvecs" -> CopyOptions.Format.BVECS;
      case "npy" -> CopyOptions.Format.NPY;
      case "arrow" -> CopyOptions.Format.ARROW;
      case "parquet" -> CopyOptions.Format.PARQUET;
      default ->
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              where
                  + "there is no format \""
                  + name
                  + "\"; there are csv, json, fvecs, ivecs, bvecs, npy, arrow and parquet");
    };
  }

  private boolean bool() {
    if (cursor.atAny("true", "on") || cursor.at("match")) {
      cursor.skip();
      return true;
    }
    if (cursor.accept("false") || cursor.accept("off")) {
      return false;
    }
    return true;
  }

  private boolean skip() {
    String where = cursor.where();
    String value = wordOrString("stop or skip");
    return switch (value) {
      case "stop" -> false;
      // PostgreSQL's word for it is ignore.
      case "skip", "ignore" -> true;
      default ->
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              where + "ON_ERROR is stop or skip, found \"" + value + "\"");
    };
  }

  private boolean position() {
    String where = cursor.where();
    String value = wordOrString("name or position");
    return switch (value) {
      case "name" -> false;
      case "position" -> true;
      default ->
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              where + "MATCH_BY is name or position, found \"" + value + "\"");
    };
  }

  private void encoding(String where) {
    String name = wordOrString("the name of an encoding");
    if (!name.equals("utf8") && !name.equals("utf-8")) {
      throw Unsupported.notYet(where, "ENCODING '" + name + "'");
    }
  }

  private String wordOrString(String wanted) {
    String text = cursor.kind() == SqlLexer.Kind.STRING ? string(wanted) : cursor.name(wanted);
    return text.toLowerCase(Locale.ROOT);
  }

  private String afterAs(String wanted) {
    cursor.accept("as");
    return string(wanted);
  }

  private char character(String option) {
    String where = cursor.where();
    String text = afterAs("one character in quotes");
    if (text.equals("\\t")) {
      return '\t';
    }
    if (text.length() != 1 || text.charAt(0) > 0x7F) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          where + option + " is one ASCII character, found '" + text + "'");
    }
    return text.charAt(0);
  }

  private String string(String wanted) {
    if (cursor.kind() != SqlLexer.Kind.STRING) {
      throw cursor.unexpected(wanted);
    }
    String text = cursor.text();
    cursor.skip();
    return text.substring(1, text.length() - 1).replace("''", "'");
  }

  /** The path's ending may still tell that the format is csv, so only another one is refused. */
  private void checkForCsv() {
    boolean csvOnly = header != null || delimiter != null || nullText != null || quote != null;
    if (csvOnly && format != null && format != CopyOptions.Format.CSV) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "HEADER, DELIMITER, NULL and QUOTE belong to csv, the format is "
              + format.name().toLowerCase(Locale.ROOT));
    }
  }
}
