package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replaces rows: deletes the old ones and appends the new ones. Only the first of several new
 * values for one row counts.
 *
 * <p>Rows wait until {@link #WAITING_BYTES_MAX} are together, so that a key which moves from one
 * row to another ({@code SET id = id + 1}) does not collide with a row still to be replaced. Only
 * an update larger than that can meet such a collision and end with 23505.
 */
final class UpdateOperator implements Operator {
  private static final long WAITING_BYTES_MAX = 64L << 20;

  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Update update;
  private final Reservation reservation;
  private final RowBuffer waiting;
  private final ChangedRows changed;
  private boolean done;

  UpdateOperator(ExecutionContext context, Operator input, PlanNode.Update update) {
    this.context = context;
    this.input = input;
    this.update = update;
    this.reservation = new Reservation(context.memory());
    this.waiting = new RowBuffer(update.input().schema(), reservation);
    this.changed = new ChangedRows(context, reservation, update.returning());
  }

  @Override
  public @Nullable Batch next() {
    if (!done) {
      done = true;
      context.awaitKeysToChange(update.table());
      context.awaitIndexes(update.table());
      replaceAll();
    }
    return changed.next();
  }

  private void replaceAll() {
    GroupTable seen = new GroupTable(reservation);
    int[] groups = new int[Batch.ROWS];
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      seen.assign(BatchRows.project(batch, List.of(0)), groups);
      if (seen.newCount() == 0) {
        continue;
      }
      waiting.add(BatchRows.keep(batch, seen.newRows(), seen.newCount()));
      if (waiting.bytes() > WAITING_BYTES_MAX) {
        replaceWaiting();
      }
    }
    replaceWaiting();
  }

  private void replaceWaiting() {
    Transaction transaction = context.transaction();
    waiting.seal();
    for (Batch batch : waiting.chunks()) {
      context.checkCancelled();
      transaction.delete(update.table(), DeleteOperator.rowIds(batch.column(0)), rows(batch));
    }
    for (Batch batch : waiting.chunks()) {
      context.checkCancelled();
      Batch rows = rows(batch);
      transaction.append(update.table(), rows);
      changed.add(rows);
    }
    waiting.clear();
  }

  /** Without the row id. */
  private static Batch rows(Batch batch) {
    return new Batch(batch.columns().subList(1, batch.width()), batch.rowCount());
  }

  @Override
  public void close() {
    reservation.close();
    input.close();
  }
}
