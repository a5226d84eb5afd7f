package io.quiver.executor.operator;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes rows that depend on no input. */
final class ValuesOperator implements Operator {
  private final ExecutionContext context;
  private final PlanNode.Values values;
  private int position;

  ValuesOperator(ExecutionContext context, PlanNode.Values values) {
    this.context = context;
    this.values = values;
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    int from = position;
    int count = Math.min(Batch.ROWS, values.rows().size() - from);
    if (count == 0) {
      return null;
    }
    position += count;
    List<Column> columns = new ArrayList<>(values.schema().size());
    for (int column = 0; column < values.schema().size(); column++) {
      columns.add(column(column, from, count));
    }
    return new Batch(columns, count);
  }

  private Column column(int column, int from, int count) {
    SqlType type = values.schema().type(column);
    @Nullable Object[] results = new Object[count];
    for (int i = 0; i < count; i++) {
      Object value = constant(values.rows().get(from + i).get(column));
      results[i] = value;
      if (value instanceof float[] vector
          && type instanceof SqlType.Vector open
          && open.dimension() == SqlType.Vector.ANY_DIMENSION) {
        type = new SqlType.Vector(vector.length, open.element());
      }
    }
    ColumnBuilder builder = new ColumnBuilder(type, count);
    for (Object value : results) {
      builder.append(value);
    }
    return builder.build();
  }

  private @Nullable Object constant(Expression expression) {
    // Most of a long VALUES list is literals: nothing to compile there.
    return expression instanceof Expression.Literal literal
        ? literal.value()
        : ExpressionEvaluator.compile(expression, context.evaluation()).constant();
  }

  @Override
  public void close() {}
}
