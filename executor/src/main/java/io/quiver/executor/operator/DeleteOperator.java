package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deletes the rows whose ids its input gives, each once. */
final class DeleteOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final TableId table;
  private final Reservation reservation;
  private final ChangedRows changed;
  private boolean done;

  DeleteOperator(ExecutionContext context, Operator input, PlanNode.Delete delete) {
    this.context = context;
    this.input = input;
    this.table = delete.table();
    this.reservation = new Reservation(context.memory());
    this.changed = new ChangedRows(context, reservation, delete.returning());
  }

  @Override
  public @Nullable Batch next() {
    if (!done) {
      done = true;
      context.awaitKeysToChange(table);
      for (Batch batch = input.next(); batch != null; batch = input.next()) {
        context.checkCancelled();
        delete(batch);
      }
    }
    return changed.next();
  }

  private void delete(Batch batch) {
    long[] ids = rowIds(batch.column(0));
    if (!changed.areReturned()) {
      changed.count(context.transaction().delete(table, ids));
      return;
    }
    // A join may name a row twice: only the first time does it go, and is it returned.
    int[] gone = new int[ids.length];
    int count = 0;
    for (int row = 0; row < ids.length; row++) {
      if (context.transaction().delete(table, new long[] {ids[row]}) > 0) {
        gone[count++] = row;
      }
    }
    List<Column> columns = batch.columns().subList(1, batch.width());
    changed.add(BatchRows.keep(new Batch(columns, batch.rowCount()), gone, count));
  }

  static long[] rowIds(Column column) {
    long[] ids = new long[column.length()];
    for (int row = 0; row < ids.length; row++) {
      ids[row] = column.getLong(row);
    }
    return ids;
  }

  @Override
  public void close() {
    reservation.close();
    input.close();
  }
}
