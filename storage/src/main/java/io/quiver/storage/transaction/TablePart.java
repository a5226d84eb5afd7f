package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.FittedColumns;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive rows of one table at one commit: a view of a growing block, or a segment with the
 * deletes known then. Immutable.
 */
public final class TablePart implements SegmentView {
  private static final long UNREAD = -1;

  private final ColumnSource columns;
  private final Rows rows;
  private final DeletedRows deleted;
  private final long sizeInBytes;
  private final @Nullable UUID segment;
  private final PartIndexes indexes;
  private volatile @Nullable MemorySegment live;

  /** Of rows whose ids may have gaps; the last of them is looked up when it is wanted. */
  private volatile long lastRowId;

  /**
   * @param sizeInBytes of the rows, deleted ones included
   * @param segment the segment that holds the rows, or null for rows in memory
   */
  public TablePart(
      ColumnSource columns, DeletedRows deleted, long sizeInBytes, @Nullable UUID segment) {
    this(columns, Rows.of(columns), deleted, sizeInBytes, segment);
  }

  /** A part of whose columns nothing is read until it is wanted. */
  public TablePart(
      ColumnSource columns,
      Rows rows,
      DeletedRows deleted,
      long sizeInBytes,
      @Nullable UUID segment) {
    this(columns, rows, deleted, sizeInBytes, segment, new PartIndexes(false));
  }

  /** The first rows of a block that grows. */
  static TablePart growing(
      ColumnSource columns, DeletedRows deleted, long sizeInBytes, PartIndexes indexes) {
    return new TablePart(columns, Rows.of(columns), deleted, sizeInBytes, null, indexes);
  }

  private TablePart(
      ColumnSource columns,
      Rows rows,
      DeletedRows deleted,
      long sizeInBytes,
      @Nullable UUID segment,
      PartIndexes indexes) {
    this.columns = columns;
    this.rows = rows;
    this.deleted = deleted;
    this.sizeInBytes = sizeInBytes;
    this.segment = segment;
    this.indexes = indexes;
    this.lastRowId = rows.consecutive() ? rows.firstRowId() + rows.count() - 1 : UNREAD;
  }

  /**
   * How many rows there are, and how they are numbered.
   *
   * @param consecutive whether their ids are known to have no gaps
   */
  public record Rows(int count, long firstRowId, boolean consecutive) {
    public Rows {
      if (count == 0) {
        throw new IllegalArgumentException("a part without rows");
      }
    }

    private static Rows of(ColumnSource columns) {
      Column rowIds = columns.column(ColumnId.ROW_ID);
      int count = rowIds.length();
      long first = count == 0 ? 0 : rowIds.getLong(0);
      return new Rows(count, first, count > 0 && rowIds.getLong(count - 1) - first == count - 1);
    }
  }

  /** The same rows, some more of them deleted. */
  TablePart withDeleted(int[] positions, int count) {
    DeletedRows more = deleted.with(positions, count);
    return new TablePart(columns, rows, more, sizeInBytes, segment, indexes);
  }

  /** The same rows with all columns of a definition. */
  public TablePart covering(TableDefinition definition) {
    ColumnSource all = FittedColumns.over(columns, definition.columns(), rowCount());
    return all.equals(columns)
        ? this
        : new TablePart(all, rows, deleted, sizeInBytes, segment, indexes);
  }

  @Override
  public int rowCount() {
    return rows.count();
  }

  @Override
  public int liveRowCount() {
    return rows.count() - deleted.count();
  }

  @Override
  public @Nullable MemorySegment live() {
    MemorySegment bits = live;
    if (bits == null && deleted.count() > 0) {
      bits = deleted.live(rows.count());
      live = bits;
    }
    return bits;
  }

  @Override
  public Column column(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) ? rowIds() : columns.column(id);
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    return columns.slice(id, from, count);
  }

  @Override
  public @Nullable ColumnSummary summary(ColumnId id) {
    return columns.summary(id);
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

  /** Lets indexes on vectors go, but for some. */
  public void retainVectorIndexes(Predicate<IndexId> there) {
    indexes.retainVectors(there);
  }

  /** Whether it is of the same segment or block as another part, perhaps with other rows of it. */
  public boolean isOfSame(TablePart other) {
    return identity().equals(other.identity());
  }

  /** Equal for all parts of one segment or block. */
  public Object identity() {
    return segment == null ? indexes : segment;
  }

  /** What is known of the indexes of these rows. */
  PartIndexes indexes() {
    return indexes;
  }

  /** The positions of the rows that are not deleted. */
  public int[] liveRows() {
    int[] positions = new int[liveRowCount()];
    int count = 0;
    for (int row = 0; row < rows.count(); row++) {
      if (!deleted.contains(row)) {
        positions[count++] = row;
      }
    }
    return positions;
  }

  public long firstRowId() {
    return rows.firstRowId();
  }

  @Override
  public long rowId(int row) {
    return rows.consecutive() ? rows.firstRowId() + row : rowIds().getLong(row);
  }

  long lastRowId() {
    long last = lastRowId;
    if (last == UNREAD) {
      last = rowIds().getLong(rows.count() - 1);
      lastRowId = last;
    }
    return last;
  }

  private Column rowIds() {
    Column rowIds = columns.column(ColumnId.ROW_ID);
    if (rowIds.getLong(0) != rows.firstRowId()) {
      throw new CorruptionException(
          "segments/" + segment,
          0,
          "its first row is " + rowIds.getLong(0) + ", the manifest says " + rows.firstRowId());
    }
    return rowIds;
  }

  /** The position of a row id, deleted or not, or -1. */
  int position(long rowId) {
    long first = rows.firstRowId();
    if (rowId < first || rowId > lastRowId()) {
      return -1;
    }
    if (lastRowId() - first == rows.count() - 1) {
      return (int) (rowId - first);
    }
    Column rowIds = rowIds();
    int low = 0;
    int high = rows.count() - 1;
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
