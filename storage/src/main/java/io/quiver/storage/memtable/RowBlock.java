package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table that grow at the end, each with a row id one above the last one's.
 *
 * <p>Owned by one writer at a time; its views are immutable and safe for many threads once they
 * have been handed over by a volatile write or a lock.
 */
public final class RowBlock {
  private static final int ROWS_MAX = 65_536;
  private static final long BYTES_MAX = 16L << 20;

  /** A batch that fills so much of a block is one of many. */
  private static final int BULK_PART = 4;

  /** The same of a batch that is not the block's first. */
  private static final int LATER_BULK_PART = 64;

  private final List<ColumnId> ids;
  private final GrowingColumn rowIds;
  private final List<GrowingColumn> columns;

  /**
   * An empty block.
   *
   * @param memory where large buffers come from; null takes fresh ones
   */
  public RowBlock(List<ColumnDefinition> definitions, @Nullable RowMemory memory) {
    ids = definitions.stream().map(ColumnDefinition::id).toList();
    rowIds = new GrowingColumn(SqlType.BIGINT, memory);
    columns = definitions.stream().map(column -> new GrowingColumn(column.type(), memory)).toList();
  }

  /** How many of a batch's rows from {@code from} on fit behind {@code used} rows of this block. */
  public static int room(int used, long usedBytes, Batch rows, int from) {
    if (used >= ROWS_MAX || usedBytes >= BYTES_MAX) {
      return 0;
    }
    long rowBytes = Math.max(1, rows.sizeInBytes() / Math.max(1, rows.rowCount()));
    long byBytes = Math.max(1, (BYTES_MAX - usedBytes) / rowBytes);
    return (int) Math.min(Math.min(ROWS_MAX - used, byBytes), rows.rowCount() - from);
  }

  /** Writes rows at row {@code at}, over rows that no view covers. */
  public void write(int at, long firstRowId, Batch rows, int from, int count) {
    expectMore(at, rows, count);
    rowIds.writeSequence(at, firstRowId, count);
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).write(at, rows.column(i), from, count);
    }
  }

  /** Where rows come in bulk a block gets its memory at once, and not by doubling. */
  private void expectMore(int at, Batch rows, int count) {
    long rowBytes = Math.max(1, rows.sizeInBytes() / rows.rowCount());
    int all = (int) Math.min(ROWS_MAX, BYTES_MAX / rowBytes);
    int part = at == 0 ? BULK_PART : LATER_BULK_PART;
    if (count >= all / part && count < all && at < all) {
      columns.forEach(column -> column.expect(at, all));
    }
  }

  /** The rows before {@code rows}. */
  public ColumnSource view(int rows) {
    List<Column> views = new ArrayList<>(columns.size());
    for (GrowingColumn column : columns) {
      views.add(column.view(rows));
    }
    return new Rows(ids, rowIds.view(rows), views);
  }

  /** Rows that are complete already, used where they are. */
  public static ColumnSource adopt(
      List<ColumnDefinition> definitions, long firstRowId, Batch rows) {
    GrowingColumn rowIds = new GrowingColumn(SqlType.BIGINT);
    rowIds.writeSequence(0, firstRowId, rows.rowCount());
    List<ColumnId> ids = definitions.stream().map(ColumnDefinition::id).toList();
    return new Rows(ids, rowIds.view(rows.rowCount()), rows.columns());
  }

  private record Rows(List<ColumnId> ids, Column rowIds, List<Column> columns)
      implements ColumnSource {
    @Override
    public boolean has(ColumnId id) {
      return id.equals(ColumnId.ROW_ID) || ids.contains(id);
    }

    @Override
    public SqlType type(ColumnId id) {
      return column(id).type();
    }

    @Override
    public Column column(ColumnId id) {
      if (id.equals(ColumnId.ROW_ID)) {
        return rowIds;
      }
      int position = ids.indexOf(id);
      if (position < 0) {
        throw new IllegalArgumentException("no column " + id + " among " + ids);
      }
      return columns.get(position);
    }
  }
}
