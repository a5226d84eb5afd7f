package io.quiver.executor.expression;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a filter what it demands of single columns, once all that depends on no row has a value.
 * A part that is not understood demands nothing. Only rows for which the filter is true count: null
 * is as good as false, but what is demanded of a negated part is what makes that false.
 */
public final class FilterPredicates {
  private final List<ColumnId> columns;
  private final EvaluationContext context;

  private FilterPredicates(List<ColumnId> columns, EvaluationContext context) {
    this.columns = List.copyOf(columns);
    this.context = context;
  }

  /**
   * What a row must fulfil for which a filter is true.
   *
   * @param filter BOOLEAN, or null for none
   * @param columns those that the filter's input columns are
   */
  public static ColumnPredicates of(
      @Nullable Expression filter, List<ColumnId> columns, EvaluationContext context) {
    return filter == null
        ? ColumnPredicates.NONE
        : new FilterPredicates(columns, context).demands(filter, true);
  }

  /** What a row fulfils for which the expression has the wanted value. */
  private ColumnPredicates demands(Expression expression, boolean wanted) {
    return switch (expression) {
      case Expression.InputColumn input -> comparison(Comparisons.EQUAL, input, truth(wanted));
      case Expression.Literal literal -> constant(literal, wanted);
      case Expression.Parameter parameter -> constant(parameter, wanted);
      case Expression.OuterColumn outer -> constant(outer, wanted);
      case Expression.Call call -> call(call, wanted);
      case Expression.InSet set -> {
        ColumnBuilder values = new ColumnBuilder(set.operand().type(), set.values().size());
        set.values().forEach(values::append);
        yield wanted ? oneOf(set.operand(), values.build()) : notNull(set.operand());
      }
      case Expression.Cast cast -> ColumnPredicates.NONE;
      case Expression.Case branches -> ColumnPredicates.NONE;
      case Expression.UserCall call -> ColumnPredicates.NONE;
    };
  }

  private ColumnPredicates constant(Expression expression, boolean wanted) {
    Column value = value(expression);
    boolean holds = value != null && !value.isNull(0) && value.getBoolean(0) == wanted;
    return value == null || holds ? ColumnPredicates.NONE : ColumnPredicates.NEVER;
  }

  private ColumnPredicates call(Expression.Call call, boolean wanted) {
    List<Expression> arguments = call.arguments();
    Expression first = arguments.isEmpty() ? call : arguments.getFirst();
    return switch (call.function()) {
      case AND -> junction(arguments, wanted, wanted);
      case OR -> junction(arguments, wanted, !wanted);
      case NOT -> demands(first, !wanted);
      case IS_NULL -> wanted ? isNull(first) : notNull(first);
      case IS_NOT_NULL -> wanted ? notNull(first) : isNull(first);
      case IS_TRUE -> wanted ? demands(first, true) : ColumnPredicates.NONE;
      case IS_FALSE -> wanted ? demands(first, false) : ColumnPredicates.NONE;
      case IS_NOT_TRUE -> wanted ? ColumnPredicates.NONE : demands(first, true);
      case IS_NOT_FALSE -> wanted ? ColumnPredicates.NONE : demands(first, false);
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> {
        int accepted = Comparisons.accepted(call.function());
        yield comparison(wanted ? accepted : ~accepted, first, arguments.get(1));
      }
      case IS_NOT_DISTINCT_FROM -> wanted ? same(first, arguments.get(1)) : ColumnPredicates.NONE;
      case IS_DISTINCT_FROM -> wanted ? ColumnPredicates.NONE : same(first, arguments.get(1));
      case ANY_EQUAL -> wanted ? anyOf(first, arguments.get(1)) : ColumnPredicates.NONE;
      case STARTS_WITH -> wanted ? prefix(first, arguments.get(1)) : ColumnPredicates.NONE;
      case LIKE -> wanted ? like(arguments) : notNull(first);
      default -> ColumnPredicates.NONE;
    };
  }

  /**
   * @param all whether each of the parts has the wanted value, or only some of them
   */
  private ColumnPredicates junction(List<Expression> parts, boolean wanted, boolean all) {
    ColumnPredicates demands = all ? ColumnPredicates.NONE : ColumnPredicates.NEVER;
    for (Expression part : parts) {
      ColumnPredicates more = demands(part, wanted);
      demands = all ? demands.and(more) : demands.or(more);
    }
    return demands;
  }

  /**
   * @param accepted the outcomes wanted, as a set of {@link Comparisons#LESS} and the like
   */
  private ColumnPredicates comparison(int accepted, Expression left, Expression right) {
    Column constant = value(right);
    if (constant != null) {
      return comparison(accepted, left, constant);
    }
    constant = value(left);
    if (constant == null) {
      return notNull(left).and(notNull(right));
    }
    int equal = accepted & Comparisons.EQUAL;
    int less = (accepted & Comparisons.GREATER) != 0 ? Comparisons.LESS : 0;
    int greater = (accepted & Comparisons.LESS) != 0 ? Comparisons.GREATER : 0;
    return comparison(less | equal | greater, right, constant);
  }

  private ColumnPredicates comparison(int accepted, Expression operand, Column constant) {
    if (constant.isNull(0)) {
      return ColumnPredicates.NEVER;
    }
    Expression.InputColumn input = compared(operand);
    return input == null
        ? notNull(operand)
        : demand(input, ConstantBounds.matching(accepted, input.type(), constant));
  }

  private ColumnPredicates same(Expression left, Expression right) {
    Column constant = value(right);
    if (constant == null) {
      Column other = value(left);
      return other == null ? ColumnPredicates.NONE : same(right, left);
    }
    return constant.isNull(0) ? isNull(left) : comparison(Comparisons.EQUAL, left, constant);
  }

  private ColumnPredicates anyOf(Expression operand, Expression array) {
    Column value = value(array);
    if (value == null) {
      return notNull(operand);
    }
    return value.isNull(0)
        ? ColumnPredicates.NEVER
        : oneOf(operand, value.elementsBetween(value.elementsFrom(0), value.elementsTo(0)));
  }

  private ColumnPredicates oneOf(Expression operand, Column values) {
    Expression.InputColumn input = compared(operand);
    return input == null
        ? notNull(operand)
        : demand(input, ConstantBounds.oneOf(input.type(), values));
  }

  private ColumnPredicates like(List<Expression> arguments) {
    Expression text = arguments.getFirst();
    Column pattern = value(arguments.get(1));
    Column escape = arguments.size() == 3 ? value(arguments.get(2)) : null;
    if (pattern == null || (arguments.size() == 3 && escape == null)) {
      return notNull(text);
    }
    if (pattern.isNull(0) || (escape != null && escape.isNull(0))) {
      return ColumnPredicates.NEVER;
    }
    LikePattern compiled;
    try {
      compiled =
          LikePattern.compile(
              pattern.getString(0), escape == null ? "\\" : escape.getString(0), false);
    } catch (QuiverException e) {
      // The rows that meet this pattern complain about it.
      return notNull(text);
    }
    return beginning(text, compiled.prefix(), compiled.isLiteral());
  }

  private ColumnPredicates prefix(Expression text, Expression prefix) {
    Column value = value(prefix);
    if (value == null) {
      return notNull(text);
    }
    return value.isNull(0) ? ColumnPredicates.NEVER : beginning(text, value.getString(0), false);
  }

  private ColumnPredicates beginning(Expression text, String prefix, boolean whole) {
    Expression.InputColumn input = compared(text);
    if (input == null || !(input.type() instanceof SqlType.Varchar)) {
      return notNull(text);
    }
    return demand(input, ConstantBounds.beginning(prefix, whole));
  }

  private ColumnPredicates isNull(Expression operand) {
    return operand instanceof Expression.InputColumn input
        ? demand(input, new ColumnPredicate.IsNull())
        : ColumnPredicates.NONE;
  }

  /** That a column is not null, where the operand is one, perhaps cast. */
  private ColumnPredicates notNull(Expression operand) {
    return switch (operand) {
      case Expression.InputColumn input -> demand(input, ColumnPredicate.Range.NOT_NULL);
      case Expression.Cast cast -> notNull(cast.operand());
      default -> ColumnPredicates.NONE;
    };
  }

  private ColumnPredicates demand(Expression.InputColumn input, ColumnPredicate predicate) {
    return ColumnPredicates.of(columns.get(input.index()), predicate);
  }

  /** The column that an operand is, where the operand has its values in their order; else null. */
  private static Expression.@Nullable InputColumn compared(Expression operand) {
    return switch (operand) {
      case Expression.InputColumn input -> input;
      case Expression.Cast cast
          when cast.operand() instanceof Expression.InputColumn input
              && ConstantBounds.keepsOrder(input.type(), cast.type()) ->
          input;
      default -> null;
    };
  }

  /** The one value of what depends on no row, or null. */
  private @Nullable Column value(Expression expression) {
    return ExpressionEvaluator.constantOf(expression, context);
  }

  private static Expression truth(boolean value) {
    return new Expression.Literal(value, SqlType.BOOLEAN);
  }
}
