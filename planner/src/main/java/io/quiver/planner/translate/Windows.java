package io.quiver.planner.translate;

import static io.quiver.planner.translate.ExpressionTranslator.unsupported;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.executor.plan.WindowCall;
import io.quiver.executor.plan.WindowFrame;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * Window functions: one node for each set of them that share a window, over an input that also has
 * their arguments, cast and constant ones included.
 */
final class Windows {
  private final Window node;
  private final Schema input;
  private final List<Expression> columns = new ArrayList<>();

  private Windows(Window node, Schema input) {
    this.node = node;
    this.input = input;
    for (int i = 0; i < input.size(); i++) {
      columns.add(new Expression.InputColumn(i, input.type(i)));
    }
  }

  static PlanNode translate(Window node, PlanNode input) {
    return new Windows(node, input.schema()).over(input);
  }

  private PlanNode over(PlanNode source) {
    List<List<WindowCall>> calls = new ArrayList<>();
    for (Window.Group group : node.groups) {
      calls.add(group.aggCalls.stream().map(this::call).toList());
    }
    List<Field> fields = new ArrayList<>(input.fields());
    for (int i = input.size(); i < columns.size(); i++) {
      fields.add(new Field("argument" + i, columns.get(i).type(), true));
    }
    PlanNode plan = Projections.over(source, columns, new Schema(fields));
    int first = fields.size();
    for (int i = 0; i < node.groups.size(); i++) {
      Window.Group group = node.groups.get(i);
      for (WindowCall call : calls.get(i)) {
        String name = call.function().name().toLowerCase(Locale.ROOT);
        fields.add(new Field(name, call.type(), true));
      }
      List<SortKey> order = PlanTranslator.sortKeys(group.orderKeys);
      plan =
          new PlanNode.Window(
              plan,
              group.keys.asList(),
              order,
              frame(group, order),
              calls.get(i),
              new Schema(fields));
    }
    return results(plan, first);
  }

  /** The input's columns and the results, as Calcite counts them. */
  private PlanNode results(PlanNode plan, int first) {
    List<Expression> expressions = new ArrayList<>(columns.subList(0, input.size()));
    List<Field> fields = new ArrayList<>(input.fields());
    int at = first;
    for (Window.Group group : node.groups) {
      for (Window.RexWinAggCall call : group.aggCalls) {
        Expression result = new Expression.InputColumn(at, plan.schema().type(at));
        expressions.add(finished(call, result));
        String name = node.getRowType().getFieldNames().get(fields.size());
        SqlType type = expressions.getLast().type();
        fields.add(new Field(name, type, call.getType().isNullable()));
        at++;
      }
    }
    return Projections.over(plan, expressions, new Schema(fields));
  }

  private static Expression finished(Window.RexWinAggCall call, Expression result) {
    return switch (call.getOperator().getKind()) {
      case NTILE -> Casts.implicit(result, SqlType.INTEGER);
      // Calcite's $SUM0 is 0 over no rows, where our SUM is null.
      case SUM0 -> {
        Expression zero = new Expression.Literal(0, SqlType.INTEGER);
        yield new Expression.Call(
            ScalarFunction.COALESCE,
            List.of(result, Casts.implicit(zero, result.type())),
            result.type());
      }
      default -> result;
    };
  }

  private WindowCall call(Window.RexWinAggCall call) {
    WindowCall.Function function = function(call.getOperator().getKind());
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    if (function == null) {
      throw unsupported(name + " over a window");
    }
    if (call.distinct
        && function != WindowCall.Function.MIN
        && function != WindowCall.Function.MAX) {
      throw unsupported(name + "(DISTINCT ...) over a window");
    }
    if (call.ignoreNulls) {
      throw unsupported("IGNORE NULLS");
    }
    List<Expression> arguments = new ArrayList<>();
    call.getOperands().forEach(operand -> arguments.add(operand(operand)));
    SqlType type =
        switch (function) {
          case ROW_NUMBER, RANK, DENSE_RANK, COUNT -> SqlType.BIGINT;
          case PERCENT_RANK, CUME_DIST -> SqlType.DOUBLE;
          case NTILE -> {
            arguments.set(0, Casts.implicit(arguments.get(0), SqlType.BIGINT));
            yield SqlType.BIGINT;
          }
          case LAG, LEAD -> neighbour(name, arguments);
          case NTH_VALUE -> {
            arguments.set(1, Casts.implicit(arguments.get(1), SqlType.BIGINT));
            yield arguments.get(0).type();
          }
          case FIRST_VALUE, LAST_VALUE, MIN, MAX -> arguments.get(0).type();
          case SUM -> {
            SqlType from = Aggregates.sumType(arguments.get(0).type());
            arguments.set(0, Casts.implicit(arguments.get(0), from));
            yield from instanceof SqlType.Decimal decimal ? DecimalTypes.sum(decimal) : from;
          }
          case AVG -> {
            SqlType given = arguments.get(0).type();
            SqlType from =
                Aggregates.numeric(
                    given, given instanceof SqlType.Decimal ? given : SqlType.DOUBLE);
            arguments.set(0, Casts.implicit(arguments.get(0), from));
            yield from instanceof SqlType.Decimal decimal ? DecimalTypes.average(decimal) : from;
          }
        };
    return new WindowCall(function, arguments.stream().map(this::position).toList(), type);
  }

  /** Completes the arguments of LAG and LEAD: one row away, and null where there is none. */
  private static SqlType neighbour(String name, List<Expression> arguments) {
    if (arguments.size() == 1) {
      arguments.add(new Expression.Literal(1L, SqlType.BIGINT));
    }
    arguments.set(1, Casts.implicit(arguments.get(1), SqlType.BIGINT));
    SqlType type = arguments.get(0).type();
    if (arguments.size() == 2) {
      arguments.add(new Expression.Literal(null, type));
      return type;
    }
    List<Expression> meeting = Casts.meet(name, List.of(arguments.get(0), arguments.get(2)));
    arguments.set(0, meeting.get(0));
    arguments.set(2, meeting.get(1));
    return meeting.get(0).type();
  }

  private int position(Expression expression) {
    int known = columns.indexOf(expression);
    if (known >= 0) {
      return known;
    }
    columns.add(expression);
    return columns.size() - 1;
  }

  /** A column, or one of the constants that Calcite counts behind the columns. */
  private Expression operand(RexNode operand) {
    if (operand instanceof RexInputRef ref && ref.getIndex() < input.size()) {
      return new Expression.InputColumn(ref.getIndex(), input.type(ref.getIndex()));
    }
    return constant(operand);
  }

  private Expression constant(RexNode operand) {
    if (operand instanceof RexInputRef ref && ref.getIndex() >= input.size()) {
      return ExpressionTranslator.literal(node.constants.get(ref.getIndex() - input.size()));
    }
    if (operand instanceof RexLiteral literal) {
      return ExpressionTranslator.literal(literal);
    }
    throw unsupported("a window function or frame with an argument that is no constant");
  }

  private WindowFrame frame(Window.Group group, List<SortKey> order) {
    if (group.exclude != RexWindowExclusion.EXCLUDE_NO_OTHER) {
      throw unsupported("a window frame with EXCLUDE");
    }
    WindowFrame.Bound start = bound(group.lowerBound);
    WindowFrame.Bound end = bound(group.upperBound);
    if (!group.isRows && (start.offset() != null || end.offset() != null)) {
      if (order.size() != 1) {
        throw unsupported("RANGE with an offset and other than one ORDER BY column");
      }
      SqlType key = input.type(order.get(0).column());
      boolean whole = key.equals(SqlType.INTEGER) || key.equals(SqlType.BIGINT);
      if (!whole && !key.equals(SqlType.REAL) && !key.equals(SqlType.DOUBLE)) {
        throw unsupported("RANGE with an offset over " + key.sqlName());
      }
    }
    return new WindowFrame(group.isRows, start, end);
  }

  private WindowFrame.Bound bound(RexWindowBound bound) {
    if (bound.isUnbounded()) {
      return new WindowFrame.Bound(
          bound.isPreceding()
              ? WindowFrame.Kind.UNBOUNDED_PRECEDING
              : WindowFrame.Kind.UNBOUNDED_FOLLOWING,
          null);
    }
    if (bound.isCurrentRow()) {
      return new WindowFrame.Bound(WindowFrame.Kind.CURRENT_ROW, null);
    }
    Expression offset = constant(Objects.requireNonNull(bound.getOffset()));
    if (!Types.isNumeric(offset.type())) {
      throw unsupported("a window frame with an offset of " + offset.type().sqlName());
    }
    return new WindowFrame.Bound(
        bound.isPreceding() ? WindowFrame.Kind.PRECEDING : WindowFrame.Kind.FOLLOWING, offset);
  }

  private static WindowCall.@Nullable Function function(SqlKind kind) {
    return switch (kind) {
      case ROW_NUMBER -> WindowCall.Function.ROW_NUMBER;
      case RANK -> WindowCall.Function.RANK;
      case DENSE_RANK -> WindowCall.Function.DENSE_RANK;
      case PERCENT_RANK -> WindowCall.Function.PERCENT_RANK;
      case CUME_DIST -> WindowCall.Function.CUME_DIST;
      case NTILE -> WindowCall.Function.NTILE;
      case LAG -> WindowCall.Function.LAG;
      case LEAD -> WindowCall.Function.LEAD;
      case FIRST_VALUE -> WindowCall.Function.FIRST_VALUE;
      case LAST_VALUE -> WindowCall.Function.LAST_VALUE;
      case NTH_VALUE -> WindowCall.Function.NTH_VALUE;
      case COUNT -> WindowCall.Function.COUNT;
      case SUM, SUM0 -> WindowCall.Function.SUM;
      case AVG -> WindowCall.Function.AVG;
      case MIN -> WindowCall.Function.MIN;
      case MAX -> WindowCall.Function.MAX;
      default -> null;
    };
  }
}
