package io.quiver.engine;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Evaluates CHECK constraints. Instants are in UTC whatever the session's time zone, so that a row
 * that was good stays so. Safe for many threads.
 */
final class TableChecks {
  private static final int TABLES_MAX = 1_000;
  private static final int VALUE_LENGTH_MAX = 60;
  private static final EvaluationContext CONTEXT =
      new EvaluationContext(List.of(), Instant.EPOCH, "", "", "", ZoneOffset.UTC);

  private final Planner planner;

  /** The conditions of the definition that was checked last, for each table. */
  private final Map<TableId, Planned> plans = new ConcurrentHashMap<>();

  TableChecks(Planner planner) {
    this.planner = planner;
  }

  private record Planned(TableDefinition table, Map<String, Expression> conditions) {}

  /** Checks rows as {@link io.quiver.storage.transaction.RowConditions#check} says. */
  void check(TableDefinition table, List<Constraint.Check> checks, Batch rows) {
    Map<String, Expression> conditions = conditions(table);
    for (Constraint.Check check : checks) {
      Expression condition =
          conditions.computeIfAbsent(check.sql(), sql -> planner.condition(sql, table));
      Column holds = ExpressionEvaluator.compile(condition, CONTEXT).evaluate(rows);
      for (int row = 0; row < rows.rowCount(); row++) {
        if (!holds.isNull(row) && !holds.getBoolean(row)) {
          throw violated(table, check, rows, row);
        }
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // A definition is replaced by another object, never back.
  private Map<String, Expression> conditions(TableDefinition table) {
    Planned last = plans.get(table.id());
    if (last == null || last.table() != table) {
      last = new Planned(table, new ConcurrentHashMap<>());
      if (plans.size() >= TABLES_MAX) {
        plans.clear();
      }
      plans.put(table.id(), last);
    }
    return last.conditions();
  }

  private static QuiverException violated(
      TableDefinition table, Constraint.Check check, Batch rows, int row) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < rows.width(); i++) {
      values.add(text(rows.column(i), row));
    }
    return new QuiverException(
        ErrorCode.CHECK_VIOLATION,
        "the row ("
            + String.join(", ", values)
            + ") of table \""
            + table.name()
            + "\" breaks CHECK \""
            + check.name()
            + "\": "
            + check.sql());
  }

  private static String text(Column column, int row) {
    if (column.isNull(row)) {
      return "NULL";
    }
    Column value = column.gather(new int[] {row}, 1, Arena.ofAuto());
    Batch one = new Batch(List.of(value), 1);
    Expression cast =
        new Expression.Cast(new Expression.InputColumn(0, column.type()), SqlType.TEXT);
    CompiledExpression compiled = ExpressionEvaluator.compile(cast, CONTEXT);
    String text = String.valueOf(compiled.evaluate(one).get(0));
    return text.length() <= VALUE_LENGTH_MAX ? text : text.substring(0, VALUE_LENGTH_MAX) + "...";
  }
}
