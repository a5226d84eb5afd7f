package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/** Keeps all rows, puts them in order, and gives them. */
final class SortOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Sort sort;
  private final Reservation reservation;
  private final RowBuffer rows;
  private int @Nullable [] order;
  private int position;

  SortOperator(ExecutionContext context, Operator input, PlanNode.Sort sort) {
    this.context = context;
    this.input = input;
    this.sort = sort;
    this.reservation = new Reservation(context.memory());
    this.rows = new RowBuffer(sort.schema(), reservation);
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (order == null) {
      for (Batch batch = input.next(); batch != null; batch = input.next()) {
        context.checkCancelled();
        rows.add(batch);
      }
      rows.seal();
      reservation.grow(RowSorter.BYTES_PER_ROW * rows.rowCount());
      order = RowSorter.sort(rows, sort.keys(), context);
    }
    int count = Math.min(Batch.ROWS, order.length - position);
    if (count == 0) {
      return null;
    }
    Batch batch = rows.gather(order, position, count);
    position += count;
    return batch;
  }

  @Override
  public void close() {
    reservation.close();
    rows.forget();
    input.close();
  }
}
