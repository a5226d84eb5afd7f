package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** SUM and AVG of vectors of FLOAT32, element by element, in double. */
final class VectorAccumulator implements Accumulator {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final AggregateCall call;
  private final int argument;
  private final Reservation reservation;
  private double[] @Nullable [] sums = new double[0][];
  private long[] counts = new long[0];
  // 0 until the first vector.
  private int dimension;

  VectorAccumulator(AggregateCall call, Reservation reservation) {
    this.call = call;
    this.argument = call.arguments().getFirst();
    this.reservation = reservation;
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(argument);
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (!column.isNull(row)) {
        add(groups[row], column, row);
      }
    }
  }

  private void add(int group, Column column, int row) {
    int found = ((SqlType.Vector) column.type()).dimension();
    if (dimension == 0) {
      dimension = found;
    } else if (found != dimension) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          call.function()
              + " wants vectors of one dimension, found "
              + dimension
              + " and "
              + found);
    }
    double[] sum = sums[group];
    if (sum == null) {
      reservation.grow(8L * dimension);
      sum = new double[dimension];
      sums[group] = sum;
    }
    MemorySegment vector = column.getVector(row);
    for (int k = 0; k < sum.length; k++) {
      sum[k] += vector.getAtIndex(FLOAT, k);
    }
    counts[group]++;
  }

  @Override
  public void ensure(int capacity) {
    sums = Arrays.copyOf(sums, capacity);
    counts = Arrays.copyOf(counts, capacity);
  }

  @Override
  public int bytesPerGroup() {
    return 16;
  }

  @Override
  public Column result(int from, int count) {
    SqlType.Vector declared = (SqlType.Vector) call.type();
    SqlType type = dimension == 0 ? declared : SqlType.vector(dimension);
    ColumnBuilder builder = new ColumnBuilder(type, count);
    for (int group = from; group < from + count; group++) {
      double[] sum = sums[group];
      if (sum == null) {
        builder.appendNull();
      } else {
        builder.appendVector(result(sum, counts[group]));
      }
    }
    return builder.build();
  }

  private float[] result(double[] sum, long count) {
    float[] result = new float[sum.length];
    for (int k = 0; k < result.length; k++) {
      double value = call.function() == AggregateCall.Function.AVG ? sum[k] / count : sum[k];
      result[k] = (float) value;
      if (!Float.isFinite(result[k])) {
        throw new QuiverException(
            ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
            call.function() + " is out of the range of " + call.type().sqlName());
      }
    }
    return result;
  }
}
