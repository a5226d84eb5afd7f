package io.quiver.storage.index;

import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import java.util.List;

/** An index of the rows of one segment, deleted ones included. Immutable, safe for many threads. */
public sealed interface ScalarIndex permits SortedIndex, BitmapIndex {
  /** How it is built. */
  enum Kind {
    /** Positions in the order of the keys. */
    SORTED,
    /** A bitmap for each value. */
    BITMAP
  }

  Kind kind();

  /** How many rows the segment has. */
  int rows();

  /** Bytes that it takes in memory. */
  long bytes();

  /**
   * The rows that meet conditions on the first columns of the key. They may be more than those
   * where a range is followed by conditions on further columns, but never fewer.
   *
   * @param columns of the segment, those of the whole key in its order
   * @param conditions for the first of them, at least one
   */
  Matches find(List<Column> columns, List<ColumnPredicate> conditions);

  /**
   * Gives the rows in the order of the key or against it, those of equal keys by position either
   * way.
   *
   * @param columns of the segment, those of the whole key in its order
   */
  OrderedRows ordered(List<Column> columns, boolean reversed);

  /** Rows that an index has found; counting them costs less than collecting them. */
  interface Matches {
    /** How many they are. */
    long count();

    RowBitmap rows();
  }

  /** The positions of rows one after the other. Owned by one thread. */
  interface OrderedRows {
    /** Writes the next positions; gives how many there were, 0 at the end. */
    int next(int[] out);
  }
}
