package io.quiver.vector.index.hnsw;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A set of row numbers in a bitmap, bit i of the little-endian 64-bit words for row i. Any number
 * of threads may change and read it.
 */
final class RowSet {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle WORDS = WORD.varHandle();

  private final MemorySegment bits;

  /**
   * @param bits of whole words, aligned to them
   */
  RowSet(MemorySegment bits) {
    this.bits = bits;
  }

  /** Bytes of the bitmap for so many rows. */
  static long bytes(int rows) {
    return 8 * ((rows + 63L) >>> 6);
  }

  /** Returns whether the row was not there. */
  boolean add(int row) {
    long before = (long) WORDS.getAndBitwiseOr(bits, at(row), 1L << row);
    return (before >>> row & 1) == 0;
  }

  /** Returns whether the row was there. */
  boolean remove(int row) {
    long before = (long) WORDS.getAndBitwiseAnd(bits, at(row), ~(1L << row));
    return (before >>> row & 1) != 0;
  }

  boolean contains(int row) {
    return (bits.get(WORD, at(row)) >>> row & 1) != 0;
  }

  /** The bits of rows 64 * i and the following. */
  long word(int i) {
    return bits.get(WORD, 8L * i);
  }

  private static long at(int row) {
    return 8L * (row >>> 6);
  }

  int count() {
    int count = 0;
    for (long at = 0; at < bits.byteSize(); at += 8) {
      count += Long.bitCount(bits.get(WORD, at));
    }
    return count;
  }

  MemorySegment bits() {
    return bits;
  }
}
