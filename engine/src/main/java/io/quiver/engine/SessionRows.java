package io.quiver.engine;

import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.RowConditions;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates what storage keeps as texts: a CHECK alike for all sessions, a DEFAULT as the statement
 * would that runs. Owned by its session.
 */
final class SessionRows implements RowConditions {
  private final TableChecks checks;
  private final Planner planner;
  private @Nullable EvaluationContext statement;

  SessionRows(TableChecks checks, Planner planner) {
    this.checks = checks;
    this.planner = planner;
  }

  /** A statement runs from now on. */
  void begin(EvaluationContext next) {
    statement = next;
  }

  @Override
  public void check(TableDefinition table, List<Constraint.Check> conditions, Batch rows) {
    checks.check(table, conditions, rows);
  }

  @Override
  public List<Column> defaults(TableDefinition table, List<ColumnId> columns, int rows) {
    EvaluationContext context = statement;
    if (context == null) {
      throw new IllegalStateException("no statement runs that could set defaults");
    }
    List<Expression> values = planner.defaults(table);
    Batch none = new Batch(List.of(), rows);
    return columns.stream()
        .map(id -> values.get(table.columns().indexOf(table.column(id))))
        .map(value -> ExpressionEvaluator.compile(value, context).evaluate(none))
        .toList();
  }
}
