package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups its input by a hash table and computes aggregates, all of them a batch at a time. */
final class AggregateOperator implements Operator {
  private static final int INITIAL_GROUPS = 64;

  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Aggregate aggregate;
  private final Reservation reservation;
  private final List<Accumulator> accumulators = new ArrayList<>();

  /** For each call the (group, argument values) seen so far, or null where it is not DISTINCT. */
  private final List<@Nullable GroupTable> seen = new ArrayList<>();

  private final int[] groups = new int[Batch.ROWS];
  private final int[] everyRow = new int[Batch.ROWS];
  private final int[] chosen = new int[Batch.ROWS];
  private final int[] scratch = new int[Batch.ROWS];
  private @Nullable GroupTable table;
  private int capacity;
  private int groupCount;
  private int position;
  private boolean done;

  AggregateOperator(ExecutionContext context, Operator input, PlanNode.Aggregate aggregate) {
    this.context = context;
    this.input = input;
    this.aggregate = aggregate;
    this.reservation = new Reservation(context.memory());
    for (int row = 0; row < everyRow.length; row++) {
      everyRow[row] = row;
    }
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (!done) {
      done = true;
      aggregateAll();
    }
    int count = Math.min(Batch.ROWS, groupCount - position);
    if (count == 0) {
      return null;
    }
    List<Column> columns = new ArrayList<>(aggregate.schema().size());
    if (table != null) {
      columns.addAll(table.chunks().get(position >>> RowBuffer.CHUNK_BITS).columns());
    }
    for (Accumulator accumulator : accumulators) {
      columns.add(accumulator.result(position, count));
    }
    position += count;
    return new Batch(columns, count);
  }

  private void aggregateAll() {
    for (AggregateCall call : aggregate.calls()) {
      accumulators.add(Accumulator.of(call, reservation));
      seen.add(call.distinct() ? new GroupTable(reservation) : null);
    }
    if (aggregate.keys().isEmpty()) {
      groupCount = 1;
    } else {
      table = new GroupTable(reservation);
    }
    ensureCapacity();
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      if (table != null) {
        table.assign(BatchRows.project(batch, aggregate.keys()), groups);
        groupCount = table.groupCount();
        ensureCapacity();
      }
      for (int i = 0; i < accumulators.size(); i++) {
        accumulate(batch, aggregate.calls().get(i), accumulators.get(i), seen.get(i));
      }
    }
  }

  private void accumulate(
      Batch batch, AggregateCall call, Accumulator accumulator, @Nullable GroupTable distinct) {
    int[] rows = everyRow;
    int count = batch.rowCount();
    if (call.filterColumn() >= 0) {
      count = selectTrue(batch.column(call.filterColumn()), chosen);
      rows = chosen;
    }
    if (distinct != null && count > 0) {
      count = selectNew(batch, call, rows, count, distinct);
      rows = chosen;
    }
    if (count > 0) {
      accumulator.add(batch, rows, count, groups);
    }
  }

  private static int selectTrue(Column condition, int[] rows) {
    int count = 0;
    for (int row = 0; row < condition.length(); row++) {
      if (!condition.isNull(row) && condition.getBoolean(row)) {
        rows[count++] = row;
      }
    }
    return count;
  }

  /**
   * Of the given rows, those whose arguments their group has not had before; in {@link #chosen}.
   */
  private int selectNew(
      Batch batch, AggregateCall call, int[] rows, int count, GroupTable distinct) {
    ColumnBuilder groupColumn = new ColumnBuilder(SqlType.INTEGER, count);
    for (int i = 0; i < count; i++) {
      groupColumn.appendInt(groups[rows[i]]);
    }
    Batch arguments = BatchRows.keep(BatchRows.project(batch, call.arguments()), rows, count);
    List<Column> key = new ArrayList<>(arguments.columns());
    key.add(groupColumn.build());
    distinct.assign(new Batch(key, count), scratch);
    int fresh = distinct.newCount();
    for (int i = 0; i < fresh; i++) {
      chosen[i] = rows[distinct.newRows()[i]];
    }
    return fresh;
  }

  private void ensureCapacity() {
    if (groupCount <= capacity && capacity > 0) {
      return;
    }
    int wanted = Math.max(Math.max(INITIAL_GROUPS, capacity * 2), groupCount);
    long bytes = 0;
    for (Accumulator accumulator : accumulators) {
      bytes += (long) (wanted - capacity) * accumulator.bytesPerGroup();
    }
    reservation.grow(bytes);
    for (Accumulator accumulator : accumulators) {
      accumulator.ensure(wanted);
    }
    capacity = wanted;
  }

  @Override
  public void close() {
    reservation.close();
    accumulators.clear();
    seen.clear();
    table = null;
    input.close();
  }
}
