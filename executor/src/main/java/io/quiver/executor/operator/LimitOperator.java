package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/** Skips rows, then lets a number of rows pass, and reads no further than it must. */
final class LimitOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Limit limit;
  private boolean open;
  private long toSkip;
  private long toGive;

  LimitOperator(ExecutionContext context, Operator input, PlanNode.Limit limit) {
    this.context = context;
    this.input = input;
    this.limit = limit;
  }

  @Override
  public @Nullable Batch next() {
    if (!open) {
      RowRange range = RowRange.of(limit.offset(), limit.fetch(), context);
      toSkip = range.offset();
      toGive = range.fetch();
      open = true;
    }
    while (toGive > 0) {
      context.checkCancelled();
      Batch batch = input.next();
      if (batch == null) {
        return null;
      }
      if (batch.rowCount() <= toSkip) {
        toSkip -= batch.rowCount();
        continue;
      }
      int from = (int) toSkip;
      int count = (int) Math.min(toGive, batch.rowCount() - from);
      toSkip = 0;
      toGive -= count;
      return BatchRows.range(batch, from, count);
    }
    return null;
  }

  @Override
  public void close() {
    input.close();
  }
}
