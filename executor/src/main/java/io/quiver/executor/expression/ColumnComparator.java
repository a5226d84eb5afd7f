package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;

/**
 * The order of values, for comparisons, sorting and grouping alike. As in PostgreSQL, NaN equals
 * itself and is larger than any number, and -0.0 equals 0.0. Text goes by code point, vectors by
 * their first different element and then by dimension.
 */
public final class ColumnComparator {
  private ColumnComparator() {}

  /** Negative, zero or positive, as row i of a and row j of b compare. Neither may be null. */
  public static int compare(Column a, int i, Column b, int j) {
    return switch (a.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Boolean.compare(a.getBoolean(i), b.getBoolean(j));
            case INTEGER, DATE -> Integer.compare(a.getInt(i), b.getInt(j));
            case BIGINT, TIMESTAMP -> Long.compare(a.getLong(i), b.getLong(j));
            case REAL -> compareDoubles(a.getFloat(i), b.getFloat(j));
            case DOUBLE -> compareDoubles(a.getDouble(i), b.getDouble(j));
          };
      case SqlType.Varchar varchar -> compareTexts(a, i, b, j);
      case SqlType.Vector vector -> compareVectors(a.getVector(i), b.getVector(j));
    };
  }

  /** The order of floating-point numbers in SQL. */
  static int compareDoubles(double a, double b) {
    if (a < b) {
      return -1;
    }
    if (a > b) {
      return 1;
    }
    if (a == b) {
      return 0;
    }
    return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
  }

  /** UTF-8's bytes, unsigned, are in the order of code points. */
  private static int compareTexts(Column a, int i, Column b, int j) {
    MemorySegment aStarts = offsets(a);
    MemorySegment bStarts = offsets(b);
    long aFrom = aStarts.getAtIndex(Buffers.INT, i);
    long aTo = aStarts.getAtIndex(Buffers.INT, i + 1L);
    long bFrom = bStarts.getAtIndex(Buffers.INT, j);
    long bTo = bStarts.getAtIndex(Buffers.INT, j + 1L);
    long at = MemorySegment.mismatch(a.data(), aFrom, aTo, b.data(), bFrom, bTo);
    if (at < 0) {
      return 0;
    }
    if (at == aTo - aFrom) {
      return -1;
    }
    if (at == bTo - bFrom) {
      return 1;
    }
    return Byte.compareUnsigned(
        a.data().get(JAVA_BYTE, aFrom + at), b.data().get(JAVA_BYTE, bFrom + at));
  }

  private static int compareVectors(MemorySegment a, MemorySegment b) {
    long elements = Math.min(a.byteSize(), b.byteSize()) / Float.BYTES;
    for (long i = 0; i < elements; i++) {
      int order = compareDoubles(a.getAtIndex(Buffers.FLOAT, i), b.getAtIndex(Buffers.FLOAT, i));
      if (order != 0) {
        return order;
      }
    }
    return Long.compare(a.byteSize(), b.byteSize());
  }

  static MemorySegment offsets(Column column) {
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      throw new IllegalStateException(column.type() + " has no text");
    }
    return offsets;
  }
}
