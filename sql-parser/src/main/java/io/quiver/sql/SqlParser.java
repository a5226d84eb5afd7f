package io.quiver.sql;

import io.quiver.sql.parser.SqlGrammar;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.validate.SqlConformance;
import org.apache.calcite.sql.validate.SqlConformanceEnum;

/** Text to a {@link Statement}. Immutable; any thread. */
public final class SqlParser {
  /** LIMIT with OFFSET, GROUP BY an alias or a position, {@code !=} and {@code %}. */
  public static final SqlConformance CONFORMANCE = SqlConformanceEnum.BABEL;

  private static final org.apache.calcite.sql.parser.SqlParser.Config CONFIG =
      org.apache.calcite.sql.parser.SqlParser.config()
          .withParserFactory(SqlGrammar.FACTORY)
          .withQuoting(Quoting.DOUBLE_QUOTE)
          .withUnquotedCasing(Casing.TO_LOWER)
          .withQuotedCasing(Casing.UNCHANGED)
          .withIdentifierMaxLength(128)
          .withConformance(CONFORMANCE);

  private SqlParser() {}

  /**
   * Parses one statement; a semicolon may end it.
   *
   * @throws QuiverException 42601 with line and column; 0A000 for what is not there yet; 54000 and
   *     54001 for a statement that is too long or too deeply nested
   */
  public static Statement parse(String sql) {
    String text = SourceText.check(sql);
    try {
      return StatementParser.parse(text);
    } catch (StackOverflowError e) {
      throw new QuiverException(
          ErrorCode.STATEMENT_TOO_COMPLEX, "the statement is too deeply nested", e);
    }
  }

  /**
   * Parses an expression, such as that of a DEFAULT.
   *
   * @throws QuiverException as {@link #parse}
   */
  public static SqlNode parseExpression(String sql) {
    return grammarExpression(SourceText.check(sql));
  }

  /**
   * Parses a name with up to two others before it, as NEXTVAL takes that of a sequence.
   *
   * @throws QuiverException 42601
   */
  public static Statement.TableName parseName(String text) {
    TokenCursor cursor = new TokenCursor(SourceText.check(text));
    Statement.TableName name = cursor.qualifiedName("a sequence");
    cursor.expectEnd();
    return name;
  }

  static SqlNode grammarExpression(String sql) {
    try {
      return DialectCheck.check(parser(IntervalText.marked(sql)).parseExpression());
    } catch (SqlParseException e) {
      throw ParseErrors.translate(sql, e);
    }
  }

  /** Words that the grammar knows, in upper case and in order, for completion. */
  public static List<String> keywords() {
    return Keywords.ALL;
  }

  /** A query or a change, as Calcite's tree. */
  static SqlNode grammarStatement(String sql) {
    try {
      return DialectCheck.check(parser(IntervalText.marked(sql)).parseStmt());
    } catch (SqlParseException e) {
      throw ParseErrors.translate(sql, e);
    }
  }

  private static org.apache.calcite.sql.parser.SqlParser parser(String sql) {
    return org.apache.calcite.sql.parser.SqlParser.create(sql, CONFIG);
  }
}
