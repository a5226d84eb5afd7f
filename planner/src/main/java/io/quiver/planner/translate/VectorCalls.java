package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.sql.VectorFunction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.SqlType.Element;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.calcite.sql.SqlOperator;
import org.jspecify.annotations.Nullable;

/**
 * Functions over vectors, with both operands in one element: a vector that says neither its
 * dimension nor its element ({@code ARRAY[1, 2]}, {@code VECTOR '[1,2]'}) takes that of the other;
 * else different elements meet as FLOAT32.
 */
final class VectorCalls {
  private VectorCalls() {}

  /**
   * The call.
   *
   * @throws QuiverException 42883 where the function has no meaning over these elements
   */
  static Expression translate(
      SqlOperator operator, VectorFunction name, List<Expression> arguments) {
    ScalarFunction function = ScalarOperators.vector(name);
    if (function == null) {
      return name == VectorFunction.TO_TEXT
          ? Casts.explicit(arguments.get(0), SqlType.TEXT)
          : arguments.get(0);
    }
    List<Expression> operands = operands(operator, name, arguments);
    check(operator, name, operands);
    SqlType.Vector first = vector(operands.get(0));
    SqlType type =
        switch (name) {
          case VECTOR_DIMS -> SqlType.INTEGER;
          case L2_NORMALIZE, ADD, SUBTRACT, MULTIPLY -> first;
          case SUBVECTOR, CONCAT ->
              new SqlType.Vector(SqlType.Vector.ANY_DIMENSION, first.element());
          case BINARY_QUANTIZE -> new SqlType.Vector(first.dimension(), Element.BINARY);
          default -> SqlType.DOUBLE;
        };
    return new Expression.Call(function, operands, type);
  }

  private static List<Expression> operands(
      SqlOperator operator, VectorFunction name, List<Expression> arguments) {
    if (name == VectorFunction.SUBVECTOR) {
      List<Expression> cast = new ArrayList<>(arguments);
      cast.set(1, Casts.implicit(arguments.get(1), SqlType.INTEGER));
      cast.set(2, Casts.implicit(arguments.get(2), SqlType.INTEGER));
      return cast;
    }
    if (arguments.size() != 2) {
      return arguments;
    }
    Expression a = arguments.get(0);
    Expression b = arguments.get(1);
    if (!(b.type() instanceof SqlType.Vector) && name == VectorFunction.MULTIPLY) {
      return List.of(a, Casts.implicit(b, SqlType.DOUBLE));
    }
    SqlType.Vector left = vector(a);
    SqlType.Vector right = vector(b);
    if (left.element() == right.element()) {
      return arguments;
    }
    if (isUntyped(a)) {
      return List.of(inElement(a, right.element()), b);
    }
    if (isUntyped(b)) {
      return List.of(a, inElement(b, left.element()));
    }
    if (left.element() == Element.BINARY || right.element() == Element.BINARY) {
      throw noSuch(operator, List.of(left, right), "cast one to the type of the other");
    }
    return List.of(inElement(a, Element.FLOAT32), inElement(b, Element.FLOAT32));
  }

  private static boolean isUntyped(Expression expression) {
    boolean constant =
        expression instanceof Expression.Literal
            || expression instanceof Expression.Parameter
            || expression instanceof Expression.Cast;
    return constant
        && Expressions.isRowIndependent(expression)
        && expression.type().equals(Casts.UNTYPED_VECTOR);
  }

  private static Expression inElement(Expression expression, Element element) {
    SqlType.Vector type = vector(expression);
    return Casts.implicit(expression, new SqlType.Vector(type.dimension(), element));
  }

  private static void check(SqlOperator operator, VectorFunction name, List<Expression> operands) {
    Element element = vector(operands.get(0)).element();
    String instead =
        switch (name) {
          case HAMMING_DISTANCE, JACCARD_DISTANCE ->
              element == Element.BINARY ? null : "use binary_quantize, or cast to BIT";
          case L2_DISTANCE,
              L2_SQUARED_DISTANCE,
              COSINE_DISTANCE,
              COSINE_SIMILARITY,
              INNER_PRODUCT,
              NEGATIVE_INNER_PRODUCT,
              L1_DISTANCE ->
              element == Element.BINARY ? "use hamming_distance or jaccard_distance" : null;
          case L2_NORMALIZE ->
              element == Element.BINARY || element == Element.INT8 ? "cast to VECTOR" : null;
          case ADD, SUBTRACT, MULTIPLY, BINARY_QUANTIZE ->
              element == Element.BINARY ? "cast to VECTOR" : null;
          case VECTOR_DIMS, VECTOR_NORM, SUBVECTOR, CONCAT, TO_VECTOR, TO_TEXT -> null;
        };
    if (instead != null) {
      List<SqlType> types = operands.stream().map(Expression::type).toList();
      throw noSuch(operator, types, instead);
    }
  }

  private static QuiverException noSuch(
      SqlOperator operator, List<? extends SqlType> types, @Nullable String instead) {
    return new QuiverException(
        ErrorCode.UNDEFINED_FUNCTION,
        operator.getName().toLowerCase(Locale.ROOT)
            + " does not take "
            + String.join(" and ", types.stream().map(SqlType::sqlName).toList())
            + ": "
            + Objects.requireNonNull(instead));
  }

  private static SqlType.Vector vector(Expression expression) {
    if (expression.type() instanceof SqlType.Vector vector) {
      return vector;
    }
    throw new IllegalStateException(expression.type().sqlName() + " is no vector");
  }
}
