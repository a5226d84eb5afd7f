package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/** Appends rows to a table, counting up its identity. */
final class InsertOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Insert insert;
  private final IdentityColumn identity;
  private final Reservation reservation;
  private final ChangedRows changed;
  private final @Nullable ConflictUpdate conflict;
  private boolean done;

  InsertOperator(ExecutionContext context, Operator input, PlanNode.Insert insert) {
    this.context = context;
    this.input = input;
    this.insert = insert;
    this.identity =
        new IdentityColumn(context.transaction(), insert.table(), insert.identityColumn());
    this.reservation = new Reservation(context.memory());
    this.changed = new ChangedRows(context, reservation, insert.returning());
    this.conflict =
        insert.conflict() == null
            ? null
            : new ConflictUpdate(context, insert.table(), insert.conflict(), reservation);
  }

  @Override
  public @Nullable Batch next() {
    if (!done) {
      done = true;
      context.awaitKeysToChange(insert.table());
      context.awaitIndexes(insert.table());
      for (Batch batch = input.next(); batch != null; batch = input.next()) {
        context.checkCancelled();
        Batch rows = identity.fill(batch);
        if (conflict != null) {
          changed.add(conflict.insert(rows));
        } else {
          context.transaction().append(insert.table(), rows);
          changed.add(rows);
        }
      }
    }
    return changed.next();
  }

  @Override
  public void close() {
    reservation.close();
    input.close();
  }
}
