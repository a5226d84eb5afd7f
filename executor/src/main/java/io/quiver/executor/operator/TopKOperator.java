package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives the first rows in an order. It keeps up to twice as many candidates as are wanted; when
 * there are more, it sorts them, drops the worse half, and from then on refuses rows that would not
 * have stayed. So a row is compared once, and sorted rarely; a huge k makes it a plain sort.
 */
final class TopKOperator implements Operator {
  /** Sorting fewer candidates than this is not worth the trouble. */
  private static final long CANDIDATES_MIN = 2L * Batch.ROWS;

  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.TopK top;
  private final Reservation reservation;
  private final int[] kept = new int[Batch.ROWS];
  private final long[] prefixes = new long[Batch.ROWS];
  private final SortPrefix prefix;
  private RowBuffer candidates;

  /** One row: the worst of those that stayed when candidates were last dropped. */
  private @Nullable Batch worst;

  private int @Nullable [] order;
  private int position;
  private int end;

  TopKOperator(ExecutionContext context, Operator input, PlanNode.TopK top) {
    this.context = context;
    this.input = input;
    this.top = top;
    this.reservation = new Reservation(context.memory());
    this.candidates = new RowBuffer(top.schema(), reservation);
    this.prefix = new SortPrefix(top.keys().getFirst());
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (order == null) {
      order = findTop();
    }
    int count = Math.min(Batch.ROWS, end - position);
    if (count <= 0) {
      return null;
    }
    Batch batch = candidates.gather(order, position, count);
    position += count;
    return batch;
  }

  private int[] findTop() {
    RowRange range = RowRange.of(top.offset(), top.fetch(), context);
    long wanted = range.total();
    if (wanted == 0) {
      return new int[0];
    }
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      int count = selectBetter(batch);
      if (count > 0) {
        candidates.add(BatchRows.keep(batch, kept, count));
      }
      if (candidates.rowCount() / 2 > wanted && candidates.rowCount() > CANDIDATES_MIN) {
        dropWorse((int) wanted);
      }
    }
    candidates.seal();
    reservation.grow(RowSorter.BYTES_PER_ROW * candidates.rowCount());
    int[] sorted = RowSorter.sort(candidates, top.keys(), context);
    position = (int) Math.min(range.offset(), sorted.length);
    end = (int) Math.min(wanted, sorted.length);
    return sorted;
  }

  /** A row equal to the worst one loses: it came later. */
  private int selectBetter(Batch batch) {
    int rows = batch.rowCount();
    if (worst == null) {
      for (int row = 0; row < rows; row++) {
        kept[row] = row;
      }
      return rows;
    }
    int first = top.keys().getFirst().column();
    long limit = prefix.of(worst.column(first), 0);
    prefix.fill(batch.column(first), prefixes);
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (prefixes[row] < limit
          || (prefixes[row] == limit && compareToWorst(batch, row, worst) < 0)) {
        kept[count++] = row;
      }
    }
    return count;
  }

  private int compareToWorst(Batch batch, int row, Batch limit) {
    List<SortKey> keys = top.keys();
    for (int i = 0; i < keys.size(); i++) {
      SortKey key = keys.get(i);
      Column column = batch.column(key.column());
      int order = RowSorter.compare(key, column, row, limit.column(key.column()), 0);
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private void dropWorse(int wanted) {
    candidates.seal();
    long scratch = RowSorter.BYTES_PER_ROW * candidates.rowCount();
    reservation.grow(scratch);
    int[] sorted = RowSorter.sort(candidates, top.keys(), context);
    RowBuffer better = new RowBuffer(top.schema(), reservation);
    for (int from = 0; from < wanted; from += Batch.ROWS) {
      better.add(candidates.gather(sorted, from, Math.min(Batch.ROWS, wanted - from)));
    }
    worst = candidates.gather(sorted, wanted - 1, 1);
    candidates.clear();
    candidates = better;
    reservation.shrink(scratch);
  }

  @Override
  public void close() {
    reservation.close();
    candidates.forget();
    input.close();
  }
}
