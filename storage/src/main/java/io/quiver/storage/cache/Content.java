package io.quiver.storage.cache;

/** What a cache holds, for its figures. */
public enum Content {
  /** Columns of segments. */
  COLUMNS,
  /** Scalar indexes of segments. */
  INDEXES,
  /** Zone maps and Bloom filters of segments. */
  STATISTICS
}
