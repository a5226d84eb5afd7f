package io.quiver.vector.index;

/**
 * How many rows are measured one by one, since that is quicker than to find them by an index. Tests
 * of few rows set the system property {@code quiver.scan_rows_max}, which is read whenever a
 * searcher is made: with it searches of more rows go through the index, however slow that is.
 */
public final class ScanLimit {
  private static final String PROPERTY = "quiver.scan_rows_max";

  private ScanLimit() {}

  /** Of at most so many rows that pass a filter, all are measured. */
  public static int rows(int usual) {
    return Integer.getInteger(PROPERTY, usual);
  }

  /** A walk that keeps a larger part of the rows than the inverse of this is not begun. */
  public static int part(int usual) {
    return Integer.getInteger(PROPERTY) == null ? usual : 1;
  }
}
