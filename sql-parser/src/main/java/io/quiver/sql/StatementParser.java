package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;

/**
 * Looks at a statement's first words: queries and changes go to the generated parser, everything
 * else is read by hand.
 */
final class StatementParser {
  private static final Set<String> NOT_YET =
      Set.of(
          "analyze", "backup", "call", "grant", "merge", "refresh", "replace", "restore", "revoke",
          "use", "vacuum");

  private StatementParser() {}

  /** A text that {@link SourceText} has checked. */
  static Statement parse(String sql) {
    SqlLexer lexer = new SqlLexer(sql);
    SqlLexer.Kind kind = lexer.next();
    String first =
        kind == SqlLexer.Kind.WORD
            ? sql.substring(lexer.start(), lexer.end()).toLowerCase(Locale.ROOT)
            : "";
    if (NOT_YET.contains(first)) {
      throw Unsupported.notYet(
          SourcePositions.describe(sql, lexer.start()), first.toUpperCase(Locale.ROOT));
    }
    return switch (first) {
      case "select", "with", "values", "table", "insert", "upsert", "update", "delete" ->
          relational(sql);
      case "copy" -> CopyParser.parse(new TokenCursor(sql));
      case "create", "drop", "alter", "comment" -> DefinitionParser.parse(new TokenCursor(sql));
      case "explain" -> explain(sql);
      case "begin",
          "start",
          "commit",
          "end",
          "rollback",
          "abort",
          "savepoint",
          "release",
          "truncate",
          "set",
          "reset",
          "show",
          "describe",
          "desc",
          "flush",
          "checkpoint",
          "kill",
          "load",
          "optimize",
          "reindex" ->
          CommandParser.parse(new TokenCursor(sql));
      default -> {
        if (kind == SqlLexer.Kind.SYMBOL && sql.charAt(lexer.start()) == '(') {
          yield relational(sql);
        }
        throw new QuiverException(
            ErrorCode.SYNTAX_ERROR,
            SourcePositions.describe(sql, lexer.start())
                + ParseErrors.found(sql, lexer.start())
                + ", expected a statement");
      }
    };
  }

  private static Statement explain(String sql) {
    TokenCursor cursor = new TokenCursor(sql);
    cursor.expect("explain");
    boolean analyze = cursor.accept("analyze");
    if (!analyze) {
      cursor.accept("plan", "for");
    }
    if (!cursor.at('(')
        && !cursor.atAny(
            "select", "with", "values", "table", "insert", "upsert", "update", "delete")) {
      throw cursor.unexpected("a query or a change to explain");
    }
    return new Statement.Explain(relational(blankBefore(sql, cursor.offset())), analyze);
  }

  /** The text from an offset on, every token where it was. */
  static String blankBefore(String sql, int offset) {
    StringBuilder text = new StringBuilder(sql);
    for (int i = 0; i < offset; i++) {
      char c = sql.charAt(i);
      if (c != '\n' && c != '\r') {
        text.setCharAt(i, ' ');
      }
    }
    return text.toString();
  }

  static Statement relational(String sql) {
    SearchClause.Separated separated = SearchClause.separate(sql);
    SqlNode node = SqlParser.grammarStatement(separated.sql());
    SearchOptions search = separated.options();
    if (node.getKind() == SqlKind.INSERT) {
      return new Statement.Modify(Statement.Modify.Kind.INSERT, node, search);
    }
    if (node.getKind() == SqlKind.UPDATE) {
      return new Statement.Modify(Statement.Modify.Kind.UPDATE, node, search);
    }
    if (node.getKind() == SqlKind.DELETE) {
      return new Statement.Modify(Statement.Modify.Kind.DELETE, node, search);
    }
    if (node.isA(SqlKind.QUERY)) {
      return new Statement.Query(node, search);
    }
    throw new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        SourcePositions.describe(node.getParserPosition())
            + "found an expression, expected a statement");
  }
}
