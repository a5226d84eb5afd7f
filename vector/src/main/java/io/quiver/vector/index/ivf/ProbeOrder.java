package io.quiver.vector.index.ivf;

/** The lists in the order in which a query probes them: nearest first. It belongs to one thread. */
final class ProbeOrder {
  private final Centroids centroids;
  private final Candidates nearest = new Candidates();
  private final float[] squared;
  private int ranked;

  ProbeOrder(Centroids centroids) {
    this.centroids = centroids;
    squared = new float[centroids.count()];
  }

  /** Ranks the lists for a query; the nearest so many of them are then known in order. */
  void rank(RowPoint point, int wanted) {
    centroids.squaredDistances(point.rotated(), squared);
    order(wanted);
  }

  private void order(int wanted) {
    nearest.reset(Math.min(wanted, squared.length), Float.POSITIVE_INFINITY);
    for (int list = 0; list < squared.length; list++) {
      nearest.add(squared[list], list);
    }
    ranked = nearest.sort();
  }

  /** The list of rank i, from 0 to the number of lists - 1. */
  int list(int i) {
    if (i >= ranked) {
      order(Math.max(2 * ranked, i + 1));
    }
    return nearest.number(i);
  }

  /** The query's squared distance from the list of rank i, which was asked for. */
  float squared(int i) {
    return nearest.estimate(i);
  }
}
