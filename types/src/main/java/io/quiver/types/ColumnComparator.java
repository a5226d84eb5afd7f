package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * The order of values, for comparisons, sorting and grouping alike. As in PostgreSQL, NaN equals
 * itself and is larger than any number, and -0.0 equals 0.0. Text and JSON go by code point, bytes
 * and UUIDs unsigned, arrays and vectors by their first different element and then by length.
 */
public final class ColumnComparator {
  private ColumnComparator() {}

  /** Negative, zero or positive, as row i of a and row j of b compare. Neither may be null. */
  public static int compare(Column a, int i, Column b, int j) {
    return switch (a.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Boolean.compare(a.getBoolean(i), b.getBoolean(j));
            case TINYINT -> Byte.compare(a.getByte(i), b.getByte(j));
            case SMALLINT -> Short.compare(a.getShort(i), b.getShort(j));
            case INTEGER, DATE -> Integer.compare(a.getInt(i), b.getInt(j));
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> Long.compare(a.getLong(i), b.getLong(j));
            case UUID -> compareBytes(a.getBytes(i), b.getBytes(j));
            case JSON -> compareTexts(a, i, b, j);
            case REAL -> compareDoubles(a.getFloat(i), b.getFloat(j));
            case DOUBLE -> compareDoubles(a.getDouble(i), b.getDouble(j));
          };
      case SqlType.Decimal decimal ->
          Int128.compare(
              a.getDecimalHigh(i), a.getDecimalLow(i), b.getDecimalHigh(j), b.getDecimalLow(j));
      case SqlType.Varchar varchar -> compareTexts(a, i, b, j);
      case SqlType.Varbinary varbinary -> compareTexts(a, i, b, j);
      case SqlType.Array array -> compareLists(a, i, b, j);
      case SqlType.Vector vector ->
          vector.element() == SqlType.Element.FLOAT32
              ? compareVectors(a.getVector(i), b.getVector(j))
              : compareElements(a.getFloats(i), b.getFloats(j));
    };
  }

  /** Element by element, a null after every value; then the shorter one first. */
  private static int compareLists(Column a, int i, Column b, int j) {
    MemorySegment aStarts = offsets(a);
    MemorySegment bStarts = offsets(b);
    int aTo = aStarts.getAtIndex(Column.INT, i + 1L);
    int bTo = bStarts.getAtIndex(Column.INT, j + 1L);
    int x = aStarts.getAtIndex(Column.INT, i);
    int y = bStarts.getAtIndex(Column.INT, j);
    for (; x < aTo && y < bTo; x++, y++) {
      boolean aNull = a.elements().isNull(x);
      boolean bNull = b.elements().isNull(y);
      int order =
          aNull || bNull
              ? Boolean.compare(aNull, bNull)
              : compare(a.elements(), x, b.elements(), y);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(aTo - x, bTo - y);
  }

  private static int compareElements(float[] a, float[] b) {
    for (int i = 0; i < Math.min(a.length, b.length); i++) {
      int order = compareDoubles(a[i], b[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.length, b.length);
  }

  private static int compareBytes(MemorySegment a, MemorySegment b) {
    long at = a.mismatch(b);
    return at < 0 ? 0 : Byte.compareUnsigned(a.get(JAVA_BYTE, at), b.get(JAVA_BYTE, at));
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
    long aFrom = aStarts.getAtIndex(Column.INT, i);
    long aTo = aStarts.getAtIndex(Column.INT, i + 1L);
    long bFrom = bStarts.getAtIndex(Column.INT, j);
    long bTo = bStarts.getAtIndex(Column.INT, j + 1L);
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
      int order = compareDoubles(a.getAtIndex(Column.FLOAT, i), b.getAtIndex(Column.FLOAT, i));
      if (order != 0) {
        return order;
      }
    }
    return Long.compare(a.byteSize(), b.byteSize());
  }

  private static MemorySegment offsets(Column column) {
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      throw new IllegalStateException(column.type() + " has no text");
    }
    return offsets;
  }
}
