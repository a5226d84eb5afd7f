package io.quiver.vector.index.ivf;

import java.util.Arrays;

/**
 * Keeps the numbers with the least estimates among those that are offered. It collects four times
 * as many as are wanted before it drops the rest, so that most offers cost one store; a caller
 * spares itself the hopeless ones by {@link #threshold}. It belongs to one thread.
 */
final class Candidates {
  private static final int COLLECTED = 4;
  private static final long NUMBER = 0xFFFF_FFFFL;

  /** The bits of the estimate, which order as the floats do where these are not negative. */
  private long[] keys = new long[0];

  private int wanted;
  private int size;
  private float threshold;

  /** Begins anew; what is not below the threshold is not worth offering. */
  void reset(int newWanted, float newThreshold) {
    wanted = newWanted;
    size = 0;
    threshold = newThreshold;
    if (keys.length < COLLECTED * newWanted) {
      keys = new long[COLLECTED * newWanted];
    }
  }

  float threshold() {
    return threshold;
  }

  /** Takes an estimate; negative ones count as 0. */
  void add(float estimate, int number) {
    if (!(estimate < threshold)) {
      return;
    }
    keys[size++] = (long) Float.floatToRawIntBits(Math.max(0f, estimate)) << 32 | number;
    if (size == COLLECTED * wanted) {
      keepBest();
      threshold = Math.min(threshold, Float.intBitsToFloat((int) (keys[wanted - 1] >>> 32)));
    }
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

  float estimate(int i) {
    return Float.intBitsToFloat((int) (keys[i] >>> 32));
  }

  int number(int i) {
    return (int) (keys[i] & NUMBER);
  }

  /** Brings the wanted ones to the front, the worst of them last: quickselect (Hoare 1961). */
  private void keepBest() {
    int last = wanted - 1;
    int from = 0;
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
    size = wanted;
  }

  private static long median(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
