package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows by the values of a unique key, and gives them as a scan would: each once, by row id.
 */
final class KeyLookupOperator implements Operator {
  private final ExecutionContext context;
  private final PlanNode.KeyLookup lookup;
  private @Nullable List<RowLocation> found;
  private int position;

  KeyLookupOperator(ExecutionContext context, PlanNode.KeyLookup lookup) {
    this.context = context;
    this.lookup = lookup;
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (found == null) {
      found = find();
    }
    while (position < found.size()) {
      int count = Math.min(Batch.ROWS, found.size() - position);
      Batch batch = filtered(gather(found.subList(position, position + count)));
      position += count;
      if (batch != null) {
        return batch;
      }
    }
    return null;
  }

  private List<RowLocation> find() {
    context.awaitKeys(lookup.table());
    TableSnapshot table = context.snapshot().table(lookup.table());
    List<Column> keys = keys();
    int rows = keys.getFirst().length();
    if (rows == 1) {
      RowLocation only = table.find(lookup.key(), keys, 0);
      return only == null ? List.of() : List.of(only);
    }
    TreeMap<Long, RowLocation> byRowId = new TreeMap<>();
    for (int row = 0; row < rows; row++) {
      if ((row & Batch.ROWS - 1) == 0) {
        context.checkCancelled();
      }
      RowLocation location = table.find(lookup.key(), keys, row);
      if (location != null) {
        byRowId.put(location.segment().rowId(location.row()), location);
      }
    }
    return List.copyOf(byRowId.values());
  }

  /** A column for each of the key's; keys with a null in them are left out, for none is equal. */
  private List<Column> keys() {
    int width = lookup.keys().getFirst().size();
    List<ColumnBuilder> builders = new ArrayList<>(width);
    for (Expression part : lookup.keys().getFirst()) {
      builders.add(new ColumnBuilder(part.type(), lookup.keys().size()));
    }
    @Nullable Object[] values = new Object[width];
    for (List<Expression> key : lookup.keys()) {
      boolean complete = true;
      for (int i = 0; i < width; i++) {
        values[i] = value(key.get(i));
        complete &= values[i] != null;
      }
      for (int i = 0; complete && i < width; i++) {
        builders.get(i).append(values[i]);
      }
    }
    return builders.stream().map(ColumnBuilder::build).toList();
  }

  private @Nullable Object value(Expression expression) {
    return switch (expression) {
      case Expression.Literal literal -> literal.value();
      case Expression.Parameter parameter -> context.parameters().get(parameter.index());
      default -> ExpressionEvaluator.compile(expression, context.evaluation()).constant();
    };
  }

  private Batch gather(List<RowLocation> rows) {
    List<Column> columns = new ArrayList<>(lookup.columns().size());
    for (ColumnId id : lookup.columns()) {
      ColumnBuilder builder =
          new ColumnBuilder(rows.getFirst().segment().column(id).type(), rows.size());
      for (RowLocation row : rows) {
        builder.appendFrom(row.segment().column(id), row.row());
      }
      columns.add(builder.build());
    }
    return new Batch(columns, rows.size());
  }

  private @Nullable Batch filtered(Batch batch) {
    if (lookup.filter() == null) {
      return batch;
    }
    CompiledExpression filter = ExpressionEvaluator.compile(lookup.filter(), context.evaluation());
    int[] rows = new int[batch.rowCount()];
    int count = filter.select(batch, rows);
    return count == 0 ? null : BatchRows.keep(batch, rows, count);
  }

  @Override
  public void close() {
    found = null;
  }
}
