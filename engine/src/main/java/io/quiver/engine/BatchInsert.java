package io.quiver.engine;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.plan.PlanNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes one INSERT of many rows out of an INSERT of one row and many rows of parameters: a batch is
 * then checked and stored column by column, and not statement by statement.
 */
final class BatchInsert {
  private BatchInsert() {}

  /**
   * Whether a plan inserts one row that depends on parameters alone. With ON CONFLICT an entry may
   * meet the row of an entry before it, which one statement must not.
   */
  static boolean isPossible(PlanNode plan) {
    return plan instanceof PlanNode.Insert insert
        && insert.input() instanceof PlanNode.Values values
        && values.rows().size() == 1
        && insert.conflict() == null;
  }

  /**
   * The plan with a row for each row of parameters.
   *
   * @param parameterRows bound values, hoisted literals included
   */
  static PlanNode of(
      PlanNode plan, List<List<@Nullable Object>> parameterRows, ExecutionContext context) {
    PlanNode.Insert insert = (PlanNode.Insert) plan;
    PlanNode.Values values = (PlanNode.Values) insert.input();
    List<Expression> template = values.rows().getFirst();
    List<List<Expression>> rows = new ArrayList<>(parameterRows.size());
    for (List<@Nullable Object> parameters : parameterRows) {
      List<Expression> row = new ArrayList<>(template.size());
      for (Expression expression : template) {
        row.add(bind(expression, parameters, context));
      }
      rows.add(row);
    }
    return new PlanNode.Insert(
        insert.table(),
        new PlanNode.Values(rows, values.schema()),
        insert.identityColumn(),
        insert.conflict(),
        insert.returning());
  }

  private static Expression bind(
      Expression expression, List<@Nullable Object> parameters, ExecutionContext context) {
    return switch (expression) {
      case Expression.Literal literal -> literal;
      case Expression.Parameter parameter ->
          new Expression.Literal(parameters.get(parameter.index()), parameter.type());
      default ->
          new Expression.Literal(
              ExpressionEvaluator.compile(
                      expression, context.withParameters(parameters).evaluation())
                  .constant(),
              expression.type());
    };
  }
}
