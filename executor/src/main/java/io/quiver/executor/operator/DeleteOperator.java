package io.quiver.executor.operator;

import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import org.jspecify.annotations.Nullable;

/** Deletes the rows whose ids its input gives, and gives their number. */
final class DeleteOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final TableId table;
  private boolean done;

  DeleteOperator(ExecutionContext context, Operator input, TableId table) {
    this.context = context;
    this.input = input;
    this.table = table;
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
      rows += context.transaction().delete(table, rowIds(batch.column(0)));
    }
    return InsertOperator.rowCount(rows);
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
    input.close();
  }
}
