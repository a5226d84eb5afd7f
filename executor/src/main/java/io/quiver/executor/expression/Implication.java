package io.quiver.executor.expression;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether every row that passes a filter fulfils a condition. It is sound and not complete: each
 * conjunct of the condition must be one of the filter's, or say of a column what the filter's
 * demand of that column implies (ranges, lists of values, IS NULL, IS NOT NULL).
 *
 * <p>Rows for which the condition raises an error fulfil it not. None of them passes the filter
 * either: a conjunct that is the same in both raises it there, and those about one column raise
 * none.
 */
public final class Implication {
  /** What a condition is evaluated by, once for all sessions. */
  public static final EvaluationContext OF_CONDITIONS =
      new EvaluationContext(List.of(), Instant.EPOCH, "", "", "", ZoneOffset.UTC);

  private final List<ColumnId> columns;
  private final EvaluationContext context;
  private final boolean inUtc;
  private final List<Expression> said;
  private final ColumnPredicates demands;

  /**
   * What a filter says, for all conditions that are held against it.
   *
   * @param filter null for nothing
   * @param columns those that its input columns are
   */
  public Implication(
      @Nullable Expression filter, List<ColumnId> columns, EvaluationContext context) {
    this.columns = columns;
    this.context = context;
    this.inUtc = context.timeZone().normalized().equals(ZoneOffset.UTC);
    this.said = conjuncts(filter);
    this.demands = FilterPredicates.of(filter, columns, context);
  }

  /** A condition taken apart, once for all filters. */
  public static final class Condition {
    private final RowCondition whole;
    private final List<Part> parts;

    public Condition(RowCondition whole) {
      this.whole = whole;
      this.parts =
          conjuncts(whole.condition()).stream()
              .map(part -> new Part(part, exact(part, whole.columns())))
              .toList();
    }
  }

  /**
   * A conjunct of a condition.
   *
   * @param exact what it says of its only column, where it is true just then; else null
   */
  private record Part(Expression expression, @Nullable ColumnPredicates exact) {}

  /**
   * What a filter demands beside a condition.
   *
   * @param filter null for nothing
   */
  public record Rest(@Nullable Expression filter) {}

  /**
   * What is left of the filter for rows that fulfil a condition, or null where rows that do not may
   * pass the filter.
   */
  public @Nullable Rest rest(Condition condition) {
    List<Expression> left = new ArrayList<>(said);
    for (Part part : condition.parts) {
      // A conjunct that the filter has is demanded by it, too.
      if (part.exact() != null && !demands.isNever() && !isDemanded(part.exact())) {
        return null;
      }
      boolean none = true;
      for (Expression mine : said) {
        if (same(mine, part.expression(), condition.whole.columns())) {
          none = false;
          left.remove(mine);
        }
      }
      if (none && part.exact() == null && !demands.isNever()) {
        return null;
      }
    }
    return new Rest(
        switch (left.size()) {
          case 0 -> null;
          case 1 -> left.getFirst();
          default -> new Expression.Call(ScalarFunction.AND, left, SqlType.BOOLEAN);
        });
  }

  private static List<Expression> conjuncts(@Nullable Expression expression) {
    return expression == null ? List.of() : parts(ScalarFunction.AND, expression);
  }

  private static List<Expression> parts(ScalarFunction function, Expression expression) {
    return expression instanceof Expression.Call call && call.function() == function
        ? call.arguments().stream().flatMap(part -> parts(function, part).stream()).toList()
        : List.of(expression);
  }

  /** Whether an expression of the filter gives what one of a condition gives, of every row. */
  private boolean same(Expression mine, Expression its, List<ColumnId> itsColumns) {
    Column value = ExpressionEvaluator.constantOf(mine, context);
    Column wanted = ExpressionEvaluator.constantOf(its, OF_CONDITIONS);
    if (!isAlike(mine.type(), its.type()) || (mine.type().equals(SqlType.TIMESTAMP_TZ) && !inUtc)) {
      return false;
    }
    if (value != null || wanted != null) {
      return value != null && wanted != null && Objects.equals(value.get(0), wanted.get(0));
    }
    return switch (mine) {
      case Expression.InputColumn a ->
          its instanceof Expression.InputColumn b
              && columns.get(a.index()).equals(itsColumns.get(b.index()));
      case Expression.Call a ->
          its instanceof Expression.Call b
              && a.function() == b.function()
              && !a.function().isVolatile()
              && allSame(a.arguments(), b.arguments(), itsColumns);
      case Expression.UserCall a ->
          its instanceof Expression.UserCall b
              && a.function().equals(b.function())
              && a.function().deterministic()
              && allSame(a.arguments(), b.arguments(), itsColumns);
      case Expression.Cast a ->
          its instanceof Expression.Cast b
              && a.type().equals(b.type())
              && same(a.operand(), b.operand(), itsColumns);
      case Expression.InSet a ->
          its instanceof Expression.InSet b
              && a.values().equals(b.values())
              && same(a.operand(), b.operand(), itsColumns);
      case Expression.Case _,
          Expression.Literal _,
          Expression.Parameter _,
          Expression.OuterColumn _ ->
          false;
    };
  }

  private boolean allSame(List<Expression> mine, List<Expression> its, List<ColumnId> itsColumns) {
    boolean all = mine.size() == its.size();
    for (int i = 0; all && i < mine.size(); i++) {
      all = same(mine.get(i), its.get(i), itsColumns);
    }
    return all;
  }

  private static boolean isAlike(SqlType a, SqlType b) {
    return a.equals(b) || (a instanceof SqlType.Varchar && b instanceof SqlType.Varchar);
  }

  /** Whether what the filter demands of a column is all that a conjunct does. */
  private boolean isDemanded(ColumnPredicates exact) {
    Map.Entry<ColumnId, ColumnPredicate> one = exact.columns().entrySet().iterator().next();
    ColumnPredicate demand = demands.of(one.getKey());
    return demand != null && admits(one.getValue(), demand);
  }

  /** What a conjunct says of one column, where it is true just then; else null. */
  private static @Nullable ColumnPredicates exact(Expression conjunct, List<ColumnId> columns) {
    ColumnPredicates said = FilterPredicates.of(conjunct, columns, OF_CONDITIONS);
    boolean exact =
        switch (conjunct) {
          case Expression.InputColumn column -> true;
          case Expression.InSet set -> isPlain(set.operand()) && isValues(said);
          case Expression.Call call ->
              switch (call.function()) {
                case NOT, IS_NULL, IS_NOT_NULL ->
                    call.arguments().getFirst() instanceof Expression.InputColumn;
                case EQUAL -> isPlain(call.arguments()) && isValues(said);
                case ANY_EQUAL -> isPlain(call.arguments().getFirst()) && isValues(said);
                case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
                    isPlain(call.arguments()) && isBounded(said);
                case OR ->
                    isValues(said)
                        && parts(ScalarFunction.OR, call).stream()
                            .allMatch(part -> isOneOf(part, said, columns));
                default -> false;
              };
          default -> false;
        };
    return exact && said.columns().size() == 1 ? said : null;
  }

  /** Whether an alternative is that the column of all of them is one of some values. */
  private static boolean isOneOf(
      Expression alternative, ColumnPredicates all, List<ColumnId> columns) {
    ColumnPredicates one = exact(alternative, columns);
    return one != null && isValues(one) && one.columns().keySet().equals(all.columns().keySet());
  }

  private static boolean isValues(ColumnPredicates said) {
    return said.columns().values().stream().allMatch(ColumnPredicate.OneOf.class::isInstance);
  }

  private static boolean isBounded(ColumnPredicates said) {
    return said.columns().values().stream()
        .allMatch(one ->
            one instanceof ColumnPredicate.Range(Bound low, Bound high)
                && (low != null || high != null));
  }

  private static boolean isPlain(List<Expression> compared) {
    return isPlain(compared.get(0)) || isPlain(compared.get(1));
  }

  /** Whether it is a column, or one that is cast to a type that has all its values. */
  private static boolean isPlain(Expression operand) {
    return switch (operand) {
      case Expression.InputColumn column -> true;
      case Expression.Cast cast when cast.operand() instanceof Expression.InputColumn column -> {
        boolean rounds =
            cast.type().equals(SqlType.REAL)
                || (cast.type().equals(SqlType.DOUBLE) && !column.type().equals(SqlType.REAL));
        yield column.type().equals(cast.type())
            || (!rounds && ConstantBounds.keepsOrder(column.type(), cast.type()));
      }
      default -> false;
    };
  }

  /** Whether one admits every value, and null, that another does. */
  private static boolean admits(ColumnPredicate wide, ColumnPredicate narrow) {
    return switch (narrow) {
      case ColumnPredicate.Never never -> true;
      case ColumnPredicate.IsNull isNull -> wide instanceof ColumnPredicate.IsNull;
      case ColumnPredicate.OneOf(Column values) -> {
        boolean all = true;
        for (int row = 0; row < values.length(); row++) {
          all &= wide.test(values, row);
        }
        yield all;
      }
      case ColumnPredicate.Range(Bound low, Bound high) ->
          wide instanceof ColumnPredicate.Range(Bound lowest, Bound highest)
              && isBeyond(low, lowest, 1)
              && isBeyond(high, highest, -1);
    };
  }

  /**
   * Whether an end lies at or within another one.
   *
   * @param sign 1 for lower ends, -1 for upper ones
   */
  private static boolean isBeyond(@Nullable Bound end, @Nullable Bound outer, int sign) {
    if (outer == null) {
      return true;
    }
    if (end == null) {
      return false;
    }
    int order = ColumnComparator.compare(end.value(), 0, outer.value(), 0) * sign;
    return order > 0 || (order == 0 && (outer.inclusive() || !end.inclusive()));
  }
}
