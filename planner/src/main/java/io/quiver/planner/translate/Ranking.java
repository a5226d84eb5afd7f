package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order by nearness: a sort key under which the rows come by a metric, nearest first. That is
 * the metric itself, ascending; the similarity that falls as it rises, descending; and these with
 * constants added or multiplied, or negated.
 *
 * @param measure the distance or similarity in the sort key
 */
record Ranking(Expression.Call measure, Metric metric) {

  /** How a sort key ranks, or null where it is not by nearness. */
  static @Nullable Ranking of(Expression key, boolean descending) {
    return switch (key) {
      case Expression.Cast cast when cast.type().equals(SqlType.DOUBLE) ->
          of(cast.operand(), descending);
      case Expression.Call call ->
          switch (call.function()) {
            case NEGATE -> of(call.arguments().getFirst(), !descending);
            case ADD, SUBTRACT -> sum(call, descending);
            case MULTIPLY, DIVIDE -> product(call, descending);
            default -> measure(call, descending);
          };
      default -> null;
    };
  }

  /** A measure, computed from the distance of its metric as the function itself computes it. */
  static Expression ofDistance(ScalarFunction measure, Expression distance) {
    return switch (measure) {
      case COSINE_SIMILARITY -> subtracted(1, distance);
      case INNER_PRODUCT -> subtracted(0, distance);
      default -> distance;
    };
  }

  private static Expression subtracted(double from, Expression distance) {
    return new Expression.Call(
        ScalarFunction.SUBTRACT,
        List.of(new Expression.Literal(from, SqlType.DOUBLE), distance),
        SqlType.DOUBLE);
  }

  private static @Nullable Ranking sum(Expression.Call call, boolean descending) {
    Expression first = call.arguments().get(0);
    Expression second = call.arguments().get(1);
    if (Expressions.isRowIndependent(second)) {
      return of(first, descending);
    }
    return Expressions.isRowIndependent(first)
        ? of(second, descending != (call.function() == ScalarFunction.SUBTRACT))
        : null;
  }

  private static @Nullable Ranking product(Expression.Call call, boolean descending) {
    List<Expression> factors = call.arguments();
    boolean swapped =
        call.function() == ScalarFunction.MULTIPLY && Expressions.isRowIndependent(factors.get(0));
    double factor = constant(factors.get(swapped ? 0 : 1));
    if (factor == 0 || !Double.isFinite(factor)) {
      return null;
    }
    return of(factors.get(swapped ? 1 : 0), descending != factor < 0);
  }

  /** The value of a number in the plan; 0 for anything else. */
  private static double constant(Expression expression) {
    return switch (expression) {
      case Expression.Literal literal when literal.value() instanceof Number number ->
          number.doubleValue();
      case Expression.Cast cast -> constant(cast.operand());
      case Expression.Call call when call.function() == ScalarFunction.NEGATE ->
          -constant(call.arguments().getFirst());
      default -> 0;
    };
  }

  private static @Nullable Ranking measure(Expression.Call call, boolean descending) {
    Metric metric =
        switch (call.function()) {
          case L2_DISTANCE -> descending ? null : Metric.L2;
          case COSINE_DISTANCE -> descending ? null : Metric.COSINE;
          case NEGATIVE_INNER_PRODUCT -> descending ? null : Metric.NEGATIVE_INNER_PRODUCT;
          case L1_DISTANCE -> descending ? null : Metric.L1;
          case L2_SQUARED_DISTANCE -> descending ? null : Metric.L2_SQUARED;
          case HAMMING_DISTANCE -> descending ? null : Metric.HAMMING;
          case JACCARD_DISTANCE -> descending ? null : Metric.JACCARD;
          case INNER_PRODUCT -> descending ? Metric.NEGATIVE_INNER_PRODUCT : null;
          case COSINE_SIMILARITY -> descending ? Metric.COSINE : null;
          default -> null;
        };
    return metric == null ? null : new Ranking(call, metric);
  }
}
