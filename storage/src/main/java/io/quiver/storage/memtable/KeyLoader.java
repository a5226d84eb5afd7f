package io.quiver.storage.memtable;

/**
 * Adds many rows to an index, many of one of its tables at a time, so that they find it in the
 * processor's cache. Owned by one thread; several may load into one index.
 */
public final class KeyLoader {
  private static final int WAITING_MIN = 8;
  private static final int WAITING_MAX = 1_024;

  private final KeyIndex index;
  private final int capacity;
  private final long[][] waiting;
  private final int[] counts;

  /**
   * @param rows about how many it will add
   */
  public KeyLoader(KeyIndex index, long rows) {
    this.index = index;
    this.capacity = Math.clamp(rows / index.tableCount(), WAITING_MIN, WAITING_MAX);
    this.waiting = new long[index.tableCount()][0];
    this.counts = new int[index.tableCount()];
  }

  /** Adds a row, by the end of {@link #finish}. */
  public void add(long hash, long rowId) {
    int number = index.number(hash);
    long[] entries = waiting[number];
    if (entries.length == 0) {
      entries = new long[capacity];
      waiting[number] = entries;
    }
    entries[counts[number]++] = index.entry(hash, rowId);
    if (counts[number] == capacity) {
      index.addAll(number, entries, capacity);
      counts[number] = 0;
    }
  }

  /** Adds those that wait. */
  public void finish() {
    for (int i = 0; i < waiting.length; i++) {
      if (counts[i] > 0) {
        index.addAll(i, waiting[i], counts[i]);
        counts[i] = 0;
      }
    }
  }
}
