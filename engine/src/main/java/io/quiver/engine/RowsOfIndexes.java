package io.quiver.engine;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.expression.Implication;
import io.quiver.executor.expression.RowCondition;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.IndexConditions;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Finds the rows that a partial index has. Safe for many threads. */
final class RowsOfIndexes implements IndexConditions {
  private final Planner planner;

  RowsOfIndexes(Planner planner) {
    this.planner = planner;
  }

  @Override
  public int[] matching(TableDefinition table, String conditionSql, SegmentView rows) {
    RowCondition condition = planner.indexCondition(conditionSql, table);
    CompiledExpression compiled =
        ExpressionEvaluator.compile(condition.condition(), Implication.OF_CONDITIONS);
    int[] matching = new int[rows.rowCount()];
    int count = 0;
    int[] some = new int[Batch.ROWS];
    for (int from = 0; from < rows.rowCount(); from += Batch.ROWS) {
      List<Column> columns = new ArrayList<>();
      int length = Math.min(Batch.ROWS, rows.rowCount() - from);
      for (ColumnId id : condition.columns()) {
        columns.add(rows.slice(id, from, length));
      }
      int selected = select(compiled, new Batch(columns, length), some);
      for (int i = 0; i < selected; i++) {
        matching[count++] = from + some[i];
      }
    }
    return Arrays.copyOf(matching, count);
  }

  private static int select(CompiledExpression condition, Batch rows, int[] selected) {
    try {
      return condition.select(rows, selected);
    } catch (QuiverException e) {
      // Some row has no value of it, and is none of the index's; which one, each tells by itself.
      return oneByOne(condition, rows, selected);
    }
  }

  private static int oneByOne(CompiledExpression condition, Batch rows, int[] selected) {
    int count = 0;
    int[] one = new int[1];
    for (int row = 0; row < rows.rowCount(); row++) {
      selected[count] = row;
      try {
        count += condition.select(rows.gather(new int[] {row}, 1, Arena.ofAuto()), one);
      } catch (QuiverException e) {
        selected[count] = -1;
      }
    }
    return count;
  }
}
