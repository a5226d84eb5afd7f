package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.storage.statistics.CandidateRows;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** One segment as one snapshot sees it. Immutable, and safe for many threads. */
public interface SegmentView {
  /** Rows stored up to this snapshot, deleted ones included. */
  int rowCount();

  /** Rows that are neither deleted nor invisible. */
  int liveRowCount();

  /**
   * A bitmap with bit {@code i & 7} of byte {@code i >> 3} set where row i is live, or null when
   * every row is.
   */
  @Nullable MemorySegment live();

  /**
   * A whole column of {@link #rowCount} rows, without copying. {@link ColumnId#ROW_ID} gives the
   * rows' identities. A column that was added after the segment was written gives its default.
   */
  Column column(ColumnId id);

  /** The identity of a row. */
  default long rowId(int row) {
    return column(ColumnId.ROW_ID).getLong(row);
  }

  /**
   * Some rows of a column. Of one that was added after the segment was written this costs only
   * those rows, where {@link #column} makes all of them.
   *
   * @param from a multiple of 8
   */
  default Column slice(ColumnId id, int from, int count) {
    return column(id).slice(from, count);
  }

  /** What is known of a column, deleted rows included, or null: nothing is of rows in memory. */
  default @Nullable ColumnSummary summary(ColumnId id) {
    return null;
  }

  /** Where rows may be that fulfil some demands: everywhere in rows in memory. */
  default CandidateRows candidates(ColumnPredicates demands) {
    return CandidateRows.of(demands, this::summary);
  }
}
