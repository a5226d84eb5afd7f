package io.quiver.planner;

import io.quiver.executor.expression.UserFunction;
import io.quiver.planner.translate.ArrayAggregate;
import io.quiver.planner.translate.ArrayElements;
import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.planner.translate.QuiverFunction;
import io.quiver.sql.VectorOperators;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.validate.SqlNameMatcher;
import org.apache.calcite.sql.validate.SqlNameMatchers;
import org.jspecify.annotations.Nullable;

/**
 * What a name or a sign in a statement means: plugins' functions first, then ours, then those of
 * Calcite's that the executor has. No other function exists.
 */
final class OperatorTable implements SqlOperatorTable {
  private static final SqlNameMatcher ANY_CASE = SqlNameMatchers.withCaseSensitive(false);

  /** The aggregates, and those of Calcite's functions that only a window would allow. */
  private static final Set<String> OF_CALCITE =
      BuiltinFunctions.all().stream()
          .filter(info ->
              switch (info.category()) {
                case AGGREGATE, WINDOW, CONDITION -> true;
                default -> false;
              })
          .map(FunctionInfo::name)
          .collect(Collectors.toUnmodifiableSet());

  private final Map<String, QuiverFunction> plugins = new HashMap<>();

  OperatorTable(List<UserFunction> functions) {
    for (UserFunction function : functions) {
      plugins.put(function.name(), QuiverFunction.user(function));
    }
  }

  Set<String> pluginNames() {
    return plugins.keySet();
  }

  @Override
  public void lookupOperatorOverloads(
      SqlIdentifier name,
      @Nullable SqlFunctionCategory category,
      SqlSyntax syntax,
      List<SqlOperator> found,
      SqlNameMatcher matcher) {
    if (!name.isSimple()) {
      return;
    }
    String folded = name.getSimple().toLowerCase(Locale.ROOT);
    if (syntax.family != SqlSyntax.FUNCTION) {
      VectorOperators.INSTANCE.lookupOperatorOverloads(name, category, syntax, found, ANY_CASE);
      SqlStdOperatorTable.instance()
          .lookupOperatorOverloads(name, category, syntax, found, ANY_CASE);
      switch (folded) {
        case "ilike" -> found.add(SqlLibraryOperators.ILIKE);
        case "not ilike" -> found.add(SqlLibraryOperators.NOT_ILIKE);
        default -> {}
      }
      return;
    }
    QuiverFunction plugin = plugins.get(folded);
    QuiverFunction ours = plugin != null ? plugin : BuiltinFunctions.named(folded);
    if (ours != null) {
      found.add(ours);
      return;
    }
    int before = found.size();
    VectorOperators.INSTANCE.lookupOperatorOverloads(name, null, syntax, found, ANY_CASE);
    switch (folded) {
      case "bool_and" -> found.add(SqlLibraryOperators.BOOL_AND);
      case "bool_or" -> found.add(SqlLibraryOperators.BOOL_OR);
      case "unnest" -> found.add(ArrayElements.INSTANCE);
      case "array_agg" -> found.add(ArrayAggregate.FUNCTION);
      case "string_agg" -> found.add(SqlLibraryOperators.STRING_AGG);
      default -> {}
    }
    if (found.size() == before && OF_CALCITE.contains(folded)) {
      SqlStdOperatorTable.instance()
          .lookupOperatorOverloads(name, category, syntax, found, ANY_CASE);
    }
  }

  @Override
  public List<SqlOperator> getOperatorList() {
    return SqlStdOperatorTable.instance().getOperatorList();
  }
}
