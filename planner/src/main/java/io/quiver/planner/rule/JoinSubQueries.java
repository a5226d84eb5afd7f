package io.quiver.planner.rule;

import com.google.common.collect.ImmutableSet;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.logical.LogicalCorrelate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Moves subqueries out of the conditions of joins, into filters: above an inner join, and over the
 * right side of a left join, which becomes a correlated join for that.
 */
final class JoinSubQueries extends RelHomogeneousShuttle {
  private final RexBuilder rex;

  private JoinSubQueries(RexBuilder rex) {
    this.rex = rex;
  }

  /** The tree without such conditions, those inside of subqueries included. */
  static RelNode apply(RelNode root) {
    return root.accept(new JoinSubQueries(root.getCluster().getRexBuilder()));
  }

  @Override
  public RelNode visit(RelNode node) {
    RelNode visited =
        super.visit(node)
            .accept(
                new RexShuttle() {
                  @Override
                  public RexNode visitSubQuery(RexSubQuery subQuery) {
                    RexSubQuery outer = (RexSubQuery) super.visitSubQuery(subQuery);
                    return outer.clone(outer.rel.accept(JoinSubQueries.this));
                  }
                });
    return visited instanceof Join join && RexUtil.SubQueryFinder.find(join.getCondition()) != null
        ? moved(join)
        : visited;
  }

  private RelNode moved(Join join) {
    return switch (join.getJoinType()) {
      case INNER -> inner(join);
      case LEFT -> left(join, join.getLeft(), join.getRight(), false);
      case RIGHT -> right(join);
      default ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "a subquery in the condition of a "
                  + join.getJoinType().lowerName
                  + " join is not supported");
    };
  }

  private RelNode inner(Join join) {
    List<RexNode> plain = new ArrayList<>();
    List<RexNode> nested = new ArrayList<>();
    for (RexNode conjunct : RelOptUtil.conjunctions(join.getCondition())) {
      (RexUtil.SubQueryFinder.find(conjunct) == null ? plain : nested).add(conjunct);
    }
    RelNode pairs =
        LogicalJoin.create(
            join.getLeft(),
            join.getRight(),
            List.of(),
            RexUtil.composeConjunction(rex, plain),
            Set.of(),
            JoinRelType.INNER);
    return LogicalFilter.create(
        pairs,
        RexUtil.composeConjunction(rex, nested),
        ImmutableSet.copyOf(join.getVariablesSet()));
  }

  private RelNode right(Join join) {
    RelNode swapped = left(join, join.getRight(), join.getLeft(), true);
    int first = join.getLeft().getRowType().getFieldCount();
    int second = join.getRight().getRowType().getFieldCount();
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < first + second; i++) {
      columns.add(rex.makeInputRef(swapped, i < first ? second + i : i - first));
    }
    return LogicalProject.create(
        swapped, List.of(), columns, join.getRowType().getFieldNames(), Set.of());
  }

  /** For each row of {@code kept}, those of the other side that pass a filter on both. */
  private RelNode left(Join join, RelNode kept, RelNode filtered, boolean swapped) {
    int leftWidth = join.getLeft().getRowType().getFieldCount();
    CorrelationId outer = join.getCluster().createCorrel();
    CorrelationId inner = join.getCluster().createCorrel();
    Sides sides =
        new Sides(kept.getRowType(), filtered.getRowType(), outer, inner, leftWidth, swapped);
    RexNode condition = join.getCondition().accept(rewriter(join, sides, true));
    RelNode right = LogicalFilter.create(filtered, condition, ImmutableSet.of(inner));
    ImmutableBitSet read = RelOptUtil.correlationColumns(outer, right);
    return LogicalCorrelate.create(kept, right, List.of(), outer, read, JoinRelType.LEFT);
  }

  /** How the columns of a join are named in a filter over one of its sides. */
  private record Sides(
      RelDataType kept,
      RelDataType filtered,
      CorrelationId outer,
      CorrelationId inner,
      int leftWidth,
      boolean swapped) {
    boolean isKept(int column) {
      return (column < leftWidth) != swapped;
    }

    int within(int column) {
      return column < leftWidth ? column : column - leftWidth;
    }
  }

  /**
   * Renames the columns of the join.
   *
   * @param top whether input columns are those of the join, and not of something in a subquery
   */
  private RexShuttle rewriter(Join join, Sides sides, boolean top) {
    return new RexShuttle() {
      @Override
      public RexNode visitInputRef(RexInputRef ref) {
        if (!top) {
          return ref;
        }
        int column = sides.within(ref.getIndex());
        return sides.isKept(ref.getIndex())
            ? rex.makeFieldAccess(rex.makeCorrel(sides.kept(), sides.outer()), column)
            : RexInputRef.of(column, sides.filtered());
      }

      @Override
      public RexNode visitFieldAccess(RexFieldAccess access) {
        for (CorrelationId id : join.getVariablesSet()) {
          int found = Correlations.column(access, id);
          if (found >= 0) {
            return rex.makeFieldAccess(
                sides.isKept(found)
                    ? rex.makeCorrel(sides.kept(), sides.outer())
                    : rex.makeCorrel(sides.filtered(), sides.inner()),
                sides.within(found));
          }
        }
        return super.visitFieldAccess(access);
      }

      @Override
      public RexNode visitSubQuery(RexSubQuery subQuery) {
        RexSubQuery outer = (RexSubQuery) super.visitSubQuery(subQuery);
        RexShuttle inside = rewriter(join, sides, false);
        return outer.clone(
            outer.rel.accept(
                new RelHomogeneousShuttle() {
                  @Override
                  public RelNode visit(RelNode node) {
                    return super.visit(node).accept(inside);
                  }
                }));
      }
    };
  }
}
