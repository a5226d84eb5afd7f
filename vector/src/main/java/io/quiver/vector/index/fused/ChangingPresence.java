package io.quiver.vector.index.fused;

import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** Rows that come and go, by several threads. */
final class ChangingPresence implements RowPresence {
  private final int rows;
  private final AtomicLongArray words;
  private final AtomicInteger count = new AtomicInteger();

  ChangingPresence(int rows) {
    this.rows = rows;
    words = new AtomicLongArray((rows + 63) >>> 6);
  }

  /** Returns whether the row was not there. */
  boolean add(int row) {
    long bit = 1L << row;
    boolean added = (words.getAndAccumulate(row >>> 6, bit, (a, b) -> a | b) & bit) == 0;
    if (added) {
      count.incrementAndGet();
    }
    return added;
  }

  /** Returns whether the row was there. */
  boolean remove(int row) {
    long bit = 1L << row;
    boolean removed = (words.getAndAccumulate(row >>> 6, ~bit, (a, b) -> a & b) & bit) != 0;
    if (removed) {
      count.decrementAndGet();
    }
    return removed;
  }

  @Override
  public boolean has(int row) {
    return (words.get(row >>> 6) >>> row & 1) != 0;
  }

  @Override
  public int count() {
    return count.get();
  }

  @Override
  public boolean changes() {
    return true;
  }

  /** The first row that is there; -1 when none is. */
  int any() {
    for (int i = 0; i < words.length(); i++) {
      long word = words.get(i);
      if (word != 0) {
        return 64 * i + Long.numberOfTrailingZeros(word);
      }
    }
    return -1;
  }

  /** The rows that are not there now. */
  BitSet absent() {
    long[] copy = new long[words.length()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = words.get(i);
    }
    BitSet absent = BitSet.valueOf(copy);
    absent.flip(0, rows);
    return absent;
  }
}
