package io.quiver.planner.rule;

import java.util.List;
import java.util.function.IntFunction;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;

/** Expressions that read an outer row. */
final class Correlations {
  private Correlations() {}

  /** Whether a tree reads the row that an id stands for. */
  static boolean reads(RelNode node, CorrelationId id) {
    return RelOptUtil.getVariablesUsed(node).contains(id);
  }

  /** Whether an expression reads the row that an id stands for. */
  static boolean reads(RexNode expression, CorrelationId id) {
    boolean[] found = {false};
    expression.accept(
        new RexShuttle() {
          @Override
          public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            found[0] |= variable.id.equals(id);
            return variable;
          }

          @Override
          public RexNode visitSubQuery(RexSubQuery subQuery) {
            found[0] |= reads(subQuery.rel, id);
            return super.visitSubQuery(subQuery);
          }
        });
    return found[0];
  }

  static boolean reads(List<? extends RexNode> expressions, CorrelationId id) {
    return expressions.stream().anyMatch(expression -> reads(expression, id));
  }

  /** The number of the outer row's column that an expression is, or -1. */
  static int column(RexNode expression, CorrelationId id) {
    return expression instanceof RexFieldAccess access
            && access.getReferenceExpr() instanceof RexCorrelVariable variable
            && variable.id.equals(id)
        ? access.getField().getIndex()
        : -1;
  }

  /** Puts expressions in the place of the outer row's columns. */
  static RexNode replace(RexNode expression, CorrelationId id, IntFunction<RexNode> columns) {
    return expression.accept(replacing(id, columns));
  }

  /** The same in all expressions of a tree. */
  static RelNode replace(RelNode node, CorrelationId id, IntFunction<RexNode> columns) {
    RexShuttle shuttle = replacing(id, columns);
    return node.accept(
        new RelHomogeneousShuttle() {
          @Override
          public RelNode visit(RelNode other) {
            return super.visit(other).accept(shuttle);
          }
        });
  }

  private static RexShuttle replacing(CorrelationId id, IntFunction<RexNode> columns) {
    return new RexShuttle() {
      @Override
      public RexNode visitFieldAccess(RexFieldAccess access) {
        int column = column(access, id);
        return column < 0 ? super.visitFieldAccess(access) : columns.apply(column);
      }
    };
  }

  /** Puts expressions in the place of input columns. */
  static RexNode substitute(RexNode expression, List<RexNode> columns) {
    return expression.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            return columns.get(ref.getIndex());
          }
        });
  }
}
