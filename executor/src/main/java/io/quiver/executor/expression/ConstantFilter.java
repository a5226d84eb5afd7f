package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import java.lang.foreign.MemorySegment;

/**
 * Keeps the rows whose number compares with a constant as wanted. Each comparison is a range that
 * the value lies in, or does not; for integers, one unsigned comparison with the range's width.
 *
 * <p>In all methods {@code rows} are ascending, and none of them is null.
 */
final class ConstantFilter {
  private ConstantFilter() {}

  static int keepInts(Column column, int accepted, int constant, int[] rows, int count) {
    boolean negated = isNegated(accepted);
    int positive = positive(accepted);
    if (positive == Comparisons.LESS && constant == Integer.MIN_VALUE) {
      return negated ? count : 0;
    }
    int low = positive == Comparisons.EQUAL ? constant : Integer.MIN_VALUE;
    int width = (positive == Comparisons.LESS ? constant - 1 : constant) - low;
    MemorySegment data = column.data();
    int kept = 0;
    if (count == column.length()) {
      for (int row = 0; row < count; row++) {
        int value = data.getAtIndex(Buffers.INT, row);
        rows[kept] = row;
        kept += (Integer.compareUnsigned(value - low, width) <= 0) != negated ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        int value = data.getAtIndex(Buffers.INT, row);
        rows[kept] = row;
        kept += (Integer.compareUnsigned(value - low, width) <= 0) != negated ? 1 : 0;
      }
    }
    return kept;
  }

  static int keepLongs(Column column, int accepted, long constant, int[] rows, int count) {
    boolean negated = isNegated(accepted);
    int positive = positive(accepted);
    if (positive == Comparisons.LESS && constant == Long.MIN_VALUE) {
      return negated ? count : 0;
    }
    long low = positive == Comparisons.EQUAL ? constant : Long.MIN_VALUE;
    long width = (positive == Comparisons.LESS ? constant - 1 : constant) - low;
    MemorySegment data = column.data();
    int kept = 0;
    if (count == column.length()) {
      for (int row = 0; row < count; row++) {
        long value = data.getAtIndex(Buffers.LONG, row);
        rows[kept] = row;
        kept += (Long.compareUnsigned(value - low, width) <= 0) != negated ? 1 : 0;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        long value = data.getAtIndex(Buffers.LONG, row);
        rows[kept] = row;
        kept += (Long.compareUnsigned(value - low, width) <= 0) != negated ? 1 : 0;
      }
    }
    return kept;
  }

  /** Some rows of a column that lie in a range. */
  @FunctionalInterface
  private interface Range {
    /**
     * Looks at up to 64 rows.
     *
     * @return a bit for each that lies in it
     */
    long inside(int first, int count);
  }

  /** Keeps the rows of some. */
  static void keepInts(Column column, int accepted, int constant, RowBits bits) {
    int positive = positive(accepted);
    if (positive == Comparisons.LESS && constant == Integer.MIN_VALUE) {
      keepAllOrNone(isNegated(accepted), bits);
      return;
    }
    int low = positive == Comparisons.EQUAL ? constant : Integer.MIN_VALUE;
    long width =
        Integer.toUnsignedLong((positive == Comparisons.LESS ? constant - 1 : constant) - low);
    MemorySegment data = column.data();
    keep(
        bits,
        isNegated(accepted),
        (first, count) -> {
          long outside = 0;
          for (int i = 0; i < count; i++) {
            int value = data.getAtIndex(Buffers.INT, (long) first + i);
            outside |= ((width - Integer.toUnsignedLong(value - low)) >>> 63) << i;
          }
          return ~outside;
        });
  }

  /** The same for longs. */
  static void keepLongs(Column column, int accepted, long constant, RowBits bits) {
    int positive = positive(accepted);
    if (positive == Comparisons.LESS && constant == Long.MIN_VALUE) {
      keepAllOrNone(isNegated(accepted), bits);
      return;
    }
    long low = positive == Comparisons.EQUAL ? constant : Long.MIN_VALUE;
    long width = (positive == Comparisons.LESS ? constant - 1 : constant) - low;
    MemorySegment data = column.data();
    keep(
        bits,
        isNegated(accepted),
        (first, count) -> {
          long inside = 0;
          for (int i = 0; i < count; i++) {
            long value = data.getAtIndex(Buffers.LONG, (long) first + i);
            inside |= (Long.compareUnsigned(value - low, width) <= 0 ? 1L : 0L) << i;
          }
          return inside;
        });
  }

  private static void keep(RowBits bits, boolean negated, Range range) {
    for (int i = 0; i < bits.wordCount(); i++) {
      if (bits.word(i) != 0) {
        int first = Long.SIZE * i;
        long inside = range.inside(first, Math.min(Long.SIZE, bits.rowCount() - first));
        bits.and(i, negated ? ~inside : inside);
      }
    }
  }

  private static void keepAllOrNone(boolean all, RowBits bits) {
    if (!all) {
      bits.clear(bits.rowCount());
    }
  }

  /**
   * As {@link ColumnComparator} orders: NaN is larger than any number, so it lies in no range, and
   * what lies outside of one includes it.
   *
   * @param constant not NaN
   */
  static int keepDoubles(Column column, int accepted, double constant, int[] rows, int count) {
    boolean negated = isNegated(accepted);
    int positive = positive(accepted);
    if (positive == Comparisons.LESS && constant == Double.NEGATIVE_INFINITY) {
      return negated ? count : 0;
    }
    double low = positive == Comparisons.EQUAL ? constant : Double.NEGATIVE_INFINITY;
    double high = positive == Comparisons.LESS ? Math.nextDown(constant) : constant;
    MemorySegment data = column.data();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      double value = data.getAtIndex(Buffers.DOUBLE, row);
      rows[kept] = row;
      kept += (value >= low && value <= high) != negated ? 1 : 0;
    }
    return kept;
  }

  /** Whether the rows to keep are those for which {@link #positive} does not hold. */
  private static boolean isNegated(int accepted) {
    return (accepted & Comparisons.GREATER) != 0;
  }

  /** Less, equal, or both. */
  private static int positive(int accepted) {
    return isNegated(accepted) ? ~accepted & (Comparisons.LESS | Comparisons.EQUAL) : accepted;
  }
}
