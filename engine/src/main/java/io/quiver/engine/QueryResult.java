package io.quiver.engine;

import io.quiver.types.Batch;
import io.quiver.types.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a statement gave: rows as a stream of batches, or a count. A result with rows holds its
 * snapshot until it is closed; closing the session closes it. Owned by one thread at a time.
 */
public interface QueryResult extends AutoCloseable {
  StatementKind kind();

  /** The rows' schema; empty when there are none to come. */
  Schema schema();

  /** Whether it gives rows: a query does, and a change with RETURNING. */
  default boolean hasRows() {
    return schema().size() > 0;
  }

  /** The next batch, never empty, or null at the end. Each batch has at most 2,048 rows. */
  @Nullable Batch next();

  /** Rows inserted, updated or deleted; 0 for DDL and the like; -1 for a query. */
  long updateCount();

  /** Ends what {@link #next} does now or does next, with 57014 within a second. From any thread. */
  void cancel();

  @Override
  void close();
}
