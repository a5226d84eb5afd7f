package io.quiver.storage.catalog;

/** A column within its table for ever: it survives a rename, and is never used again. */
public record ColumnId(int value) {
  /**
   * The hidden BIGINT column that names a row of a table. It is assigned at append, ascending
   * within a segment, and stays with the row through flush and compaction; {@code UPDATE} makes a
   * new one.
   */
  public static final ColumnId ROW_ID = new ColumnId(-1);
}
