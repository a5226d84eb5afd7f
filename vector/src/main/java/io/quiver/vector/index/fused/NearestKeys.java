package io.quiver.vector.index.fused;

import java.util.Arrays;

/** The smallest of many {@link NodeKey}s, sorted. It is used again for each search. */
final class NearestKeys {
  private long[] keys = new long[16];
  private int size;
  private int limit;

  /** Empties it; it will keep so many. */
  void reset(int newLimit) {
    limit = newLimit;
    size = 0;
  }

  int limit() {
    return limit;
  }

  int size() {
    return size;
  }

  boolean isFull() {
    return size == limit;
  }

  long key(int i) {
    return keys[i];
  }

  /** The largest that it keeps. */
  long last() {
    return keys[size - 1];
  }

  void offer(long key) {
    if (size == limit && key >= keys[size - 1]) {
      return;
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, Math.min(limit, 2 * size));
    }
    int place = size < limit ? size++ : size - 1;
    while (place > 0 && keys[place - 1] > key) {
      keys[place] = keys[place - 1];
      place--;
    }
    keys[place] = key;
  }
}
