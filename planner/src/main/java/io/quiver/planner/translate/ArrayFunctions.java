package io.quiver.planner.translate;

import static io.quiver.planner.translate.ArgumentKind.ARRAY;
import static io.quiver.planner.translate.ArgumentKind.ELEMENT;
import static io.quiver.planner.translate.ArgumentKind.INTEGER;
import static io.quiver.planner.translate.ArgumentKind.TEXT;

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
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/**
 * The functions over arrays. All arrays and elements among a call's arguments meet in one element
 * type, as PostgreSQL's {@code anycompatiblearray} and {@code anycompatible} do.
 */
final class ArrayFunctions {
  /** What a call gives. */
  enum Result {
    ARRAY,
    ELEMENT,
    BOOLEAN,
    INTEGER,
    TEXT
  }

  private ArrayFunctions() {}

  /** Adds them under their names; those of signs under the signs. */
  static void addTo(Map<String, QuiverFunction> functions) {
    add(functions, "array[]", ScalarFunction.ARRAY, Result.ARRAY, 0, ELEMENT);
    add(functions, "[]", ScalarFunction.ARRAY_ELEMENT, Result.ELEMENT, 2, ARRAY, INTEGER);
    add(functions, "@>", ScalarFunction.ARRAY_CONTAINS, Result.BOOLEAN, 2, ARRAY, ARRAY);
    add(functions, "&&", ScalarFunction.ARRAY_OVERLAPS, Result.BOOLEAN, 2, ARRAY, ARRAY);
    add(functions, "cardinality", ScalarFunction.CARDINALITY, Result.INTEGER, 1, ARRAY);
    add(functions, "array_length", ScalarFunction.ARRAY_LENGTH, Result.INTEGER, 2, ARRAY, INTEGER);
    add(functions, "array_append", ScalarFunction.ARRAY_APPEND, Result.ARRAY, 2, ARRAY, ELEMENT);
    add(functions, "array_prepend", ScalarFunction.ARRAY_PREPEND, Result.ARRAY, 2, ELEMENT, ARRAY);
    add(functions, "array_cat", ScalarFunction.ARRAY_CAT, Result.ARRAY, 2, ARRAY, ARRAY);
    add(functions, "array_remove", ScalarFunction.ARRAY_REMOVE, Result.ARRAY, 2, ARRAY, ELEMENT);
    add(
        functions,
        "array_position",
        ScalarFunction.ARRAY_POSITION,
        Result.INTEGER,
        2,
        ARRAY,
        ELEMENT,
        INTEGER);
    add(
        functions,
        "array_to_string",
        ScalarFunction.ARRAY_TO_STRING,
        Result.TEXT,
        2,
        ARRAY,
        TEXT,
        TEXT);
    put(
        functions,
        "string_to_array",
        new OverArrays(ScalarFunction.STRING_TO_ARRAY, List.of(TEXT, TEXT, TEXT), Result.ARRAY),
        2);
    for (SqlKind comparison : SqlKind.COMPARISON) {
      ScalarFunction any = any(comparison);
      if (any != null) {
        add(functions, anyName(comparison), any, Result.BOOLEAN, 2, ELEMENT, ARRAY);
      }
    }
  }

  /** The name of the function that {@code x comparison ANY(array)} is. */
  static String anyName(SqlKind comparison) {
    return comparison.sql + " any";
  }

  private static @Nullable ScalarFunction any(SqlKind comparison) {
    return switch (comparison) {
      case EQUALS -> ScalarFunction.ANY_EQUAL;
      case NOT_EQUALS -> ScalarFunction.ANY_NOT_EQUAL;
      case LESS_THAN -> ScalarFunction.ANY_LESS;
      case LESS_THAN_OR_EQUAL -> ScalarFunction.ANY_LESS_OR_EQUAL;
      case GREATER_THAN -> ScalarFunction.ANY_GREATER;
      case GREATER_THAN_OR_EQUAL -> ScalarFunction.ANY_GREATER_OR_EQUAL;
      default -> null;
    };
  }

  private static void add(
      Map<String, QuiverFunction> functions,
      String name,
      ScalarFunction function,
      Result result,
      int argumentsMin,
      ArgumentKind... kinds) {
    put(functions, name, new OverArrays(function, List.of(kinds), result), argumentsMin);
  }

  private static void put(
      Map<String, QuiverFunction> functions, String name, OverArrays target, int argumentsMin) {
    functions.put(name, QuiverFunction.overArrays(name, target, argumentsMin));
  }

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
