package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all rows, sorts them by partition and order, and computes window functions for whole
 * partitions, a few thousand rows of them at a time.
 */
final class WindowOperator implements Operator {
  private final ExecutionContext context;
  private final Operator input;
  private final PlanNode.Window window;
  private final Reservation reservation;
  private final RowBuffer rows;
  private final List<SortKey> partitionKeys = new ArrayList<>();
  private final List<WindowFunctions> functions = new ArrayList<>();
  private int @Nullable [] order;
  private @Nullable WindowPartition partition;
  private @Nullable WindowFrames frames;

  /** The results of the rows from {@link #firstPending} to {@link #computed}. */
  private List<Column> pending = List.of();

  private long pendingBytes;
  private int firstPending;
  private int computed;
  private int given;

  /** The largest partition for which aggregates have reserved. */
  private int reservedRows;

  WindowOperator(ExecutionContext context, Operator input, PlanNode.Window window) {
    this.context = context;
    this.input = input;
    this.window = window;
    this.reservation = new Reservation(context.memory());
    this.rows = new RowBuffer(window.input().schema(), reservation);
    for (int key : window.partitionKeys()) {
      partitionKeys.add(new SortKey(key, false, false));
    }
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (order == null) {
      order = sort();
      partition = new WindowPartition(rows, order);
      frames = new WindowFrames(window.frame(), window.order(), context);
      for (var call : window.calls()) {
        functions.add(new WindowFunctions(call, partition));
      }
    }
    if (given == computed) {
      if (computed == order.length || partition == null || frames == null) {
        return null;
      }
      compute(order, partition, frames);
    }
    int count = Math.min(Batch.ROWS, computed - given);
    List<Column> columns = new ArrayList<>(rows.gather(order, given, count).columns());
    Batch results = new Batch(pending, computed - firstPending);
    columns.addAll(BatchRows.range(results, given - firstPending, count).columns());
    given += count;
    return new Batch(columns, count);
  }

  private int[] sort() {
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      rows.add(batch);
    }
    rows.seal();
    // Sorting, and the two ends of each row's peers.
    reservation.grow((RowSorter.BYTES_PER_ROW + 8) * rows.rowCount());
    List<SortKey> keys = new ArrayList<>(partitionKeys);
    keys.addAll(window.order());
    return RowSorter.sort(rows, keys, context);
  }

  /** Goes through whole partitions until there are enough rows for a batch. */
  private void compute(int[] sorted, WindowPartition current, WindowFrames bounds) {
    reservation.shrink(pendingBytes);
    firstPending = computed;
    List<ColumnBuilder> results = new ArrayList<>(functions.size());
    for (int i = 0; i < functions.size(); i++) {
      results.add(new ColumnBuilder(resultType(i), Batch.ROWS));
    }
    while (computed < sorted.length && computed - firstPending < Batch.ROWS) {
      int end = endOfPartition(sorted, current);
      reserve(end - computed);
      current.move(computed, end);
      markPeers(current);
      for (int i = 0; i < functions.size(); i++) {
        context.checkCancelled();
        functions.get(i).append(bounds, results.get(i));
      }
      computed = end;
    }
    pending = results.stream().map(ColumnBuilder::build).toList();
    pendingBytes = pending.stream().mapToLong(Column::sizeInBytes).sum();
    reservation.grow(pendingBytes);
  }

  /** The type that the values really have: a schema may leave a vector's dimension open. */
  private SqlType resultType(int function) {
    var call = window.calls().get(function);
    return call.type() instanceof SqlType.Vector && !rows.chunks().isEmpty()
        ? rows.chunks().getFirst().column(call.arguments().getFirst()).type()
        : call.type();
  }

  private void reserve(int size) {
    if (size > reservedRows) {
      long aggregates = functions.stream().filter(WindowFunctions::isAggregate).count();
      reservation.grow(aggregates * WindowAggregate.BYTES_PER_ROW * (size - reservedRows));
      reservedRows = size;
    }
  }

  private int endOfPartition(int[] sorted, WindowPartition current) {
    current.move(0, sorted.length);
    int end = computed + 1;
    while (end < sorted.length && equal(current, partitionKeys, end - 1, end)) {
      end++;
    }
    return end;
  }

  private void markPeers(WindowPartition current) {
    int first = 0;
    for (int row = 1; row <= current.size(); row++) {
      if (row == current.size() || !equal(current, window.order(), row - 1, row)) {
        current.setPeers(first, row);
        first = row;
      }
    }
  }

  private static boolean equal(WindowPartition rows, List<SortKey> keys, int a, int b) {
    for (int i = 0; i < keys.size(); i++) {
      SortKey key = keys.get(i);
      Column left = rows.chunk(key.column(), a);
      Column right = rows.chunk(key.column(), b);
      if (RowSorter.compare(key, left, rows.at(a), right, rows.at(b)) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    reservation.close();
    rows.forget();
    functions.forEach(WindowFunctions::close);
    pending = List.of();
    input.close();
  }
}
