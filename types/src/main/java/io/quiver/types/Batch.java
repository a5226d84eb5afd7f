package io.quiver.types;

import java.lang.foreign.SegmentAllocator;
import java.util.List;

/** Columns of equal length: what operators pass on, and what a result is made of. */
public record Batch(List<Column> columns, int rowCount) {
  /** Rows that an operator hands on at a time, at most. */
  public static final int ROWS = 2_048;

  public Batch {
    columns = List.copyOf(columns);
    for (Column column : columns) {
      if (column.length() != rowCount) {
        throw new IllegalArgumentException(
            "a column of " + column.length() + " rows in a batch of " + rowCount);
      }
    }
  }

  public Column column(int index) {
    return columns.get(index);
  }

  public int width() {
    return columns.size();
  }

  /** A copy of the given rows of every column. */
  public Batch gather(int[] rows, int count, SegmentAllocator allocator) {
    return new Batch(
        columns.stream().map(column -> column.gather(rows, count, allocator)).toList(), count);
  }

  /** The given rows, without copying; {@code from} is a multiple of 8. */
  public Batch slice(int from, int count) {
    return new Batch(columns.stream().map(column -> column.slice(from, count)).toList(), count);
  }

  public long sizeInBytes() {
    long bytes = 0;
    for (Column column : columns) {
      bytes += column.sizeInBytes();
    }
    return bytes;
  }
}
