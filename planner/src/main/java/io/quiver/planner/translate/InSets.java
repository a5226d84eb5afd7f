package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexUnknownAs;
import org.apache.calcite.util.NlsString;
import org.apache.calcite.util.Sarg;
import org.jspecify.annotations.Nullable;

/** Finds membership in a list of constants, which a hash set answers at once. */
final class InSets {
  /** Below this, comparisons one by one are as fast and say more to statistics. */
  private static final int VALUES_MIN = 4;

  private InSets() {}

  /** The set, where a search is for at least a few points and nothing else; else null. */
  static @Nullable Expression ofSearch(Expression operand, RexCall search) {
    Sarg<?> sarg =
        Objects.requireNonNull(((RexLiteral) search.getOperands().get(1)).getValueAs(Sarg.class));
    if (sarg.nullAs != RexUnknownAs.UNKNOWN || !sarg.isPoints() || sarg.pointCount < VALUES_MIN) {
      return null;
    }
    Set<Object> values = new HashSet<>();
    for (var range : sarg.rangeSet.asRanges()) {
      Object value = value(range.lowerEndpoint(), operand.type());
      if (value == null) {
        return null;
      }
      values.add(value);
    }
    return new Expression.InSet(operand, values);
  }

  private static @Nullable Object value(Object endpoint, SqlType type) {
    return switch (endpoint) {
      case NlsString text when type instanceof SqlType.Varchar -> text.getValue();
      case BigDecimal number when type.equals(SqlType.INTEGER) -> exactInt(number);
      case BigDecimal number when type.equals(SqlType.BIGINT) -> exactLong(number);
      default -> null;
    };
  }

  private static @Nullable Object exactInt(BigDecimal number) {
    try {
      return number.intValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable Object exactLong(BigDecimal number) {
    try {
      return number.longValueExact();
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** The same condition, with equalities of one operand and constants gathered in sets. */
  static Expression ofOr(Expression.Call or) {
    Map<Expression, Set<Object>> sets = new LinkedHashMap<>();
    List<Expression> others = new ArrayList<>();
    for (Expression term : or.arguments()) {
      if (term instanceof Expression.Call call
          && call.function() == ScalarFunction.EQUAL
          && call.arguments().get(1) instanceof Expression.Literal literal
          && literal.value() != null
          && isDiscrete(literal.type())) {
        sets.computeIfAbsent(call.arguments().get(0), k -> new HashSet<>()).add(literal.value());
      } else {
        others.add(term);
      }
    }
    if (sets.values().stream().noneMatch(s -> s.size() >= VALUES_MIN)) {
      return or;
    }
    sets.forEach((operand, values) -> others.add(membership(operand, values)));
    return others.size() == 1
        ? others.get(0)
        : new Expression.Call(ScalarFunction.OR, others, SqlType.BOOLEAN);
  }

  // Zero and minus zero are equal, but not in a hash set; vectors have no equals at all.
  static boolean isDiscrete(SqlType type) {
    return type instanceof SqlType.Varchar
        || type.equals(SqlType.INTEGER)
        || type.equals(SqlType.BIGINT)
        || Types.isTime(type);
  }

  /** Whether the operand is one of these, none of them null. */
  static Expression membership(Expression operand, Set<Object> values) {
    if (values.size() >= VALUES_MIN) {
      return new Expression.InSet(operand, values);
    }
    List<Expression> equal = new ArrayList<>();
    for (Object value : values) {
      equal.add(
          new Expression.Call(
              ScalarFunction.EQUAL,
              List.of(operand, new Expression.Literal(value, operand.type())),
              SqlType.BOOLEAN));
    }
    return equal.size() == 1
        ? equal.get(0)
        : new Expression.Call(ScalarFunction.OR, equal, SqlType.BOOLEAN);
  }
}
