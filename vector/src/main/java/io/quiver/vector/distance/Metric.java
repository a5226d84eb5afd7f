package io.quiver.vector.distance;

/** A distance between two dense vectors: the smaller, the nearer. */
public enum Metric {
  /** The square root of the sum of squared differences. */
  L2,
  /** One minus the cosine of the angle; undefined (null in SQL) when a vector is zero. */
  COSINE,
  /** The inner product, negated so that nearer is smaller. */
  NEGATIVE_INNER_PRODUCT,
  /** The sum of absolute differences. */
  L1
}
