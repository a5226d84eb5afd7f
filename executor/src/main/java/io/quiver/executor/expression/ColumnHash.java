package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;

/**
 * Hashes and equality of values for grouping and joining, in step with {@link ColumnComparator}:
 * equal values have equal hashes. Two nulls are equal here; a join drops null keys before it asks.
 */
public final class ColumnHash {
  private static final int NULL_HASH = 0x5bd1e995;

  private ColumnHash() {}

  /** The hash of a row; mixed, so that its low bits may choose a bucket. */
  public static int hash(Column column, int row) {
    if (column.isNull(row)) {
      return NULL_HASH;
    }
    return switch (column.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> mix(column.getBoolean(row) ? 1 : 0);
            case TINYINT -> mix(column.getByte(row));
            case SMALLINT -> mix(column.getShort(row));
            case INTEGER, DATE -> mix(column.getInt(row));
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> mix(column.getLong(row));
            case UUID -> hashLongs(column, row);
            case JSON -> hashText(column, row);
            case REAL -> hashDouble(column.getFloat(row));
            case DOUBLE -> hashDouble(column.getDouble(row));
          };
      case SqlType.Decimal decimal -> hashLongs(column, row);
      case SqlType.Varchar varchar -> hashText(column, row);
      case SqlType.Varbinary varbinary -> hashText(column, row);
      case SqlType.Array array -> hashList(column, row);
      case SqlType.Vector vector ->
          vector.element() == SqlType.Element.FLOAT32
              ? hashVector(column.getVector(row))
              : hashElements(column.getFloats(row));
    };
  }

  private static int hashLongs(Column column, int row) {
    MemorySegment data = column.data();
    return combine(
        mix(data.getAtIndex(Buffers.LONG, 2L * row)),
        mix(data.getAtIndex(Buffers.LONG, 2L * row + 1)));
  }

  private static int hashList(Column column, int row) {
    MemorySegment starts = Buffers.offsets(column);
    int to = starts.getAtIndex(Buffers.INT, row + 1L);
    int from = starts.getAtIndex(Buffers.INT, row);
    int hash = mix(to - from);
    for (int i = from; i < to; i++) {
      hash = combine(hash, hash(column.elements(), i));
    }
    return hash;
  }

  private static int hashElements(float[] vector) {
    int hash = mix(vector.length);
    for (float element : vector) {
      hash = combine(hash, Float.floatToIntBits(element + 0.0f));
    }
    return hash;
  }

  /** The hash of one row of several columns. */
  public static int combine(int hash, int next) {
    return mix(hash * 31L + next);
  }

  /** Whether the rows hold the same value, or are both null. */
  public static boolean equal(Column a, int i, Column b, int j) {
    boolean aNull = a.isNull(i);
    if (aNull || b.isNull(j)) {
      return aNull == b.isNull(j);
    }
    return a.type() instanceof SqlType.Varchar
        ? equalTexts(a, i, b, j)
        : ColumnComparator.compare(a, i, b, j) == 0;
  }

  /** By words, the last of which overlaps the one before. */
  private static boolean equalTexts(Column a, int i, Column b, int j) {
    MemorySegment aStarts = Buffers.offsets(a);
    MemorySegment bStarts = Buffers.offsets(b);
    long aFrom = aStarts.getAtIndex(Buffers.INT, i);
    long bFrom = bStarts.getAtIndex(Buffers.INT, j);
    long length = aStarts.getAtIndex(Buffers.INT, i + 1L) - aFrom;
    if (length != bStarts.getAtIndex(Buffers.INT, j + 1L) - bFrom) {
      return false;
    }
    MemorySegment left = a.data();
    MemorySegment right = b.data();
    if (length < Integer.BYTES) {
      for (long at = 0; at < length; at++) {
        if (left.get(JAVA_BYTE, aFrom + at) != right.get(JAVA_BYTE, bFrom + at)) {
          return false;
        }
      }
      return true;
    }
    for (long at = 0; at + Integer.BYTES < length; at += Integer.BYTES) {
      if (left.get(Buffers.INT, aFrom + at) != right.get(Buffers.INT, bFrom + at)) {
        return false;
      }
    }
    long last = length - Integer.BYTES;
    return left.get(Buffers.INT, aFrom + last) == right.get(Buffers.INT, bFrom + last);
  }

  private static int hashDouble(double value) {
    // Adding zero turns -0.0 into 0.0; doubleToLongBits gives every NaN one bit pattern.
    return mix(Double.doubleToLongBits(value + 0.0));
  }

  private static int hashText(Column column, int row) {
    MemorySegment starts = Buffers.offsets(column);
    MemorySegment data = column.data();
    long at = starts.getAtIndex(Buffers.INT, row);
    long end = starts.getAtIndex(Buffers.INT, row + 1L);
    long hash = end - at;
    for (; at + 8 <= end; at += 8) {
      hash = (hash ^ data.get(Buffers.LONG, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    if (at + Integer.BYTES <= end) {
      hash = (hash ^ data.get(Buffers.INT, at)) * 0x9E3779B97F4A7C15L;
      at += Integer.BYTES;
    }
    for (; at < end; at++) {
      hash = (hash ^ data.get(JAVA_BYTE, at)) * 0x9E3779B97F4A7C15L;
    }
    return mix(hash);
  }

  private static int hashVector(MemorySegment vector) {
    long hash = vector.byteSize();
    for (long at = 0; at < vector.byteSize(); at += Float.BYTES) {
      int bits = Float.floatToIntBits(vector.get(Buffers.FLOAT, at) + 0.0f);
      hash = (hash ^ bits) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return mix(hash);
  }

  /** The finaliser of MurmurHash3, 64 to 32 bits: what an integer hashes to. */
  public static int mix(long value) {
    long hash = value;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return (int) (hash ^ (hash >>> 33));
  }
}
