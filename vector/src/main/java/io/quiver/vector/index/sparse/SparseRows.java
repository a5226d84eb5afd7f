package io.quiver.vector.index.sparse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Sparse rows in the owner's memory: row i has the elements from {@code offsets[i]} to {@code
 * offsets[i + 1]}, each with a dimension and a weight. All numbers are little-endian.
 *
 * @param count rows
 * @param offsets 64-bit, {@code count + 1} of them, from 0 on
 * @param dimensions 32-bit, not negative, ascending within a row
 * @param weights 32-bit floats, finite
 */
public record SparseRows(
    int count, MemorySegment offsets, MemorySegment dimensions, MemorySegment weights) {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Checks every element. */
  public SparseRows {
    Objects.checkFromIndexSize(0, 8L * (count + 1L), offsets.byteSize());
    long at = 0;
    if (offsets.get(LONG, 0) != 0) {
      throw new IllegalArgumentException("the first row begins at " + offsets.get(LONG, 0));
    }
    for (int row = 0; row < count; row++) {
      long end = offsets.get(LONG, 8L * (row + 1L));
      if (end < at || end > Math.min(dimensions.byteSize(), weights.byteSize()) / 4) {
        throw new IllegalArgumentException("row " + row + " is from " + at + " to " + end);
      }
      int before = -1;
      for (; at < end; at++) {
        int dimension = dimensions.get(INT, 4 * at);
        if (dimension <= before || !Float.isFinite(weights.get(FLOAT, 4 * at))) {
          throw new IllegalArgumentException(
              "row "
                  + row
                  + " has dimension "
                  + dimension
                  + " after "
                  + before
                  + ", of weight "
                  + weights.get(FLOAT, 4 * at));
        }
        before = dimension;
      }
    }
  }

  /** Where a row's elements begin; those of the row before end there. */
  long start(int row) {
    return offsets.get(LONG, 8L * row);
  }

  int dimension(long element) {
    return dimensions.get(INT, 4 * element);
  }

  float weight(long element) {
    return weights.get(FLOAT, 4 * element);
  }

  /** Elements of all rows. */
  long elements() {
    return start(count);
  }

  /**
   * The inner product with a query, summed in double from the least dimension on.
   *
   * @param wanted dimensions, ascending
   */
  double innerProduct(int row, int[] wanted, float[] factors) {
    long from = start(row);
    long end = start(row + 1);
    double sum = 0;
    for (int i = 0; i < wanted.length && from < end; i++) {
      from = firstNotBelow(wanted[i], from, end);
      if (from < end && dimension(from) == wanted[i]) {
        sum += (double) factors[i] * weight(from);
        from++;
      }
    }
    return sum;
  }

  private long firstNotBelow(int dimension, long from, long end) {
    // Steps of doubling length first: where the query has many dimensions, the next is near.
    long step = 1;
    while (from + step < end && dimension(from + step) < dimension) {
      from += step;
      step <<= 1;
    }
    long low = from;
    long high = Math.min(end, from + step + 1);
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (dimension(middle) < dimension) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
