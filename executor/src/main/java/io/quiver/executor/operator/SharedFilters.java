package io.quiver.executor.operator;

import io.quiver.executor.expression.Expression;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which filters several threads may evaluate at the same time, each compiled for itself. */
final class SharedFilters {
  private SharedFilters() {}

  /** False where a function of users is called, or one whose calls have an order. */
  static boolean isSafe(@Nullable Expression filter) {
    return switch (filter) {
      case null -> true;
      case Expression.InputColumn _,
          Expression.Literal _,
          Expression.Parameter _,
          Expression.OuterColumn _ ->
          true;
      case Expression.UserCall _ -> false;
      case Expression.Call call -> !call.function().isVolatile() && areSafe(call.arguments());
      case Expression.Cast cast -> isSafe(cast.operand());
      case Expression.InSet in -> isSafe(in.operand());
      case Expression.Case conditional ->
          isSafe(conditional.otherwise())
              && conditional.branches().stream()
                  .allMatch(branch -> isSafe(branch.condition()) && isSafe(branch.result()));
    };
  }

  private static boolean areSafe(List<Expression> all) {
    return all.stream().allMatch(SharedFilters::isSafe);
  }
}
