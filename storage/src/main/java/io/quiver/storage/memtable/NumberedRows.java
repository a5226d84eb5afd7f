package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.SqlType;

/** Rows that were stored without their ids, which are consecutive. Safe for many threads. */
public final class NumberedRows implements ColumnSource {
  private final ColumnSource stored;
  private final Column rowIds;

  /** The rows of a source, which has no {@link ColumnId#ROW_ID}, numbered from an id on. */
  public NumberedRows(ColumnSource stored, int rowCount, long firstRowId) {
    if (stored.has(ColumnId.ROW_ID)) {
      throw new IllegalArgumentException("the rows have ids already");
    }
    GrowingColumn ids = new GrowingColumn(SqlType.BIGINT);
    ids.writeSequence(0, firstRowId, rowCount);
    this.stored = stored;
    this.rowIds = ids.view(rowCount);
  }

  @Override
  public boolean has(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) || stored.has(id);
  }

  @Override
  public Column column(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) ? rowIds : stored.column(id);
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    return id.equals(ColumnId.ROW_ID) ? rowIds.slice(from, count) : stored.slice(id, from, count);
  }
}
