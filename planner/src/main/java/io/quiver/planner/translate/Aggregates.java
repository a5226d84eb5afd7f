package io.quiver.planner.translate;

import static io.quiver.planner.translate.ExpressionTranslator.unsupported;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.PlanNode;
import io.quiver.sql.VectorAggregate;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.ImmutableBitSet;

/** GROUP BY, with arguments cast to what the aggregates add up in. */
final class Aggregates {
  private final List<Expression> columns;
  private final Schema input;

  private Aggregates(Schema input, boolean all) {
    this.input = input;
    this.columns = new ArrayList<>();
    for (int i = 0; all && i < input.size(); i++) {
      position(i);
    }
  }

  static PlanNode translate(Aggregate node, PlanNode rows) {
    PlanNode input = ordered(node, rows);
    if (node.getGroupType() == Aggregate.Group.SIMPLE) {
      return translate(node, node.getGroupSet(), input);
    }
    // Each set of keys is an aggregate of its own over the same input, which runs once for each.
    List<PlanNode> sets = new ArrayList<>();
    for (ImmutableBitSet set : node.getGroupSets()) {
      sets.add(translate(node, set, input));
    }
    return new PlanNode.UnionAll(sets, sets.getFirst().schema());
  }

  /** The rows in the order in which the aggregates want to see them. */
  private static PlanNode ordered(Aggregate node, PlanNode rows) {
    List<RelCollation> orders =
        node.getAggCallList().stream()
            .map(org.apache.calcite.rel.core.AggregateCall::getCollation)
            .filter(order -> !order.getFieldCollations().isEmpty())
            .distinct()
            .toList();
    if (orders.size() > 1) {
      throw unsupported("a query with two orders inside of aggregates");
    }
    return orders.isEmpty()
        ? rows
        : new PlanNode.Sort(rows, PlanTranslator.sortKeys(orders.getFirst()));
  }

  /** Groups by some of the keys; the others are null. */
  private static PlanNode translate(Aggregate node, ImmutableBitSet set, PlanNode input) {
    // A scan then reads only what is grouped by and added up.
    Aggregates translation = new Aggregates(input.schema(), !(input instanceof PlanNode.Scan));
    List<Integer> keys = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int key : set) {
      keys.add(translation.position(key));
      fields.add(input.schema().field(key));
    }
    List<AggregateCall> calls = new ArrayList<>();
    for (var call : node.getAggCallList()) {
      if (!isGrouping(call)) {
        AggregateCall translated = translation.call(call);
        calls.add(translated);
        String name =
            node.getRowType().getFieldNames().get(node.getGroupCount() + calls.size() - 1);
        fields.add(new Field(name, translated.type(), call.getType().isNullable()));
      }
    }
    PlanNode prepared = translation.prepared(input);
    PlanNode result = new PlanNode.Aggregate(prepared, keys, calls, new Schema(fields));
    return finished(node, set, input.schema(), result);
  }

  private static boolean isGrouping(org.apache.calcite.rel.core.AggregateCall call) {
    return call.getAggregation().getKind() == SqlKind.GROUPING;
  }

  /** Where a column of the input comes to stand. */
  private int position(int column) {
    return position(new Expression.InputColumn(column, input.type(column)));
  }

  private int position(Expression expression) {
    int known = columns.indexOf(expression);
    if (known >= 0) {
      return known;
    }
    columns.add(expression);
    return columns.size() - 1;
  }

  /** The input's rows, each once. */
  static PlanNode distinct(PlanNode input) {
    List<Integer> keys = IntStream.range(0, input.schema().size()).boxed().toList();
    return new PlanNode.Aggregate(input, keys, List.of(), input.schema());
  }

  private PlanNode prepared(PlanNode node) {
    if (columns.isEmpty() && input.size() > 0) {
      position(0);
    }
    List<Field> fields = new ArrayList<>();
    for (Expression column : columns) {
      boolean plain = column instanceof Expression.InputColumn;
      fields.add(
          plain
              ? input.field(((Expression.InputColumn) column).index())
              : new Field("argument" + fields.size(), column.type(), true));
    }
    return Projections.over(node, columns, new Schema(fields));
  }

  private AggregateCall call(org.apache.calcite.rel.core.AggregateCall call) {
    if (call.distinctKeys != null) {
      throw unsupported("WITHIN DISTINCT");
    }
    SqlKind kind =
        call.getAggregation() instanceof VectorAggregate vectors
            ? vectors.computes()
            : call.getAggregation().getKind();
    AggregateCall.Function function = function(kind, call);
    List<Integer> arguments = new ArrayList<>();
    for (int argument : call.getArgList()) {
      arguments.add(argument(argument, function));
    }
    Object literal = null;
    SqlType type;
    if (function == AggregateCall.Function.LITERAL) {
      RexLiteral value = (RexLiteral) call.rexList.get(0);
      Expression constant = ExpressionTranslator.literal(value);
      literal = ((Expression.Literal) constant).value();
      type = constant.type();
    } else {
      type = type(function, arguments);
    }
    int filter = call.filterArg < 0 ? -1 : position(call.filterArg);
    return new AggregateCall(function, arguments, call.isDistinct(), filter, literal, type);
  }

  private SqlType type(AggregateCall.Function function, List<Integer> arguments) {
    return switch (function) {
      case COUNT -> SqlType.BIGINT;
      case STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP -> SqlType.DOUBLE;
      case STRING_AGG -> SqlType.TEXT;
      case ARRAY_AGG -> new SqlType.Array(columns.get(arguments.get(0)).type());
      case AVG ->
          switch (columns.get(arguments.get(0)).type()) {
            case SqlType.Decimal decimal -> DecimalTypes.average(decimal);
            case SqlType.Vector vector -> vector;
            default -> SqlType.DOUBLE;
          };
      case SUM ->
          columns.get(arguments.get(0)).type() instanceof SqlType.Decimal decimal
              ? DecimalTypes.sum(decimal)
              : columns.get(arguments.get(0)).type();
      case MIN, MAX, SINGLE_VALUE, ANY_VALUE -> columns.get(arguments.get(0)).type();
      case LITERAL -> throw new IllegalStateException("a literal has its own type");
    };
  }

  /** The position of the argument in the type that the function adds up in. */
  private int argument(int column, AggregateCall.Function function) {
    SqlType from = input.type(column);
    SqlType to =
        switch (function) {
          case SUM -> from instanceof SqlType.Vector vector ? vectors(vector) : sumType(from);
          case AVG ->
              from instanceof SqlType.Vector vector
                  ? vectors(vector)
                  : numeric(from, from instanceof SqlType.Decimal ? from : SqlType.DOUBLE);
          case STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP -> numeric(from, SqlType.DOUBLE);
          case STRING_AGG -> SqlType.TEXT;
          case COUNT, MIN, MAX, SINGLE_VALUE, ANY_VALUE, LITERAL, ARRAY_AGG -> from;
        };
    return position(Casts.implicit(new Expression.InputColumn(column, from), to));
  }

  static SqlType sumType(SqlType from) {
    return numeric(from, Types.isInteger(from) ? SqlType.BIGINT : from);
  }

  /** What vectors are added up in. */
  private static SqlType vectors(SqlType.Vector from) {
    if (from.element() == SqlType.Element.BINARY) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_FUNCTION,
          "sum and avg do not take " + from.sqlName() + ": cast to VECTOR");
    }
    return SqlType.vector(from.dimension());
  }

  static SqlType numeric(SqlType from, SqlType to) {
    if (!Types.isNumeric(from)) {
      throw unsupported("sum or avg over " + from.sqlName());
    }
    return to;
  }

  private static AggregateCall.Function function(
      SqlKind kind, org.apache.calcite.rel.core.AggregateCall call) {
    return switch (kind) {
      case COUNT -> AggregateCall.Function.COUNT;
      case SUM, SUM0 -> AggregateCall.Function.SUM;
      case AVG -> AggregateCall.Function.AVG;
      case STDDEV_POP -> AggregateCall.Function.STDDEV_POP;
      case STDDEV_SAMP -> AggregateCall.Function.STDDEV_SAMP;
      case VAR_POP -> AggregateCall.Function.VAR_POP;
      case VAR_SAMP -> AggregateCall.Function.VAR_SAMP;
      case ARRAY_AGG -> AggregateCall.Function.ARRAY_AGG;
      case LISTAGG -> AggregateCall.Function.STRING_AGG;
      case MIN -> AggregateCall.Function.MIN;
      case MAX -> AggregateCall.Function.MAX;
      case SINGLE_VALUE -> AggregateCall.Function.SINGLE_VALUE;
      case ANY_VALUE -> AggregateCall.Function.ANY_VALUE;
      case LITERAL_AGG -> AggregateCall.Function.LITERAL;
      default ->
          throw unsupported(
              "the aggregate " + call.getAggregation().getName().toLowerCase(Locale.ROOT));
    };
  }

  /** The columns as Calcite counts them, out of those that the aggregate gives. */
  private static PlanNode finished(
      Aggregate node, ImmutableBitSet set, Schema input, PlanNode result) {
    List<Expression> expressions = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    List<String> names = node.getRowType().getFieldNames();
    int at = 0;
    for (int key : node.getGroupSet()) {
      boolean kept = set.get(key);
      SqlType type = input.type(key);
      expressions.add(
          kept ? new Expression.InputColumn(at++, type) : new Expression.Literal(null, type));
      boolean nullable = !set.equals(node.getGroupSet()) || input.field(key).nullable();
      fields.add(new Field(names.get(fields.size()), type, nullable));
    }
    for (var call : node.getAggCallList()) {
      Expression value =
          isGrouping(call)
              ? new Expression.Literal(grouping(call, set), SqlType.INTEGER)
              : zeroForEmptySum(call, new Expression.InputColumn(at, result.schema().type(at++)));
      expressions.add(value);
      fields.add(new Field(names.get(fields.size()), value.type(), call.getType().isNullable()));
    }
    return Projections.over(result, expressions, new Schema(fields));
  }

  /** A bit for each argument, the last one's the lowest, set where rows are not grouped by it. */
  private static int grouping(org.apache.calcite.rel.core.AggregateCall call, ImmutableBitSet set) {
    int bits = 0;
    for (int argument : call.getArgList()) {
      bits = bits << 1 | (set.get(argument) ? 0 : 1);
    }
    return bits;
  }

  // Calcite's $SUM0 is 0 over no rows, where our SUM is null.
  private static Expression zeroForEmptySum(
      org.apache.calcite.rel.core.AggregateCall call, Expression sum) {
    if (call.getAggregation().getKind() != SqlKind.SUM0) {
      return sum;
    }
    Expression zero = Casts.implicit(new Expression.Literal(0, SqlType.INTEGER), sum.type());
    return new Expression.Call(ScalarFunction.COALESCE, List.of(sum, zero), sum.type());
  }
}
