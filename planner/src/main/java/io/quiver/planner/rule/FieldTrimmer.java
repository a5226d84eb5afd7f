package io.quiver.planner.rule;

import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.ConditionalCorrelate;
import org.apache.calcite.rel.logical.LogicalConditionalCorrelate;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexPermuteInputsShuttle;
import org.apache.calcite.sql2rel.RelFieldTrimmer;
import org.apache.calcite.tools.RelBuilder;
import org.apache.calcite.util.ImmutableBitSet;
import org.apache.calcite.util.mapping.Mapping;
import org.apache.calcite.util.mapping.MappingType;
import org.apache.calcite.util.mapping.Mappings;

/** Takes away columns that nobody reads, through correlated joins with a mark as well. */
public final class FieldTrimmer extends RelFieldTrimmer {
  FieldTrimmer(RelBuilder builder) {
    super(null, builder);
  }

  /** As the methods of this name for other nodes; found by its parameters. */
  public TrimResult trimFields(
      LogicalConditionalCorrelate correlate,
      ImmutableBitSet fieldsUsed,
      Set<RelDataTypeField> extraFields) {
    int leftCount = correlate.getLeft().getRowType().getFieldCount();
    int rightCount = correlate.getRight().getRowType().getFieldCount();
    ImmutableBitSet inCondition = RelOptUtil.InputFinder.bits(correlate.getCondition());
    ImmutableBitSet leftUsed =
        fieldsUsed
            .union(inCondition)
            .union(correlate.getRequiredColumns())
            .intersect(ImmutableBitSet.range(leftCount));
    ImmutableBitSet rightUsed =
        inCondition
            .intersect(ImmutableBitSet.range(leftCount, leftCount + rightCount))
            .shift(-leftCount);
    TrimResult left = dispatchTrimFields(correlate.getLeft(), leftUsed, extraFields);
    TrimResult right = dispatchTrimFields(correlate.getRight(), rightUsed, extraFields);
    RelNode newLeft = left.left;
    RexBuilder rex = correlate.getCluster().getRexBuilder();
    RelNode newRight =
        Correlations.replace(
            right.left,
            correlate.getCorrelationId(),
            column ->
                rex.makeFieldAccess(
                    rex.makeCorrel(newLeft.getRowType(), correlate.getCorrelationId()),
                    left.right.getTarget(column)));
    Mapping pairs = Mappings.concatenateMappings(List.of(left.right, right.right));
    RexNode condition =
        correlate.getCondition().accept(new RexPermuteInputsShuttle(pairs, newLeft, newRight));
    ConditionalCorrelate trimmed =
        correlate.copy(
            correlate.getTraitSet(),
            newLeft,
            newRight,
            correlate.getCorrelationId(),
            correlate.getRequiredColumns().permute(left.right),
            correlate.getJoinType(),
            condition);
    return result(trimmed, withMark(left.right, leftCount));
  }

  /** Where the left columns are now, and the mark behind them. */
  private static Mapping withMark(Mapping left, int leftCount) {
    int newCount = left.getTargetCount();
    Mapping mapping = Mappings.create(MappingType.INVERSE_SURJECTION, leftCount + 1, newCount + 1);
    for (int i = 0; i < leftCount; i++) {
      int target = left.getTargetOpt(i);
      if (target >= 0) {
        mapping.set(i, target);
      }
    }
    mapping.set(leftCount, newCount);
    return mapping;
  }
}
