package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scan whose filter names every column of a unique key, each by an equality or by a list of
 * values, looks these keys up instead.
 */
public final class KeyLookups {
  /** Combinations of the values for several key columns; beyond this a scan it stays. */
  private static final int COMBINATIONS_MAX = 4_096;

  private final PlanNode.Scan scan;
  private final List<Expression> rest;

  private KeyLookups(PlanNode.Scan scan, Expression filter) {
    this.scan = scan;
    this.rest = new ArrayList<>();
    flatten(filter, rest);
  }

  /** The same plan with lookups in the place of scans. */
  public static PlanNode apply(PlanNode plan, Catalog catalog) {
    return PlanExpressions.mapNodes(
        plan,
        node -> {
          if (!(node instanceof PlanNode.Scan scan) || scan.filter() == null) {
            return node;
          }
          TableDefinition table = catalog.table(scan.table());
          if (table == null) {
            return node;
          }
          for (Constraint.Key key : table.uniqueKeys()) {
            PlanNode lookup = new KeyLookups(scan, scan.filter()).lookup(table, key.columns());
            if (lookup != null) {
              return lookup;
            }
          }
          return node;
        });
  }

  private @Nullable PlanNode lookup(TableDefinition table, List<ColumnId> key) {
    List<List<Expression>> keys = List.of(List.of());
    for (ColumnId column : key) {
      List<Expression> values = valuesOf(column, table.column(column).type());
      if (values == null || (long) keys.size() * values.size() > combinationsMax(key)) {
        return null;
      }
      List<List<Expression>> longer = new ArrayList<>(keys.size() * values.size());
      for (List<Expression> shorter : keys) {
        for (Expression value : values) {
          List<Expression> next = new ArrayList<>(shorter);
          next.add(value);
          longer.add(next);
        }
      }
      keys = longer;
    }
    Expression filter =
        switch (rest.size()) {
          case 0 -> null;
          case 1 -> rest.getFirst();
          default -> new Expression.Call(ScalarFunction.AND, rest, SqlType.BOOLEAN);
        };
    return new PlanNode.KeyLookup(scan.table(), scan.columns(), key, keys, filter, scan.schema());
  }

  private static int combinationsMax(List<ColumnId> key) {
    return key.size() == 1 ? Integer.MAX_VALUE : COMBINATIONS_MAX;
  }

  /** The values that a column may have, taken out of the conditions; null where none says. */
  private @Nullable List<Expression> valuesOf(ColumnId column, SqlType type) {
    for (Expression condition : rest) {
      List<Expression> values = values(condition, column, type);
      if (values != null) {
        rest.remove(condition);
        return values;
      }
    }
    return null;
  }

  private @Nullable List<Expression> values(Expression condition, ColumnId column, SqlType type) {
    return switch (condition) {
      case Expression.Call call when call.function() == ScalarFunction.EQUAL -> {
        Expression value = valueOf(call, column, type);
        yield value == null ? null : List.of(value);
      }
      case Expression.Call call when call.function() == ScalarFunction.OR -> {
        List<Expression> alternatives = new ArrayList<>();
        flatten(ScalarFunction.OR, call, alternatives);
        List<Expression> all = new ArrayList<>();
        for (Expression alternative : alternatives) {
          List<Expression> some = values(alternative, column, type);
          if (some == null) {
            yield null;
          }
          all.addAll(some);
        }
        yield all;
      }
      case Expression.InSet set when is(set.operand(), column) -> {
        // A set has no order; a plan must be the same each time that it is made.
        yield set.values().stream()
            .map(value -> (Expression) new Expression.Literal(value, type))
            .sorted(Comparator.comparing(Object::toString))
            .toList();
      }
      default -> null;
    };
  }

  private @Nullable Expression valueOf(Expression.Call equality, ColumnId column, SqlType type) {
    Expression left = equality.arguments().get(0);
    Expression right = equality.arguments().get(1);
    Expression value = is(left, column) ? right : is(right, column) ? left : null;
    return value != null && Expressions.isRowIndependent(value) && Types.same(value.type(), type)
        ? value
        : null;
  }

  private boolean is(Expression expression, ColumnId column) {
    return expression instanceof Expression.InputColumn input
        && scan.columns().get(input.index()).equals(column);
  }

  private static void flatten(Expression filter, List<Expression> conditions) {
    if (filter instanceof Expression.Call call && call.function() == ScalarFunction.AND) {
      flatten(ScalarFunction.AND, call, conditions);
    } else {
      conditions.add(filter);
    }
  }

  private static void flatten(
      ScalarFunction function, Expression.Call call, List<Expression> parts) {
    for (Expression argument : call.arguments()) {
      if (argument instanceof Expression.Call inner && inner.function() == function) {
        flatten(function, inner, parts);
      } else {
        parts.add(argument);
      }
    }
  }
}
