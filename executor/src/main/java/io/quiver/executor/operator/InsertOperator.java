package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Appends rows to a table, counting up its identity, and gives their number. */
final class InsertOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Insert insert;
  private long highestGiven = Long.MIN_VALUE;
  private boolean done;

  InsertOperator(ExecutionContext context, Operator input, PlanNode.Insert insert) {
    this.context = context;
    this.input = input;
    this.insert = insert;
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
      context.transaction().append(insert.table(), withIdentity(batch));
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

  private Batch withIdentity(Batch batch) {
    int position = insert.identityColumn();
    if (position < 0) {
      return batch;
    }
    List<Column> columns = new ArrayList<>(batch.columns());
    columns.set(position, countUp(batch.column(position)));
    return new Batch(columns, batch.rowCount());
  }

  private Column countUp(Column given) {
    Transaction transaction = context.transaction();
    boolean narrow = given.type().equals(SqlType.INTEGER);
    ColumnBuilder builder = new ColumnBuilder(given.type(), given.length());
    for (int row = 0; row < given.length(); row++) {
      long value;
      if (given.isNull(row)) {
        value = transaction.nextIdentity(insert.table());
      } else {
        value = narrow ? given.getInt(row) : given.getLong(row);
        if (value > highestGiven) {
          transaction.advanceIdentity(insert.table(), value);
          highestGiven = value;
        }
      }
      if (narrow) {
        builder.appendInt(checkedInt(value));
      } else {
        builder.appendLong(value);
      }
    }
    return builder.build();
  }

  private static int checkedInt(long value) {
    if (value != (int) value) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          "the identity column is an INTEGER, its next value is " + value);
    }
    return (int) value;
  }

  @Override
  public void close() {
    input.close();
  }
}
