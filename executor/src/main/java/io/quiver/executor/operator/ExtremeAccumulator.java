package io.quiver.executor.operator;

import io.quiver.executor.expression.FixedValues;
import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.Arrays;

/** MIN and MAX over numbers and times: the best value of each group, in an array. */
final class ExtremeAccumulator implements Accumulator {
  private final AggregateCall call;
  private final int argument;
  private final boolean isMax;
  private final boolean isFloating;
  private final long[] longs;
  private final double[] doubles;
  private boolean[] present = new boolean[0];
  private long[] bestLong = new long[0];
  private double[] bestDouble = new double[0];

  /**
   * @param call a MIN or a MAX of a type that this {@link #takes}
   */
  ExtremeAccumulator(AggregateCall call) {
    this.call = call;
    this.argument = call.arguments().getFirst();
    this.isMax = call.function() == AggregateCall.Function.MAX;
    this.isFloating = FixedValues.isFloating(call.type());
    this.longs = new long[isFloating ? 0 : Batch.ROWS];
    this.doubles = new double[isFloating ? Batch.ROWS : 0];
  }

  static boolean takes(SqlType type) {
    return FixedValues.isIntegral(type) || FixedValues.isFloating(type);
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(argument);
    if (isFloating) {
      addDoubles(column, rows, count, groups);
    } else {
      addLongs(column, rows, count, groups);
    }
  }

  private void addLongs(Column column, int[] rows, int count, int[] groups) {
    FixedValues.longs(column, column.length(), longs);
    boolean mayHaveNulls = column.mayHaveNulls();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (mayHaveNulls && column.isNull(row)) {
        continue;
      }
      int group = groups[row];
      long value = longs[row];
      if (!present[group] || (isMax ? value > bestLong[group] : value < bestLong[group])) {
        present[group] = true;
        bestLong[group] = value;
      }
    }
  }

  private void addDoubles(Column column, int[] rows, int count, int[] groups) {
    FixedValues.doubles(column, column.length(), doubles);
    boolean mayHaveNulls = column.mayHaveNulls();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (mayHaveNulls && column.isNull(row)) {
        continue;
      }
      int group = groups[row];
      double value = doubles[row];
      if (!present[group]
          || (isMax ? isLess(bestDouble[group], value) : isLess(value, bestDouble[group]))) {
        present[group] = true;
        bestDouble[group] = value;
      }
    }
  }

  /** NaN is larger than any number, and both zeros are equal. */
  private static boolean isLess(double a, double b) {
    return a < b || (Double.isNaN(b) && !Double.isNaN(a));
  }

  @Override
  public void ensure(int capacity) {
    present = Arrays.copyOf(present, capacity);
    if (isFloating) {
      bestDouble = Arrays.copyOf(bestDouble, capacity);
    } else {
      bestLong = Arrays.copyOf(bestLong, capacity);
    }
  }

  @Override
  public int bytesPerGroup() {
    return 9;
  }

  @Override
  public Column result(int from, int count) {
    ColumnBuilder builder = new ColumnBuilder(call.type(), count);
    for (int group = from; group < from + count; group++) {
      if (present[group]) {
        append(builder, group);
      } else {
        builder.appendNull();
      }
    }
    return builder.build();
  }

  private void append(ColumnBuilder builder, int group) {
    switch ((SqlType.Simple) call.type()) {
      case TINYINT -> builder.append((byte) bestLong[group]);
      case SMALLINT -> builder.append((short) bestLong[group]);
      case INTEGER, DATE -> builder.appendInt((int) bestLong[group]);
      case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> builder.appendLong(bestLong[group]);
      case REAL -> builder.appendFloat((float) bestDouble[group]);
      case DOUBLE -> builder.appendDouble(bestDouble[group]);
      case BOOLEAN, UUID, JSON -> throw new IllegalStateException("best of " + call.type());
    }
  }
}
