package io.quiver.planner.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * Chooses the order of inner joins by the sizes of their inputs: of all pairs of inputs, the one
 * that gives the fewest rows is joined first, and takes the place of the two (greedy operator
 * ordering, Fegaras 1998). Inputs without a condition between them wait until nothing else is left.
 * The smaller input of each join goes to the right, where the executor keeps it in memory, and that
 * of outer joins too.
 */
final class JoinOrder extends RelHomogeneousShuttle {
  private final RexBuilder rex;
  private final RowEstimates estimates;

  private JoinOrder(RexBuilder rex, RowEstimates estimates) {
    this.rex = rex;
    this.estimates = estimates;
  }

  /** The same tree in a better order. */
  static RelNode apply(RelNode root, TableSizes sizes) {
    return root.accept(new JoinOrder(root.getCluster().getRexBuilder(), new RowEstimates(sizes)));
  }

  @Override
  public RelNode visit(RelNode node) {
    if (!(node instanceof Join join)) {
      return super.visit(node);
    }
    if (join.getJoinType() != JoinRelType.INNER) {
      return outer((Join) super.visit(join));
    }
    Cluster cluster = new Cluster();
    List<Integer> columns = cluster.add(join);
    return cluster.ordered(columns, join);
  }

  /** An outer join whose smaller side is the right one. */
  private RelNode outer(Join join) {
    JoinRelType type = join.getJoinType();
    if (!type.projectsRight()
        || estimates.rows(join.getRight()) <= estimates.rows(join.getLeft())) {
      return join;
    }
    int left = join.getLeft().getRowType().getFieldCount();
    int right = join.getRight().getRowType().getFieldCount();
    List<Integer> positions = new ArrayList<>();
    for (int i = 0; i < left + right; i++) {
      positions.add(i < left ? right + i : i - left);
    }
    RelNode swapped =
        LogicalJoin.create(
            /* left= */ join.getRight(),
            /* right= */ join.getLeft(),
            join.getHints(),
            moved(join.getCondition(), positions, join),
            join.getVariablesSet(),
            type.swap());
    return selected(swapped, positions, join.getRowType().getFieldNames());
  }

  private static RexNode moved(RexNode condition, List<Integer> positions, RelNode typed) {
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      columns.add(
          new RexInputRef(positions.get(i), typed.getRowType().getFieldList().get(i).getType()));
    }
    return Correlations.substitute(condition, columns);
  }

  private RelNode selected(RelNode input, List<Integer> positions, List<String> names) {
    List<RexNode> columns = new ArrayList<>();
    boolean same = positions.size() == input.getRowType().getFieldCount();
    for (int i = 0; i < positions.size(); i++) {
      columns.add(rex.makeInputRef(input, positions.get(i)));
      same &= positions.get(i) == i;
    }
    return same ? input : LogicalProject.create(input, List.of(), columns, names, Set.of());
  }

  /**
   * An input, or some that are joined.
   *
   * @param columns which of all inputs' columns its own are, in their order
   */
  private record Part(RelNode rel, List<Integer> columns, double rows) {
    ImmutableBitSet set() {
      return ImmutableBitSet.of(columns);
    }
  }

  /** Inner joins that may be done in any order. */
  private final class Cluster {
    private final List<Part> parts = new ArrayList<>();
    private final List<RexNode> conditions = new ArrayList<>();

    /** The types of all inputs' columns, as the conditions name them. */
    private final List<RexNode> columns = new ArrayList<>();

    /** Takes a tree apart; gives which columns of all inputs its own are. */
    List<Integer> add(RelNode node) {
      if (node instanceof Join join && join.getJoinType() == JoinRelType.INNER) {
        List<Integer> own = new ArrayList<>(add(join.getLeft()));
        own.addAll(add(join.getRight()));
        List<RexNode> global = own.stream().map(columns::get).toList();
        for (RexNode conjunct : RelOptUtil.conjunctions(join.getCondition())) {
          conditions.add(Correlations.substitute(conjunct, global));
        }
        return own;
      }
      if (node instanceof Project project
          && project.getInput() instanceof Join
          && project.getProjects().stream().allMatch(RexInputRef.class::isInstance)) {
        List<Integer> below = add(project.getInput());
        return project.getProjects().stream()
            .map(ref -> below.get(((RexInputRef) ref).getIndex()))
            .toList();
      }
      return addInput(node.accept(JoinOrder.this));
    }

    private List<Integer> addInput(RelNode input) {
      int first = columns.size();
      List<Integer> own = new ArrayList<>();
      for (int i = 0; i < input.getRowType().getFieldCount(); i++) {
        own.add(first + i);
        columns.add(new RexInputRef(first + i, input.getRowType().getFieldList().get(i).getType()));
      }
      parts.add(new Part(input, own, estimates.rows(input)));
      return own;
    }

    RelNode ordered(List<Integer> wanted, RelNode original) {
      for (int i = 0; i < parts.size(); i++) {
        Part part = parts.get(i);
        List<RexNode> own = takeConditions(part.set());
        if (!own.isEmpty()) {
          RelNode filtered = LogicalFilter.create(part.rel(), local(own, part.columns()));
          parts.set(i, new Part(filtered, part.columns(), estimates.rows(filtered)));
        }
      }
      while (parts.size() > 1) {
        joinBest();
      }
      Part whole = parts.getFirst();
      List<Integer> positions = wanted.stream().map(whole.columns()::indexOf).toList();
      return selected(whole.rel(), positions, original.getRowType().getFieldNames());
    }

    /** The conditions that read some of these columns and no others. */
    private List<RexNode> takeConditions(ImmutableBitSet available) {
      List<RexNode> taken = new ArrayList<>();
      for (RexNode condition : conditions) {
        if (available.contains(RelOptUtil.InputFinder.bits(condition))) {
          taken.add(condition);
        }
      }
      conditions.removeAll(taken);
      return taken;
    }

    private RexNode local(List<RexNode> over, List<Integer> order) {
      List<RexNode> positions = new ArrayList<>();
      for (RexNode column : columns) {
        int at = order.indexOf(((RexInputRef) column).getIndex());
        positions.add(at < 0 ? column : new RexInputRef(at, column.getType()));
      }
      return RexUtil.composeConjunction(
          rex, over.stream().map(c -> Correlations.substitute(c, positions)).toList());
    }

    private void joinBest() {
      int bestLeft = 0;
      int bestRight = 1;
      double bestRows = Double.POSITIVE_INFINITY;
      boolean bestConnected = false;
      for (int i = 0; i < parts.size(); i++) {
        for (int j = i + 1; j < parts.size(); j++) {
          List<RexNode> between = between(parts.get(i), parts.get(j));
          boolean connected = !between.isEmpty();
          double rows = rows(parts.get(i), parts.get(j), between);
          if (connected == bestConnected ? rows < bestRows : connected) {
            bestLeft = i;
            bestRight = j;
            bestRows = rows;
            bestConnected = connected;
          }
        }
      }
      Part joined = join(parts.get(bestLeft), parts.get(bestRight), bestRows);
      parts.remove(bestRight);
      parts.set(bestLeft, joined);
    }

    private List<RexNode> between(Part a, Part b) {
      ImmutableBitSet both = a.set().union(b.set());
      return conditions.stream()
          .filter(c -> both.contains(RelOptUtil.InputFinder.bits(c)))
          .toList();
    }

    private double rows(Part a, Part b, List<RexNode> between) {
      RexNode condition = local(between, both(a, b));
      return Math.max(1, a.rows() * b.rows() * estimates.share(condition, a.rel(), b.rel()));
    }

    private static List<Integer> both(Part a, Part b) {
      List<Integer> both = new ArrayList<>(a.columns());
      both.addAll(b.columns());
      return both;
    }

    private Part join(Part first, Part second, double rows) {
      boolean swap = second.rows() > first.rows();
      Part left = swap ? second : first;
      Part right = swap ? first : second;
      List<Integer> order = both(left, right);
      List<RexNode> between = takeConditions(ImmutableBitSet.of(order));
      RelNode rel =
          LogicalJoin.create(
              left.rel(),
              right.rel(),
              List.of(),
              local(between, order),
              Set.of(),
              JoinRelType.INNER);
      return new Part(rel, order, rows);
    }
  }
}
