package io.quiver.executor.operator;

import io.quiver.types.Batch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Gives rows that are in memory already, such as a system table's. */
final class BatchOperator implements Operator {
  private final ExecutionContext context;
  private final Supplier<Batch> source;
  private @Nullable Batch rows;
  private int position;

  BatchOperator(ExecutionContext context, Supplier<Batch> source) {
    this.context = context;
    this.source = source;
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (rows == null) {
      rows = source.get();
    }
    if (position >= rows.rowCount()) {
      return null;
    }
    int from = position;
    position = Math.min(from + Batch.ROWS, rows.rowCount());
    return BatchRows.range(rows, from, position - from);
  }

  @Override
  public void close() {}
}
