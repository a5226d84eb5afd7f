package io.quiver.vector.index.ivf;

import java.util.Arrays;

/**
 * Keeps the numbers with the least estimates among those that are offered. It collects four times
 * as many as are wanted before it drops the rest, so that most offers cost one store; a caller
 * spares itself the hopeless ones by {@link #threshold}. It belongs to one thread.
 */
final class Candidates {
  private static final int COLLECTED = 4;

  /** So many wanted ones are never dropped. */
  private static final int UNBOUNDED = 1 << 16;

  private static final long NUMBER = 0xFFFF_FFFFL;

  /** The bits of the estimate, which order as the floats do where these are not negative. */
  private long[] keys = new long[0];

  private int wanted;
  private int capacity;
  private int size;
  private float threshold;

  /** Begins anew; what is not below the threshold is not worth offering. */
  void reset(int newWanted, float newThreshold) {
    wanted = newWanted;
    size = 0;
    threshold = newThreshold;
    // Where all are wanted, the array grows as they come.
    capacity = newWanted < UNBOUNDED ? COLLECTED * newWanted : Integer.MAX_VALUE;
    if (keys.length < Math.min(capacity, UNBOUNDED)) {
      keys = new long[Math.min(capacity, UNBOUNDED)];
    }
  }

  float threshold() {
    return threshold;
  }

  /** Takes an estimate; negative ones count as 0, and those that overflow are not taken. */
  void add(float estimate, int number) {
    if (!(estimate < threshold)) {
      return;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size++] = (long) Float.floatToRawIntBits(Math.max(0f, estimate)) << 32 | number;
    if (size == capacity) {
      keepBest();
      threshold = Math.min(threshold, Float.intBitsToFloat((int) (keys[wanted - 1] >>> 32)));
    }
  }

  /** How many are wanted. */
  int wanted() {
    return wanted;
  }

  /** Candidates that are kept now, at most four times as many as are wanted. */
  int size() {
    return size;
  }

  /** Drops all but the wanted ones; returns how many remain, in no order. */
  int keep() {
    if (size > wanted) {
      keepBest();
    }
    return size;
  }

  /** Drops all but the wanted ones and sorts these by estimate; returns how many they are. */
  int sort() {
    Arrays.sort(keys, 0, keep());
    return size;
  }

  /** Sorts the next so many, once those before are sorted; returns where the sorted ones end. */
  int sortFrom(int from, int count) {
    int end = from + count;
    if (end + count >= size) {
      end = size;
    } else {
      select(from, end);
    }
    Arrays.sort(keys, from, end);
    return end;
  }

  /** Sorts all that were collected; returns how many they are. */
  int sortAll() {
    Arrays.sort(keys, 0, size);
    return size;
  }

  /** Drops so many from the front. */
  void drop(int count) {
    size -= count;
    System.arraycopy(keys, count, keys, 0, size);
  }

  /** The estimate of rank i among those that were collected; the order of all changes. */
  float estimateOf(int i) {
    if (i < 0) {
      return Float.POSITIVE_INFINITY;
    }
    select(0, i);
    return estimate(i);
  }

  float estimate(int i) {
    return Float.intBitsToFloat((int) (keys[i] >>> 32));
  }

  int number(int i) {
    return (int) (keys[i] & NUMBER);
  }

  private void keepBest() {
    select(0, wanted - 1);
    size = wanted;
  }

  /**
   * Brings the lesser keys, from the first on, before that of rank {@code last}: quickselect (Hoare
   * 1961).
   */
  private void select(int first, int last) {
    int from = first;
    int to = size - 1;
    while (from < to) {
      long pivot = median(keys[from], keys[(from + to) >>> 1], keys[to]);
      int low = from;
      int high = to;
      while (low <= high) {
        while (keys[low] < pivot) {
          low++;
        }
        while (keys[high] > pivot) {
          high--;
        }
        if (low <= high) {
          long key = keys[low];
          keys[low++] = keys[high];
          keys[high--] = key;
        }
      }
      if (last <= high) {
        to = high;
      } else if (last >= low) {
        from = low;
      } else {
        break;
      }
    }
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
