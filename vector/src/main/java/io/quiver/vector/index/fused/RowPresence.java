package io.quiver.vector.index.fused;

/** Which rows an index serves: those that have a point and were not removed. */
interface RowPresence {
  boolean has(int row);

  /** Rows that are there. */
  int count();

  /** Whether rows come and go. */
  default boolean changes() {
    return false;
  }

  /** Whether all rows of the index are there, so that none needs to be asked for. */
  default boolean isComplete() {
    return false;
  }
}
