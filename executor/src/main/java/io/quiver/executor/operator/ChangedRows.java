package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change gives once it is made: the number of its rows, or what RETURNING makes of them.
 * Owned by the operator's thread.
 */
final class ChangedRows {
  private final Reservation reservation;
  private final @Nullable List<CompiledExpression> returning;
  private final Deque<Batch> results = new ArrayDeque<>();
  private long count;
  private boolean counted;

  ChangedRows(
      ExecutionContext context, Reservation reservation, PlanNode.@Nullable Returning returning) {
    this.reservation = reservation;
    this.returning =
        returning == null
            ? null
            : returning.expressions().stream()
                .map(e -> ExpressionEvaluator.compile(e, context.evaluation()))
                .toList();
  }

  /** Whether anyone wants to see the rows. */
  boolean areReturned() {
    return returning != null;
  }

  /** Notes changed rows of which only the number is wanted. */
  void count(long rows) {
    count += rows;
  }

  /** Notes changed rows: all columns of the table. */
  void add(Batch rows) {
    count += rows.rowCount();
    if (returning == null || rows.rowCount() == 0) {
      return;
    }
    List<Column> columns = new ArrayList<>(returning.size());
    for (CompiledExpression expression : returning) {
      columns.add(expression.evaluate(rows));
    }
    Batch result = new Batch(columns, rows.rowCount());
    reservation.grow(result.sizeInBytes());
    results.add(result);
  }

  /** The next batch of the result, once the change is made; null at the end. */
  @Nullable Batch next() {
    if (returning != null) {
      return results.poll();
    }
    if (counted) {
      return null;
    }
    counted = true;
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.appendLong(count);
    return new Batch(List.of(builder.build()), 1);
  }
}
