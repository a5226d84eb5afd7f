package io.quiver.storage.memtable;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the live row that has a primary key. It keeps a hash and a row id for each row, and reads
 * the key itself from the row. Open addressing with linear probing; removal shifts back, so there
 * are no tombstones. Not safe for threads: its owner locks.
 */
public final class KeyIndex {
  /** No row; row ids are never negative. */
  public static final long ABSENT = -1;

  private static final int CAPACITY_MAX = 1 << 30;

  private int[] hashes = new int[16];
  private long[] rowIds = new long[16];
  private int size;

  public KeyIndex() {
    Arrays.fill(rowIds, ABSENT);
  }

  /** Says whether a row has the wanted key. */
  @FunctionalInterface
  public interface KeyMatch {
    boolean matches(long rowId, List<Column> keys, int row);
  }

  /** The row whose key equals that in a row of the given columns, or {@link #ABSENT}. */
  public long find(List<Column> keys, int row, KeyMatch match) {
    int hash = Keys.hash(keys, row);
    int mask = hashes.length - 1;
    for (int slot = hash & mask; rowIds[slot] != ABSENT; slot = (slot + 1) & mask) {
      if (hashes[slot] == hash && match.matches(rowIds[slot], keys, row)) {
        return rowIds[slot];
      }
    }
    return ABSENT;
  }

  /** Makes room, so that adding this many keys cannot fail for want of memory. */
  public void reserve(int keys) {
    long wanted = 2L * (size + (long) keys);
    if (wanted <= hashes.length) {
      return;
    }
    if (wanted > CAPACITY_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a table with a primary key holds at most " + CAPACITY_MAX / 2 + " rows");
    }
    int capacity = Integer.highestOneBit((int) wanted - 1) << 1;
    int[] oldHashes = hashes;
    long[] oldRowIds = rowIds;
    // Both or neither, where memory runs out.
    int[] newHashes = new int[capacity];
    rowIds = new long[capacity];
    hashes = newHashes;
    Arrays.fill(rowIds, ABSENT);
    for (int i = 0; i < oldRowIds.length; i++) {
      if (oldRowIds[i] != ABSENT) {
        place(oldHashes[i], oldRowIds[i]);
      }
    }
  }

  /** Adds a row; the caller has seen that its key is absent. */
  public void add(List<Column> keys, int row, long rowId) {
    reserve(1);
    place(Keys.hash(keys, row), rowId);
    size++;
  }

  /** Takes a row out; nothing happens when it is not there. */
  public void remove(List<Column> keys, int row, long rowId) {
    int mask = hashes.length - 1;
    int slot = Keys.hash(keys, row) & mask;
    while (rowIds[slot] != rowId) {
      if (rowIds[slot] == ABSENT) {
        return;
      }
      slot = (slot + 1) & mask;
    }
    size--;
    int hole = slot;
    for (int next = (hole + 1) & mask; rowIds[next] != ABSENT; next = (next + 1) & mask) {
      // An entry may fill the hole only if its home is not between the hole and itself.
      int home = hashes[next] & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        hashes[hole] = hashes[next];
        rowIds[hole] = rowIds[next];
        hole = next;
      }
    }
    rowIds[hole] = ABSENT;
  }

  private void place(int hash, long rowId) {
    int mask = hashes.length - 1;
    int slot = hash & mask;
    while (rowIds[slot] != ABSENT) {
      slot = (slot + 1) & mask;
    }
    hashes[slot] = hash;
    rowIds[slot] = rowId;
  }
}
