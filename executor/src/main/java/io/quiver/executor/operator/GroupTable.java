package io.quiver.executor.operator;

import io.quiver.executor.expression.ColumnHash;
import io.quiver.executor.expression.FixedValues;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers distinct keys from 0 in the order in which they first come: a hash table with open
 * addressing and linear probing over keys that are kept column by column. Grouping, duplicate
 * removal, set operations and hash joins all rest on it.
 *
 * <p>Group {@code g} has its key in row {@code g & 2047} of chunk {@code g >> 11}, so only the last
 * chunk is ever rebuilt.
 */
final class GroupTable {
  private static final int INITIAL_SLOTS = 4_096;

  private final Reservation reservation;

  /** The columns of a key in which a null keeps a row out of every group. */
  private final int[] strict;

  private final List<Batch> chunks = new ArrayList<>();
  private final int[] newRows = new int[Batch.ROWS];
  private final int[] rowHashes = new int[Batch.ROWS];
  private int newCount;

  /** A group's number plus one, or 0 where the slot is free. */
  private int[] slots = new int[INITIAL_SLOTS];

  private int[] groupHashes = new int[INITIAL_SLOTS / 2];
  private int groups;

  /** The keys of groups where a key is one integer, compared here and not in {@link #chunks}. */
  private long[] integers = new long[0];

  /** The keys of a batch of integers; empty until there is one. */
  private long[] values = new long[0];

  /** The group of the null among integers, which has no slot; -1 while there is none. */
  private int nullGroup = -1;

  /** Of all keys; nulls are equal, as in GROUP BY. */
  GroupTable(Reservation reservation) {
    this(reservation, new int[0]);
  }

  /** As above, where a key with a null in some columns has no group, as in a join. */
  GroupTable(Reservation reservation, int[] strict) {
    this.reservation = reservation;
    this.strict = strict.clone();
    reservation.grow(4L * (slots.length + groupHashes.length));
  }

  int groupCount() {
    return groups;
  }

  /** The keys, {@link Batch#ROWS} groups to a chunk. */
  List<Batch> chunks() {
    return chunks;
  }

  /** Rows of the last {@link #assign} that made a new group, ascending. */
  int[] newRows() {
    return newRows;
  }

  int newCount() {
    return newCount;
  }

  /** Writes each row's group to {@code out}, making new groups; -1 for a row that has none. */
  void assign(Batch keys, int[] out) {
    int rows = keys.rowCount();
    ensureRoomFor(rows);
    newCount = 0;
    if (isInteger(keys)) {
      assignIntegers(keys.column(0), out);
      keepNewKeys(keys);
      return;
    }
    hash(keys);
    int known = groups;
    for (int row = 0; row < rows; row++) {
      if (hasNull(keys, row)) {
        out[row] = -1;
        continue;
      }
      int hash = rowHashes[row];
      int slot = firstSlot(hash);
      int group = -1;
      while (slots[slot] != 0) {
        int candidate = slots[slot] - 1;
        if (groupHashes[candidate] == hash && isKeyOf(candidate, known, keys, row)) {
          group = candidate;
          break;
        }
        slot = (slot + 1) & (slots.length - 1);
      }
      out[row] = group < 0 ? add(slot, hash, row) : group;
    }
    keepNewKeys(keys);
  }

  private int add(int slot, int hash, int row) {
    int group = groups++;
    slots[slot] = group + 1;
    groupHashes[group] = hash;
    newRows[newCount++] = row;
    return group;
  }

  private static boolean isInteger(Batch keys) {
    return keys.width() == 1 && FixedValues.isIntegral(keys.column(0).type());
  }

  private void assignIntegers(Column keys, int[] out) {
    int rows = keys.length();
    if (integers.length < groupHashes.length) {
      reservation.grow(8L * (groupHashes.length - integers.length));
      integers = Arrays.copyOf(integers, groupHashes.length);
    }
    readIntegers(keys);
    boolean mayHaveNulls = keys.mayHaveNulls();
    for (int row = 0; row < rows; row++) {
      if (mayHaveNulls && keys.isNull(row)) {
        out[row] = strict.length > 0 ? -1 : groupOfNull(row);
        continue;
      }
      long value = values[row];
      int hash = ColumnHash.mix(value);
      int slot = slotOf(value, hash);
      int group = slots[slot] - 1;
      if (group < 0) {
        group = add(slot, hash, row);
        integers[group] = value;
      }
      out[row] = group;
    }
  }

  private void readIntegers(Column keys) {
    if (values.length == 0) {
      values = new long[Batch.ROWS];
    }
    FixedValues.longs(keys, keys.length(), values);
  }

  /** Where an integer's group is, or would be. */
  private int slotOf(long value, int hash) {
    int slot = firstSlot(hash);
    while (slots[slot] != 0 && integers[slots[slot] - 1] != value) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  private int groupOfNull(int row) {
    if (nullGroup < 0) {
      nullGroup = groups++;
      newRows[newCount++] = row;
    }
    return nullGroup;
  }

  /** Writes each row's group to {@code out}, or -1 where there is none. */
  void find(Batch keys, int[] out) {
    int rows = keys.rowCount();
    if (isInteger(keys)) {
      findIntegers(keys.column(0), out);
      return;
    }
    hash(keys);
    for (int row = 0; row < rows; row++) {
      out[row] = hasNull(keys, row) ? -1 : find(keys, row);
    }
  }

  private void findIntegers(Column keys, int[] out) {
    int rows = keys.length();
    readIntegers(keys);
    boolean mayHaveNulls = keys.mayHaveNulls();
    for (int row = 0; row < rows; row++) {
      if (mayHaveNulls && keys.isNull(row)) {
        out[row] = strict.length > 0 ? -1 : nullGroup;
      } else {
        out[row] = slots[slotOf(values[row], ColumnHash.mix(values[row]))] - 1;
      }
    }
  }

  private int find(Batch keys, int row) {
    int hash = rowHashes[row];
    int slot = firstSlot(hash);
    while (slots[slot] != 0) {
      int candidate = slots[slot] - 1;
      if (groupHashes[candidate] == hash && isKeyOf(candidate, groups, keys, row)) {
        return candidate;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    return -1;
  }

  private void hash(Batch keys) {
    int rows = keys.rowCount();
    if (rows > rowHashes.length) {
      throw new IllegalStateException("a batch of " + rows + " rows");
    }
    if (keys.width() == 0) {
      Arrays.fill(rowHashes, 0, rows, 0);
      return;
    }
    Column first = keys.column(0);
    for (int row = 0; row < rows; row++) {
      rowHashes[row] = ColumnHash.hash(first, row);
    }
    for (int i = 1; i < keys.width(); i++) {
      Column column = keys.column(i);
      for (int row = 0; row < rows; row++) {
        rowHashes[row] = ColumnHash.combine(rowHashes[row], ColumnHash.hash(column, row));
      }
    }
  }

  private int firstSlot(int hash) {
    return hash & (slots.length - 1);
  }

  /** Groups from {@code known} on have their key still in the batch that made them. */
  private boolean isKeyOf(int group, int known, Batch keys, int row) {
    Batch holder = group < known ? chunks.get(group >>> RowBuffer.CHUNK_BITS) : keys;
    int at = group < known ? group & RowBuffer.CHUNK_MASK : newRows[group - known];
    for (int i = 0; i < keys.width(); i++) {
      if (!ColumnHash.equal(holder.column(i), at, keys.column(i), row)) {
        return false;
      }
    }
    return true;
  }

  private boolean hasNull(Batch keys, int row) {
    for (int column : strict) {
      if (keys.column(column).isNull(row)) {
        return true;
      }
    }
    return false;
  }

  private void keepNewKeys(Batch keys) {
    int done = 0;
    while (done < newCount) {
      Batch last = chunks.isEmpty() ? null : chunks.getLast();
      boolean append = last != null && last.rowCount() < Batch.ROWS;
      int old = last != null && append ? last.rowCount() : 0;
      int count = Math.min(newCount - done, Batch.ROWS - old);
      List<Column> columns = new ArrayList<>(keys.width());
      for (int i = 0; i < keys.width(); i++) {
        ColumnBuilder builder = new ColumnBuilder(keys.column(i).type(), old + count);
        for (int row = 0; last != null && row < old; row++) {
          builder.appendFrom(last.column(i), row);
        }
        for (int j = done; j < done + count; j++) {
          builder.appendFrom(keys.column(i), newRows[j]);
        }
        columns.add(builder.build());
      }
      Batch chunk = new Batch(columns, old + count);
      long before = last != null && append ? last.sizeInBytes() : 0;
      reservation.grow(chunk.sizeInBytes() - before);
      if (append) {
        chunks.removeLast();
      }
      chunks.add(chunk);
      done += count;
    }
  }

  /** Keeps the table at most half full, whatever the next rows bring. */
  private void ensureRoomFor(int rows) {
    long wanted = 2L * (groups + rows);
    if (wanted <= slots.length) {
      return;
    }
    int size = slots.length;
    while (size < wanted) {
      size = Math.multiplyExact(size, 2);
    }
    reservation.grow(4L * (size - slots.length) + 4L * (size / 2 - groupHashes.length));
    groupHashes = Arrays.copyOf(groupHashes, size / 2);
    slots = new int[size];
    for (int group = 0; group < groups; group++) {
      if (group == nullGroup) {
        continue;
      }
      int slot = firstSlot(groupHashes[group]);
      while (slots[slot] != 0) {
        slot = (slot + 1) & (size - 1);
      }
      slots[slot] = group + 1;
    }
  }
}
