package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends rows to a table, counting up its identity, and gives their number. */
final class InsertOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Insert insert;
  private final IdentityColumn identity;
  private boolean done;

  InsertOperator(ExecutionContext context, Operator input, PlanNode.Insert insert) {
    this.context = context;
    this.input = input;
    this.insert = insert;
    this.identity =
        new IdentityColumn(context.transaction(), insert.table(), insert.identityColumn());
  }

  @Override
  public @Nullable Batch next() {
    if (done) {
      return null;
    }
    done = true;
    long rows = 0;
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      context.transaction().append(insert.table(), identity.fill(batch));
      rows += batch.rowCount();
    }
    return rowCount(rows);
  }

  /** The one row that every change gives. */
  static Batch rowCount(long rows) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.appendLong(rows);
    return new Batch(List.of(builder.build()), 1);
  }

  @Override
  public void close() {
    input.close();
  }
}
