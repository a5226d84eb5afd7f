package io.quiver.vector.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which rows may come back: those that are visible, not deleted, and match the predicate. Bit i of
 * the bitmap, counted from the lowest of each little-endian 64-bit word, stands for row i.
 */
public final class RowFilter {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final @Nullable MemorySegment bits;
  private final int rows;
  private final int count;

  /**
   * @param bits null where the first rows pass
   */
  private RowFilter(@Nullable MemorySegment bits, int rows, int count) {
    this.bits = bits;
    this.rows = rows;
    this.count = count;
  }

  /** Lets all rows through. */
  public static RowFilter all(int rows) {
    return new RowFilter(null, rows, rows);
  }

  /**
   * Lets the first rows through.
   *
   * @param count how many, at most {@code rows}
   */
  public static RowFilter first(int count, int rows) {
    Objects.checkFromToIndex(0, count, rows);
    return new RowFilter(null, rows, count);
  }

  /**
   * Lets through the rows whose bits are set.
   *
   * @param bits native memory of whole 64-bit words, with no bit set at or beyond {@code rows}; it
   *     is not copied, and does not change while it is a filter
   */
  public static RowFilter of(MemorySegment bits, int rows) {
    long words = (rows + 63L) >> 6;
    if (!bits.isNative() || bits.byteSize() < 8 * words) {
      throw new IllegalArgumentException(
          "a filter of " + rows + " rows takes " + 8 * words + " bytes of native memory");
    }
    long count = 0;
    for (long i = 0; i < words; i++) {
      count += Long.bitCount(bits.get(WORD, 8 * i));
    }
    if (words > 0 && (rows & 63) != 0 && bits.get(WORD, 8 * (words - 1)) >>> (rows & 63) != 0) {
      throw new IllegalArgumentException("a bit is set beyond row " + (rows - 1));
    }
    return new RowFilter(bits, rows, (int) count);
  }

  /** Asks the predicate about each row once, now. */
  public static RowFilter matching(int rows, IntPredicate predicate) {
    MemorySegment bits = Arena.ofAuto().allocate(Math.max(8, 8 * ((rows + 63L) >> 6)), 64);
    for (int row = 0; row < rows; row++) {
      if (predicate.test(row)) {
        long at = 8L * (row >>> 6);
        bits.set(WORD, at, bits.get(WORD, at) | 1L << row);
      }
    }
    return of(bits, rows);
  }

  /** Rows that it speaks about. */
  public int rows() {
    return rows;
  }

  /** Rows that it lets through. */
  public int count() {
    return count;
  }

  public boolean isAll() {
    return bits == null && count == rows;
  }

  /** Whether row, from 0 to {@link #rows} - 1, may come back. */
  public boolean passes(int row) {
    return bits == null ? row < count : (bits.get(WORD, 8L * (row >>> 6)) >>> row & 1) != 0;
  }

  /** The bits of rows 64 * i and the following. */
  public long word(int i) {
    if (bits != null) {
      return bits.get(WORD, 8L * i);
    }
    int left = Math.max(0, count - 64 * i);
    return left >= 64 ? -1 : (1L << left) - 1;
  }

  /** Calls for each row that passes, in order. */
  public void forEach(IntConsumer consumer) {
    for (int i = 0; i < (rows + 63) >>> 6; i++) {
      for (long word = word(i); word != 0; word &= word - 1) {
        consumer.accept(64 * i + Long.numberOfTrailingZeros(word));
      }
    }
  }

  /** The same, in memory of its own: for whoever outlives the owner of the bits. */
  public RowFilter copy() {
    if (bits == null) {
      return this;
    }
    MemorySegment own = Arena.ofAuto().allocate(Math.max(8, 8 * ((rows + 63L) >> 6)), 64);
    MemorySegment.copy(bits, 0, own, 0, 8 * ((rows + 63L) >> 6));
    return new RowFilter(own, rows, count);
  }

  /** The rows that pass, in order. */
  public int[] toArray() {
    int[] passing = new int[count];
    int at = 0;
    for (int i = 0; i < (rows + 63) >>> 6; i++) {
      for (long word = word(i); word != 0; word &= word - 1) {
        passing[at++] = 64 * i + Long.numberOfTrailingZeros(word);
      }
    }
    return passing;
  }

  /** The rows that both let through. */
  public RowFilter and(RowFilter other) {
    if (rows != other.rows) {
      throw new IllegalArgumentException("filters of " + rows + " and " + other.rows + " rows");
    }
    if (isAll() || other.isAll()) {
      return isAll() ? other : this;
    }
    MemorySegment both = Arena.ofAuto().allocate(Math.max(8, 8 * ((rows + 63L) >> 6)), 64);
    for (int i = 0; i < (rows + 63) >>> 6; i++) {
      both.set(WORD, 8L * i, word(i) & other.word(i));
    }
    return of(both, rows);
  }
}
