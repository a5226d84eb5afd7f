package io.quiver.executor.operator;

import io.quiver.executor.expression.FixedValues;
import io.quiver.executor.plan.SortKey;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A number for each row that is smaller for no row that comes later; equal ones decide nothing, so
 * nulls may share theirs with the largest values.
 */
final class SortPrefix {
  private final SortKey key;
  private final double[] doubles = new double[Batch.ROWS];

  SortPrefix(SortKey key) {
    this.key = key;
  }

  /**
   * Writes the prefixes of all rows.
   *
   * @param column of at most {@link Batch#ROWS} rows
   */
  void fill(Column column, long[] out) {
    int count = column.length();
    boolean whole = !column.mayHaveNulls();
    if (whole && FixedValues.isIntegral(column.type())) {
      FixedValues.longs(column, count, out);
    } else if (whole && FixedValues.isFloating(column.type())) {
      FixedValues.doubles(column, count, doubles);
      for (int row = 0; row < count; row++) {
        out[row] = ordered(doubles[row]);
      }
    } else {
      for (int row = 0; row < count; row++) {
        out[row] = of(column, row);
      }
      return;
    }
    if (key.descending()) {
      for (int row = 0; row < count; row++) {
        out[row] = ~out[row];
      }
    }
  }

  long of(Column column, int row) {
    if (column.isNull(row)) {
      return key.nullsFirst() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    long ascending =
        switch (column.type()) {
          case SqlType.Simple simple ->
              switch (simple) {
                case BOOLEAN -> column.getBoolean(row) ? 1 : 0;
                case TINYINT -> column.getByte(row);
                case SMALLINT -> column.getShort(row);
                case INTEGER, DATE -> column.getInt(row);
                case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> column.getLong(row);
                case UUID, JSON -> firstBytes(column.getBytes(row));
                case REAL -> ordered(column.getFloat(row));
                case DOUBLE -> ordered(column.getDouble(row));
              };
          case SqlType.Decimal decimal -> clamped(column, row);
          case SqlType.Varchar varchar -> firstBytes(column.getUtf8(row));
          case SqlType.Varbinary varbinary -> firstBytes(column.getBytes(row));
          case SqlType.Array array -> 0;
          case SqlType.Vector vector -> 0;
        };
    return key.descending() ? ~ascending : ascending;
  }

  /** A DECIMAL's digits, or the nearest long. */
  private static long clamped(Column column, int row) {
    long low = column.getDecimalLow(row);
    long high = column.getDecimalHigh(row);
    if (high == low >> 63) {
      return low;
    }
    return high < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  /** The bits of a double in the double's order, NaN last and both zeros equal. */
  private static long ordered(double value) {
    long bits = Double.doubleToLongBits(value + 0.0);
    return bits ^ ((bits >> 63) & Long.MAX_VALUE);
  }

  /** Up to eight bytes, big-endian, shifted so that signed order is the bytes' unsigned one. */
  private static long firstBytes(MemorySegment utf8) {
    long prefix = 0;
    long count = Math.min(8, utf8.byteSize());
    for (long i = 0; i < count; i++) {
      prefix |= (utf8.get(ValueLayout.JAVA_BYTE, i) & 0xFFL) << (56 - 8 * i);
    }
    return prefix ^ Long.MIN_VALUE;
  }
}
