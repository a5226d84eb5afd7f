package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.QuiverFunction.Target;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Calls of built-in functions: the form that the arguments choose, and what it casts them to. */
final class BuiltinCalls {
  private BuiltinCalls() {}

  static Expression of(String name, Target.Builtin function, List<Expression> arguments) {
    Overload overload = chosen(function, arguments);
    if (overload.meets()) {
      return sameType(overload.function(), name, arguments);
    }
    return switch (overload.function()) {
      case CONCAT -> concat(arguments);
      case ADD_INTERVAL -> interval(arguments);
      case CEIL, FLOOR, ROUND, TRUNCATE -> {
        Expression exact = rounded(overload.function(), arguments);
        yield exact != null ? exact : plain(overload, arguments);
      }
      case TRIM_BOTH, TRIM_LEADING, TRIM_TRAILING -> {
        List<Expression> both = new ArrayList<>(arguments);
        if (arguments.size() == 1) {
          both.add(new Expression.Literal(" ", SqlType.TEXT));
        }
        yield plain(overload, both);
      }
      case TYPE_NAME ->
          new Expression.Literal(
              arguments.get(0).type().sqlName().toLowerCase(Locale.ROOT), SqlType.TEXT);
      case AGE -> {
        List<Expression> both = new ArrayList<>(arguments);
        if (arguments.size() == 1) {
          both.addFirst(call(ScalarFunction.CURRENT_DATE, List.of(), SqlType.DATE));
        }
        yield plain(overload, both);
      }
      case TO_NUMBER -> toNumber(arguments);
      default -> plain(overload, arguments);
    };
  }

  private static Overload chosen(Target.Builtin function, List<Expression> arguments) {
    List<@Nullable SqlType> types = new ArrayList<>();
    List<Boolean> literals = new ArrayList<>();
    for (Expression argument : arguments) {
      boolean literal = argument instanceof Expression.Literal;
      boolean isNull = argument instanceof Expression.Literal l && l.value() == null;
      types.add(isNull ? null : argument.type());
      literals.add(literal || argument instanceof Expression.Parameter);
    }
    // Where the validator has cast an argument, the first form of as many casts it once more.
    Overload overload = function.choose(types, literals);
    return overload != null ? overload : function.first(arguments.size());
  }

  private static Expression plain(Overload overload, List<Expression> arguments) {
    List<Expression> cast = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      int position = i < overload.order().size() ? overload.order().get(i) : i;
      if (position < arguments.size()) {
        cast.add(argument(arguments.get(position), overload.kind(position)));
      }
    }
    return call(overload.function(), cast, Objects.requireNonNull(overload.returns()));
  }

  private static Expression argument(Expression argument, ArgumentKind kind) {
    return switch (kind) {
      case TEXT, AS_TEXT -> Casts.implicit(argument, SqlType.TEXT);
      case JSON_KEY ->
          argument.type() instanceof SqlType.Varchar
              ? argument
              : Casts.implicit(argument, SqlType.BIGINT);
      case TIME ->
          argument.type().equals(SqlType.DATE) || argument.type().equals(SqlType.TIME)
              ? argument
              : Casts.implicit(argument, SqlType.TIMESTAMP);
      case ANY_NUMBER ->
          Types.isNumeric(argument.type()) ? argument : Casts.implicit(argument, SqlType.DOUBLE);
      case INTEGER, BIGINT, BOOLEAN, DOUBLE, DATE, TIMESTAMP, INSTANT, MOMENT, JSON, BYTES ->
          Casts.implicit(argument, kind.inferred());
      case NUMBER, ANY_TYPE, ANY, ARRAY, ELEMENT -> argument;
    };
  }

  /** A DATE moved by an interval is a TIMESTAMP, as in PostgreSQL. */
  private static Expression interval(List<Expression> arguments) {
    SqlType from = arguments.get(0).type();
    boolean day = from.equals(SqlType.DATE) || from instanceof SqlType.Varchar;
    Expression time = day ? Casts.implicit(arguments.get(0), SqlType.TIMESTAMP) : arguments.get(0);
    List<Expression> moved =
        List.of(
            time,
            Casts.implicit(arguments.get(1), SqlType.INTEGER),
            Casts.implicit(arguments.get(2), SqlType.INTEGER),
            Casts.implicit(arguments.get(3), SqlType.BIGINT));
    return call(ScalarFunction.ADD_INTERVAL, moved, time.type());
  }

  /** CEIL, FLOOR, ROUND and TRUNCATE of a DECIMAL stay exact; null for anything else. */
  private static @Nullable Expression rounded(ScalarFunction function, List<Expression> arguments) {
    if (!(arguments.get(0).type() instanceof SqlType.Decimal type)) {
      return null;
    }
    if (function == ScalarFunction.CEIL || function == ScalarFunction.FLOOR) {
      return call(function, arguments, DecimalTypes.rounded(type, 0));
    }
    int digits = arguments.size() == 1 ? 0 : type.scale();
    if (arguments.size() > 1
        && arguments.get(1) instanceof Expression.Literal literal
        && literal.value() instanceof Integer n) {
      digits = n;
    }
    List<Expression> exact = new ArrayList<>(arguments.subList(0, 1));
    if (arguments.size() > 1) {
      exact.add(Casts.implicit(arguments.get(1), SqlType.INTEGER));
    }
    return call(function, exact, DecimalTypes.rounded(type, digits));
  }

  /** A DECIMAL with as many places as the template has, where that is written out. */
  private static Expression toNumber(List<Expression> arguments) {
    int scale = 10;
    if (arguments.get(1) instanceof Expression.Literal literal
        && literal.value() instanceof String template) {
      int point = template.toUpperCase(Locale.ROOT).replace('D', '.').indexOf('.');
      scale = point < 0 ? 0 : (int) template.chars().skip(point).filter(Character::isDigit).count();
    }
    List<Expression> texts = arguments.stream().map(a -> Casts.implicit(a, SqlType.TEXT)).toList();
    int places = Math.min(scale, SqlType.Decimal.MAX_PRECISION);
    return call(
        ScalarFunction.TO_NUMBER,
        texts,
        new SqlType.Decimal(SqlType.Decimal.MAX_PRECISION, places));
  }

  // PostgreSQL's concat() skips nulls, where || gives null.
  private static Expression concat(List<Expression> arguments) {
    List<Expression> parts = new ArrayList<>();
    for (Expression argument : arguments) {
      Expression text = Casts.implicit(argument, SqlType.TEXT);
      Expression empty = new Expression.Literal("", SqlType.TEXT);
      parts.add(call(ScalarFunction.COALESCE, List.of(text, empty), SqlType.TEXT));
    }
    return parts.size() == 1 ? parts.get(0) : call(ScalarFunction.CONCAT, parts, SqlType.TEXT);
  }

  static Expression sameType(ScalarFunction function, String name, List<Expression> arguments) {
    List<Expression> meeting = Casts.meet(name, arguments);
    return call(function, meeting, Casts.common(meeting));
  }

  private static Expression call(
      ScalarFunction function, List<Expression> arguments, SqlType type) {
    return new Expression.Call(function, arguments, type);
  }
}
