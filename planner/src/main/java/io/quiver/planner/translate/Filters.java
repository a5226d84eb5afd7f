package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings conditions on outer rows down to the scans below joins. Calcite, which has moved all other
 * conditions by now, leaves these where they are.
 */
final class Filters {
  private Filters() {}

  /** The rows of a plan for which a condition is true. */
  static PlanNode over(PlanNode input, Expression predicate) {
    PlanNode result = input;
    for (Expression conjunct : Expressions.conjuncts(predicate)) {
      result = readsOuterRow(conjunct) ? pushed(result, conjunct) : filtered(result, conjunct);
    }
    return result;
  }

  private static PlanNode filtered(PlanNode input, Expression conjunct) {
    PlanNode chosen = MarkJoins.filtered(input, conjunct);
    if (chosen == null && input instanceof PlanNode.Project project) {
      // Of several subqueries, all but the last one are joined below a projection.
      Expression below = Expressions.substitute(conjunct, project.expressions());
      PlanNode marked = MarkJoins.filtered(project.input(), below);
      chosen =
          marked == null ? null : Projections.over(marked, project.expressions(), project.schema());
    }
    return chosen != null ? chosen : Scans.filtered(input, conjunct);
  }

  private static boolean readsOuterRow(Expression expression) {
    boolean[] reads = {false};
    Expressions.forEach(expression, part -> reads[0] |= part instanceof Expression.OuterColumn);
    return reads[0];
  }

  private static PlanNode pushed(PlanNode input, Expression conjunct) {
    return switch (input) {
      case PlanNode.Project project when computesOnce(project, conjunct) ->
          new PlanNode.Project(
              pushed(project.input(), Expressions.substitute(conjunct, project.expressions())),
              project.expressions(),
              project.schema());
      case PlanNode.HashJoin join -> {
        Sides sides = sides(join.left(), join.right(), join.type(), conjunct);
        yield sides == null
            ? filtered(join, conjunct)
            : new PlanNode.HashJoin(
                sides.left(),
                sides.right(),
                join.type(),
                join.keys(),
                join.residual(),
                join.schema());
      }
      case PlanNode.NestedLoopJoin join -> {
        Sides sides = sides(join.left(), join.right(), join.type(), conjunct);
        yield sides == null
            ? filtered(join, conjunct)
            : new PlanNode.NestedLoopJoin(
                sides.left(), sides.right(), join.type(), join.condition(), join.schema());
      }
      case PlanNode.CorrelatedJoin join -> {
        Sides sides = sides(join.left(), join.right(), JoinType.LEFT, conjunct);
        yield sides == null
            ? filtered(join, conjunct)
            : new PlanNode.CorrelatedJoin(
                sides.left(),
                sides.right(),
                join.type(),
                join.depth(),
                join.columns(),
                join.condition(),
                join.schema());
      }
      default -> filtered(input, conjunct);
    };
  }

  /** Whether moving a condition below a projection repeats nothing that is more than a column. */
  private static boolean computesOnce(PlanNode.Project project, Expression conjunct) {
    return Expressions.columns(List.of(conjunct)).stream()
        .allMatch(i -> project.expressions().get(i) instanceof Expression.InputColumn);
  }

  private record Sides(PlanNode left, PlanNode right) {}

  private static @Nullable Sides sides(
      PlanNode left, PlanNode right, JoinType type, Expression conjunct) {
    int width = left.schema().size();
    List<Integer> read = Expressions.columns(List.of(conjunct));
    boolean keepsLeft = type != JoinType.RIGHT && type != JoinType.FULL;
    if (keepsLeft && (read.isEmpty() || read.getLast() < width)) {
      return new Sides(pushed(left, conjunct), right);
    }
    boolean keepsRight = type == JoinType.INNER || type == JoinType.RIGHT;
    if (keepsRight && !read.isEmpty() && read.getFirst() >= width) {
      List<Expression> moved = new ArrayList<>();
      for (int i = 0; i < width + right.schema().size(); i++) {
        int at = Math.max(0, i - width);
        moved.add(new Expression.InputColumn(at, right.schema().type(at)));
      }
      return new Sides(left, pushed(right, Expressions.substitute(conjunct, moved)));
    }
    return null;
  }
}
