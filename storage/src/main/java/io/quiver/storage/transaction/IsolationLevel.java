package io.quiver.storage.transaction;

/** What a transaction's later statements see of commits that others made meanwhile. */
public enum IsolationLevel {
  /** Each statement sees all that had been committed when it began. */
  READ_COMMITTED,
  /** Every statement sees the snapshot of the first one; a conflicting write ends with 40001. */
  REPEATABLE_READ
}
