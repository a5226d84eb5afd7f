package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** How far the rows that came after a build have moved away from its lists. Threads share it. */
final class Drift {
  /** Rows that came, as a part of all, before their mean says something. */
  private static final double PART_MIN = 0.01;

  /** The mean distance from the centroids, over that of the build, that asks for another one. */
  private static final double RATIO_MAX = 1.2;

  /** The part of all rows that may be longer than the longest of the build. */
  private static final double LONGER_MAX = 0.001;

  private final double meanResidual;
  private final EuclideanRows rows;
  private final DoubleAdder distances = new DoubleAdder();
  private final LongAdder added = new LongAdder();
  private final LongAdder longer = new LongAdder();

  Drift(double meanResidual, EuclideanRows rows) {
    this.meanResidual = meanResidual;
    this.rows = rows;
  }

  /**
   * Notes a row that came.
   *
   * @param squared distance from its centroid
   * @param length its point's squared length
   */
  void added(float squared, double length) {
    distances.add(Math.sqrt(squared));
    added.increment();
    if (rows.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT
        && length > rows.longestSquared() * (1 + 1e-4)) {
      // It lies beyond the sphere on which inner products are distances.
      longer.increment();
    }
  }

  double ratio() {
    long count = added.sum();
    if (count == 0) {
      return 1;
    }
    double mean = distances.sum() / count;
    return meanResidual > 0 ? mean / meanResidual : mean > 0 ? Double.POSITIVE_INFINITY : 1;
  }

  boolean rebuildRecommended(int present) {
    return longer.sum() > LONGER_MAX * present
        || (added.sum() > PART_MIN * present && ratio() > RATIO_MAX);
  }
}
