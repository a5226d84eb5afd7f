package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as one snapshot sees it, whose keys are found in the indexes that its transaction and all
 * others share. They know newer rows than the snapshot has; those do not count here.
 *
 * @param version the snapshot's
 * @param committed the keys of committed rows; none when the table is gone
 * @param own what the snapshot's transaction has changed, or null
 */
record LocalTable(
    TableState state, CommitVersion version, List<KeyGuard> committed, @Nullable TableChanges own)
    implements TableSnapshot {
  @Override
  public TableDefinition definition() {
    return state.definition();
  }

  @Override
  public List<SegmentView> segments() {
    return state.segments();
  }

  @Override
  public long rowCount() {
    return state.rowCount();
  }

  @Override
  public long nextIdentity() {
    return state.nextIdentity();
  }

  @Override
  public boolean isLive(long rowId) {
    return state.isLive(rowId);
  }

  @Override
  public Batch rows(long[] rowIds) {
    return state.rows(rowIds);
  }

  @Override
  public @Nullable RowLocation find(List<ColumnId> key, List<Column> keys, int row) {
    long found = lookUp(key, keys, row);
    if (found == KeyGuard.UNKNOWN) {
      return state.find(key, keys, row, 0, TableChanges.FIRST_OWN_ROW_ID);
    }
    return found == KeyIndex.ABSENT ? null : state.location(found);
  }

  /**
   * As {@link #find}, in the indexes alone.
   *
   * @return the row's id, {@link KeyIndex#ABSENT} for none, {@link KeyGuard#UNKNOWN} where the
   *     committed rows have to be looked at
   */
  long lookUp(List<ColumnId> key, List<Column> keys, int row) {
    RowLocation ownRow = own == null ? null : own.find(state, key, keys, row);
    if (ownRow != null) {
      return ownRow.segment().rowId(ownRow.row());
    }
    KeyGuard guard = LiveTable.guard(committed, key);
    return guard == null ? KeyGuard.UNKNOWN : guard.find(state, version, keys, row);
  }
}
