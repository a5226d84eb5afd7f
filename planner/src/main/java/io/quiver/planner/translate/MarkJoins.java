package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter that wants the mark of a join below it true, or false, makes a semi join of that, or an
 * anti join.
 */
final class MarkJoins {
  private MarkJoins() {}

  /** The input's rows for which the predicate is true, or null where it says nothing of a mark. */
  static @Nullable PlanNode filtered(PlanNode input, Expression predicate) {
    if (type(input) != JoinType.MARK) {
      return null;
    }
    int mark = input.schema().size() - 1;
    List<Expression> rest = new ArrayList<>(Expressions.conjuncts(predicate));
    Boolean wanted = null;
    for (Expression conjunct : List.copyOf(rest)) {
      Boolean value = wanted(conjunct, mark);
      if (value != null && (wanted == null || wanted.equals(value))) {
        wanted = value;
        rest.remove(conjunct);
      }
    }
    if (wanted == null) {
      return null;
    }
    PlanNode chosen = chosen(input, wanted);
    List<Expression> columns = Projections.columns(chosen.schema());
    columns.add(new Expression.Literal(wanted, SqlType.BOOLEAN));
    for (Expression conjunct : rest) {
      chosen = Scans.filtered(chosen, Expressions.substitute(conjunct, columns));
    }
    return Projections.over(chosen, columns, input.schema());
  }

  private static @Nullable JoinType type(PlanNode node) {
    return switch (node) {
      case PlanNode.HashJoin join -> join.type();
      case PlanNode.NestedLoopJoin join -> join.type();
      case PlanNode.CorrelatedJoin join -> join.type();
      default -> null;
    };
  }

  private static @Nullable Boolean wanted(Expression conjunct, int mark) {
    if (isMark(conjunct, mark)) {
      return true;
    }
    if (!(conjunct instanceof Expression.Call call)
        || call.arguments().size() != 1
        || !isMark(call.arguments().getFirst(), mark)) {
      return null;
    }
    return switch (call.function()) {
      case IS_TRUE -> true;
      case NOT, IS_FALSE -> false;
      default -> null;
    };
  }

  private static boolean isMark(Expression expression, int mark) {
    return expression instanceof Expression.InputColumn column && column.index() == mark;
  }

  private static PlanNode chosen(PlanNode node, boolean wanted) {
    List<Field> fields = node.schema().fields();
    Schema schema = new Schema(fields.subList(0, fields.size() - 1));
    JoinType type = wanted ? JoinType.SEMI : JoinType.ANTI;
    return switch (node) {
      case PlanNode.HashJoin join ->
          new PlanNode.HashJoin(
              join.left(),
              join.right(),
              type,
              wanted ? join.keys().stream().map(MarkJoins::certain).toList() : join.keys(),
              condition(join.residual(), wanted),
              schema);
      case PlanNode.NestedLoopJoin join ->
          new PlanNode.NestedLoopJoin(
              join.left(), join.right(), type, condition(join.condition(), wanted), schema);
      case PlanNode.CorrelatedJoin join ->
          new PlanNode.CorrelatedJoin(
              join.left(),
              join.right(),
              type,
              join.depth(),
              join.columns(),
              condition(join.condition(), wanted),
              schema);
      default -> throw new IllegalStateException("no join: " + node);
    };
  }

  /** What is true for no pair when the mark is false: it is false for all of them then. */
  private static @Nullable Expression condition(@Nullable Expression condition, boolean wanted) {
    return condition == null || wanted
        ? condition
        : new Expression.Call(ScalarFunction.IS_NOT_FALSE, List.of(condition), SqlType.BOOLEAN);
  }

  /** An unknown match is as good as none where a true one is wanted. */
  private static JoinKey certain(JoinKey key) {
    return key.nulls() == JoinKey.Nulls.UNKNOWN ? JoinKey.of(key.left(), key.right()) : key;
  }
}
