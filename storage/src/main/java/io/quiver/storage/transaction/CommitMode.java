package io.quiver.storage.transaction;

/** When a commit is answered. */
public enum CommitMode {
  /** Once it is durable. */
  SYNCHRONOUS,
  /**
   * Once it is in the log's queue: a crash may lose it, with all that was committed so after it. It
   * is durable within {@link io.quiver.storage.log.LogOptions#forceDelayMillis} and the time of a
   * force, or with the next synchronous commit. While the log is later than twice the delay, it is
   * answered as a synchronous one.
   */
  ASYNCHRONOUS
}
