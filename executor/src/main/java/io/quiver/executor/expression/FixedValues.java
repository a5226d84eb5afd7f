package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Copies columns of numbers and times into arrays: the loops over these need no bounds checks. What
 * lies under a null is copied too, and means nothing.
 */
public final class FixedValues {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private FixedValues() {}

  /** Whether a value is an integer of at most 64 bits: numbers, dates and times. */
  public static boolean isIntegral(SqlType type) {
    return type instanceof SqlType.Simple simple
        && switch (simple) {
          case TINYINT, SMALLINT, INTEGER, BIGINT, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ -> true;
          case BOOLEAN, REAL, DOUBLE, UUID, JSON -> false;
        };
  }

  public static boolean isFloating(SqlType type) {
    return type.equals(SqlType.REAL) || type.equals(SqlType.DOUBLE);
  }

  /** The first rows of a column that {@link #isIntegral}. */
  public static void longs(Column column, int count, long[] out) {
    MemorySegment data = column.data();
    switch ((SqlType.Simple) column.type()) {
      case TINYINT -> {
        for (int row = 0; row < count; row++) {
          out[row] = data.get(JAVA_BYTE, row);
        }
      }
      case SMALLINT -> {
        for (int row = 0; row < count; row++) {
          out[row] = data.getAtIndex(SHORT, row);
        }
      }
      case INTEGER, DATE -> {
        for (int row = 0; row < count; row++) {
          out[row] = data.getAtIndex(Buffers.INT, row);
        }
      }
      case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ ->
          MemorySegment.copy(data, Buffers.LONG, 0, out, 0, count);
      case BOOLEAN, REAL, DOUBLE, UUID, JSON ->
          throw new IllegalStateException(column.type() + " is not integral");
    }
  }

  /** The first rows of a column that {@link #isFloating}. */
  public static void doubles(Column column, int count, double[] out) {
    MemorySegment data = column.data();
    if (column.type().equals(SqlType.DOUBLE)) {
      MemorySegment.copy(data, Buffers.DOUBLE, 0, out, 0, count);
    } else if (column.type().equals(SqlType.REAL)) {
      for (int row = 0; row < count; row++) {
        out[row] = data.getAtIndex(Buffers.FLOAT, row);
      }
    } else {
      throw new IllegalStateException(column.type() + " is not floating");
    }
  }
}
