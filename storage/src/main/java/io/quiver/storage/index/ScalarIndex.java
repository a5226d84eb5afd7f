package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import java.util.List;

/**
 * An index of the rows of one segment, deleted ones included, or of those of a growing block up to
 * some row. Immutable, safe for many threads.
 */
public sealed interface ScalarIndex permits SortedIndex, BitmapIndex, SortedRuns {
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
   * @param nullsFirst whether rows whose first column is null come first or last, whatever the key
   *     says
   */
  OrderedRows ordered(List<Column> columns, boolean reversed, boolean nullsFirst);

  /**
   * Checks that the index has every row once, in the order of the key.
   *
   * @param columns of the segment, those of the whole key in its order
   * @throws io.quiver.types.CorruptionException where it does not, naming a file
   */
  default void check(String file, List<IndexDefinition.Key> keys, List<Column> columns) {
    int[] out = new int[4_096];
    long[] seen = new long[(rows() >> 6) + 1];
    int last = -1;
    long count = 0;
    OrderedRows ordered = ordered(columns, false, keys.getFirst().nullsFirst());
    for (int read = ordered.next(out); read > 0; read = ordered.next(out)) {
      for (int i = 0; i < read; i++) {
        int row = out[i];
        boolean known = row < rows() && (seen[row >> 6] & 1L << row) == 0;
        int order = last < 0 ? -1 : KeyOrder.compare(keys, columns, last, columns, row);
        if (!known || order > 0 || (order == 0 && last > row)) {
          throw new CorruptionException(file, 0, "row " + row + " is not where its key belongs");
        }
        seen[row >> 6] |= 1L << row;
        last = row;
      }
      count += read;
    }
    if (count != rows()) {
      throw new CorruptionException(file, 0, count + " rows of " + rows());
    }
  }

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
