package io.quiver.vector.index;

import java.util.Arrays;

/**
 * The nearest of the rows that are offered, at most k, equal distances by row: a binary heap in
 * primitive arrays whose root is the row to give up first. It is used again for each search, by one
 * thread.
 */
public final class NearestRows {
  private int[] rows = new int[16];
  private double[] distances = new double[16];
  private int size;
  private int wanted;
  private double bound;

  /**
   * Begins a search.
   *
   * @param k rows to keep, at least 1
   * @param radius rows that are farther away are not kept
   */
  public void reset(int k, double radius) {
    wanted = k;
    size = 0;
    bound = radius;
  }

  /** Rows that are kept. */
  public int size() {
    return size;
  }

  /** A row farther away than this is refused; one that is just as far may be. */
  public double bound() {
    return bound;
  }

  /** Takes the row if it is among the nearest so far; one whose distance is NaN never is. */
  public void offer(int row, double distance) {
    if (!(distance <= bound)) {
      return;
    }
    if (size < wanted) {
      append(row, distance);
    } else if (isFarther(distances[0], rows[0], distance, row)) {
      sink(row, distance);
    } else {
      return;
    }
    if (size == wanted) {
      bound = distances[0];
    }
  }

  /** Offers rows and their distances from the start of both arrays. */
  public void offer(int[] offered, double[] offeredDistances, int count) {
    for (int i = 0; i < count; i++) {
      if (offeredDistances[i] <= bound) {
        offer(offered[i], offeredDistances[i]);
      }
    }
  }

  /** Moves the rows out, nearest first. */
  public void drainTo(Neighbors into) {
    int found = size;
    // Heap sort: the farthest goes behind those that remain.
    while (size > 0) {
      int farthest = rows[0];
      double distance = distances[0];
      size--;
      if (size > 0) {
        sink(rows[size], distances[size]);
      }
      rows[size] = farthest;
      distances[size] = distance;
    }
    into.clear();
    for (int i = 0; i < found; i++) {
      into.add(rows[i], distances[i]);
    }
  }

  private void append(int row, double distance) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
      distances = Arrays.copyOf(distances, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!isFarther(distance, row, distances[parent], rows[parent])) {
        break;
      }
      rows[at] = rows[parent];
      distances[at] = distances[parent];
      at = parent;
    }
    rows[at] = row;
    distances[at] = distance;
  }

  /** Puts a row in the root's place and restores the heap. */
  private void sink(int row, double distance) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size
          && isFarther(distances[child + 1], rows[child + 1], distances[child], rows[child])) {
        child++;
      }
      if (!isFarther(distances[child], rows[child], distance, row)) {
        break;
      }
      rows[at] = rows[child];
      distances[at] = distances[child];
      at = child;
    }
    rows[at] = row;
    distances[at] = distance;
  }

  private static boolean isFarther(double a, int aRow, double b, int bRow) {
    return a > b || (a == b && aRow > bRow);
  }
}
