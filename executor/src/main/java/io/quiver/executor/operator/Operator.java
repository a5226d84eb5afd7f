package io.quiver.executor.operator;

import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/**
 * Gives batches until it has no more. Owned by one thread. An operator closes its inputs, checks
 * {@link ExecutionContext#checkCancelled} at least once a batch, and reserves what it keeps beyond
 * one batch with {@link QueryMemory}.
 */
public interface Operator extends AutoCloseable {
  /** The next batch, never empty, or null at the end. */
  @Nullable Batch next();

  /** What it did that EXPLAIN ANALYZE shows beside its rows and time, or null. */
  default @Nullable String note() {
    return null;
  }

  @Override
  void close();
}
