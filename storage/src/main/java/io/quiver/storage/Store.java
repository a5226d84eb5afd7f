package io.quiver.storage;

import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;

/** A database on a directory or in memory: log, growing and sealed segments, catalog. */
public interface Store extends AutoCloseable {
  /** The newest committed state. The caller closes it. */
  Snapshot snapshot();

  Transaction begin(IsolationLevel isolation, boolean readOnly);

  /** Writes what is in memory to segments, and drops the log behind it. */
  void flush();

  /**
   * Ends background work, makes asynchronous commits durable and releases the directory; committed
   * rows stay as they are.
   *
   * @throws IllegalStateException when that did not work, with the reasons suppressed; asynchronous
   *     commits may be lost then
   */
  @Override
  void close();
}
