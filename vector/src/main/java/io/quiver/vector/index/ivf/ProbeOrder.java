package io.quiver.vector.index.ivf;

import java.util.Arrays;

/**
 * Gives the lists in the order in which a query probes them: nearest first. Codes of one bit say
 * which centroids may be near, and exact distances order those; of all lists only where a search
 * goes on to more than it meant to. It belongs to one thread.
 */
final class ProbeOrder {
  /** Centroids whose exact distances are computed, for each list wanted and beside all. */
  private static final int EXACT_FACTOR = 2;

  private static final int EXACT_MORE = 24;

  private final Centroids centroids;
  private final RowPoint point;
  private final Candidates estimated = new Candidates();
  private final Candidates nearest = new Candidates();
  private final float[] squared;
  private final boolean[] given;
  private int ranked;
  private int at;
  private int count;
  private boolean extended;

  ProbeOrder(Centroids centroids, RowPoint point) {
    this.centroids = centroids;
    this.point = point;
    squared = new float[centroids.count()];
    given = new boolean[centroids.count()];
  }

  /** Begins with the point's query, of which so many lists are likely to be asked for. */
  void start(int wanted) {
    at = -1;
    count = 0;
    extended = false;
    int exact = EXACT_FACTOR * wanted + EXACT_MORE;
    if (2 * exact >= squared.length) {
      extend(Math.min(wanted, squared.length));
      return;
    }
    estimated.reset(exact, Float.POSITIVE_INFINITY);
    centroids.estimate(point, estimated);
    int found = estimated.keep();
    if (found < wanted) {
      // Numbers so large that their estimates overflow.
      extend(wanted);
      return;
    }
    nearest.reset(wanted, Float.POSITIVE_INFINITY);
    for (int i = 0; i < found; i++) {
      int list = estimated.number(i);
      nearest.add(bounded(centroids.squaredDistance(point.rotated(), list)), list);
    }
    ranked = nearest.sort();
  }

  /** Ranks as many of the lists that have not been given yet, by their exact distances. */
  private void extend(int wanted) {
    if (!extended) {
      centroids.squaredDistances(point.rotated(), squared);
      Arrays.fill(given, false);
      for (int i = 0; i < count; i++) {
        given[nearest.number(i)] = true;
      }
      extended = true;
    }
    nearest.reset(wanted, Float.POSITIVE_INFINITY);
    for (int list = 0; list < squared.length; list++) {
      if (!given[list]) {
        nearest.add(bounded(squared[list]), list);
      }
    }
    ranked = nearest.sort();
    for (int i = 0; i < ranked; i++) {
      given[nearest.number(i)] = true;
    }
    at = -1;
  }

  /** Each list has its turn, even where a distance overflows or is not a number. */
  private static float bounded(float squared) {
    return squared < Float.MAX_VALUE ? squared : Float.MAX_VALUE;
  }

  /** Goes to the next list; returns false when there is none left. */
  boolean next() {
    if (count == squared.length) {
      return false;
    }
    at++;
    if (at == ranked) {
      extend(Math.min(2 * count, squared.length - count));
      at = 0;
    }
    count++;
    return true;
  }

  /** Goes to the list of a rank below the number of lists that were said to be likely. */
  void seek(int rank) {
    at = rank;
    count = Math.max(count, rank + 1);
  }

  int list() {
    return nearest.number(at);
  }

  /** The query's squared distance from the list's centroid. */
  float squared() {
    return nearest.estimate(at);
  }
}
