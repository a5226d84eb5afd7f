package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of one table in one snapshot, as a list of segments: sealed, growing, and one's own. */
public interface TableSnapshot {
  TableDefinition definition();

  List<SegmentView> segments();

  /** Rows that are visible, deleted ones left out. */
  long rowCount();

  /** What the identity goes on with, as far as commits say so; 1 in a table without one. */
  long nextIdentity();

  /** As {@link #find(List, List, int)}, by the primary key. */
  default @Nullable RowLocation find(List<Column> keys, int row) {
    return find(definition().primaryKey(), keys, row);
  }

  /**
   * The row that has a key, or null when there is none.
   *
   * @param key the columns of a unique key, in its order; by other columns every row is looked at,
   *     and one of those that have the values is given
   * @param keys a value for each, of its type and not null
   * @param row which row of {@code keys} has the values
   */
  @Nullable RowLocation find(List<ColumnId> key, List<Column> keys, int row);

  /** Whether a row is there, and not deleted. */
  boolean isLive(long rowId);

  /** All columns of some rows, in the order named; they must be there. */
  Batch rows(long[] rowIds);
}
