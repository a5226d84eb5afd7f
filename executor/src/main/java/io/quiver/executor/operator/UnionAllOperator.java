package io.quiver.executor.operator;

import io.quiver.types.Batch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One input after the other. */
final class UnionAllOperator implements Operator {
  private final ExecutionContext context;
  private final List<Operator> inputs;
  private int current;

  UnionAllOperator(ExecutionContext context, List<Operator> inputs) {
    this.context = context;
    this.inputs = inputs;
  }

  @Override
  public @Nullable Batch next() {
    while (current < inputs.size()) {
      context.checkCancelled();
      Batch batch = inputs.get(current).next();
      if (batch != null) {
        return batch;
      }
      inputs.get(current++).close();
    }
    return null;
  }

  @Override
  public void close() {
    Closing.all(inputs);
  }
}
