package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Gives a parameter that was a literal the type in which it is used, so that its value is converted
 * once, when it is bound, and not in every batch.
 */
public final class HoistedTypes {
  private final int first;
  private final Map<Integer, SqlType> types = new HashMap<>();

  private HoistedTypes(int first) {
    this.first = first;
  }

  /** A plan, and the types that its hoisted parameters have in it. */
  public record Settled(PlanNode plan, Map<Integer, SqlType> types) {}

  /**
   * The plan with casts of hoisted parameters taken away.
   *
   * @param first the index of the first hoisted parameter
   */
  public static Settled settle(PlanNode plan, int first) {
    HoistedTypes hoisted = new HoistedTypes(first);
    List<Expression> roots = new ArrayList<>();
    PlanExpressions.map(
        plan,
        e -> {
          roots.add(e);
          return e;
        });
    roots.forEach(hoisted::collect);
    PlanNode settled = PlanExpressions.map(plan, hoisted::settled);
    return new Settled(settled, hoisted.types);
  }

  private void collect(Expression expression) {
    SqlType type = castType(expression);
    if (type != null
        && ((Expression.Cast) expression).operand() instanceof Expression.Parameter parameter) {
      note(parameter.index(), type);
      return;
    }
    if (expression instanceof Expression.Parameter parameter && parameter.index() >= first) {
      note(parameter.index(), parameter.type());
      return;
    }
    UnaryOperator<Expression> walk =
        e -> {
          collect(e);
          return e;
        };
    Expressions.mapParts(expression, walk, leaf -> leaf);
  }

  // The planner then plans again with every literal in its place.
  private void note(int index, SqlType type) {
    SqlType known = types.putIfAbsent(index, type);
    if (known != null && !known.equals(type)) {
      throw new IllegalStateException("a literal is used as " + known + " and as " + type);
    }
  }

  private Expression settled(Expression expression) {
    SqlType type = castType(expression);
    if (type != null
        && ((Expression.Cast) expression).operand() instanceof Expression.Parameter parameter) {
      return new Expression.Parameter(parameter.index(), type);
    }
    return Expressions.mapParts(expression, this::settled, leaf -> leaf);
  }

  /** The type that a cast of a hoisted parameter gives, where binding can give it as well. */
  private @Nullable SqlType castType(Expression expression) {
    if (expression instanceof Expression.Cast cast
        && cast.operand() instanceof Expression.Parameter parameter
        && parameter.index() >= first) {
      boolean text =
          parameter.type() instanceof SqlType.Varchar
              || parameter.type().equals(Casts.UNTYPED_VECTOR);
      boolean wider =
          Types.isNumeric(parameter.type())
              && Types.isNumeric(cast.type())
              && cast.type().equals(Types.common(parameter.type(), cast.type()));
      return (text || wider) && !Types.isZoned(cast.type()) ? cast.type() : null;
    }
    return null;
  }
}
