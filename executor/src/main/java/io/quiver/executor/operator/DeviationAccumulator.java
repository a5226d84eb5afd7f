package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.Arrays;

/**
 * Variance and standard deviation over DOUBLE, by Welford's update (1962): squares of differences
 * from the running mean are added, so that nothing large is subtracted in the end.
 */
final class DeviationAccumulator implements Accumulator {
  private final AggregateCall call;
  private long[] counts = new long[0];
  private double[] means = new double[0];
  private double[] squares = new double[0];

  DeviationAccumulator(AggregateCall call) {
    this.call = call;
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(call.arguments().getFirst());
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (column.isNull(row)) {
        continue;
      }
      int group = groups[row];
      double value = column.getDouble(row);
      double before = value - means[group];
      means[group] += before / ++counts[group];
      squares[group] += before * (value - means[group]);
    }
  }

  @Override
  public void ensure(int capacity) {
    counts = Arrays.copyOf(counts, capacity);
    means = Arrays.copyOf(means, capacity);
    squares = Arrays.copyOf(squares, capacity);
  }

  @Override
  public int bytesPerGroup() {
    return 24;
  }

  @Override
  public Column result(int from, int count) {
    ColumnBuilder builder = new ColumnBuilder(call.type(), count);
    for (int group = from; group < from + count; group++) {
      long divisor = counts[group] - (isSample() ? 1 : 0);
      if (divisor <= 0) {
        builder.appendNull();
      } else {
        double variance = squares[group] / divisor;
        builder.appendDouble(isRoot() ? Math.sqrt(variance) : variance);
      }
    }
    return builder.build();
  }

  private boolean isSample() {
    return call.function() == AggregateCall.Function.STDDEV_SAMP
        || call.function() == AggregateCall.Function.VAR_SAMP;
  }

  private boolean isRoot() {
    return call.function() == AggregateCall.Function.STDDEV_SAMP
        || call.function() == AggregateCall.Function.STDDEV_POP;
  }
}
