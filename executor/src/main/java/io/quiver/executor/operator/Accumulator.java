package io.quiver.executor.operator;

import io.quiver.executor.expression.FixedValues;
import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Arrays;

/** Computes one aggregate for many groups, which are numbered from 0. */
sealed interface Accumulator
    permits Accumulator.Rows,
        Accumulator.Sum,
        ArrayAccumulator,
        DecimalSum,
        DeviationAccumulator,
        ExtremeAccumulator,
        TextAccumulator,
        ValueAccumulator,
        VectorAccumulator {
  /**
   * Takes some rows of a batch.
   *
   * @param rows which rows
   * @param groups for every row of the batch, its group
   */
  void add(Batch batch, int[] rows, int count, int[] groups);

  /** Makes room for groups below {@code capacity}. */
  void ensure(int capacity);

  /** What {@link #ensure} takes for a group. */
  int bytesPerGroup();

  /** The results of {@code count} groups from {@code from} on. */
  Column result(int from, int count);

  static Accumulator of(AggregateCall call, Reservation reservation) {
    return switch (call.function()) {
      case COUNT, LITERAL -> new Rows(call);
      case SUM, AVG ->
          switch (call.type()) {
            case SqlType.Vector vector -> new VectorAccumulator(call, reservation);
            case SqlType.Decimal decimal -> new DecimalSum(call);
            default -> new Sum(call);
          };
      case STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP -> new DeviationAccumulator(call);
      case ARRAY_AGG -> new ArrayAccumulator(call, reservation);
      case STRING_AGG -> new TextAccumulator(call, reservation);
      case MIN, MAX ->
          ExtremeAccumulator.takes(call.type())
              ? new ExtremeAccumulator(call)
              : new ValueAccumulator(call, reservation);
      case SINGLE_VALUE, ANY_VALUE -> new ValueAccumulator(call, reservation);
    };
  }

  /** COUNT, and LITERAL, which only asks whether there was a row. */
  final class Rows implements Accumulator {
    private final AggregateCall call;
    private long[] counts = new long[0];

    Rows(AggregateCall call) {
      this.call = call;
    }

    @Override
    public void add(Batch batch, int[] rows, int count, int[] groups) {
      boolean mayHaveNulls = false;
      for (int argument : call.arguments()) {
        mayHaveNulls |= batch.column(argument).mayHaveNulls();
      }
      long[] counting = counts;
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        if (!mayHaveNulls || !anyNull(batch, row)) {
          counting[groups[row]]++;
        }
      }
    }

    private boolean anyNull(Batch batch, int row) {
      for (int i = 0; i < call.arguments().size(); i++) {
        if (batch.column(call.arguments().get(i)).isNull(row)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public void ensure(int capacity) {
      counts = Arrays.copyOf(counts, capacity);
    }

    @Override
    public int bytesPerGroup() {
      return 8;
    }

    @Override
    public Column result(int from, int count) {
      ColumnBuilder builder = new ColumnBuilder(call.type(), count);
      for (int group = from; group < from + count; group++) {
        if (call.function() == AggregateCall.Function.COUNT) {
          builder.appendLong(counts[group]);
        } else {
          builder.append(counts[group] == 0 ? null : call.literal());
        }
      }
      return builder.build();
    }
  }

  /** SUM and AVG. BIGINT is added exactly, REAL and DOUBLE as double. */
  final class Sum implements Accumulator {
    private final AggregateCall call;
    private final int argument;
    private long[] counts = new long[0];
    private long[] exact = new long[0];
    private double[] approximate = new double[0];
    private final double[] values = new double[Batch.ROWS];

    Sum(AggregateCall call) {
      this.call = call;
      this.argument = call.arguments().getFirst();
    }

    @Override
    public void add(Batch batch, int[] rows, int count, int[] groups) {
      Column column = batch.column(argument);
      if (column.type().equals(SqlType.BIGINT)) {
        addLongs(column, rows, count, groups);
      } else if (FixedValues.isFloating(column.type())) {
        addDoubles(column, rows, count, groups);
      } else {
        throw new IllegalStateException(call.function() + " over " + column.type());
      }
    }

    private void addLongs(Column column, int[] rows, int count, int[] groups) {
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        if (column.isNull(row)) {
          continue;
        }
        int group = groups[row];
        long value = column.getLong(row);
        long sum = exact[group] + value;
        if (((exact[group] ^ sum) & (value ^ sum)) < 0) {
          throw outOfRange();
        }
        exact[group] = sum;
        counts[group]++;
      }
    }

    private void addDoubles(Column column, int[] rows, int count, int[] groups) {
      FixedValues.doubles(column, column.length(), values);
      boolean mayHaveNulls = column.mayHaveNulls();
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        if (!mayHaveNulls || !column.isNull(row)) {
          add(groups[row], values[row]);
        }
      }
    }

    private void add(int group, double value) {
      double sum = approximate[group] + value;
      if (Double.isInfinite(sum) && Double.isFinite(approximate[group]) && Double.isFinite(value)) {
        throw outOfRange();
      }
      approximate[group] = sum;
      counts[group]++;
    }

    @Override
    public void ensure(int capacity) {
      counts = Arrays.copyOf(counts, capacity);
      exact = Arrays.copyOf(exact, capacity);
      approximate = Arrays.copyOf(approximate, capacity);
    }

    @Override
    public int bytesPerGroup() {
      return 24;
    }

    @Override
    public Column result(int from, int count) {
      ColumnBuilder builder = new ColumnBuilder(call.type(), count);
      for (int group = from; group < from + count; group++) {
        if (counts[group] == 0) {
          builder.appendNull();
        } else {
          append(builder, group);
        }
      }
      return builder.build();
    }

    private void append(ColumnBuilder builder, int group) {
      if (call.function() == AggregateCall.Function.AVG) {
        builder.appendDouble(approximate[group] / counts[group]);
      } else if (call.type().equals(SqlType.BIGINT)) {
        builder.appendLong(exact[group]);
      } else if (call.type().equals(SqlType.REAL)) {
        float sum = (float) approximate[group];
        if (Float.isInfinite(sum) && Double.isFinite(approximate[group])) {
          throw outOfRange();
        }
        builder.appendFloat(sum);
      } else {
        builder.appendDouble(approximate[group]);
      }
    }

    private QuiverException outOfRange() {
      return new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          call.function() + " is out of the range of " + call.type().sqlName());
    }
  }
}
