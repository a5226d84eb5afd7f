package io.quiver.executor.operator;

import java.util.Arrays;

/**
 * The k nearest rows seen so far: a binary heap with the farthest on top. Nearer is smaller, an
 * undefined distance (NaN) is farther than any other, and of equal distances the smaller row id is
 * nearer.
 */
final class NearestRows {
  static final int BYTES_PER_ROW = 8 + 8 + 4 + 4;

  private static final int INITIAL_ROWS = 16;

  private final Reservation reservation;
  private final int wanted;
  private double[] distances = new double[0];
  private long[] rowIds = new long[0];
  private int[] segments = new int[0];
  private int[] rows = new int[0];
  private int size;

  NearestRows(int wanted, Reservation reservation) {
    this.wanted = wanted;
    this.reservation = reservation;
  }

  int size() {
    return size;
  }

  /** Whether a row at this distance might still get in. */
  boolean mayTake(double distance) {
    return size < wanted || Double.compare(distance, distances[0]) <= 0;
  }

  /** No row farther away gets in any more; infinite while any may. */
  double farthest() {
    return size < wanted || Double.isNaN(distances[0]) ? Double.POSITIVE_INFINITY : distances[0];
  }

  int wanted() {
    return wanted;
  }

  void offer(double distance, long rowId, int segment, int row) {
    if (size < wanted) {
      if (size == rowIds.length) {
        grow();
      }
      set(size, distance, rowId, segment, row);
      siftUp(size++);
    } else if (isNearer(distance, rowId, 0)) {
      set(0, distance, rowId, segment, row);
      siftDown(0, size);
    }
  }

  /** Offers what another has. */
  void addAll(NearestRows other) {
    for (int i = 0; i < other.size; i++) {
      offer(other.distances[i], other.rowIds[i], other.segments[i], other.rows[i]);
    }
  }

  /** Turns the heap into a list, nearest first; nothing may be offered after that. */
  void sort() {
    for (int end = size - 1; end > 0; end--) {
      swap(0, end);
      siftDown(0, end);
    }
  }

  double distance(int index) {
    return distances[index];
  }

  int segment(int index) {
    return segments[index];
  }

  int row(int index) {
    return rows[index];
  }

  private void grow() {
    int capacity = Math.min(wanted, Math.max(INITIAL_ROWS, size * 2));
    reservation.grow((long) BYTES_PER_ROW * (capacity - size));
    distances = Arrays.copyOf(distances, capacity);
    rowIds = Arrays.copyOf(rowIds, capacity);
    segments = Arrays.copyOf(segments, capacity);
    rows = Arrays.copyOf(rows, capacity);
  }

  private void siftUp(int from) {
    int child = from;
    while (child > 0) {
      int parent = (child - 1) >>> 1;
      if (!isNearer(distances[parent], rowIds[parent], child)) {
        return;
      }
      swap(parent, child);
      child = parent;
    }
  }

  private void siftDown(int from, int end) {
    int parent = from;
    while (true) {
      int child = 2 * parent + 1;
      if (child >= end) {
        return;
      }
      if (child + 1 < end && isNearer(distances[child], rowIds[child], child + 1)) {
        child++;
      }
      if (!isNearer(distances[parent], rowIds[parent], child)) {
        return;
      }
      swap(parent, child);
      parent = child;
    }
  }

  private boolean isNearer(double distance, long rowId, int than) {
    int order = Double.compare(distance, distances[than]);
    return order != 0 ? order < 0 : rowId < rowIds[than];
  }

  private void set(int at, double distance, long rowId, int segment, int row) {
    distances[at] = distance;
    rowIds[at] = rowId;
    segments[at] = segment;
    rows[at] = row;
  }

  private void swap(int a, int b) {
    double distance = distances[a];
    long rowId = rowIds[a];
    int segment = segments[a];
    int row = rows[a];
    set(a, distances[b], rowIds[b], segments[b], rows[b]);
    set(b, distance, rowId, segment, row);
  }
}
