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
    return of(found, truth, truth.size());
  }

  /** The same of the first k of them alone. */
  static double of(Neighbors found, Neighbors truth, int k) {
    int wanted = Math.min(k, truth.size());
    if (wanted == 0) {
      return 1;
    }
    double farthest = truth.distance(wanted - 1);
    double bound = farthest + ROUNDING * Math.abs(farthest);
    int hits = 0;
    for (int i = 0; i < found.size() && i < wanted; i++) {
      if (found.distance(i) <= bound) {
        hits++;
      }
    }
    return (double) hits / wanted;
  }
}
