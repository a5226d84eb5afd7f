package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.AddedColumns;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.types.Column;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of one table at one commit: a view of a growing block, or a segment with the
 * deletes known then. Immutable.
 */
public final class TablePart implements SegmentView {
  private final ColumnSource columns;
  private final Column rowIds;
  private final int rowCount;
  private final DeletedRows deleted;
  private final long sizeInBytes;
  private final @Nullable UUID segment;
  private volatile @Nullable MemorySegment live;

  /**
   * @param sizeInBytes of the rows, deleted ones included
   * @param segment the segment that holds the rows, or null for rows in memory
   */
  public TablePart(
      ColumnSource columns, DeletedRows deleted, long sizeInBytes, @Nullable UUID segment) {
    this.columns = columns;
    this.rowIds = columns.column(ColumnId.ROW_ID);
    this.rowCount = rowIds.length();
    this.deleted = deleted;
    this.sizeInBytes = sizeInBytes;
    this.segment = segment;
    if (rowCount == 0) {
      throw new IllegalArgumentException("a part without rows");
    }
  }

  /** The same rows, some more of them deleted. */
  TablePart withDeleted(int[] rows, int count) {
    return new TablePart(columns, deleted.with(rows, count), sizeInBytes, segment);
  }

  /** The same rows with all columns of a definition. */
  public TablePart covering(TableDefinition definition) {
    ColumnSource all = AddedColumns.over(columns, definition.columns(), rowCount);
    return all.equals(columns) ? this : new TablePart(all, deleted, sizeInBytes, segment);
  }

  @Override
  public int rowCount() {
    return rowCount;
  }

  @Override
  public int liveRowCount() {
    return rowCount - deleted.count();
  }

  @Override
  public @Nullable MemorySegment live() {
    MemorySegment bits = live;
    if (bits == null && deleted.count() > 0) {
      bits = deleted.live(rowCount);
      live = bits;
    }
    return bits;
  }

  @Override
  public Column column(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) ? rowIds : columns.column(id);
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    return id.equals(ColumnId.ROW_ID) ? rowIds.slice(from, count) : columns.slice(id, from, count);
  }

  public ColumnSource columns() {
    return columns;
  }

  public DeletedRows deleted() {
    return deleted;
  }

  public long sizeInBytes() {
    return sizeInBytes;
  }

  /** The segment that holds the rows, or null for rows in memory. */
  public @Nullable UUID segment() {
    return segment;
  }

  /** The positions of the rows that are not deleted. */
  public int[] liveRows() {
    int[] rows = new int[liveRowCount()];
    int count = 0;
    for (int row = 0; row < rowCount; row++) {
      if (!deleted.contains(row)) {
        rows[count++] = row;
      }
    }
    return rows;
  }

  public long firstRowId() {
    return rowIds.getLong(0);
  }

  long lastRowId() {
    return rowIds.getLong(rowCount - 1);
  }

  /** The position of a row id, deleted or not, or -1. */
  int position(long rowId) {
    long first = firstRowId();
    if (rowId < first || rowId > lastRowId()) {
      return -1;
    }
    if (lastRowId() - first == rowCount - 1) {
      return (int) (rowId - first);
    }
    int low = 0;
    int high = rowCount - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = rowIds.getLong(middle);
      if (found == rowId) {
        return middle;
      }
      if (found < rowId) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
