package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.expression.FilterPredicates;
import io.quiver.executor.expression.RowBits;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.storage.statistics.CandidateRows;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of a segment that are live and pass a filter. The filter never sees a deleted row:
 * what it would complain about is no longer there.
 */
final class RowSelector {
  private final List<ColumnId> columns;
  private final @Nullable CompiledExpression filter;
  private final ColumnPredicates demands;
  private final SkipCounter skips;
  private @Nullable SegmentView segment;
  private CandidateRows candidates = CandidateRows.ALL;

  RowSelector(
      List<ColumnId> columns,
      @Nullable Expression filter,
      ExecutionContext context,
      SkipCounter skips) {
    this.columns = columns;
    this.filter = filter == null ? null : ExpressionEvaluator.compile(filter, context.evaluation());
    this.demands =
        context.skipsRows()
            ? FilterPredicates.of(filter, columns, context.evaluation())
            : ColumnPredicates.NONE;
    this.skips = skips;
  }

  /** Whether every live row passes. */
  boolean keepsLive() {
    return filter == null;
  }

  /** Looks at what is known of a segment; false where no row of it can pass the filter. */
  boolean open(SegmentView next) {
    skips.addSegment();
    openAgain(next);
    if (candidates.isEmpty()) {
      skips.skipSegment(next.rowCount());
      return false;
    }
    return true;
  }

  /** Returns to a segment that was opened before. */
  void openAgain(SegmentView known) {
    segment = known;
    candidates = demands.isEmpty() ? CandidateRows.ALL : known.candidates(demands);
  }

  /**
   * Writes the rows of the segment that was opened, relative to {@code from} and ascending, to
   * {@code rows}.
   *
   * @param from a multiple of 8
   * @param count at most {@link Batch#ROWS}
   * @return how many there are
   */
  int select(int from, int count, int[] rows) {
    if (segment == null) {
      throw new IllegalStateException("no segment was opened");
    }
    if (!candidates.mayHold(from, count)) {
      skips.skipRows(count);
      return 0;
    }
    int live = selectLive(segment.live(), from, count, rows);
    return filter == null || live == 0
        ? live
        : filter.filter(slice(segment, from, count), rows, live);
  }

  /** The same as bits. */
  void select(int from, int count, RowBits bits) {
    if (segment == null) {
      throw new IllegalStateException("no segment was opened");
    }
    if (!candidates.mayHold(from, count)) {
      skips.skipRows(count);
      bits.clear(count);
      return;
    }
    bits.setAll(count);
    MemorySegment live = segment.live();
    if (live != null) {
      bits.and(live, from);
    }
    if (filter != null) {
      filter.filter(slice(segment, from, count), bits);
    }
  }

  private Batch slice(SegmentView opened, int from, int count) {
    List<Column> slices = new ArrayList<>(columns.size());
    for (ColumnId id : columns) {
      slices.add(opened.slice(id, from, count));
    }
    return new Batch(slices, count);
  }

  /**
   * Keeps, of some rows of a segment, those that are live and pass the filter.
   *
   * @param rows at most {@link Batch#ROWS}; those that are kept come first, in the same order
   * @return how many are kept
   */
  int keep(SegmentView segment, int[] rows, int count) {
    MemorySegment bits = segment.live();
    int live = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      rows[live] = row;
      live += bits == null ? 1 : (bits.get(ValueLayout.JAVA_BYTE, row >> 3) >> (row & 7)) & 1;
    }
    if (filter == null || live == 0) {
      return live;
    }
    int[] passed = new int[live];
    int kept =
        filter.select(BatchRows.gather(segment, columns, filter.inputs(), rows, live), passed);
    for (int i = 0; i < kept; i++) {
      rows[i] = rows[passed[i]];
    }
    return kept;
  }

  private static int selectLive(@Nullable MemorySegment bits, int from, int count, int[] rows) {
    int live = 0;
    if (bits == null) {
      for (int row = 0; row < count; row++) {
        rows[row] = row;
      }
      return count;
    }
    for (int row = 0; row < count; row++) {
      int at = from + row;
      rows[live] = row;
      live += (bits.get(ValueLayout.JAVA_BYTE, at >> 3) >> (at & 7)) & 1;
    }
    return live;
  }
}
