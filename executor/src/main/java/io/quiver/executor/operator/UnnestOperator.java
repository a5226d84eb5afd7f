package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives a row of the input once for each element of its array. */
final class UnnestOperator implements Operator {
  private static final int ABSENT = -1;

  private final ExecutionContext context;
  private final Operator input;
  private final CompiledExpression array;
  private final boolean outer;
  private final boolean withOrdinality;

  /** The input's rows that are being read, and their arrays. */
  private @Nullable Batch batch;

  private @Nullable Column arrays;
  private int row;

  /** How many elements of {@link #row} have been given. */
  private int given;

  private final int[] rows = new int[Batch.ROWS];
  private final int[] elements = new int[Batch.ROWS];
  private final int[] positions = new int[Batch.ROWS];

  UnnestOperator(
      ExecutionContext context, Operator input, CompiledExpression array, PlanNode.Unnest unnest) {
    this.context = context;
    this.input = input;
    this.array = array;
    this.outer = unnest.outer();
    this.withOrdinality = unnest.withOrdinality();
  }

  @Override
  public @Nullable Batch next() {
    while (true) {
      context.checkCancelled();
      Batch from = batch;
      Column lists = arrays;
      if (from == null || lists == null || row == from.rowCount()) {
        from = input.next();
        if (from == null) {
          return null;
        }
        lists = array.evaluate(from);
        batch = from;
        arrays = lists;
        row = 0;
        given = 0;
      }
      int count = fill(from, lists);
      if (count > 0) {
        return output(from, lists, count);
      }
    }
  }

  /** Takes as many elements as a batch holds. */
  private int fill(Batch from, Column lists) {
    int count = 0;
    while (count < Batch.ROWS && row < from.rowCount()) {
      boolean isNull = lists.isNull(row);
      int start = isNull ? 0 : lists.elementsFrom(row);
      int length = isNull ? 0 : lists.elementsTo(row) - start;
      if (length == 0 && outer) {
        take(count++, ABSENT, ABSENT);
      }
      while (given < length && count < Batch.ROWS) {
        take(count++, start + given, given + 1);
        given++;
      }
      if (given == length) {
        row++;
        given = 0;
      }
    }
    return count;
  }

  private void take(int at, int element, int position) {
    rows[at] = row;
    elements[at] = element;
    positions[at] = position;
  }

  private Batch output(Batch from, Column lists, int count) {
    List<Column> columns = new ArrayList<>(from.width() + 2);
    for (Column column : from.columns()) {
      columns.add(column.gather(rows, count, Arena.ofAuto()));
    }
    columns.add(lists.elements().gather(elements, count, Arena.ofAuto()));
    if (withOrdinality) {
      ColumnBuilder ordinality = new ColumnBuilder(SqlType.BIGINT, count);
      for (int i = 0; i < count; i++) {
        ordinality.append(positions[i] == ABSENT ? null : (Object) (long) positions[i]);
      }
      columns.add(ordinality.build());
    }
    return new Batch(columns, count);
  }

  @Override
  public void close() {
    batch = null;
    arrays = null;
    input.close();
  }
}
