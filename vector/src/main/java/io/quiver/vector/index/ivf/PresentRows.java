package io.quiver.vector.index.ivf;

import io.quiver.vector.index.RowFilter;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** Which rows an index has. Any thread may ask and change it. */
final class PresentRows {
  private final AtomicLongArray words;
  private final AtomicInteger count = new AtomicInteger();
  private final int capacity;

  PresentRows(int capacity) {
    this.capacity = capacity;
    words = new AtomicLongArray((capacity + 63) >>> 6);
  }

  int capacity() {
    return capacity;
  }

  int count() {
    return count.get();
  }

  boolean has(int row) {
    return (words.get(row >>> 6) >>> row & 1) != 0;
  }

  /** Returns whether it was not there before. */
  boolean add(int row) {
    long bit = 1L << row;
    boolean added = (words.getAndUpdate(row >>> 6, word -> word | bit) & bit) == 0;
    if (added) {
      count.incrementAndGet();
    }
    return added;
  }

  /** Returns whether it was there before. */
  boolean remove(int row) {
    long bit = 1L << row;
    boolean removed = (words.getAndUpdate(row >>> 6, word -> word & ~bit) & bit) != 0;
    if (removed) {
      count.decrementAndGet();
    }
    return removed;
  }

  /** Collects the rows that are there and pass the filter; returns how many they are. */
  int collect(RowFilter filter, int[] into) {
    int found = 0;
    for (int i = 0; i < words.length(); i++) {
      for (long word = filter.word(i) & words.get(i); word != 0; word &= word - 1) {
        into[found++] = 64 * i + Long.numberOfTrailingZeros(word);
      }
    }
    return found;
  }

  long memoryBytes() {
    return 8L * words.length();
  }
}
