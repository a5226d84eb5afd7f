package io.quiver.vector.index.recall;

import io.quiver.vector.index.Neighbors;

/** Compares what was found with what exact search finds. */
final class Recall {
  /** Distances that two kernels compute differ by their rounding. */
  private static final double ROUNDING = 1e-6;

  private Recall() {}

  /**
   * The part of the true rows that was found, 1 when there are none. A row that is just as near as
   * the last true one stands for it.
   */
  static double of(Neighbors found, Neighbors truth) {
    if (truth.size() == 0) {
      return 1;
    }
    double farthest = truth.distance(truth.size() - 1);
    double bound = farthest + ROUNDING * Math.abs(farthest);
    int hits = 0;
    for (int i = 0; i < found.size() && i < truth.size(); i++) {
      if (found.distance(i) <= bound) {
        hits++;
      }
    }
    return (double) hits / truth.size();
  }
}
