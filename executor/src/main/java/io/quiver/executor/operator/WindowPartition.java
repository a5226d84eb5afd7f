package io.quiver.executor.operator;

import io.quiver.types.Column;

/**
 * The rows of one partition in their order, and which of them are peers. Positions count from the
 * partition's first row.
 */
final class WindowPartition {
  private final RowBuffer rows;
  private final int[] order;
  private final Column[][] columns;
  private int from;
  private int size;

  /** For each row, the first of its peers, and the one after the last. */
  private int[] peersFrom = new int[0];

  private int[] peersTo = new int[0];

  /** Over sealed rows, by their addresses in order. */
  WindowPartition(RowBuffer rows, int[] order) {
    this.rows = rows;
    this.order = order;
    this.columns = new Column[rows.width()][];
  }

  /** Goes to the rows from one place in the order to another; peers are yet to be set. */
  void move(int first, int end) {
    from = first;
    size = end - first;
    if (peersFrom.length < size) {
      peersFrom = new int[size];
      peersTo = new int[size];
    }
  }

  void setPeers(int first, int end) {
    for (int row = first; row < end; row++) {
      peersFrom[row] = first;
      peersTo[row] = end;
    }
  }

  int size() {
    return size;
  }

  int peersFrom(int row) {
    return peersFrom[row];
  }

  int peersTo(int row) {
    return peersTo[row];
  }

  /** The chunk of a column that holds a row. */
  Column chunk(int column, int row) {
    Column[] parts = columns[column];
    if (parts == null) {
      parts = rows.column(column);
      columns[column] = parts;
    }
    return parts[order[from + row] >>> RowBuffer.CHUNK_BITS];
  }

  /** The row's position in its chunk. */
  int at(int row) {
    return order[from + row] & RowBuffer.CHUNK_MASK;
  }

  boolean isNull(int column, int row) {
    return chunk(column, row).isNull(at(row));
  }

  long longAt(int column, int row) {
    return chunk(column, row).getLong(at(row));
  }
}
