package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes one column an expression. */
final class ProjectOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final List<CompiledExpression> expressions;

  ProjectOperator(ExecutionContext context, Operator input, List<CompiledExpression> expressions) {
    this.context = context;
    this.input = input;
    this.expressions = expressions;
  }

  @Override
  public @Nullable Batch next() {
    Batch batch = input.next();
    if (batch == null) {
      return null;
    }
    context.checkCancelled();
    List<Column> columns = new ArrayList<>(expressions.size());
    for (CompiledExpression expression : expressions) {
      columns.add(expression.evaluate(batch));
    }
    return new Batch(columns, batch.rowCount());
  }

  @Override
  public void close() {
    input.close();
  }
}
