package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds rows whose key is free, and updates or leaves the rows that hold the keys of the others. */
final class ConflictUpdate {
  private final ExecutionContext context;
  private final TableId table;
  private final @Nullable List<ColumnId> key;
  private final Reservation reservation;
  private final @Nullable List<CompiledExpression> values;
  private final @Nullable CompiledExpression where;
  private final Set<Long> updated = new HashSet<>();

  ConflictUpdate(
      ExecutionContext context,
      TableId table,
      PlanNode.OnConflict conflict,
      Reservation reservation) {
    this.context = context;
    this.table = table;
    this.key = conflict.key();
    this.reservation = reservation;
    this.values = conflict.values() == null ? null : compile(conflict.values(), context);
    this.where =
        conflict.where() == null
            ? null
            : ExpressionEvaluator.compile(conflict.where(), context.evaluation());
  }

  private static List<CompiledExpression> compile(
      List<Expression> expressions, ExecutionContext context) {
    return expressions.stream()
        .map(e -> ExpressionEvaluator.compile(e, context.evaluation()))
        .toList();
  }

  /**
   * Adds or updates the rows of a batch.
   *
   * @return the rows as they are in the table now, in the order in which they were given
   * @throws QuiverException 21000 when a row would be updated that this statement has made
   */
  Batch insert(Batch rows) {
    long[] holders = context.transaction().appendNew(table, rows, context.snapshot(), key);
    int[] free = new int[rows.rowCount()];
    int[] taken = new int[rows.rowCount()];
    int freeCount = 0;
    int takenCount = 0;
    for (int row = 0; row < holders.length; row++) {
      if (holders[row] == Transaction.FREE) {
        free[freeCount++] = row;
      } else {
        taken[takenCount++] = row;
      }
    }
    if (takenCount == 0) {
      return rows;
    }
    Batch added = BatchRows.keep(rows, free, freeCount);
    if (values == null) {
      return added;
    }
    int[] changed = new int[takenCount];
    Batch replaced = update(rows, holders, Arrays.copyOf(taken, takenCount), changed);
    return merged(added, free, freeCount, replaced, changed);
  }

  /**
   * Updates the holders of taken keys for which WHERE is true.
   *
   * @param changed is given the numbers of the rows whose holders are updated
   * @return what those holders are now
   */
  private Batch update(Batch rows, long[] holders, int[] taken, int[] changed) {
    TableSnapshot seen = context.snapshot().table(table);
    long[] wanted = new long[taken.length];
    for (int i = 0; i < taken.length; i++) {
      wanted[i] = holders[taken[i]];
      if (!seen.isLive(wanted[i])) {
        throw twice();
      }
    }
    List<Column> both = new ArrayList<>(seen.rows(wanted).columns());
    both.addAll(BatchRows.keep(rows, taken, taken.length).columns());
    Batch pairs = new Batch(both, taken.length);
    int[] selected = new int[taken.length];
    int count = taken.length;
    if (where != null) {
      count = where.select(pairs, selected);
      pairs = BatchRows.keep(pairs, selected, count);
    } else {
      Arrays.setAll(selected, i -> i);
    }
    long[] ids = new long[count];
    for (int i = 0; i < count; i++) {
      ids[i] = wanted[selected[i]];
      changed[i] = taken[selected[i]];
      if (!updated.add(ids[i])) {
        throw twice();
      }
    }
    reservation.grow(64L * count);
    Batch next = new Batch(replacements(pairs), count);
    if (count > 0) {
      context.transaction().delete(table, ids, next);
      context.transaction().append(table, next);
    }
    return next;
  }

  private List<Column> replacements(Batch pairs) {
    List<Column> columns = new ArrayList<>();
    if (values != null) {
      for (CompiledExpression value : values) {
        columns.add(value.evaluate(pairs));
      }
    }
    return columns;
  }

  /** Both in the order of the rows that they come from. */
  private static Batch merged(
      Batch added, int[] free, int freeCount, Batch replaced, int[] changed) {
    if (replaced.rowCount() == 0) {
      return added;
    }
    if (freeCount == 0) {
      return replaced;
    }
    int count = freeCount + replaced.rowCount();
    List<Column> columns = new ArrayList<>();
    for (int column = 0; column < added.width(); column++) {
      ColumnBuilder builder = new ColumnBuilder(added.column(column).type(), count);
      int next = 0;
      for (int row = 0; row < replaced.rowCount(); row++) {
        for (; next < freeCount && free[next] < changed[row]; next++) {
          builder.appendFrom(added.column(column), next);
        }
        builder.appendFrom(replaced.column(column), row);
      }
      for (; next < freeCount; next++) {
        builder.appendFrom(added.column(column), next);
      }
      columns.add(builder.build());
    }
    return new Batch(columns, count);
  }

  private static QuiverException twice() {
    return new QuiverException(
        ErrorCode.CARDINALITY_VIOLATION,
        "ON CONFLICT DO UPDATE cannot affect a row a second time: two of the rows to insert have"
            + " the same key");
  }
}
