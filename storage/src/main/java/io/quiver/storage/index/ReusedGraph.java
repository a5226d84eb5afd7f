package io.quiver.storage.index;

import java.util.stream.IntStream;

/**
 * An index on vectors that has many of the rows which another is to have, and whose graph that one
 * goes on with.
 */
public final class ReusedGraph {
  private final SegmentVectorIndex older;
  private final int[] newNumbers;

  /**
   * @param older of all rows of a part, no partial one
   * @param newNumbers what each of its rows is among the rows of the other; -1 where it is not
   */
  public ReusedGraph(SegmentVectorIndex older, int[] newNumbers) {
    this.older = older;
    this.newNumbers = newNumbers;
    if (newNumbers.length != older.rowCount()) {
      throw new IllegalArgumentException(
          newNumbers.length + " numbers are given for " + older.rowCount() + " rows");
    }
  }

  /** Of an index whose rows are the first of the other. */
  public static ReusedGraph ofFirstRows(SegmentVectorIndex older) {
    return new ReusedGraph(older, IntStream.range(0, older.rowCount()).toArray());
  }

  public SegmentVectorIndex older() {
    return older;
  }

  /** What each of its rows is among the rows of the other; -1 where it is not. */
  public int[] newNumbers() {
    return newNumbers;
  }
}
