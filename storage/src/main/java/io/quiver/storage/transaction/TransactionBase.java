package io.quiver.storage.transaction;

import org.jspecify.annotations.Nullable;

/**
 * The committed state that a transaction sees: the newest one each time under READ COMMITTED, else
 * the first one that it asked for. Owned by the transaction's thread.
 */
final class TransactionBase implements AutoCloseable {
  private final IsolationLevel isolation;
  private final CommitPipeline pipeline;
  private @Nullable DatabaseState fixed;

  TransactionBase(IsolationLevel isolation, CommitPipeline pipeline) {
    this.isolation = isolation;
    this.pipeline = pipeline;
  }

  IsolationLevel isolation() {
    return isolation;
  }

  DatabaseState get() {
    if (isolation == IsolationLevel.READ_COMMITTED) {
      return pipeline.visible();
    }
    DatabaseState first = fixed;
    if (first == null) {
      first = pipeline.pins().pin(pipeline::visible);
      fixed = first;
    }
    return first;
  }

  /** The state, whose segments stay until it is unpinned. */
  DatabaseState pin() {
    if (isolation == IsolationLevel.READ_COMMITTED) {
      return pipeline.pins().pin(pipeline::visible);
    }
    DatabaseState first = get();
    pipeline.pins().pin(first);
    return first;
  }

  void unpin(DatabaseState pinned) {
    pipeline.pins().unpin(pinned);
  }

  @Override
  public void close() {
    DatabaseState first = fixed;
    if (first != null) {
      pipeline.pins().unpin(first);
      fixed = null;
    }
  }
}
