package io.quiver.executor.operator;

import io.quiver.executor.expression.ColumnComparator;
import io.quiver.executor.plan.WindowCall;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Arrays;

/**
 * An aggregate over frames whose ends only move forward, in constant time a row whatever their
 * size. Rows up to {@code middle} are kept as one total for every suffix, those after it as one
 * running total; a frame is a suffix and the running total together. When the frame has left the
 * suffixes behind, they are made anew of all its rows. So nothing is ever subtracted, and a NaN or
 * an infinity goes when its row goes.
 */
final class WindowAggregate {
  /** Bytes for each row of the largest partition. */
  static final long BYTES_PER_ROW = 8 + 8 + 4;

  private static final int NONE = -1;

  private final WindowCall call;
  private final WindowPartition partition;

  private long[] suffixCount = new long[0];
  private long[] suffixSum = new long[0];
  private int[] suffixBest = new int[0];
  private int middle;
  private int end;

  private long count;

  /** A BIGINT, or the bits of a double. */
  private long sum;

  private int best;

  WindowAggregate(WindowCall call, WindowPartition partition) {
    this.call = call;
    this.partition = partition;
  }

  /** Begins a partition. */
  void reset() {
    int size = partition.size();
    if (suffixCount.length < size) {
      suffixCount = new long[size];
      suffixSum = new long[size];
      suffixBest = new int[size];
    }
    middle = 0;
    restart(0);
  }

  private void restart(int from) {
    end = from;
    count = 0;
    sum = 0;
    best = NONE;
  }

  /** Appends the value over the rows of a frame. */
  void append(int frameStart, int frameEnd, ColumnBuilder out) {
    if (frameStart >= frameEnd) {
      appendResult(0, 0, NONE, out);
      return;
    }
    if (frameStart > middle) {
      rebuild(frameStart, frameEnd);
    }
    for (; end < frameEnd; end++) {
      add(end);
    }
    if (frameStart == middle) {
      appendResult(count, sum, best, out);
    } else {
      long total = plus(suffixSum[frameStart], sum);
      int better = better(suffixBest[frameStart], best);
      appendResult(suffixCount[frameStart] + count, total, better, out);
    }
  }

  /** Makes suffixes of all rows of a frame. */
  private void rebuild(int from, int to) {
    restart(to);
    for (int row = to - 1; row >= from; row--) {
      if (counts(row)) {
        count++;
        sum = plus(value(row), sum);
        best = better(row, best);
      }
      suffixCount[row] = count;
      suffixSum[row] = sum;
      suffixBest[row] = best;
    }
    middle = to;
    restart(to);
  }

  private void add(int row) {
    if (counts(row)) {
      count++;
      sum = plus(sum, value(row));
      best = better(best, row);
    }
  }

  private boolean counts(int row) {
    for (int i = 0; i < call.arguments().size(); i++) {
      if (partition.isNull(call.arguments().get(i), row)) {
        return false;
      }
    }
    return true;
  }

  private boolean adds() {
    return call.function() == WindowCall.Function.SUM || call.function() == WindowCall.Function.AVG;
  }

  private boolean isExact() {
    return call.type().equals(SqlType.BIGINT);
  }

  private long value(int row) {
    if (!adds()) {
      return 0;
    }
    Column chunk = partition.chunk(call.arguments().getFirst(), row);
    int at = partition.at(row);
    if (isExact()) {
      return chunk.getLong(at);
    }
    double value = chunk.type().equals(SqlType.REAL) ? chunk.getFloat(at) : chunk.getDouble(at);
    return Double.doubleToRawLongBits(value);
  }

  private long plus(long a, long b) {
    if (!adds()) {
      return 0;
    }
    if (isExact()) {
      long exact = a + b;
      if (((a ^ exact) & (b ^ exact)) < 0) {
        throw outOfRange();
      }
      return exact;
    }
    double x = Double.longBitsToDouble(a);
    double y = Double.longBitsToDouble(b);
    double total = x + y;
    if (Double.isInfinite(total) && Double.isFinite(x) && Double.isFinite(y)) {
      throw outOfRange();
    }
    return Double.doubleToRawLongBits(total);
  }

  /** Of two rows the one with the smaller value, or with the larger one for MAX. */
  private int better(int a, int b) {
    boolean least = call.function() == WindowCall.Function.MIN;
    if (a == NONE || b == NONE || (!least && call.function() != WindowCall.Function.MAX)) {
      return a == NONE ? b : a;
    }
    int column = call.arguments().getFirst();
    int order =
        ColumnComparator.compare(
            partition.chunk(column, a),
            partition.at(a),
            partition.chunk(column, b),
            partition.at(b));
    return (least ? order <= 0 : order >= 0) ? a : b;
  }

  private void appendResult(long rows, long total, int row, ColumnBuilder out) {
    switch (call.function()) {
      case COUNT -> out.appendLong(rows);
      case MIN, MAX -> {
        if (row == NONE) {
          out.appendNull();
        } else {
          out.appendFrom(partition.chunk(call.arguments().getFirst(), row), partition.at(row));
        }
      }
      case SUM, AVG -> {
        if (rows == 0) {
          out.appendNull();
        } else if (isExact()) {
          out.appendLong(total);
        } else {
          appendReal(Double.longBitsToDouble(total), rows, out);
        }
      }
      default -> throw new IllegalStateException(call.function() + " is no aggregate");
    }
  }

  private void appendReal(double total, long rows, ColumnBuilder out) {
    if (call.function() == WindowCall.Function.AVG) {
      out.appendDouble(total / rows);
    } else if (call.type().equals(SqlType.REAL)) {
      float narrow = (float) total;
      if (Float.isInfinite(narrow) && Double.isFinite(total)) {
        throw outOfRange();
      }
      out.appendFloat(narrow);
    } else {
      out.appendDouble(total);
    }
  }

  private QuiverException outOfRange() {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        call.function() + " is out of the range of " + call.type().sqlName());
  }

  /** Forgets what a large partition has needed. */
  void close() {
    suffixCount = Arrays.copyOf(suffixCount, 0);
    suffixSum = Arrays.copyOf(suffixSum, 0);
    suffixBest = Arrays.copyOf(suffixBest, 0);
  }
}
