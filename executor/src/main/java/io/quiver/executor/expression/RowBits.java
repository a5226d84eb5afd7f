package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Batch;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Some rows of a batch, as bits: row i is bit {@code i % 64} of word {@code i / 64}. Used again for
 * each batch, by one thread.
 */
public final class RowBits {
  private final long[] words = new long[Batch.ROWS / Long.SIZE];
  private int rowCount;

  /** All rows of a batch. */
  public void setAll(int newRowCount) {
    rowCount = newRowCount;
    int whole = rowCount / Long.SIZE;
    Arrays.fill(words, 0, whole, -1L);
    Arrays.fill(words, whole, words.length, 0);
    if (rowCount % Long.SIZE != 0) {
      words[whole] = (1L << rowCount) - 1;
    }
  }

  /** No rows of a batch. */
  public void clear(int newRowCount) {
    rowCount = newRowCount;
    Arrays.fill(words, 0);
  }

  /** Words that have all rows. */
  public int wordCount() {
    return (rowCount + Long.SIZE - 1) / Long.SIZE;
  }

  public long word(int i) {
    return words[i];
  }

  /** How many rows there are. */
  public int count() {
    int count = 0;
    for (int i = 0; i < wordCount(); i++) {
      count += Long.bitCount(words[i]);
    }
    return count;
  }

  /**
   * Keeps the rows that a bitmap has, too.
   *
   * @param bitmap row i is bit {@code i & 7} of byte {@code i >> 3}
   * @param from the bitmap's row that is the first here, a multiple of 8
   */
  public void and(MemorySegment bitmap, int from) {
    long start = from >> 3;
    long bytes = Buffers.bitmapBytes(rowCount);
    for (int i = 0; i < wordCount(); i++) {
      long at = (long) Long.BYTES * i;
      if (bytes - at >= Long.BYTES) {
        words[i] &= bitmap.get(Buffers.LONG, start + at);
      } else {
        long last = 0;
        for (long b = at; b < bytes; b++) {
          last |= (bitmap.get(JAVA_BYTE, start + b) & 0xFFL) << (Byte.SIZE * (b - at));
        }
        words[i] &= last;
      }
    }
  }

  /** Keeps, of the rows of a word, those whose bits are set. */
  void and(int i, long bits) {
    words[i] &= bits;
  }

  int rowCount() {
    return rowCount;
  }

  /** Writes the rows, ascending, and gives how many. */
  int list(int[] into) {
    int count = 0;
    for (int i = 0; i < wordCount(); i++) {
      for (long word = words[i]; word != 0; word &= word - 1) {
        into[count++] = Long.SIZE * i + Long.numberOfTrailingZeros(word);
      }
    }
    return count;
  }

  /** Has just these rows of the batch. */
  void set(int[] rows, int count) {
    clear(rowCount);
    for (int i = 0; i < count; i++) {
      words[rows[i] >> 6] |= 1L << rows[i];
    }
  }
}
