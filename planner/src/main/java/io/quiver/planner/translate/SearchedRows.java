package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table that a search is among: a scan, perhaps below semi joins on one key each.
 *
 * @param members what the joins demand, over the scan's columns
 * @param columns what comes out, over the scan's columns
 */
record SearchedRows(
    PlanNode.Scan scan, List<PlanNode.Membership> members, List<Expression> columns) {

  /** What a node gives, or null where it is something else. */
  static @Nullable SearchedRows of(PlanNode node) {
    return switch (node) {
      case PlanNode.Scan scan ->
          new SearchedRows(scan, List.of(), Projections.columns(scan.schema()));
      case PlanNode.Project project
          when project.expressions().stream().noneMatch(Expressions::isVolatile) -> {
        SearchedRows below = of(project.input());
        yield below == null
            ? null
            : new SearchedRows(below.scan, below.members, below.all(project.expressions()));
      }
      case PlanNode.HashJoin join when join.type() == JoinType.SEMI -> ofSemiJoin(join);
      default -> null;
    };
  }

  private static @Nullable SearchedRows ofSemiJoin(PlanNode.HashJoin join) {
    JoinKey key = join.keys().getFirst();
    if (join.keys().size() > 1 || join.residual() != null || key.nulls() == JoinKey.Nulls.EQUAL) {
      return null;
    }
    SearchedRows left = of(join.left());
    if (left == null) {
      return null;
    }
    Schema right = join.right().schema();
    PlanNode values =
        Projections.over(
            join.right(),
            List.of(new Expression.InputColumn(key.right(), right.type(key.right()))),
            Schema.of(right.field(key.right())));
    List<PlanNode.Membership> members = new ArrayList<>(left.members);
    members.add(new PlanNode.Membership(left.columns.get(key.left()), values));
    return new SearchedRows(left.scan, members, left.columns);
  }

  /** Expressions over what comes out, as some over the scan's columns. */
  List<Expression> all(List<Expression> expressions) {
    return expressions.stream().map(e -> Expressions.substitute(e, columns)).toList();
  }
}
