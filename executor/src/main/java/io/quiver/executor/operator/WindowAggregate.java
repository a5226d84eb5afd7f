package io.quiver.executor.operator;

import io.quiver.executor.plan.WindowCall;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.ErrorCode;
import io.quiver.types.Int128;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.RoundingMode;
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
  static final long BYTES_PER_ROW = 8 + 8 + 8 + 4;

  private static final int NONE = -1;

  private final WindowCall call;
  private final WindowPartition partition;

  private long[] suffixCount = new long[0];
  private long[] suffixSum = new long[0];

  /** The upper half of sums of DECIMALs. */
  private long[] suffixHigh = new long[0];

  private int[] suffixBest = new int[0];
  private int middle;
  private int end;

  private long count;

  /** A BIGINT, the bits of a double, or the lower half of a DECIMAL's digits. */
  private long sum;

  private long high;

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
      suffixHigh = new long[isDecimal() ? size : 0];
      suffixBest = new int[size];
    }
    middle = 0;
    restart(0);
  }

  private void restart(int from) {
    end = from;
    count = 0;
    sum = 0;
    high = 0;
    best = NONE;
  }

  /** Appends the value over the rows of a frame. */
  void append(int frameStart, int frameEnd, ColumnBuilder out) {
    if (frameStart >= frameEnd) {
      appendResult(0, NONE, out);
      return;
    }
    if (frameStart > middle) {
      rebuild(frameStart, frameEnd);
    }
    for (; end < frameEnd; end++) {
      add(end);
    }
    if (frameStart == middle) {
      appendResult(count, best, out);
      return;
    }
    long running = sum;
    long runningHigh = high;
    plus(isDecimal() ? suffixHigh[frameStart] : 0, suffixSum[frameStart]);
    appendResult(suffixCount[frameStart] + count, better(suffixBest[frameStart], best), out);
    sum = running;
    high = runningHigh;
  }

  /** Makes suffixes of all rows of a frame. */
  private void rebuild(int from, int to) {
    restart(to);
    for (int row = to - 1; row >= from; row--) {
      if (counts(row)) {
        count++;
        addValue(row);
        best = better(row, best);
      }
      suffixCount[row] = count;
      suffixSum[row] = sum;
      if (isDecimal()) {
        suffixHigh[row] = high;
      }
      suffixBest[row] = best;
    }
    middle = to;
    restart(to);
  }

  private void add(int row) {
    if (counts(row)) {
      count++;
      addValue(row);
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

  private boolean isDecimal() {
    return adds() && call.type() instanceof SqlType.Decimal;
  }

  private void addValue(int row) {
    if (!adds()) {
      return;
    }
    Column chunk = partition.chunk(call.arguments().getFirst(), row);
    int at = partition.at(row);
    if (isDecimal()) {
      plus(chunk.getDecimalHigh(at), chunk.getDecimalLow(at));
    } else if (isExact()) {
      plus(0, chunk.getLong(at));
    } else {
      double value = chunk.type().equals(SqlType.REAL) ? chunk.getFloat(at) : chunk.getDouble(at);
      plus(0, Double.doubleToRawLongBits(value));
    }
  }

  /** Adds to the sum what a sum holds. */
  private void plus(long otherHigh, long other) {
    if (isDecimal()) {
      long low = sum + other;
      long carry = Long.compareUnsigned(low, other) < 0 ? 1 : 0;
      long upper = high + otherHigh + carry;
      if (((high ^ upper) & (otherHigh ^ upper)) < 0) {
        throw outOfRange();
      }
      sum = low;
      high = upper;
    } else if (isExact()) {
      long exact = sum + other;
      if (((sum ^ exact) & (other ^ exact)) < 0) {
        throw outOfRange();
      }
      sum = exact;
    } else if (adds()) {
      double x = Double.longBitsToDouble(sum);
      double y = Double.longBitsToDouble(other);
      double total = x + y;
      if (Double.isInfinite(total) && Double.isFinite(x) && Double.isFinite(y)) {
        throw outOfRange();
      }
      sum = Double.doubleToRawLongBits(total);
    }
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

  /** Appends what the sum holds now, or the value of a row. */
  private void appendResult(long rows, int row, ColumnBuilder out) {
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
        } else if (call.type() instanceof SqlType.Decimal type) {
          appendDecimal(rows, type, out);
        } else if (isExact()) {
          out.appendLong(sum);
        } else {
          appendReal(Double.longBitsToDouble(sum), rows, out);
        }
      }
      default -> throw new IllegalStateException(call.function() + " is no aggregate");
    }
  }

  private void appendDecimal(long rows, SqlType.Decimal type, ColumnBuilder out) {
    int argument = call.arguments().getFirst();
    int scale = ((SqlType.Decimal) partition.chunk(argument, 0).type()).scale();
    BigDecimal total = new BigDecimal(Int128.toBigInteger(high, sum), scale);
    out.appendDecimal(
        call.function() == WindowCall.Function.AVG
            ? total.divide(BigDecimal.valueOf(rows), type.scale(), RoundingMode.HALF_UP)
            : total);
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
    suffixHigh = Arrays.copyOf(suffixHigh, 0);
    suffixBest = Arrays.copyOf(suffixBest, 0);
  }
}
