package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/** Lets the rows pass for which a predicate is true. */
final class FilterOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final CompiledExpression predicate;
  private final int[] rows = new int[Batch.ROWS];

  FilterOperator(ExecutionContext context, Operator input, CompiledExpression predicate) {
    this.context = context;
    this.input = input;
    this.predicate = predicate;
  }

  @Override
  public @Nullable Batch next() {
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      int count = predicate.select(batch, rows);
      if (count > 0) {
        return BatchRows.keep(batch, rows, count);
      }
    }
    return null;
  }

  @Override
  public void close() {
    input.close();
  }
}
