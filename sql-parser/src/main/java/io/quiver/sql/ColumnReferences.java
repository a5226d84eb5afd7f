package io.quiver.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** The names in the text of an expression over one table, such as the condition of a CHECK. */
public final class ColumnReferences {
  private ColumnReferences() {}

  /** The last parts of the names, each once; among them may be words that are no columns. */
  public static Set<String> of(String expressionSql) {
    Set<String> names = new LinkedHashSet<>();
    identifiers(expressionSql).forEach(name -> names.add(name.names.getLast()));
    return names;
  }

  /** The same text with each column's name alone, where one of its table stood before it. */
  public static String unqualified(String expressionSql) {
    List<Replacement> replacements = new ArrayList<>();
    for (SqlIdentifier name : identifiers(expressionSql)) {
      if (name.names.size() > 1) {
        SqlParserPos last = name.getComponentParserPosition(name.names.size() - 1);
        int start = start(expressionSql, name.getComponentParserPosition(0));
        replacements.add(new Replacement(start, start(expressionSql, last), ""));
      }
    }
    return replaced(expressionSql, replacements);
  }

  /** The same text with another name for a column; the names in it have no table before them. */
  public static String renamed(String expressionSql, String from, String to) {
    List<Replacement> replacements = new ArrayList<>();
    for (SqlIdentifier name : identifiers(expressionSql)) {
      if (name.isSimple() && name.getSimple().equals(from)) {
        SqlParserPos position = name.getParserPosition();
        int start = start(expressionSql, position);
        int end =
            SourcePositions.offset(
                    expressionSql, position.getEndLineNum(), position.getEndColumnNum())
                + 1;
        replacements.add(new Replacement(start, end, SqlNames.written(to)));
      }
    }
    return replaced(expressionSql, replacements);
  }

  private record Replacement(int start, int end, String text) {}

  private static int start(String sql, SqlParserPos position) {
    return SourcePositions.offset(sql, position.getLineNum(), position.getColumnNum());
  }

  private static String replaced(String sql, List<Replacement> replacements) {
    replacements.sort(Comparator.comparingInt(Replacement::start).reversed());
    StringBuilder text = new StringBuilder(sql);
    replacements.forEach(r -> text.replace(r.start(), r.end(), r.text()));
    return text.toString();
  }

  private static List<SqlIdentifier> identifiers(String expressionSql) {
    SqlNode parsed = SqlParser.parseExpression(expressionSql);
    List<SqlIdentifier> identifiers = new ArrayList<>();
    parsed.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlIdentifier identifier) {
            identifiers.add(identifier);
            return null;
          }
        });
    return identifiers;
  }
}
