package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorElements;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Casts, folded where the operand is a literal and left out where they do nothing. */
public final class Casts {
  static final SqlType.Vector UNTYPED_VECTOR = SqlType.vector(SqlType.Vector.ANY_DIMENSION);

  private Casts() {}

  /** The expression as a value of this type; the length of a text is not looked at. */
  public static Expression implicit(Expression expression, SqlType type) {
    if (Types.same(expression.type(), type)) {
      return expression;
    }
    if (expression instanceof Expression.Literal literal) {
      return fold(literal, type);
    }
    if (expression instanceof Expression.Cast cast
        && (widening(cast, type) || isUntypedVector(cast, type))) {
      return implicit(cast.operand(), type);
    }
    return new Expression.Cast(expression, type);
  }

  // INTEGER to BIGINT to DOUBLE is INTEGER to DOUBLE.
  private static boolean widening(Expression.Cast cast, SqlType type) {
    return cast.operand().type().equals(SqlType.INTEGER)
        && cast.type().equals(SqlType.BIGINT)
        && type.equals(SqlType.DOUBLE);
  }

  // VECTOR '[1,2,3]' and ARRAY[1, 2, 3] say neither dimension nor element: what they meet does.
  private static boolean isUntypedVector(Expression.Cast cast, SqlType type) {
    return type instanceof SqlType.Vector
        && cast.type().equals(UNTYPED_VECTOR)
        && cast.operand().type() instanceof SqlType.Varchar;
  }

  /** What CAST(expression AS type) means: a VARCHAR(n) cuts. */
  static Expression explicit(Expression expression, SqlType type) {
    if (expression.type() instanceof SqlType.Varchar from
        && type instanceof SqlType.Varchar to
        && to.maxLength() < from.maxLength()) {
      return new Expression.Cast(expression, type);
    }
    if (type instanceof SqlType.Varchar && !(expression.type() instanceof SqlType.Varchar)) {
      return new Expression.Cast(expression, type);
    }
    boolean cuts = type instanceof SqlType.Array && !type.equals(unbounded(type));
    return cuts && !type.equals(expression.type())
        ? new Expression.Cast(expression, type)
        : implicit(expression, type);
  }

  /**
   * The expression as a value for a column, as an assignment converts it.
   *
   * @param column named in the message
   * @throws QuiverException 42804 where the types do not fit
   */
  public static Expression assignment(Expression expression, SqlType type, String column) {
    SqlType from = expression.type();
    boolean constant =
        expression instanceof Expression.Literal || expression instanceof Expression.Cast;
    boolean untyped =
        (expression instanceof Expression.Literal && from instanceof SqlType.Varchar)
            || (constant && UNTYPED_VECTOR.equals(from) && type instanceof SqlType.Vector);
    if (!untyped && !Types.assignable(from, type)) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH,
          "column \""
              + column
              + "\" is of type "
              + type.sqlName()
              + " but the expression is of type "
              + from.sqlName());
    }
    return implicit(expression, unbounded(type));
  }

  /** A text that stands for a value of this type, as a string literal does. */
  public static Expression untyped(Expression text, SqlType type) {
    return implicit(text, unbounded(type));
  }

  /**
   * What a column's new value is made: elements longer than an array's column holds are refused
   * when they are stored, where a cast would cut them.
   */
  public static SqlType unbounded(SqlType type) {
    return switch (type) {
      case SqlType.Array(SqlType.Varchar _) -> new SqlType.Array(SqlType.TEXT);
      case SqlType.Array(SqlType.Varbinary _) -> new SqlType.Array(SqlType.VARBINARY);
      default -> type;
    };
  }

  private static Expression fold(Expression.Literal literal, SqlType type) {
    Object value = literal.value();
    if (value != null && Types.isZoned(type)) {
      // A plan serves sessions of any time zone.
      return new Expression.Cast(literal, type);
    }
    return switch (value) {
      case null -> new Expression.Literal(null, type);
      case String text -> new Expression.Literal(LiteralText.parse(text, type), type);
      case List<?> values -> ofList(values, (SqlType.Array) literal.type(), type);
      case float[] vector when type instanceof SqlType.Vector to -> ofVector(vector, to);
      case Integer number when Types.isNumeric(type) -> ofNumber(number.toString(), type);
      case Long number when Types.isNumeric(type) -> ofNumber(number.toString(), type);
      case BigDecimal number when Types.isNumeric(type) -> ofNumber(number.toPlainString(), type);
      case Double number when Types.isNumeric(type) && Double.isFinite(number) ->
          ofNumber(new BigDecimal(number.toString()).toPlainString(), type);
      default -> new Expression.Cast(literal, type);
    };
  }

  private static Expression ofList(List<?> values, SqlType.Array from, SqlType type) {
    Expression.Literal literal = new Expression.Literal(values, from);
    if (type instanceof SqlType.Vector && Types.isNumeric(from.element())) {
      return new Expression.Literal(LiteralText.parse(vectorText(values), type), type);
    }
    if (!(type instanceof SqlType.Array to)) {
      return new Expression.Cast(literal, type);
    }
    List<@Nullable Object> cast = new ArrayList<>();
    for (Object value : values) {
      if (!(implicit(new Expression.Literal(value, from.element()), to.element())
          instanceof Expression.Literal element)) {
        return new Expression.Cast(literal, type);
      }
      cast.add(element.value());
    }
    return new Expression.Literal(Collections.unmodifiableList(cast), type);
  }

  private static String vectorText(List<?> numbers) {
    if (numbers.stream().anyMatch(Objects::isNull)) {
      throw new QuiverException(
          ErrorCode.NULL_VALUE_NOT_ALLOWED, "an array with a NULL in it is no vector");
    }
    return numbers.stream().map(Object::toString).collect(Collectors.joining(",", "[", "]"));
  }

  private static Expression ofVector(float[] value, SqlType.Vector type) {
    if (type.dimension() != SqlType.Vector.ANY_DIMENSION && type.dimension() != value.length) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + type.dimension() + " dimensions, not " + value.length);
    }
    return new Expression.Literal(VectorElements.rounded(value, type.element()), type);
  }

  private static Expression ofNumber(String text, SqlType type) {
    return new Expression.Literal(LiteralText.parse(text, type), type);
  }

  /**
   * All of them as values of the one type in which they meet.
   *
   * @throws QuiverException 42804 where there is none
   */
  static List<Expression> meet(String what, List<Expression> expressions) {
    List<SqlType> types =
        expressions.stream().filter(e -> !isNull(e)).map(Expression::type).distinct().toList();
    SqlType common = types.isEmpty() ? expressions.get(0).type() : Types.common(types);
    if (common == null) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH,
          what
              + " wants values of one type, found "
              + types.stream().map(SqlType::sqlName).collect(Collectors.joining(" and ")));
    }
    return expressions.stream().map(e -> implicit(e, common)).toList();
  }

  /** The type of expressions that have met: theirs, without a length where they differ in it. */
  static SqlType common(List<Expression> meeting) {
    SqlType first = meeting.get(0).type();
    if (meeting.stream().allMatch(e -> e.type().equals(first))) {
      return first;
    }
    return switch (first) {
      case SqlType.Varbinary _ -> SqlType.VARBINARY;
      case SqlType.Array array -> unbounded(array);
      default -> SqlType.TEXT;
    };
  }

  private static boolean isNull(Expression expression) {
    return expression instanceof Expression.Literal literal && literal.value() == null;
  }
}
