package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.sql.VectorFunction;
import io.quiver.sql.VectorOperators;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.util.DateString;
import org.apache.calcite.util.NlsString;
import org.apache.calcite.util.TimeString;
import org.apache.calcite.util.TimestampString;

/**
 * Scalar expressions, from Calcite's to the executor's. Types come from below: each operator casts
 * its arguments to what they have in common, so that Calcite's own inferences decide nothing that
 * runs.
 */
public final class ExpressionTranslator {
  private final RexBuilder builder;
  private final IntFunction<SqlType> columns;
  private final OuterColumns outer;

  /**
   * For expressions over one input.
   *
   * @param columns the type of each column of the input
   */
  public ExpressionTranslator(RexBuilder builder, IntFunction<SqlType> columns) {
    this(builder, columns, OuterColumns.NONE);
  }

  /** As above, within a part of the plan that runs for the rows of others. */
  ExpressionTranslator(RexBuilder builder, IntFunction<SqlType> columns, OuterColumns outer) {
    this.builder = builder;
    this.columns = columns;
    this.outer = outer;
  }

  /**
   * One expression.
   *
   * @throws QuiverException 0A000 for what the executor lacks, 42804 for types that do not meet
   */
  public Expression translate(RexNode node) {
    return switch (node) {
      case RexInputRef ref ->
          new Expression.InputColumn(ref.getIndex(), columns.apply(ref.getIndex()));
      case RexLiteral literal -> literal(literal);
      case RexDynamicParam parameter ->
          new Expression.Parameter(parameter.getIndex(), parameterType(parameter));
      case RexFieldAccess access
          when access.getReferenceExpr() instanceof RexCorrelVariable variable ->
          outer.column(variable.id, access.getField().getIndex());
      case RexOver _ -> throw unsupported("a window function");
      case RexCall call -> call(call);
      default -> throw unsupported("the expression " + node.getKind().lowerName);
    };
  }

  List<Expression> translate(List<RexNode> nodes) {
    return nodes.stream().map(this::translate).toList();
  }

  static Expression literal(RexLiteral literal) {
    SqlType type = Types.fromCalcite(literal.getType());
    if (literal.isNull()) {
      return new Expression.Literal(null, type);
    }
    if (type instanceof SqlType.Decimal) {
      return exact(number(literal));
    }
    Object value =
        switch (type) {
          case SqlType.Simple simple ->
              switch (simple) {
                case BOOLEAN -> Objects.requireNonNull(literal.getValueAs(Boolean.class));
                case INTEGER -> number(literal).intValueExact();
                case BIGINT -> number(literal).longValueExact();
                case REAL -> number(literal).floatValue();
                case DOUBLE -> number(literal).doubleValue();
                case DATE ->
                    LocalDate.parse(
                        Objects.requireNonNull(literal.getValueAs(DateString.class)).toString());
                case TIMESTAMP ->
                    LocalDateTime.parse(
                        Objects.requireNonNull(literal.getValueAs(TimestampString.class))
                            .toString()
                            .replace(' ', 'T'));
                case TINYINT -> number(literal).byteValueExact();
                case SMALLINT -> number(literal).shortValueExact();
                case TIME ->
                    LocalTime.parse(
                        Objects.requireNonNull(literal.getValueAs(TimeString.class)).toString());
                case TIMESTAMP_TZ, UUID, JSON ->
                    throw new IllegalStateException(simple + " is no literal");
              };
          case SqlType.Decimal _, SqlType.Varbinary _, SqlType.Array _ ->
              throw new IllegalStateException(type.sqlName() + " is no literal");
          case SqlType.Varchar _ ->
              Objects.requireNonNull(literal.getValueAs(NlsString.class)).getValue();
          case SqlType.Vector _ -> throw new IllegalStateException("a vector is no literal");
        };
    SqlType exact = type instanceof SqlType.Varchar ? SqlType.TEXT : type;
    return new Expression.Literal(value, exact);
  }

  private static Expression exact(BigDecimal number) {
    BigDecimal whole = number.scale() < 0 ? number.setScale(0) : number;
    SqlType type = DecimalTypes.of(whole);
    Object value = type instanceof SqlType.Decimal ? (Object) whole : (Object) whole.doubleValue();
    return new Expression.Literal(value, type);
  }

  // A longer text than the column beside it can hold is unequal, not wrong.
  private static SqlType parameterType(RexDynamicParam parameter) {
    SqlType type = Types.fromCalcite(parameter.getType());
    return type instanceof SqlType.Varchar ? SqlType.TEXT : type;
  }

  private static BigDecimal number(RexLiteral literal) {
    return Objects.requireNonNull(literal.getValueAs(BigDecimal.class));
  }

  private Expression call(RexCall call) {
    SqlOperator operator = call.getOperator();
    if (operator instanceof QuiverFunction function) {
      return function(function, translate(call.getOperands()));
    }
    if (operator instanceof ArrayElements) {
      return translate(call.getOperands().get(0));
    }
    if (operator instanceof VectorCast || operator instanceof OtherCast) {
      return cast(call);
    }
    VectorFunction vector = VectorOperators.function(operator);
    if (vector != null) {
      return VectorCalls.translate(operator, vector, translate(call.getOperands()));
    }
    SqlKind kind = call.getKind();
    ScalarFunction logic = ScalarOperators.logic(kind);
    if (logic != null) {
      return logic(logic, call);
    }
    ScalarFunction comparison = ScalarOperators.comparison(kind);
    if (comparison != null) {
      List<Expression> operands = translate(call.getOperands());
      return call(comparison, Casts.meet(operator.getName(), operands), SqlType.BOOLEAN);
    }
    ScalarFunction arithmetic = ScalarOperators.arithmetic(kind);
    if (arithmetic != null) {
      return arithmetic(arithmetic, operator.getName(), translate(call.getOperands()));
    }
    return special(kind, call);
  }

  private Expression special(SqlKind kind, RexCall call) {
    return switch (kind) {
      case CAST, SAFE_CAST -> cast(call);
      case PLUS_PREFIX -> translate(call.getOperands().get(0));
      case LIKE -> like(call);
      case CASE -> caseOf(call);
      case SEARCH -> translateSearch(call);
      case COALESCE ->
          BuiltinCalls.sameType(ScalarFunction.COALESCE, "COALESCE", translate(call.getOperands()));
      default -> {
        if (call.getOperator().getName().equals("||")) {
          List<Expression> parts = new ArrayList<>();
          translate(call.getOperands()).forEach(e -> parts.add(Casts.implicit(e, SqlType.TEXT)));
          yield call(ScalarFunction.CONCAT, parts, SqlType.TEXT);
        }
        throw unsupported(call.getOperator().getName().toLowerCase(Locale.ROOT));
      }
    };
  }

  private Expression translateSearch(RexCall call) {
    Expression set = InSets.ofSearch(translate(call.getOperands().get(0)), call);
    return set != null ? set : translate(RexUtil.expandSearch(builder, null, call));
  }

  private Expression logic(ScalarFunction function, RexCall call) {
    List<Expression> operands =
        switch (function) {
          case IS_NULL, IS_NOT_NULL -> translate(call.getOperands());
          default ->
              translate(call.getOperands()).stream()
                  .map(e -> Casts.implicit(e, SqlType.BOOLEAN))
                  .toList();
        };
    Expression translated = call(function, operands, SqlType.BOOLEAN);
    return function == ScalarFunction.OR ? InSets.ofOr((Expression.Call) translated) : translated;
  }

  private static Expression arithmetic(
      ScalarFunction function, String name, List<Expression> operands) {
    Expression time = TimeArithmetic.of(function, operands);
    if (time != null) {
      return time;
    }
    List<Expression> meeting = Casts.meet(name, operands);
    SqlType type = meeting.get(0).type();
    if (type.equals(SqlType.TINYINT) || type.equals(SqlType.SMALLINT)) {
      meeting = meeting.stream().map(e -> Casts.implicit(e, SqlType.INTEGER)).toList();
      type = SqlType.INTEGER;
    }
    if (type instanceof SqlType.Decimal && function != ScalarFunction.NEGATE) {
      List<Expression> exact =
          operands.stream()
              .map(e ->
                  Types.isNumeric(e.type())
                      ? Casts.implicit(e, DecimalTypes.of(e.type()))
                      : Casts.implicit(e, meetingType(operands)))
              .toList();
      SqlType.Decimal a = (SqlType.Decimal) exact.get(0).type();
      SqlType.Decimal b = (SqlType.Decimal) exact.get(1).type();
      return call(function, exact, DecimalTypes.result(function, a, b));
    }
    if (type instanceof SqlType.Varchar) {
      meeting = operands.stream().map(e -> Casts.implicit(e, SqlType.DOUBLE)).toList();
      type = SqlType.DOUBLE;
    }
    if (!Types.isNumeric(type)) {
      throw unsupported(name + " over " + type.sqlName());
    }
    if (function == ScalarFunction.NEGATE
        && meeting.get(0) instanceof Expression.Literal literal
        && literal.value() != null) {
      return negated(literal);
    }
    return call(function, meeting, type);
  }

  /** A text beside a DECIMAL is one of its type. */
  private static SqlType meetingType(List<Expression> operands) {
    return operands.stream()
        .map(Expression::type)
        .filter(Types::isNumeric)
        .map(DecimalTypes::of)
        .findFirst()
        .orElseThrow();
  }

  private static Expression negated(Expression.Literal literal) {
    Object value =
        switch (Objects.requireNonNull(literal.value())) {
          case Integer i when i != Integer.MIN_VALUE -> -i;
          case Long l when l != Long.MIN_VALUE -> -l;
          case Float f -> -f;
          case Double d -> -d;
          case BigDecimal d -> d.negate();
          default -> null;
        };
    return value == null
        ? call(ScalarFunction.NEGATE, List.of(literal), literal.type())
        : new Expression.Literal(value, literal.type());
  }

  private Expression cast(RexCall call) {
    Expression operand = translate(call.getOperands().get(0));
    SqlType type = Types.fromCalcite(call.getType());
    if (call.getType() instanceof VectorSqlType vector
        && vector.dimension() == SqlType.Vector.ANY_DIMENSION
        && operand.type() instanceof SqlType.Vector from) {
      return Casts.explicit(operand, new SqlType.Vector(from.dimension(), vector.element()));
    }
    return Casts.explicit(operand, type);
  }

  private Expression like(RexCall call) {
    ScalarFunction function =
        call.getOperator().getName().toUpperCase(Locale.ROOT).contains("ILIKE")
            ? ScalarFunction.ILIKE
            : ScalarFunction.LIKE;
    List<Expression> operands =
        translate(call.getOperands()).stream().map(e -> Casts.implicit(e, SqlType.TEXT)).toList();
    return call(function, operands, SqlType.BOOLEAN);
  }

  private Expression caseOf(RexCall call) {
    List<RexNode> operands = call.getOperands();
    List<Expression> conditions = new ArrayList<>();
    List<Expression> results = new ArrayList<>();
    for (int i = 0; i + 1 < operands.size(); i += 2) {
      conditions.add(Casts.implicit(translate(operands.get(i)), SqlType.BOOLEAN));
      results.add(translate(operands.get(i + 1)));
    }
    results.add(translate(operands.get(operands.size() - 1)));
    List<Expression> meeting = Casts.meet("CASE", results);
    List<Expression.Branch> branches = new ArrayList<>();
    for (int i = 0; i < conditions.size(); i++) {
      branches.add(new Expression.Branch(conditions.get(i), meeting.get(i)));
    }
    Expression otherwise = meeting.get(meeting.size() - 1);
    return new Expression.Case(branches, otherwise, Casts.common(meeting));
  }

  private static Expression function(QuiverFunction function, List<Expression> arguments) {
    return switch (function.target()) {
      case QuiverFunction.Target.User user -> {
        List<Expression> cast = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
          cast.add(Casts.implicit(arguments.get(i), user.function().parameterTypes().get(i)));
        }
        yield new Expression.UserCall(user.function(), cast);
      }
      case QuiverFunction.Target.OverArrays arrays ->
          ArrayFunctions.translate(function.getName(), arrays, arguments);
      case QuiverFunction.Target.Builtin builtin ->
          BuiltinCalls.of(function.getName(), builtin, arguments);
    };
  }

  private static Expression call(
      ScalarFunction function, List<Expression> arguments, SqlType type) {
    return new Expression.Call(function, arguments, type);
  }

  static QuiverException unsupported(String what) {
    return new QuiverException(ErrorCode.FEATURE_NOT_SUPPORTED, what + " is not supported");
  }
}
