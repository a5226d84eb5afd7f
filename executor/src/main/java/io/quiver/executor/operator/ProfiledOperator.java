package io.quiver.executor.operator;

import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/** Counts what an operator gives and how long it takes, its inputs included. */
final class ProfiledOperator implements Operator {
  private final Operator operator;
  private final OperatorProfile.Counters counters;

  ProfiledOperator(Operator operator, OperatorProfile.Counters counters) {
    this.operator = operator;
    this.counters = counters;
  }

  @Override
  public @Nullable Batch next() {
    long start = System.nanoTime();
    try {
      Batch batch = operator.next();
      if (batch != null) {
        counters.batches++;
        counters.rows += batch.rowCount();
      }
      return batch;
    } finally {
      counters.nanos += System.nanoTime() - start;
      counters.note = operator.note();
    }
  }

  @Override
  public void close() {
    operator.close();
  }
}
