package io.quiver.planner.rule;

import java.util.List;
import org.apache.calcite.plan.RelOptRule;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.plan.hep.HepProgramBuilder;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RelFactories;
import org.apache.calcite.rel.rules.CoreRules;
import org.apache.calcite.rel.rules.FilterProjectTransposeRule;
import org.apache.calcite.rel.rules.ProjectMergeRule;
import org.apache.calcite.rex.RexExecutor;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.tools.RelBuilder;

/**
 * Rewrites a tree by a few programs of hand-picked rules, in a fixed order: no search, no cost, so
 * that a statement is planned in about a millisecond.
 */
public final class Optimizer {
  /** Leaves constant expressions alone: Calcite would compile them, and breaks vectors. */
  public static final RexExecutor NO_FOLDING =
      (builder, expressions, reduced) -> reduced.addAll(expressions);

  /** Keeps a {@link RelBuilder} from making one projection of two: a rule does where it may. */
  public static final int NO_MERGING = -1;

  /** A random number that two columns or a condition read is one number: its call stays. */
  private static final RelOptRule MERGE_PROJECTS =
      ProjectMergeRule.Config.DEFAULT
          .withOperandSupplier(upper ->
              upper
                  .operand(Project.class)
                  .oneInput(lower ->
                      lower
                          .operand(Project.class)
                          .predicate(Optimizer::isDeterministic)
                          .anyInputs()))
          .as(ProjectMergeRule.Config.class)
          .toRule();

  private static final RelOptRule FILTER_BELOW_PROJECT =
      FilterProjectTransposeRule.Config.DEFAULT
          .withOperandFor(
              Filter.class,
              filter -> !RexUtil.containsCorrelation(filter.getCondition()),
              Project.class,
              Optimizer::isDeterministic)
          .toRule();

  private static final HepProgram SUBQUERIES =
      program(
          List.of(
              CoreRules.FILTER_SUB_QUERY_TO_MARK_CORRELATE,
              CoreRules.PROJECT_SUB_QUERY_TO_MARK_CORRELATE));

  private static final HepProgram PUSH_DOWN =
      program(
          List.of(
              CoreRules.FILTER_INTO_JOIN,
              CoreRules.JOIN_CONDITION_PUSH,
              CoreRules.FILTER_CORRELATE,
              CoreRules.FILTER_MERGE,
              FILTER_BELOW_PROJECT,
              CoreRules.FILTER_AGGREGATE_TRANSPOSE,
              CoreRules.FILTER_SET_OP_TRANSPOSE,
              MERGE_PROJECTS,
              CoreRules.PROJECT_REMOVE,
              CoreRules.UNION_MERGE));

  private static final HepProgram TIDY = program(List.of(MERGE_PROJECTS, CoreRules.PROJECT_REMOVE));

  private static final HepProgram WINDOWS =
      program(
          List.of(
              CoreRules.PROJECT_TO_LOGICAL_PROJECT_AND_WINDOW, CoreRules.PROJECT_WINDOW_TRANSPOSE));

  private Optimizer() {}

  private static boolean isDeterministic(Project project) {
    return project.getProjects().stream().allMatch(RexUtil::isDeterministic);
  }

  /**
   * An equal tree that reads less and joins earlier.
   *
   * @param sizes decide the order of joins
   */
  @SuppressWarnings("ReferenceEquality") // One object says that nothing is known.
  public static RelNode optimize(RelNode root, TableSizes sizes) {
    RelBuilder builder =
        RelFactories.LOGICAL_BUILDER
            .create(root.getCluster(), null)
            .transform(config -> config.withBloat(NO_MERGING));
    RelNode flat = Unnesting.apply(run(SUBQUERIES, JoinSubQueries.apply(root)));
    RelNode pushed = run(PUSH_DOWN, flat);
    RelNode ordered = sizes == TableSizes.UNKNOWN ? pushed : JoinOrder.apply(pushed, sizes);
    RelNode trimmed = new FieldTrimmer(builder).trim(ordered);
    return run(WINDOWS, run(TIDY, trimmed));
  }

  private static RelNode run(HepProgram program, RelNode root) {
    HepPlanner planner = new HepPlanner(program);
    planner.setExecutor(NO_FOLDING);
    planner.setRoot(root);
    return planner.findBestExp();
  }

  private static HepProgram program(List<? extends RelOptRule> rules) {
    return new HepProgramBuilder().addRuleCollection(List.copyOf(rules)).build();
  }
}
