package io.quiver.engine;

import io.quiver.engine.copy.BulkLoad;
import io.quiver.engine.copy.RowPlan;
import io.quiver.engine.copy.VectorArrays;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.PlannedStatement;
import io.quiver.planner.Planner;
import io.quiver.planner.translate.Expressions;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an INSERT of one row of parameters for many such rows, which come as columns: they are
 * converted, checked and stored column by column, as COPY does with those of a file.
 */
final class BatchInsert {
  private final TableDefinition table;
  private final Schema columns;
  private final RowPlan plan;

  private BatchInsert(TableDefinition table, Schema columns, RowPlan plan) {
    this.table = table;
    this.columns = columns;
    this.plan = plan;
  }

  /**
   * Whether a plan inserts one row that depends on parameters alone. With ON CONFLICT a row may
   * meet one before it, which one statement must not.
   */
  static boolean isPossible(PlannedStatement statement) {
    return statement.plan() instanceof PlanNode.Insert insert
        && insert.input() instanceof PlanNode.Values values
        && values.rows().size() == 1
        && insert.conflict() == null
        && insert.returning() == null;
  }

  /**
   * The statement over columns in the place of its parameters, or null where it {@link #isPossible
   * is not possible} so, or where a column has to be converted value by value.
   *
   * @throws QuiverException 22023 for another number of columns
   */
  static @Nullable BatchInsert of(PlannedStatement statement, Schema columns, Catalog catalog) {
    if (!isPossible(statement)
        || !(statement.plan() instanceof PlanNode.Insert insert)
        || !(insert.input() instanceof PlanNode.Values values)) {
      return null;
    }
    TableDefinition table = catalog.table(insert.table());
    if (table == null) {
      return null;
    }
    List<SqlType> parameters = statement.parameterTypes();
    ParameterBinding.checkCount(parameters, columns.size());
    List<Expression> bound = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      SqlType from = VectorArrays.typeFor(columns.type(i), parameters.get(i));
      Expression value = Planner.bound(i, from, parameters.get(i));
      if (value == null) {
        return null;
      }
      bound.add(value);
    }
    List<Expression> row = values.rows().getFirst();
    return new BatchInsert(
        table,
        columns,
        new RowPlan(
            row.stream().map(value -> Planner.withParameters(value, bound)).toList(),
            vectors(table, row, parameters, columns),
            List.of()));
  }

  private static List<RowPlan.VectorInput> vectors(
      TableDefinition table, List<Expression> row, List<SqlType> parameters, Schema columns) {
    List<RowPlan.VectorInput> vectors = new ArrayList<>();
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i) instanceof SqlType.Vector wanted
          && VectorArrays.typeFor(columns.type(i), wanted) instanceof SqlType.Vector) {
        vectors.add(new RowPlan.VectorInput(i, wanted, target(table, row, i)));
      }
    }
    return vectors;
  }

  /** The first column of the table that a parameter has a part in. */
  private static ColumnDefinition target(
      TableDefinition table, List<Expression> row, int parameter) {
    for (int column = 0; column < row.size(); column++) {
      boolean[] found = {false};
      Expressions.forEach(
          row.get(column),
          part ->
              found[0] |=
                  part instanceof Expression.Parameter(int index, SqlType _) && index == parameter);
      if (found[0]) {
        return table.columns().get(column);
      }
    }
    throw new IllegalStateException("no column takes parameter " + (parameter + 1));
  }

  /**
   * Adds a row for each row of parameters.
   *
   * @param context whose parameters after the statement's own are its hoisted literals
   * @return rows added
   */
  long run(Supplier<@Nullable Batch> batches, ExecutionContext context) {
    return BulkLoad.run(table, columns, batches, plan, context);
  }
}
