package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * Joins: by hash where there is an equality, else by trying every pair. Keys that are more than a
 * column are computed below the join.
 */
final class Joins {
  private final JoinType type;
  private final ExpressionTranslator pairs;
  private final PlanNode left;
  private final PlanNode right;
  private final List<Expression> leftColumns;
  private final List<Expression> rightColumns;
  private final List<JoinKey> keys = new ArrayList<>();
  private final List<RexNode> rest = new ArrayList<>();

  private Joins(JoinType type, PlanNode left, PlanNode right, ExpressionTranslator pairs) {
    this.type = type;
    this.left = left;
    this.right = right;
    this.pairs = pairs;
    this.leftColumns = Projections.columns(left.schema());
    this.rightColumns = Projections.columns(right.schema());
  }

  static PlanNode translate(Join join, PlanNode left, PlanNode right, PlanTranslator translator) {
    JoinType type = type(join.getJoinType());
    Schema pair = pair(left.schema(), right.schema(), join.getJoinType());
    Joins joins = new Joins(type, left, right, translator.over(pair));
    RelOptUtil.conjunctions(join.getCondition()).forEach(joins::add);
    Schema result = result(join, type, left.schema(), pair);
    return joins.keys.isEmpty()
        ? nestedLoop(left, right, type, joins.condition(), result)
        : joins.hashJoin(result);
  }

  /** A join whose right side runs for each left row. */
  static PlanNode correlated(
      Correlate join, PlanNode left, PlanNode right, OuterColumns outer, PlanTranslator around) {
    JoinType type = type(join.getJoinType());
    Schema pair = pair(left.schema(), right.schema(), join.getJoinType());
    Schema result = result(join, type, left.schema(), pair);
    Expression condition =
        join.getCondition().isAlwaysTrue()
            ? null
            : Casts.implicit(around.over(pair).translate(join.getCondition()), SqlType.BOOLEAN);
    return new PlanNode.CorrelatedJoin(
        left, right, type, outer.depth(), outer.columns(), condition, result);
  }

  private static PlanNode nestedLoop(
      PlanNode left, PlanNode right, JoinType type, @Nullable Expression condition, Schema result) {
    boolean oneIsEnough = condition == null && !type.givesRight();
    Expression one = new Expression.Literal(1L, SqlType.BIGINT);
    PlanNode read = oneIsEnough ? new PlanNode.Limit(right, null, one) : right;
    return new PlanNode.NestedLoopJoin(left, read, type, condition, result);
  }

  private PlanNode hashJoin(Schema result) {
    int added = leftColumns.size() - left.schema().size();
    Expression residual = condition();
    if (residual != null && added > 0) {
      residual = Expressions.mapLeaves(residual, leaf -> shifted(leaf, added));
    }
    PlanNode keyedLeft = Projections.over(left, leftColumns, named(left, leftColumns));
    PlanNode keyedRight = Projections.over(right, rightColumns, named(right, rightColumns));
    if (added == 0 && (rightColumns.size() == right.schema().size() || !type.givesRight())) {
      return new PlanNode.HashJoin(keyedLeft, keyedRight, type, keys, residual, result);
    }
    List<Field> fields = new ArrayList<>();
    List<Expression> wanted = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      int at = i < left.schema().size() ? i : i + added;
      wanted.add(new Expression.InputColumn(at, result.type(i)));
    }
    for (int i = 0; i < left.schema().size(); i++) {
      fields.add(result.field(i));
    }
    for (int i = left.schema().size(); i < leftColumns.size(); i++) {
      fields.add(new Field("key" + i, leftColumns.get(i).type(), true));
    }
    for (int i = left.schema().size(); i < result.size(); i++) {
      fields.add(result.field(i));
    }
    for (int i = right.schema().size(); type.givesRight() && i < rightColumns.size(); i++) {
      fields.add(new Field("key" + i, rightColumns.get(i).type(), true));
    }
    PlanNode join =
        new PlanNode.HashJoin(keyedLeft, keyedRight, type, keys, residual, new Schema(fields));
    return Projections.over(join, wanted, result);
  }

  private Expression shifted(Expression leaf, int added) {
    return leaf instanceof Expression.InputColumn column && column.index() >= left.schema().size()
        ? new Expression.InputColumn(column.index() + added, column.type())
        : leaf;
  }

  private static Schema named(PlanNode input, List<Expression> columns) {
    List<Field> fields = new ArrayList<>(input.schema().fields());
    for (int i = fields.size(); i < columns.size(); i++) {
      fields.add(new Field("key" + i, columns.get(i).type(), true));
    }
    return new Schema(fields);
  }

  /** What no key says, over left then right columns; null for nothing. */
  private @Nullable Expression condition() {
    List<Expression> conditions = new ArrayList<>();
    for (RexNode conjunct : rest) {
      conditions.add(Casts.implicit(pairs.translate(conjunct), SqlType.BOOLEAN));
    }
    return switch (conditions.size()) {
      case 0 -> null;
      case 1 -> conditions.getFirst();
      default -> new Expression.Call(ScalarFunction.AND, conditions, SqlType.BOOLEAN);
    };
  }

  private void add(RexNode conjunct) {
    if (conjunct.isAlwaysTrue()) {
      return;
    }
    if (!addKey(conjunct)) {
      rest.add(conjunct);
    }
  }

  private boolean addKey(RexNode conjunct) {
    boolean wholly = conjunct.isA(SqlKind.IS_TRUE);
    RexNode equality = wholly ? ((RexCall) conjunct).getOperands().getFirst() : conjunct;
    if (!equality.isA(SqlKind.EQUALS) && !equality.isA(SqlKind.IS_NOT_DISTINCT_FROM)) {
      return false;
    }
    Expression.Call call =
        pairs.translate(equality) instanceof Expression.Call translated ? translated : null;
    if (call == null || call.arguments().size() != 2) {
      return false;
    }
    Expression first = call.arguments().get(0);
    Expression second = call.arguments().get(1);
    if (!Types.same(first.type(), second.type())) {
      return false;
    }
    JoinKey.Nulls nulls =
        equality.isA(SqlKind.IS_NOT_DISTINCT_FROM)
            ? JoinKey.Nulls.EQUAL
            : type == JoinType.MARK && !wholly && equality.getType().isNullable()
                ? JoinKey.Nulls.UNKNOWN
                : JoinKey.Nulls.NEVER;
    return addKey(first, second, nulls) || addKey(second, first, nulls);
  }

  private boolean addKey(Expression ofLeft, Expression ofRight, JoinKey.Nulls nulls) {
    int leftWidth = left.schema().size();
    List<Integer> leftReads = Expressions.columns(List.of(ofLeft));
    List<Integer> rightReads = Expressions.columns(List.of(ofRight));
    if (leftReads.isEmpty()
        || rightReads.isEmpty()
        || leftReads.getLast() >= leftWidth
        || rightReads.getFirst() < leftWidth) {
      return false;
    }
    Expression moved =
        Expressions.mapLeaves(
            ofRight,
            leaf ->
                leaf instanceof Expression.InputColumn column
                    ? new Expression.InputColumn(column.index() - leftWidth, column.type())
                    : leaf);
    keys.add(new JoinKey(position(leftColumns, ofLeft), position(rightColumns, moved), nulls));
    return true;
  }

  private static int position(List<Expression> columns, Expression key) {
    int known = columns.indexOf(key);
    if (known >= 0) {
      return known;
    }
    columns.add(key);
    return columns.size() - 1;
  }

  /** Left then right columns, nullable where the other side may be missing. */
  private static Schema pair(Schema left, Schema right, JoinRelType type) {
    List<Field> fields = new ArrayList<>();
    for (Field field : left.fields()) {
      fields.add(nullable(field, type.generatesNullsOnLeft()));
    }
    for (Field field : right.fields()) {
      fields.add(nullable(field, type.generatesNullsOnRight()));
    }
    return new Schema(fields);
  }

  private static Field nullable(Field field, boolean nullable) {
    return nullable ? new Field(field.name(), field.type(), true) : field;
  }

  private static Schema result(RelNode join, JoinType type, Schema left, Schema pair) {
    List<String> names = join.getRowType().getFieldNames();
    List<Field> from = new ArrayList<>(type.givesRight() ? pair.fields() : left.fields());
    if (type == JoinType.MARK) {
      from.add(new Field("mark", SqlType.BOOLEAN, true));
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      fields.add(new Field(names.get(i), from.get(i).type(), from.get(i).nullable()));
    }
    return new Schema(fields);
  }

  private static JoinType type(JoinRelType type) {
    return switch (type) {
      case INNER -> JoinType.INNER;
      case LEFT -> JoinType.LEFT;
      case RIGHT -> JoinType.RIGHT;
      case FULL -> JoinType.FULL;
      case SEMI -> JoinType.SEMI;
      case ANTI -> JoinType.ANTI;
      case LEFT_MARK -> JoinType.MARK;
      case ASOF, LEFT_ASOF ->
          throw ExpressionTranslator.unsupported("a " + type.lowerName + " join");
    };
  }
}
