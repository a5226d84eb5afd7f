package io.quiver.engine;

import io.quiver.executor.operator.Operator;
import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are made as they are asked for. It owns what the statement opened (operators, snapshot,
 * and the transaction where it is the statement's own) and closes it at the end, at an error, or
 * when the reader has had enough.
 */
final class StreamingResult implements QueryResult {
  private final Schema schema;
  private final Operator operator;
  private final Runnable onClose;
  private final Runnable onCancel;
  private final Completion completion;
  private long rows;
  private boolean closed;

  /**
   * @param onClose releases what lies below the operator
   * @param onCancel tells the statement to end, from any thread
   */
  StreamingResult(
      Schema schema,
      Operator operator,
      Runnable onClose,
      Runnable onCancel,
      Completion completion) {
    this.schema = schema;
    this.operator = operator;
    this.onClose = onClose;
    this.onCancel = onCancel;
    this.completion = completion;
  }

  @Override
  public StatementKind kind() {
    return StatementKind.QUERY;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public @Nullable Batch next() {
    if (closed) {
      return null;
    }
    Batch batch;
    try {
      batch = operator.next();
    } catch (Throwable failure) {
      finish(false);
      throw failure;
    }
    if (batch == null) {
      finish(true);
      return null;
    }
    rows += batch.rowCount();
    return batch;
  }

  @Override
  public long updateCount() {
    return -1;
  }

  @Override
  public void cancel() {
    onCancel.run();
  }

  @Override
  public void close() {
    finish(true);
  }

  private void finish(boolean succeeded) {
    if (closed) {
      return;
    }
    closed = true;
    boolean released = false;
    try {
      try {
        operator.close();
      } finally {
        onClose.run();
      }
      released = true;
    } finally {
      completion.done(this, rows, succeeded && released);
    }
  }

  /** All batches, for a caller that wants them at once. */
  static List<Batch> drain(QueryResult result) {
    List<Batch> batches = new ArrayList<>();
    for (Batch batch = result.next(); batch != null; batch = result.next()) {
      batches.add(batch);
    }
    return batches;
  }

  /** Told once, when the result ends. */
  interface Completion {
    void done(StreamingResult result, long rows, boolean succeeded);
  }
}
