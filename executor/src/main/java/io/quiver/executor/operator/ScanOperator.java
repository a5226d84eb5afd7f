package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the live rows of a table; slices of a segment where all of them pass, copies elsewhere. */
final class ScanOperator implements Operator {
  private final ExecutionContext context;
  private final PlanNode.Scan scan;
  private final @Nullable BitSet read;
  private final SkipCounter skips;
  private final int[] rows = new int[Batch.ROWS];
  private @Nullable RowSelector selector;
  private @Nullable IndexLookup lookup;

  /** The rows of the segment that may pass the filter, or null where all are to be looked at. */
  private @Nullable RowBitmap candidates;

  private @Nullable Iterator<SegmentView> segments;
  private @Nullable SegmentView segment;
  private int position;

  /**
   * @param read positions of the columns that somebody reads, the filter excepted; null for all
   */
  ScanOperator(
      ExecutionContext context, PlanNode.Scan scan, @Nullable BitSet read, SkipCounter skips) {
    this.context = context;
    this.scan = scan;
    this.read = read;
    this.skips = skips;
  }

  @Override
  public @Nullable Batch next() {
    if (segments == null || selector == null) {
      segments = context.snapshot().table(scan.table()).segments().iterator();
      selector = new RowSelector(scan.columns(), scan.filter(), context, skips);
      lookup = IndexLookup.of(scan.table(), scan.columns(), scan.filter(), context);
    }
    RowSelector selecting = selector;
    while (true) {
      context.checkCancelled();
      if (segment == null || position >= segment.rowCount()) {
        if (!segments.hasNext()) {
          return null;
        }
        SegmentView next = segments.next();
        segment = selecting.open(next) ? next : null;
        candidates = lookup == null || segment == null ? null : lookup.rows(next);
        position = 0;
        continue;
      }
      Batch batch =
          candidates == null ? read(segment, selecting) : readFound(segment, candidates, selecting);
      if (batch != null) {
        return batch;
      }
    }
  }

  private @Nullable Batch read(SegmentView from, RowSelector selecting) {
    int start = position;
    int count = Math.min(Batch.ROWS, from.rowCount() - start);
    position += count;
    int selected = selecting.select(start, count, rows);
    if (selected == 0) {
      return null;
    }
    List<Column> slices = new ArrayList<>(scan.columns().size());
    for (int i = 0; i < scan.columns().size(); i++) {
      slices.add(
          read == null || read.get(i)
              ? from.slice(scan.columns().get(i), start, count)
              : BatchRows.absent(count));
    }
    return BatchRows.keep(new Batch(slices, count), rows, selected);
  }

  private @Nullable Batch readFound(SegmentView from, RowBitmap found, RowSelector selecting) {
    int count = found.fill(position, rows);
    position = count < rows.length ? from.rowCount() : rows[count - 1] + 1;
    int kept = selecting.keep(from, rows, count);
    return kept == 0 ? null : BatchRows.gather(from, scan.columns(), read, rows, kept);
  }

  @Override
  public @Nullable String note() {
    return lookup == null ? null : lookup.note();
  }

  @Override
  public void close() {
    segment = null;
    segments = null;
  }
}
