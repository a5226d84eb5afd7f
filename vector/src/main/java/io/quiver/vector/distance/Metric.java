package io.quiver.vector.distance;

/** A distance between two dense vectors: the smaller, the nearer. */
public enum Metric {
  /** The square root of the sum of squared differences. */
  L2,
  /** The sum of squared differences. */
  L2_SQUARED,
  /** One minus the cosine of the angle; undefined (null in SQL) when a vector is zero. */
  COSINE,
  /** The inner product, negated so that nearer is smaller. */
  NEGATIVE_INNER_PRODUCT,
  /** The sum of absolute differences. */
  L1,
  /** How many bits differ. */
  HAMMING,
  /** One minus the bits set in both over the bits set in either; 1 when no bit is set in both. */
  JACCARD
}
