package io.quiver.vector.index;

import java.util.Arrays;
import java.util.Objects;

/**
 * Rows that were found, nearest first, equal distances by row. It is filled by a searcher and used
 * again for the next search.
 */
public final class Neighbors {
  private int[] rows = new int[16];
  private double[] distances = new double[16];
  private int size;

  public int size() {
    return size;
  }

  /** The row of rank i. */
  public int row(int i) {
    return rows[Objects.checkIndex(i, size)];
  }

  /** The distance of rank i, in the metric's own terms. */
  public double distance(int i) {
    return distances[Objects.checkIndex(i, size)];
  }

  /** A copy of the rows, in order. */
  public int[] rows() {
    return Arrays.copyOf(rows, size);
  }

  public void clear() {
    size = 0;
  }

  /** Adds behind the last. */
  public void add(int row, double distance) {
    if (size == rows.length) {
      rows = Arrays.copyOf(rows, 2 * size);
      distances = Arrays.copyOf(distances, 2 * size);
    }
    rows[size] = row;
    distances[size++] = distance;
  }

  /** Keeps only so many. */
  public void truncate(int newSize) {
    size = Math.min(size, newSize);
  }
}
