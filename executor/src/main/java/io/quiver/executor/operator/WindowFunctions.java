package io.quiver.executor.operator;

import io.quiver.executor.plan.WindowCall;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/** Computes one window function for all rows of a partition. */
final class WindowFunctions {
  private final WindowCall call;
  private final WindowPartition partition;
  private final @Nullable WindowAggregate aggregate;

  WindowFunctions(WindowCall call, WindowPartition partition) {
    this.call = call;
    this.partition = partition;
    this.aggregate =
        switch (call.function()) {
          case COUNT, SUM, AVG, MIN, MAX -> new WindowAggregate(call, partition);
          default -> null;
        };
  }

  boolean isAggregate() {
    return aggregate != null;
  }

  /** Appends a value for every row; the frames begin at the first. */
  void append(WindowFrames frames, ColumnBuilder out) {
    frames.reset();
    if (aggregate != null) {
      aggregate.reset();
      for (int row = 0; row < partition.size(); row++) {
        frames.move(partition, row);
        aggregate.append(frames.start(), frames.end(), out);
      }
      return;
    }
    switch (call.function()) {
      case FIRST_VALUE, LAST_VALUE, NTH_VALUE -> {
        for (int row = 0; row < partition.size(); row++) {
          frames.move(partition, row);
          appendFromFrame(frames, row, out);
        }
      }
      case LAG, LEAD -> {
        for (int row = 0; row < partition.size(); row++) {
          appendNeighbour(row, out);
        }
      }
      case NTILE -> appendTiles(out);
      default -> appendRanks(out);
    }
  }

  private void appendRanks(ColumnBuilder out) {
    int size = partition.size();
    long group = 0;
    for (int row = 0; row < size; row++) {
      int first = partition.peersFrom(row);
      group += first == row ? 1 : 0;
      switch (call.function()) {
        case ROW_NUMBER -> out.appendLong(row + 1L);
        case RANK -> out.appendLong(first + 1L);
        case DENSE_RANK -> out.appendLong(group);
        case PERCENT_RANK -> out.appendDouble(size == 1 ? 0 : first / (size - 1.0));
        case CUME_DIST -> out.appendDouble(partition.peersTo(row) / (double) size);
        default -> throw new IllegalStateException(call.function() + " is no rank");
      }
    }
  }

  private void appendFromFrame(WindowFrames frames, int row, ColumnBuilder out) {
    int length = frames.end() - frames.start();
    long wanted =
        switch (call.function()) {
          case FIRST_VALUE -> 0;
          case LAST_VALUE -> length - 1L;
          default -> nth(row);
        };
    if (wanted < 0 || wanted >= length) {
      out.appendNull();
      return;
    }
    int source = frames.start() + (int) wanted;
    int column = call.arguments().getFirst();
    out.appendFrom(partition.chunk(column, source), partition.at(source));
  }

  /** Counted from 0; -1 where there is none. */
  private long nth(int row) {
    int column = call.arguments().get(1);
    if (partition.isNull(column, row)) {
      return -1;
    }
    long nth = partition.longAt(column, row);
    if (nth <= 0) {
      throw new QuiverException(
          ErrorCode.INVALID_NTH_VALUE_ARGUMENT,
          "argument of nth_value must be greater than zero, found " + nth);
    }
    return nth - 1;
  }

  private void appendNeighbour(int row, ColumnBuilder out) {
    int offsetColumn = call.arguments().get(1);
    if (partition.isNull(offsetColumn, row)) {
      out.appendNull();
      return;
    }
    long offset = partition.longAt(offsetColumn, row);
    long wanted = call.function() == WindowCall.Function.LAG ? row - offset : row + offset;
    boolean there = wanted >= 0 && wanted < partition.size();
    // An offset so large that the sum overflows leads nowhere either.
    int source = there ? (int) wanted : row;
    int column = call.arguments().get(there ? 0 : 2);
    out.appendFrom(partition.chunk(column, source), partition.at(source));
  }

  /** Rows in buckets of one size; the first ones hold one more where it does not come out even. */
  private void appendTiles(ColumnBuilder out) {
    int column = call.arguments().getFirst();
    int size = partition.size();
    if (partition.isNull(column, 0)) {
      for (int row = 0; row < size; row++) {
        out.appendNull();
      }
      return;
    }
    long tiles = partition.longAt(column, 0);
    if (tiles <= 0) {
      throw new QuiverException(
          ErrorCode.INVALID_NTILE_ARGUMENT,
          "argument of ntile must be greater than zero, found " + tiles);
    }
    long least = size / tiles;
    long larger = size % tiles * (least + 1);
    for (int row = 0; row < size; row++) {
      long tile =
          row < larger ? row / (least + 1) : size % tiles + (row - larger) / Math.max(1, least);
      out.appendLong(tile + 1);
    }
  }

  void close() {
    if (aggregate != null) {
      aggregate.close();
    }
  }
}
