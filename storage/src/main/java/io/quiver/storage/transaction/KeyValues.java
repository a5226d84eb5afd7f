package io.quiver.storage.transaction;

import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Some rows' values of a key, to find other rows that have one of them. Values with a null equal
 * none. Immutable.
 */
final class KeyValues {
  private final List<Column> keys;
  private final int size;

  /** Numbers of rows plus one by hash, with linear probing; 0 is empty. */
  private final int[] slots;

  /**
   * @param keys the columns of the key
   * @param with the rows whose values are taken
   */
  KeyValues(List<Column> keys, int rowCount, IntPredicate with) {
    this.keys = keys;
    this.slots = new int[Integer.highestOneBit(Math.max(2, rowCount)) << 2];
    int taken = 0;
    for (int row = 0; row < rowCount; row++) {
      if (!Keys.hasNull(keys, row) && with.test(row) && find(keys, row) < 0) {
        int slot = slot(keys, row);
        while (slots[slot] != 0) {
          slot = (slot + 1) & (slots.length - 1);
        }
        slots[slot] = row + 1;
        taken++;
      }
    }
    this.size = taken;
  }

  /** How many different values there are. */
  int size() {
    return size;
  }

  /** The values, each once. */
  List<Column> distinct() {
    int[] rows = Arrays.stream(slots).filter(slot -> slot != 0).map(slot -> slot - 1).toArray();
    return keys.stream().map(column -> column.gather(rows, rows.length, Arena.ofAuto())).toList();
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The first row with the values that a row of other columns has, or -1. */
  int find(List<Column> others, int row) {
    if (Keys.hasNull(others, row)) {
      return -1;
    }
    int slot = slot(others, row);
    for (; slots[slot] != 0; slot = (slot + 1) & (slots.length - 1)) {
      if (Keys.equal(keys, slots[slot] - 1, others, row)) {
        return slots[slot] - 1;
      }
    }
    return -1;
  }

  private int slot(List<Column> columns, int row) {
    long hash = Keys.hash(columns, row);
    return (int) (hash ^ hash >>> 32) & (slots.length - 1);
  }
}
