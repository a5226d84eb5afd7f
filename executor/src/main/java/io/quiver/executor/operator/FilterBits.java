package io.quiver.executor.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.executor.expression.RowBits;
import io.quiver.vector.index.RowFilter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Collects the rows that an index may return, in memory that is used again for the next index.
 * Owned by one thread.
 */
final class FilterBits {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MemorySegment words = MemorySegment.NULL;
  private int rows;

  /** None of an index's rows. */
  void clear(int newRows) {
    rows = newRows;
    long bytes = 8 * ((rows + 63L) >> 6);
    if (words.byteSize() < bytes) {
      words = Arena.ofAuto().allocate(bytes, 64);
    } else {
      words.fill((byte) 0);
    }
  }

  void add(int row) {
    or(row, 1L << row);
  }

  /** Adds rows of a batch, whose first has this number in the index. */
  void add(RowBits batch, int first) {
    for (int i = 0; i < batch.wordCount(); i++) {
      long word = batch.word(i);
      int row = first + Long.SIZE * i;
      int beyond = row % Long.SIZE;
      or(row, word << beyond);
      if (beyond != 0 && word >>> (Long.SIZE - beyond) != 0) {
        or(row + Long.SIZE, word >>> (Long.SIZE - beyond));
      }
    }
  }

  private void or(int row, long word) {
    long at = 8L * (row >>> 6);
    words.set(WORD, at, words.get(WORD, at) | word);
  }

  /** Adds the rows that two bitmaps have, bit {@code i & 7} of byte {@code i >> 3} for row i. */
  void addBoth(@Nullable MemorySegment live, MemorySegment present) {
    int bytes = (rows + 7) >> 3;
    for (int at = 0; at < bytes; at++) {
      int beyond = Math.max(0, 8 * at + 8 - rows);
      int bits = (live == null ? 0xFF : live.get(JAVA_BYTE, at)) & present.get(JAVA_BYTE, at);
      words.set(JAVA_BYTE, at, (byte) (bits & 0xFF >> beyond));
    }
  }

  /** Lets those through that were added, until the next {@link #clear}. */
  RowFilter filter() {
    return RowFilter.of(words, rows);
  }
}
