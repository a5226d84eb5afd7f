package io.quiver.storage.index;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The order of scalar values, that of {@link io.quiver.types.ColumnComparator}, told by numbers: a
 * value is one or more chunks of 64 bits, and values compare as their first different chunks do,
 * signed.
 *
 * <p>A number or time is one chunk, a DECIMAL and a UUID are two. Of text and bytes a chunk has
 * seven bytes, the first one highest, and below them how many were left, at most 8: a chunk with
 * less than that is the last one, and the shorter of two values comes first where they begin alike.
 */
public final class KeyOrder {
  private static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int CHUNK_BYTES = 7;
  private static final int MORE = 8;

  private KeyOrder() {}

  /**
   * How the keys of two rows are ordered by an index with such a key: nulls, and each direction.
   */
  public static int compare(
      List<IndexDefinition.Key> keys, List<Column> a, int i, List<Column> b, int j) {
    for (int number = 0; number < keys.size(); number++) {
      IndexDefinition.Key key = keys.get(number);
      Column left = a.get(number);
      Column right = b.get(number);
      boolean leftNull = left.isNull(i);
      boolean rightNull = right.isNull(j);
      int order;
      if (leftNull || rightNull) {
        order = Boolean.compare(leftNull, rightNull) * (key.nullsFirst() ? -1 : 1);
      } else {
        order = ColumnComparator.compare(left, i, right, j) * (key.descending() ? -1 : 1);
      }
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** A chunk of a value that is not null; those before it were not the last. */
  static long chunk(Column column, int row, int number) {
    return switch (column.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> column.getBoolean(row) ? 1 : 0;
            case TINYINT -> column.getByte(row);
            case SMALLINT -> column.getShort(row);
            case INTEGER, DATE -> column.getInt(row);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> column.getLong(row);
            case REAL -> ordered(column.getFloat(row));
            case DOUBLE -> ordered(column.getDouble(row));
            case UUID -> column.getBytes(row).get(BIG_ENDIAN_LONG, 8L * number) ^ Long.MIN_VALUE;
            case JSON -> throw unordered(column.type());
          };
      case SqlType.Decimal decimal ->
          number == 0 ? column.getDecimalHigh(row) : column.getDecimalLow(row) ^ Long.MIN_VALUE;
      case SqlType.Varchar varchar -> chunk(column.getBytes(row), number);
      case SqlType.Varbinary varbinary -> chunk(column.getBytes(row), number);
      case SqlType.Array array -> throw unordered(column.type());
      case SqlType.Vector vector -> throw unordered(column.type());
    };
  }

  /** Whether values that are alike up to and with a chunk are equal. */
  static boolean isLast(SqlType type, long chunk, int number) {
    return switch (type) {
      case SqlType.Simple simple -> simple != SqlType.Simple.UUID || number == 1;
      case SqlType.Decimal decimal -> number == 1;
      case SqlType.Varchar varchar -> (chunk & 0xFF) < MORE;
      case SqlType.Varbinary varbinary -> (chunk & 0xFF) < MORE;
      case SqlType.Array array -> throw unordered(type);
      case SqlType.Vector vector -> throw unordered(type);
    };
  }

  private static IllegalArgumentException unordered(SqlType type) {
    return new IllegalArgumentException("values of " + type.sqlName() + " are in no index");
  }

  private static long chunk(MemorySegment bytes, int number) {
    long from = (long) CHUNK_BYTES * number;
    long left = bytes.byteSize() - from;
    long chunk;
    if (left >= Long.BYTES) {
      chunk = bytes.get(BIG_ENDIAN_LONG, from) & ~0xFFL;
    } else {
      chunk = 0;
      for (long i = 0; i < Math.min(CHUNK_BYTES, left); i++) {
        chunk |= (bytes.get(JAVA_BYTE, from + i) & 0xFFL) << (56 - 8 * i);
      }
    }
    return (chunk | Math.min(MORE, left)) ^ Long.MIN_VALUE;
  }

  /** The bits of a double in the order of SQL. */
  private static long ordered(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }
}
