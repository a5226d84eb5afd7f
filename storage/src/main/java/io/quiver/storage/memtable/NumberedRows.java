package io.quiver.storage.memtable;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.ref.SoftReference;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were stored without their ids, which are consecutive. A column of ids is made when it
 * is read, and again when memory was wanted meanwhile. Safe for many threads.
 */
public final class NumberedRows implements ColumnSource {
  private final ColumnSource stored;
  private final int rowCount;
  private final long firstRowId;
  private volatile @Nullable SoftReference<Column> rowIds;

  /** The rows of a source, which has no {@link ColumnId#ROW_ID}, numbered from an id on. */
  public NumberedRows(ColumnSource stored, int rowCount, long firstRowId) {
    if (stored.has(ColumnId.ROW_ID)) {
      throw new IllegalArgumentException("the rows have ids already");
    }
    this.stored = stored;
    this.rowCount = rowCount;
    this.firstRowId = firstRowId;
  }

  @Override
  public boolean has(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) || stored.has(id);
  }

  @Override
  public SqlType type(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) ? SqlType.BIGINT : stored.type(id);
  }

  @Override
  public Column column(ColumnId id) {
    if (!id.equals(ColumnId.ROW_ID)) {
      return stored.column(id);
    }
    SoftReference<Column> known = rowIds;
    Column found = known == null ? null : known.get();
    if (found == null) {
      found = sequence(0, rowCount);
      rowIds = new SoftReference<>(found);
    }
    return found;
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    return id.equals(ColumnId.ROW_ID) ? sequence(from, count) : stored.slice(id, from, count);
  }

  private Column sequence(int from, int count) {
    GrowingColumn ids = new GrowingColumn(SqlType.BIGINT);
    ids.writeSequence(0, firstRowId + from, count);
    return ids.view(count);
  }

  @Override
  public List<Cached<?>> cached(ColumnId id) {
    return stored.cached(id);
  }

  @Override
  public @Nullable ColumnSummary summary(ColumnId id) {
    return id.equals(ColumnId.ROW_ID) ? null : stored.summary(id);
  }
}
