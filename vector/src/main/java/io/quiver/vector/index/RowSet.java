package io.quiver.vector.index;

import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A set of row numbers in a bitmap, such as the rows that an index serves: bit i of the
 * little-endian 64-bit words for row i. Any number of threads may change and read it.
 */
public final class RowSet {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle WORDS = WORD.varHandle();

  private final MemorySegment bits;
  private final int rows;
  private final AtomicInteger count;

  private RowSet(MemorySegment bits, int rows, int count) {
    this.bits = bits;
    this.rows = rows;
    this.count = new AtomicInteger(count);
  }

  /** None of so many rows. */
  public static RowSet empty(int rows) {
    return new RowSet(NativeMemory.allocate(bytes(rows)).asSlice(0, bytes(rows)), rows, 0);
  }

  /** All of so many rows but some. */
  public static RowSet without(BitSet absent, int rows) {
    RowSet set = empty(rows);
    for (int row = absent.nextClearBit(0); row < rows; row = absent.nextClearBit(row + 1)) {
      set.add(row);
    }
    return set;
  }

  /**
   * The rows whose bits are set.
   *
   * @param bits of {@link #bytes} bytes, aligned to 8, which it keeps and changes
   */
  public static RowSet of(MemorySegment bits, int rows) {
    int count = 0;
    for (long at = 0; at < bytes(rows); at += 8) {
      count += Long.bitCount(bits.get(WORD, at));
    }
    return new RowSet(bits, rows, count);
  }

  /** The same rows, in memory of its own, with room for more. */
  public RowSet copy(int newRows) {
    MemorySegment own = NativeMemory.allocate(bytes(newRows)).asSlice(0, bytes(newRows));
    MemorySegment.copy(bits, 0, own, 0, bytes(rows));
    return of(own, newRows);
  }

  /** Bytes of the bitmap for so many rows. */
  public static long bytes(int rows) {
    return 8 * ((rows + 63L) >>> 6);
  }

  /** Returns whether the row was not there. */
  public boolean add(int row) {
    long before = (long) WORDS.getAndBitwiseOr(bits, at(row), 1L << row);
    boolean added = (before >>> row & 1) == 0;
    if (added) {
      count.getAndIncrement();
    }
    return added;
  }

  /** Returns whether the row was there. */
  public boolean remove(int row) {
    long before = (long) WORDS.getAndBitwiseAnd(bits, at(row), ~(1L << row));
    boolean removed = (before >>> row & 1) != 0;
    if (removed) {
      count.getAndDecrement();
    }
    return removed;
  }

  public boolean contains(int row) {
    return ((long) WORDS.getAcquire(bits, at(row)) >>> row & 1) != 0;
  }

  /** Words of 64 rows. */
  public int words() {
    return (rows + 63) >>> 6;
  }

  /** The bits of rows 64 * i and the following. */
  public long word(int i) {
    return (long) WORDS.getAcquire(bits, 8L * i);
  }

  private static long at(int row) {
    return 8L * (row >>> 6);
  }

  /** Rows that may be in it: those from 0 to this, exclusive. */
  public int rows() {
    return rows;
  }

  /** Rows that are in it. */
  public int count() {
    return count.get();
  }

  /** Whether all rows are in it, so that none needs to be asked for. */
  public boolean isComplete() {
    return count.get() == rows;
  }

  /** Rows in it that pass the filter. */
  public int count(RowFilter filter) {
    if (filter.isAll()) {
      return count();
    }
    if (isComplete()) {
      return filter.count();
    }
    int passing = 0;
    for (int i = 0; i < words(); i++) {
      passing += Long.bitCount(filter.word(i) & word(i));
    }
    return passing;
  }

  /** Collects the rows in it that pass the filter, ascending; returns how many they are. */
  public int collect(RowFilter filter, int[] into) {
    int found = 0;
    for (int i = 0; i < words(); i++) {
      for (long word = filter.word(i) & word(i); word != 0; word &= word - 1) {
        into[found++] = 64 * i + Long.numberOfTrailingZeros(word);
      }
    }
    return found;
  }

  /** Lets those through that are in it now. */
  public RowFilter filter() {
    if (isComplete()) {
      return RowFilter.all(rows);
    }
    MemorySegment copy = NativeMemory.allocate(bits.byteSize());
    for (int i = 0; i < words(); i++) {
      copy.set(WORD, 8L * i, word(i));
    }
    return RowFilter.of(copy, rows);
  }

  /** The first row in it; -1 when it is empty. */
  public int first() {
    for (int i = 0; i < words(); i++) {
      long word = word(i);
      if (word != 0) {
        return 64 * i + Long.numberOfTrailingZeros(word);
      }
    }
    return -1;
  }

  /** The rows that are not in it now. */
  public BitSet absent() {
    long[] copy = new long[words()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = word(i);
    }
    BitSet absent = BitSet.valueOf(copy);
    absent.flip(0, rows);
    return absent;
  }

  /** The bitmap, of {@link #bytes} bytes. */
  public MemorySegment bits() {
    return bits;
  }
}
