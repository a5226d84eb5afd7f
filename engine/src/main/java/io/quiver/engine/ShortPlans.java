package io.quiver.engine;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.SqlType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which plans end within some ten microseconds, so that a thread that serves many may run them:
 * they read a few rows by key, or search a small table, and compute nothing that grows with a text.
 */
final class ShortPlans {
  /** Chars of a statement: as much as is scanned for literals in about 20 us. */
  static final int TEXT_LENGTH_MAX = 1 << 15;

  /** Rows that a plan may make out of keys or constants. */
  private static final int ROWS_MAX = 16;

  /** Bytes of vectors that a search may compare: as much as a core reads in about 20 us. */
  private static final long SEARCH_BYTES_MAX = 1 << 19;

  private static final int ROW_BYTES_MIN = 16;

  /** Whose work is bounded by the size of their arguments, and small. */
  private static final Set<ScalarFunction> CHEAP =
      EnumSet.of(
          ScalarFunction.AND,
          ScalarFunction.OR,
          ScalarFunction.NOT,
          ScalarFunction.IS_NULL,
          ScalarFunction.IS_NOT_NULL,
          ScalarFunction.EQUAL,
          ScalarFunction.NOT_EQUAL,
          ScalarFunction.LESS,
          ScalarFunction.LESS_OR_EQUAL,
          ScalarFunction.GREATER,
          ScalarFunction.GREATER_OR_EQUAL,
          ScalarFunction.ADD,
          ScalarFunction.SUBTRACT,
          ScalarFunction.MULTIPLY,
          ScalarFunction.DIVIDE,
          ScalarFunction.NEGATE,
          ScalarFunction.COALESCE);

  private ShortPlans() {}

  static boolean isShort(PlanNode plan, Snapshot snapshot) {
    return switch (plan) {
      case PlanNode.Values values ->
          values.rows().size() <= ROWS_MAX && values.rows().stream().allMatch(ShortPlans::areShort);
      case PlanNode.KeyLookup lookup ->
          lookup.keys().size() <= ROWS_MAX
              && lookup.keys().stream().allMatch(ShortPlans::areShort)
              && isShort(lookup.filter());
      case PlanNode.VectorSearch search ->
          search.members().isEmpty()
              && isSmall(search, snapshot)
              && isShort(search.query())
              && isShort(search.filter())
              && isShort(search.offset())
              && isShort(search.fetch());
      case PlanNode.Filter filter ->
          isShort(filter.input(), snapshot) && isShort(filter.predicate());
      case PlanNode.Project project ->
          isShort(project.input(), snapshot) && areShort(project.expressions());
      case PlanNode.Limit limit ->
          isShort(limit.input(), snapshot) && isShort(limit.offset()) && isShort(limit.fetch());
      case PlanNode.Sort sort -> isShort(sort.input(), snapshot);
      case PlanNode.TopK top -> isShort(top.input(), snapshot);
      default -> false;
    };
  }

  private static boolean isSmall(PlanNode.VectorSearch search, Snapshot snapshot) {
    long rowBytes = ROW_BYTES_MIN;
    if (search.query().type() instanceof SqlType.Vector vector) {
      rowBytes += vector.element().bytes(vector.dimension());
    }
    return snapshot.table(search.table()).rowCount() * rowBytes <= SEARCH_BYTES_MAX;
  }

  private static boolean areShort(List<Expression> expressions) {
    for (Expression expression : expressions) {
      if (!isShort(expression)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isShort(@Nullable Expression expression) {
    return switch (expression) {
      case null -> true;
      case Expression.InputColumn column -> true;
      case Expression.Literal literal -> true;
      case Expression.Parameter parameter -> true;
      case Expression.OuterColumn outer -> true;
      case Expression.Cast cast -> isShort(cast.operand());
      case Expression.InSet set -> isShort(set.operand());
      case Expression.Call call ->
          (CHEAP.contains(call.function()) || call.function().isDistance())
              && areShort(call.arguments());
      case Expression.UserCall _, Expression.Case _ -> false;
    };
  }
}
