package io.quiver.executor.operator;

import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.SortKey;
import io.quiver.executor.plan.WindowFrame;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frame of each row of a partition, from the first row to the last: both ends only move
 * forward.
 */
final class WindowFrames {
  private final WindowFrame frame;
  private final List<SortKey> order;
  private final @Nullable Number startOffset;
  private final @Nullable Number endOffset;
  private int start;
  private int end;

  WindowFrames(WindowFrame frame, List<SortKey> order, ExecutionContext context) {
    this.frame = frame;
    this.order = order;
    this.startOffset = offset(frame.start(), "starting", context);
    this.endOffset = offset(frame.end(), "ending", context);
  }

  private static @Nullable Number offset(
      WindowFrame.Bound bound, String which, ExecutionContext context) {
    if (bound.offset() == null) {
      return null;
    }
    Object value = ExpressionEvaluator.compile(bound.offset(), context.evaluation()).constant();
    if (value == null) {
      throw new QuiverException(
          ErrorCode.NULL_VALUE_NOT_ALLOWED, "frame " + which + " offset must not be null");
    }
    Number number = (Number) value;
    if (number.doubleValue() < 0 || Double.isNaN(number.doubleValue())) {
      throw new QuiverException(
          ErrorCode.INVALID_FRAME_SIZE,
          "frame " + which + " offset must not be negative, found " + number);
    }
    return number;
  }

  /** Begins a partition. */
  void reset() {
    start = 0;
    end = 0;
  }

  /** The first row of the last {@link #move}'s frame. */
  int start() {
    return start;
  }

  /** The row after the last one; not after {@link #start} where the frame is empty. */
  int end() {
    return end;
  }

  /** Goes to the frame of a row, which comes after the last one. */
  void move(WindowPartition partition, int row) {
    int size = partition.size();
    start =
        switch (frame.start().kind()) {
          case UNBOUNDED_PRECEDING -> 0;
          case CURRENT_ROW -> frame.rows() ? row : partition.peersFrom(row);
          case UNBOUNDED_FOLLOWING -> size;
          case PRECEDING ->
              frame.rows()
                  ? (int) Math.max(0, row - rowOffset(startOffset))
                  : firstInRange(partition, row, start, startOffset, -1);
          case FOLLOWING ->
              frame.rows()
                  ? (int) Math.min(size, row + rowOffset(startOffset))
                  : firstInRange(partition, row, start, startOffset, 1);
        };
    end =
        switch (frame.end().kind()) {
          case UNBOUNDED_PRECEDING -> 0;
          case CURRENT_ROW -> frame.rows() ? row + 1 : partition.peersTo(row);
          case UNBOUNDED_FOLLOWING -> size;
          case PRECEDING ->
              frame.rows()
                  ? (int) Math.max(0, row + 1 - rowOffset(endOffset))
                  : firstBeyond(partition, row, end, endOffset, -1);
          case FOLLOWING ->
              frame.rows()
                  ? (int) Math.min(size, row + 1 + rowOffset(endOffset))
                  : firstBeyond(partition, row, end, endOffset, 1);
        };
  }

  private static long rowOffset(@Nullable Number offset) {
    // More rows than a partition can have are all rows.
    return offset == null ? 0 : Math.min(offset.longValue(), Integer.MAX_VALUE);
  }

  private int firstInRange(
      WindowPartition partition, int row, int from, @Nullable Number offset, int direction) {
    SortKey key = order.getFirst();
    if (partition.isNull(key.column(), row)) {
      return partition.peersFrom(row);
    }
    int at = from;
    while (at < partition.size() && isBefore(partition, at, row, offset, direction, false)) {
      at++;
    }
    return at;
  }

  private int firstBeyond(
      WindowPartition partition, int row, int from, @Nullable Number offset, int direction) {
    SortKey key = order.getFirst();
    if (partition.isNull(key.column(), row)) {
      return partition.peersTo(row);
    }
    int at = from;
    while (at < partition.size() && isBefore(partition, at, row, offset, direction, true)) {
      at++;
    }
    return at;
  }

  /**
   * Whether a row comes before the value that lies an offset away from another row's.
   *
   * @param direction -1 for preceding values, 1 for following ones
   * @param orAt whether a row with that very value counts
   */
  private boolean isBefore(
      WindowPartition partition,
      int candidate,
      int row,
      @Nullable Number offset,
      int direction,
      boolean orAt) {
    SortKey key = order.getFirst();
    if (partition.isNull(key.column(), candidate)) {
      return key.nullsFirst();
    }
    if (offset == null) {
      throw new IllegalStateException("a frame without its offset");
    }
    Column chunk = partition.chunk(key.column(), row);
    Column other = partition.chunk(key.column(), candidate);
    int sign = key.descending() ? -direction : direction;
    int compared;
    if (chunk.type().equals(SqlType.INTEGER) || chunk.type().equals(SqlType.BIGINT)) {
      long limit = saturated(whole(chunk, partition.at(row)), sign * offset.longValue());
      compared = Long.compare(whole(other, partition.at(candidate)), limit);
    } else {
      double limit = real(chunk, partition.at(row)) + sign * offset.doubleValue();
      compared = Double.compare(real(other, partition.at(candidate)) + 0.0, limit + 0.0);
    }
    int order = key.descending() ? -compared : compared;
    return orAt ? order <= 0 : order < 0;
  }

  private static long whole(Column column, int row) {
    return column.type().equals(SqlType.INTEGER) ? column.getInt(row) : column.getLong(row);
  }

  private static double real(Column column, int row) {
    return column.type().equals(SqlType.REAL) ? column.getFloat(row) : column.getDouble(row);
  }

  private static long saturated(long value, long offset) {
    long sum = value + offset;
    if (((value ^ sum) & (offset ^ sum)) < 0) {
      return value < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }
}
