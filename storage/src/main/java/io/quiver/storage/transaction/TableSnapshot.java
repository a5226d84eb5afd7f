package io.quiver.storage.transaction;

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

  /**
   * The row with a primary key, or null when there is none.
   *
   * @param keys of the types of the key's columns and in their order, without nulls
   * @param row which row of {@code keys} has the key to look for
   */
  @Nullable RowLocation find(List<Column> keys, int row);

  /** Whether a row is there, and not deleted. */
  boolean isLive(long rowId);

  /** All columns of some rows, in the order named; they must be there. */
  Batch rows(long[] rowIds);
}
