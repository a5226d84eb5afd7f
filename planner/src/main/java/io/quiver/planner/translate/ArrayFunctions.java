package io.quiver.planner.translate;

import static io.quiver.planner.translate.ArgumentKind.ARRAY;
import static io.quiver.planner.translate.ArgumentKind.ELEMENT;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.QuiverFunction.Target.OverArrays;
import io.quiver.sql.OtherSqlType;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * What calls of functions over arrays are. All arrays and elements among a call's arguments meet in
 * one element type, as PostgreSQL's {@code anycompatiblearray} and {@code anycompatible} do.
 */
final class ArrayFunctions {
  /** What a call gives. */
  enum Result {
    ARRAY,
    ELEMENT,
    BOOLEAN,
    INTEGER,
    TEXT;

    /** The result's type, for people. */
    String typeName() {
      return this == ELEMENT ? "any" : name().toLowerCase(Locale.ROOT);
    }
  }

  private ArrayFunctions() {}

  /** Whether a value of this type is an array, or may stand for one. */
  static boolean isArray(RelDataType type, boolean literal) {
    return type instanceof OtherSqlType other
        ? other.type() instanceof SqlType.Array
        : literal && SqlTypeFamily.CHARACTER.contains(type);
  }

  /** The type of a call with these arguments. */
  static SqlType resultType(OverArrays target, List<RelDataType> arguments) {
    return result(target, element(target, arguments));
  }

  /** The type of a {@code ?} of this kind beside these arguments. */
  static SqlType inferred(OverArrays target, ArgumentKind kind, List<RelDataType> arguments) {
    SqlType element = element(target, arguments);
    return kind == ARRAY ? new SqlType.Array(element) : element;
  }

  private static SqlType element(OverArrays target, List<RelDataType> arguments) {
    List<SqlType> known = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      SqlTypeName name = arguments.get(i).getSqlTypeName();
      ArgumentKind kind = target.kind(i);
      if (name == SqlTypeName.NULL || name == SqlTypeName.UNKNOWN || name == SqlTypeName.ANY) {
        continue;
      }
      addElement(Types.fromCalcite(arguments.get(i)), kind, known);
    }
    SqlType common = known.isEmpty() ? SqlType.TEXT : Types.common(known);
    return common == null ? SqlType.TEXT : common;
  }

  /** A text that stands for an array says nothing of its elements. */
  private static void addElement(SqlType type, ArgumentKind kind, List<SqlType> known) {
    if (kind == ELEMENT) {
      known.add(type);
    } else if (kind == ARRAY && type instanceof SqlType.Array array) {
      known.add(array.element());
    }
  }

  private static SqlType result(OverArrays target, SqlType element) {
    return switch (target.result()) {
      case ARRAY -> new SqlType.Array(element);
      case ELEMENT -> element;
      case BOOLEAN -> SqlType.BOOLEAN;
      case INTEGER -> SqlType.INTEGER;
      case TEXT -> SqlType.TEXT;
    };
  }

  /** The call, with arguments of types that have met. */
  static Expression translate(String name, OverArrays target, List<Expression> arguments) {
    SqlType element = element(name, target, arguments);
    List<Expression> cast = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      SqlType type =
          switch (target.kind(i)) {
            case ARRAY -> new SqlType.Array(element);
            case ELEMENT -> element;
            case INTEGER -> SqlType.INTEGER;
            default -> SqlType.TEXT;
          };
      cast.add(Casts.implicit(arguments.get(i), type));
    }
    Expression.Call call = new Expression.Call(target.function(), cast, result(target, element));
    return switch (target.function()) {
      case ARRAY -> constant(call);
      case ANY_EQUAL -> membership(call);
      default -> call;
    };
  }

  private static SqlType element(String name, OverArrays target, List<Expression> arguments) {
    if (target.function() == ScalarFunction.ARRAY_TO_STRING) {
      return SqlType.TEXT;
    }
    List<SqlType> known = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      boolean isNull =
          arguments.get(i) instanceof Expression.Literal(Object v, SqlType t) && v == null;
      if (!isNull) {
        addElement(arguments.get(i).type(), target.kind(i), known);
      }
    }
    SqlType common = known.isEmpty() ? SqlType.TEXT : Types.common(known);
    if (common == null) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH,
          "the arguments of "
              + name
              + " want values of one type, found "
              + String.join(" and ", known.stream().map(SqlType::sqlName).distinct().toList()));
    }
    return common;
  }

  /** An array of literals is a literal, which may become a vector. */
  private static Expression constant(Expression.Call array) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Expression argument : array.arguments()) {
      if (!(argument instanceof Expression.Literal literal)) {
        return array;
      }
      values.add(literal.value());
    }
    return new Expression.Literal(Collections.unmodifiableList(values), array.type());
  }

  /** {@code x = ANY('{1,2}')} is {@code x IN (1, 2)}, which an index on keys serves. */
  private static Expression membership(Expression.Call any) {
    if (any.arguments().get(1) instanceof Expression.Literal literal
        && literal.value() instanceof List<?> values
        && !values.isEmpty()
        && values.stream().allMatch(Objects::nonNull)
        && InSets.isDiscrete(any.arguments().get(0).type())) {
      Set<Object> set = new HashSet<>(values);
      return InSets.membership(any.arguments().get(0), set);
    }
    return any;
  }
}
