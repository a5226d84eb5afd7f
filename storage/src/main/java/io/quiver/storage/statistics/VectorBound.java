package io.quiver.storage.statistics;

import io.quiver.vector.distance.Metric;

/**
 * How near the vectors of a segment can be to a query, by the triangle inequality: none is nearer
 * than the centroid is, less the radius. What is compared with it are distances that kernels have
 * computed with FLOATs: the bound is lowered by more than these can be off.
 */
public final class VectorBound {
  /** More than the relative error of a sum of 65,535 squares of DOUBLEs, and its root. */
  static final double DOUBLE_ERROR = 0x1p-30;

  /** Half the distance from one to the next FLOAT. */
  private static final double FLOAT_UNIT = 0x1p-24;

  /** Roundings of a term and of the last steps, beside those of the sum. */
  private static final int FEW_ROUNDINGS = 16;

  /** More than what terms that are too small for a FLOAT take from the root of their sum. */
  private static final double UNDERFLOW = 1e-16;

  /** Lengths whose squares and products neither overflow a FLOAT nor become too small for one. */
  private static final double LENGTH_MAX = 1e15;

  private static final double LENGTH_MIN = 1e-15;

  private VectorBound() {}

  /**
   * A number that no computed distance of the query to one of the vectors is below; negative
   * infinity where nothing is known.
   *
   * @param query of as many dimensions as the vectors
   */
  public static double of(VectorStatistics vectors, Metric metric, float[] query) {
    if (!vectors.hasCentroid() || query.length != vectors.centroid().length) {
      return Double.NEGATIVE_INFINITY;
    }
    double error = error(query.length);
    double bound =
        switch (metric) {
          case L2 -> l2(vectors, query) * (1 - error) - UNDERFLOW;
          case L2_SQUARED -> {
            double least = l2(vectors, query);
            yield least * least * (1 - 2 * error) - UNDERFLOW;
          }
          case NEGATIVE_INNER_PRODUCT -> negativeInnerProduct(vectors, query, error);
          case COSINE -> cosine(vectors, query, error);
          case L1, HAMMING, JACCARD -> Double.NEGATIVE_INFINITY;
        };
    return Double.isNaN(bound) ? Double.NEGATIVE_INFINITY : bound;
  }

  /** How wrong a sum over so many dimensions can be, relatively, and its root. */
  private static double error(int dimension) {
    return (dimension + FEW_ROUNDINGS) * FLOAT_UNIT;
  }

  /** At least the L2 distance that kernels have computed with FLOATs. */
  static double noLessThan(double computed, int dimension) {
    return computed * (1 + error(dimension)) + UNDERFLOW;
  }

  private static double l2(VectorStatistics vectors, float[] query) {
    double toCentroid = Math.sqrt(squaredDistance(query, vectors.centroid()));
    return Math.max(0, toCentroid * (1 - DOUBLE_ERROR) - vectors.radius());
  }

  /**
   * By Cauchy and Schwarz: q v = q c + q (v - c), and the latter is at most |q| times the radius.
   */
  private static double negativeInnerProduct(
      VectorStatistics vectors, float[] query, double error) {
    double length = norm(query);
    double longest = norm(vectors.centroid()) + vectors.radius();
    if (!(length <= LENGTH_MAX && longest <= LENGTH_MAX)) {
      return Double.NEGATIVE_INFINITY;
    }
    double most = product(query, vectors.centroid()) + length * vectors.radius();
    return -most - length * longest * (error + DOUBLE_ERROR) - UNDERFLOW;
  }

  /**
   * All vectors lie in a cone around the centroid, where the ball does not hold the origin: its
   * opening's sine is the radius over the centroid's length.
   */
  private static double cosine(VectorStatistics vectors, float[] query, double error) {
    double length = norm(query);
    double middle = norm(vectors.centroid());
    double opening = vectors.radius() / middle * (1 + DOUBLE_ERROR);
    boolean measurable =
        length >= LENGTH_MIN
            && length <= LENGTH_MAX
            && middle - vectors.radius() >= LENGTH_MIN
            && middle + vectors.radius() <= LENGTH_MAX;
    if (!(measurable && opening < 1)) {
      return Double.NEGATIVE_INFINITY;
    }
    double cosine = product(query, vectors.centroid()) / (length * middle);
    double angle = Math.acos(Math.clamp(cosine + DOUBLE_ERROR, -1, 1));
    double least = Math.max(0, angle - Math.asin(opening) - DOUBLE_ERROR);
    return 1 - Math.cos(least) - 4 * error;
  }

  static double squaredDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double norm(float[] vector) {
    return Math.sqrt(product(vector, vector));
  }
}
