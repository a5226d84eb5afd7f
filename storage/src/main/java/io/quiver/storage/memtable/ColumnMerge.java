package io.quiver.storage.memtable;

import io.quiver.types.Column;
import io.quiver.types.SqlType;

/** Gathers the live rows of one column of several blocks and segments. Owned by one thread. */
public final class ColumnMerge {
  private final GrowingColumn column;
  private int rows;

  public ColumnMerge(SqlType type, int expectedRows) {
    column = new GrowingColumn(type);
    column.expect(expectedRows);
  }

  /**
   * Adds rows that are not deleted.
   *
   * @param source some rows of a part, which begin at its row {@code first}
   * @param deleted of the whole part
   */
  public void add(Column source, int first, DeletedRows deleted) {
    int count = source.length();
    for (int from = 0; from < count; ) {
      if (deleted.contains(first + from)) {
        from++;
        continue;
      }
      int to = deleted.count() == 0 ? count : from + 1;
      while (to < count && !deleted.contains(first + to)) {
        to++;
      }
      column.write(rows, source, from, to - from);
      rows += to - from;
      from = to;
    }
  }

  /** The rows so far. */
  public Column column() {
    return column.view(rows);
  }
}
