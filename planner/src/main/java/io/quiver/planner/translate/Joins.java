package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexNode;

/** Joins: by hash where there is an equality, else by trying every pair. */
final class Joins {
  private Joins() {}

  static PlanNode translate(Join join, PlanNode left, PlanNode right, PlanTranslator translator) {
    List<Integer> leftKeys = new ArrayList<>();
    List<Integer> rightKeys = new ArrayList<>();
    RexNode rest =
        RelOptUtil.splitJoinCondition(
            join.getLeft(), join.getRight(), join.getCondition(), leftKeys, rightKeys, null);
    Schema pair = pair(left.schema(), right.schema(), join.getJoinType());
    Schema result = result(join, left.schema(), pair);
    JoinType type = type(join.getJoinType());
    Expression condition =
        rest.isAlwaysTrue()
            ? null
            : Casts.implicit(translator.over(pair).translate(rest), SqlType.BOOLEAN);
    if (!leftKeys.isEmpty() && sameTypes(left, leftKeys, right, rightKeys)) {
      return new PlanNode.HashJoin(left, right, type, leftKeys, rightKeys, condition, result);
    }
    RexNode whole = join.getCondition();
    Expression every =
        whole.isAlwaysTrue()
            ? null
            : Casts.implicit(translator.over(pair).translate(whole), SqlType.BOOLEAN);
    return new PlanNode.NestedLoopJoin(left, right, type, every, result);
  }

  private static boolean sameTypes(
      PlanNode left, List<Integer> leftKeys, PlanNode right, List<Integer> rightKeys) {
    for (int i = 0; i < leftKeys.size(); i++) {
      SqlType a = left.schema().type(leftKeys.get(i));
      SqlType b = right.schema().type(rightKeys.get(i));
      if (!Types.same(a, b)) {
        return false;
      }
    }
    return true;
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

  private static Schema result(Join join, Schema left, Schema pair) {
    List<RelDataTypeField> named = join.getRowType().getFieldList();
    List<Field> from = join.getJoinType().projectsRight() ? pair.fields() : left.fields();
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      fields.add(new Field(named.get(i).getName(), from.get(i).type(), from.get(i).nullable()));
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
      default -> throw ExpressionTranslator.unsupported("a " + type.lowerName + " join");
    };
  }
}
