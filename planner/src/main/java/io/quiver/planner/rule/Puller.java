package io.quiver.planner.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.util.ImmutableBitSet;
import org.jspecify.annotations.Nullable;

/** Takes trees apart that read one outer row. */
final class Puller {
  /**
   * A correlated tree, taken apart: for one outer row it gives the outputs of those rows of {@code
   * rel} for which all conditions are true. Only outputs and conditions, which are over {@code
   * rel}, read the outer row.
   */
  record Pulled(RelNode rel, List<RexNode> outputs, List<RexNode> conditions) {
    Pulled {
      outputs = List.copyOf(outputs);
      conditions = List.copyOf(conditions);
    }
  }

  private final CorrelationId id;
  private final boolean asSet;
  private final RexBuilder rex;

  /**
   * For one outer row.
   *
   * @param asSet whether the order and number of equal rows do not matter
   */
  Puller(CorrelationId id, boolean asSet, RexBuilder rex) {
    this.id = id;
    this.asSet = asSet;
    this.rex = rex;
  }

  /** The tree's parts, or null where the outer row is read in a way that does not allow it. */
  @Nullable Pulled pull(RelNode node) {
    if (!Correlations.reads(node, id)) {
      return new Pulled(node, inputs(node), List.of());
    }
    return switch (node) {
      case Filter filter -> filter(filter);
      case Project project -> project(project);
      case Join join -> join(join);
      case Aggregate aggregate when !aggregate.getGroupSet().isEmpty() -> {
        Puller below = aggregate.getAggCallList().isEmpty() ? this : new Puller(id, false, rex);
        Pulled input = below.pull(aggregate.getInput());
        yield input == null ? null : aggregate(aggregate, input);
      }
      case Sort sort when sort.fetch == null && sort.offset == null -> pull(sort.getInput());
      default -> null;
    };
  }

  private List<RexNode> inputs(RelNode node) {
    List<RexNode> inputs = new ArrayList<>();
    for (int i = 0; i < node.getRowType().getFieldCount(); i++) {
      inputs.add(rex.makeInputRef(node, i));
    }
    return inputs;
  }

  private @Nullable Pulled filter(Filter filter) {
    Pulled joined = asSet ? semiJoin(filter) : null;
    if (joined != null) {
      return joined;
    }
    Pulled input = pull(filter.getInput());
    return input == null ? null : filtered(input, filter.getCondition());
  }

  private Pulled filtered(Pulled input, RexNode condition) {
    List<RexNode> conditions = new ArrayList<>(input.conditions());
    List<RexNode> own = new ArrayList<>();
    for (RexNode conjunct : RelOptUtil.conjunctions(condition)) {
      RexNode moved = Correlations.substitute(conjunct, input.outputs());
      (Correlations.reads(moved, id) ? conditions : own).add(moved);
    }
    RelNode rel =
        own.isEmpty()
            ? input.rel()
            : LogicalFilter.create(input.rel(), RexUtil.composeConjunction(rex, own));
    return new Pulled(rel, input.outputs(), conditions);
  }

  /**
   * A filter on the mark of a join, where equal rows may come several times: the pairs of the join
   * do as well.
   */
  private @Nullable Pulled semiJoin(Filter filter) {
    if (!(filter.getInput() instanceof Join join)
        || join.getJoinType() != JoinRelType.LEFT_MARK
        || !(Correlations.reads(join.getCondition(), id)
            || Correlations.reads(join.getRight(), id))) {
      return null;
    }
    int mark = join.getRowType().getFieldCount() - 1;
    List<RexNode> others = new ArrayList<>();
    boolean wanted = false;
    for (RexNode conjunct : RelOptUtil.conjunctions(filter.getCondition())) {
      if (conjunct instanceof RexInputRef ref && ref.getIndex() == mark) {
        wanted = true;
      } else {
        others.add(conjunct);
      }
    }
    if (!wanted) {
      return null;
    }
    Pulled left = pull(join.getLeft());
    Pulled right = pull(join.getRight());
    if (left == null || right == null) {
      return null;
    }
    Pulled pairs = pairs(left, right, join.getCondition());
    List<RexNode> outputs = new ArrayList<>(pairs.outputs().subList(0, mark));
    outputs.add(rex.makeLiteral(true));
    Pulled marked = new Pulled(pairs.rel(), outputs, pairs.conditions());
    return filtered(marked, RexUtil.composeConjunction(rex, others));
  }

  private @Nullable Pulled project(Project project) {
    Pulled input = pull(project.getInput());
    if (input == null || RexOver.containsOver(project.getProjects(), null)) {
      return null;
    }
    List<RexNode> outputs =
        project.getProjects().stream()
            .map(e -> Correlations.substitute(e, input.outputs()))
            .toList();
    return new Pulled(input.rel(), outputs, input.conditions());
  }

  private @Nullable Pulled join(Join join) {
    if (join.getJoinType() != JoinRelType.INNER) {
      return leftOnly(join);
    }
    Pulled left = pull(join.getLeft());
    Pulled right = pull(join.getRight());
    return left == null || right == null ? null : pairs(left, right, join.getCondition());
  }

  private Pulled pairs(Pulled left, Pulled right, RexNode condition) {
    int width = left.rel().getRowType().getFieldCount();
    List<RexNode> outputs = new ArrayList<>(left.outputs());
    right.outputs().forEach(output -> outputs.add(RexUtil.shift(output, width)));
    List<RexNode> conditions = new ArrayList<>(left.conditions());
    right.conditions().forEach(c -> conditions.add(RexUtil.shift(c, width)));
    RelNode product =
        LogicalJoin.create(
            left.rel(), right.rel(), List.of(), rex.makeLiteral(true), Set.of(), JoinRelType.INNER);
    return filtered(new Pulled(product, outputs, conditions), condition);
  }

  /** A join that keeps its left rows apart, where only these depend on the outer row. */
  private @Nullable Pulled leftOnly(Join join) {
    JoinRelType type = join.getJoinType();
    boolean keepsLeft =
        type == JoinRelType.LEFT || type == JoinRelType.LEFT_MARK || !type.projectsRight();
    if (!keepsLeft || Correlations.reads(join.getRight(), id)) {
      return null;
    }
    Pulled left = pull(join.getLeft());
    if (left == null) {
      return null;
    }
    int width = left.rel().getRowType().getFieldCount();
    List<RexNode> columns = new ArrayList<>(left.outputs());
    inputs(join.getRight()).forEach(ref -> columns.add(RexUtil.shift(ref, width)));
    RexNode condition = Correlations.substitute(join.getCondition(), columns);
    if (Correlations.reads(condition, id)) {
      return null;
    }
    RelNode rel =
        LogicalJoin.create(left.rel(), join.getRight(), List.of(), condition, Set.of(), type);
    List<RexNode> outputs = new ArrayList<>(left.outputs());
    inputs(rel).stream().skip(width).forEach(outputs::add);
    return new Pulled(rel, outputs, left.conditions());
  }

  /**
   * Groups by what the conditions compare with the outer row, besides the groups that are there.
   * Without such groups, those that no row falls into are missing.
   */
  @Nullable Pulled aggregate(Aggregate aggregate, Pulled input) {
    if (aggregate.getGroupType() != Aggregate.Group.SIMPLE
        || Correlations.reads(input.outputs(), id)) {
      return null;
    }
    List<RexNode> columns = new ArrayList<>(input.outputs());
    List<RexNode> ofOuter = new ArrayList<>();
    List<SqlKind> operators = new ArrayList<>();
    for (RexNode condition : input.conditions()) {
      if (!condition.isA(SqlKind.EQUALS) && !condition.isA(SqlKind.IS_NOT_DISTINCT_FROM)) {
        return null;
      }
      List<RexNode> sides = ((RexCall) condition).getOperands();
      boolean firstIsOuter = Correlations.reads(sides.get(0), id);
      RexNode outer = sides.get(firstIsOuter ? 0 : 1);
      RexNode inner = sides.get(firstIsOuter ? 1 : 0);
      if (Correlations.reads(inner, id) || !RelOptUtil.InputFinder.bits(outer).isEmpty()) {
        return null;
      }
      columns.add(inner);
      ofOuter.add(outer);
      operators.add(condition.getKind());
    }
    int width = input.outputs().size();
    RelNode rows =
        LogicalProject.create(input.rel(), List.of(), columns, (List<String>) null, Set.of());
    ImmutableBitSet groups =
        aggregate.getGroupSet().union(ImmutableBitSet.range(width, columns.size()));
    RelNode rel = LogicalAggregate.create(rows, List.of(), groups, null, calls(aggregate, rows));
    List<RexNode> results = inputs(rel);
    int own = aggregate.getGroupCount();
    List<RexNode> outputs = new ArrayList<>(results.subList(0, own));
    outputs.addAll(results.subList(groups.cardinality(), results.size()));
    List<RexNode> conditions = new ArrayList<>();
    for (int i = 0; i < ofOuter.size(); i++) {
      conditions.add(
          rex.makeCall(
              operators.get(i) == SqlKind.EQUALS
                  ? SqlStdOperatorTable.EQUALS
                  : SqlStdOperatorTable.IS_NOT_DISTINCT_FROM,
              results.get(own + i),
              ofOuter.get(i)));
    }
    return new Pulled(rel, outputs, conditions);
  }

  /** The same calls; with groups, fewer of them may be null. */
  private static List<AggregateCall> calls(Aggregate aggregate, RelNode rows) {
    return aggregate.getAggCallList().stream()
        .map(call ->
            AggregateCall.create(
                call.getParserPosition(),
                call.getAggregation(),
                call.isDistinct(),
                call.isApproximate(),
                call.ignoreNulls(),
                call.rexList,
                call.getArgList(),
                call.filterArg,
                call.distinctKeys,
                call.collation,
                false,
                rows,
                null,
                call.name))
        .toList();
  }
}
