package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums and differences of days: intervals are functions by now. */
final class TimeArithmetic {
  private TimeArithmetic() {}

  /** The call, or null where no date is involved. */
  static @Nullable Expression of(ScalarFunction function, List<Expression> operands) {
    if (operands.size() != 2) {
      return null;
    }
    Expression a = operands.get(0);
    Expression b = operands.get(1);
    boolean plus = function == ScalarFunction.ADD;
    boolean minus = function == ScalarFunction.SUBTRACT;
    if ((plus || minus) && isDate(a) && Types.isInteger(b.type())) {
      Expression days = Casts.implicit(b, SqlType.INTEGER);
      return call(ScalarFunction.ADD_DAYS, SqlType.DATE, a, plus ? days : negated(days));
    }
    if (plus && Types.isInteger(a.type()) && isDate(b)) {
      return call(ScalarFunction.ADD_DAYS, SqlType.DATE, b, Casts.implicit(a, SqlType.INTEGER));
    }
    if (minus && isDate(a) && isDate(b)) {
      return call(ScalarFunction.DAYS_BETWEEN, SqlType.INTEGER, a, b);
    }
    return null;
  }

  private static boolean isDate(Expression expression) {
    return expression.type().equals(SqlType.DATE);
  }

  private static Expression negated(Expression days) {
    return call(ScalarFunction.NEGATE, SqlType.INTEGER, days);
  }

  private static Expression call(ScalarFunction function, SqlType type, Expression... arguments) {
    return new Expression.Call(function, List.of(arguments), type);
  }
}
