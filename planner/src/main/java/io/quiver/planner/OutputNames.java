package io.quiver.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;

/** The names of a result's columns, as PostgreSQL chooses them. */
final class OutputNames {
  private static final Pattern GENERATED = Pattern.compile("EXPR\\$\\d+");

  private static final String UNNAMED = "?column?";

  private OutputNames() {}

  /** One name a column of a validated query. */
  static List<String> of(SqlNode query, int count) {
    List<String> names = new ArrayList<>();
    SqlNode first = first(query);
    if (first instanceof SqlSelect select) {
      for (SqlNode item : select.getSelectList()) {
        names.add(name(item));
      }
    }
    while (names.size() < count) {
      names.add("column" + (names.size() + 1));
    }
    return names.subList(0, count);
  }

  private static SqlNode first(SqlNode query) {
    return switch (query) {
      case SqlOrderBy orderBy -> first(orderBy.query);
      case SqlWith with -> first(with.body);
      case SqlSelect select -> select;
      case SqlBasicCall call when SqlKind.SET_QUERY.contains(call.getKind()) ->
          first(call.operand(0));
      default -> query;
    };
  }

  private static String name(SqlNode item) {
    if (item instanceof SqlIdentifier identifier) {
      String column = identifier.names.get(identifier.names.size() - 1);
      return isGenerated(column) ? UNNAMED : column;
    }
    if (item.getKind() == SqlKind.AS) {
      SqlCall as = (SqlCall) item;
      String alias = ((SqlIdentifier) as.operand(1)).getSimple();
      return isGenerated(alias) ? unnamed(as.operand(0)) : alias;
    }
    return unnamed(item);
  }

  /** Whether Calcite gave this name, to an expression or to what UNNEST gives. */
  private static boolean isGenerated(String name) {
    return GENERATED.matcher(name).matches();
  }

  private static String unnamed(SqlNode expression) {
    return switch (expression.getKind()) {
      case CASE -> "case";
      case CAST -> cast(((SqlCall) expression).operand(0));
      case EXISTS -> "exists";
      default ->
          expression instanceof SqlCall call
                  && call.getOperator() instanceof SqlFunction function
                  && !function.getName().contains("$")
              ? function.getName().toLowerCase(Locale.ROOT).replaceFirst(" .*", "")
              : UNNAMED;
    };
  }

  private static String cast(SqlNode operand) {
    return operand instanceof SqlIdentifier ? name(operand) : unnamed(operand);
  }
}
