package io.quiver.planner.rule;

import io.quiver.planner.rule.Puller.Pulled;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelHomogeneousShuttle;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.logical.LogicalFilter;
import org.apache.calcite.rel.logical.LogicalJoin;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.jspecify.annotations.Nullable;

/**
 * Makes joins of correlated joins: what depends on the outer row moves into the join's condition,
 * or above it. What can be taken apart so is said by {@link Puller}; the rest stays correlated, and
 * the executor runs it row by row. Window functions, limits and set operations over correlated rows
 * stay, since each of them is about the rows of one outer row.
 */
final class Unnesting extends RelHomogeneousShuttle {
  private final RexBuilder rex;

  private Unnesting(RexBuilder rex) {
    this.rex = rex;
  }

  /** The tree with joins in the place of correlated joins, inner ones first. */
  static RelNode apply(RelNode root) {
    return root.accept(new Unnesting(root.getCluster().getRexBuilder()));
  }

  @Override
  public RelNode visit(RelNode node) {
    RelNode visited = super.visit(node);
    if (!(visited instanceof Correlate correlate)) {
      return visited;
    }
    RelNode joined = join(correlate);
    return joined == null ? correlate : joined;
  }

  private @Nullable RelNode join(Correlate correlate) {
    return switch (correlate.getJoinType()) {
      case INNER, LEFT -> {
        RelNode aggregated = scalarAggregate(correlate);
        yield aggregated != null ? aggregated : rows(correlate);
      }
      case LEFT_MARK, SEMI, ANTI -> marked(correlate);
      default -> null;
    };
  }

  private int width(RelNode node) {
    return node.getRowType().getFieldCount();
  }

  /** An expression over the pulled rows as one over left and then these rows. */
  private RexNode joined(RexNode expression, Correlate correlate) {
    RelNode left = correlate.getLeft();
    return Correlations.replace(
        RexUtil.shift(expression, width(left)),
        correlate.getCorrelationId(),
        column -> rex.makeInputRef(left, column));
  }

  private RelNode marked(Correlate correlate) {
    CorrelationId id = correlate.getCorrelationId();
    RelNode right = correlate.getRight();
    if (correlate.getCondition().isAlwaysTrue()) {
      right = withoutLimit(right);
    }
    Pulled pulled = new Puller(id, true, rex).pull(right);
    if (pulled == null) {
      return correlate;
    }
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < width(correlate.getLeft()); i++) {
      columns.add(rex.makeInputRef(correlate.getLeft(), i));
    }
    pulled.outputs().forEach(output -> columns.add(joined(output, correlate)));
    List<RexNode> conditions = new ArrayList<>();
    conditions.add(Correlations.substitute(correlate.getCondition(), columns));
    for (RexNode condition : pulled.conditions()) {
      // A row for which it is null is no row, and leaves nothing unknown.
      RexNode moved = joined(condition, correlate);
      conditions.add(
          moved.getType().isNullable() ? rex.makeCall(SqlStdOperatorTable.IS_TRUE, moved) : moved);
    }
    return LogicalJoin.create(
        correlate.getLeft(),
        pulled.rel(),
        List.of(),
        RexUtil.composeConjunction(rex, conditions),
        Set.of(),
        correlate.getJoinType());
  }

  /** Where only the existence of a row is asked, a limit of some rows says nothing. */
  private static RelNode withoutLimit(RelNode node) {
    if (node instanceof Project project && !RexOver.containsOver(project.getProjects(), null)) {
      RelNode input = withoutLimit(project.getInput());
      return input.equals(project.getInput())
          ? project
          : project.copy(project.getTraitSet(), List.of(input));
    }
    boolean some =
        node instanceof Sort sort
            && sort.offset == null
            && sort.fetch instanceof RexLiteral fetch
            && RexLiteral.intValue(fetch) > 0;
    return some ? ((Sort) node).getInput() : node;
  }

  private @Nullable RelNode rows(Correlate correlate) {
    Pulled pulled = new Puller(correlate.getCorrelationId(), false, rex).pull(correlate.getRight());
    if (pulled == null) {
      return null;
    }
    return correlate.getJoinType() == JoinRelType.INNER
        ? inner(correlate, pulled)
        : left(correlate, pulled, pulled.outputs());
  }

  private RelNode inner(Correlate correlate, Pulled pulled) {
    RelNode join = joined(correlate, pulled.rel(), pulled.conditions());
    List<RexNode> columns = leftColumns(correlate);
    pulled.outputs().forEach(output -> columns.add(joined(output, correlate)));
    return project(correlate, join, columns);
  }

  private RelNode joined(Correlate correlate, RelNode right, List<RexNode> conditions) {
    return LogicalJoin.create(
        correlate.getLeft(),
        right,
        List.of(),
        RexUtil.composeConjunction(
            rex, conditions.stream().map(c -> joined(c, correlate)).toList()),
        Set.of(),
        correlate.getJoinType());
  }

  /** A left join after which the outputs are null where no row has come. */
  private RelNode left(Correlate correlate, Pulled pulled, List<RexNode> outputs) {
    RelNode rel = withMarker(pulled.rel());
    RelNode join = joined(correlate, rel, pulled.conditions());
    RexNode found = found(join);
    List<RexNode> columns = leftColumns(correlate);
    for (RexNode output : outputs) {
      RexNode moved = fixed(joined(output, correlate), join);
      columns.add(output.isA(SqlKind.INPUT_REF) ? moved : when(found, moved, nullOf(moved)));
    }
    return project(correlate, join, columns);
  }

  private static RelNode withMarker(RelNode rel) {
    RexBuilder rex = rel.getCluster().getRexBuilder();
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < rel.getRowType().getFieldCount(); i++) {
      columns.add(rex.makeInputRef(rel, i));
    }
    columns.add(rex.makeLiteral(true));
    return LogicalProject.create(rel, List.of(), columns, (List<String>) null, Set.of());
  }

  private RexNode found(RelNode join) {
    return rex.makeCall(SqlStdOperatorTable.IS_NOT_NULL, rex.makeInputRef(join, width(join) - 1));
  }

  /** The same expression, whose columns may be null as those of the join may be. */
  private static RexNode fixed(RexNode expression, RelNode join) {
    List<RelDataType> types = RelOptUtil.getFieldTypeList(join.getRowType());
    return RexUtil.fixUp(
            join.getCluster().getRexBuilder(), new ArrayList<>(List.of(expression)), types)
        .getFirst();
  }

  private RexNode when(RexNode condition, RexNode then, RexNode otherwise) {
    return rex.makeCall(SqlStdOperatorTable.CASE, condition, then, otherwise);
  }

  private RexNode nullOf(RexNode like) {
    return rex.makeNullLiteral(
        rex.getTypeFactory().createTypeWithNullability(like.getType(), true));
  }

  private List<RexNode> leftColumns(Correlate correlate) {
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < width(correlate.getLeft()); i++) {
      columns.add(rex.makeInputRef(correlate.getLeft(), i));
    }
    return columns;
  }

  /** The columns under the names and types that the nodes above know. */
  private RelNode project(Correlate correlate, RelNode join, List<RexNode> columns) {
    List<RelDataType> types = RelOptUtil.getFieldTypeList(correlate.getRowType());
    List<RexNode> typed = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      RexNode column = columns.get(i);
      typed.add(
          column.getType().equals(types.get(i))
              ? column
              : rex.makeAbstractCast(types.get(i), column, false));
    }
    return LogicalProject.create(
        join, List.of(), typed, correlate.getRowType().getFieldNames(), Set.of());
  }

  /**
   * The one row of an aggregate without groups, under projections and HAVING: groups by what is
   * compared with the outer row, and gives what no rows give where there is no such group.
   */
  private @Nullable RelNode scalarAggregate(Correlate correlate) {
    CorrelationId id = correlate.getCorrelationId();
    List<RelNode> above = new ArrayList<>();
    RelNode node = correlate.getRight();
    while (node instanceof Project || node instanceof Filter) {
      above.addFirst(node);
      node = node.getInput(0);
    }
    if (!(node instanceof Aggregate aggregate)
        || !aggregate.getGroupSet().isEmpty()
        || aggregate.getGroupType() != Aggregate.Group.SIMPLE
        || !Correlations.reads(aggregate, id)
        || above.stream().anyMatch(Unnesting::hasWindow)
        || aggregate.getAggCallList().stream().anyMatch(Unnesting::mayFail)) {
      return null;
    }
    Puller puller = new Puller(id, false, rex);
    Pulled input = puller.pull(aggregate.getInput());
    Pulled pulled = input == null ? null : puller.aggregate(aggregate, input);
    if (pulled == null || pulled.conditions().isEmpty()) {
      return null;
    }
    RelNode right = withMarker(pulled.rel());
    RelNode join =
        LogicalJoin.create(
            correlate.getLeft(),
            right,
            List.of(),
            RexUtil.composeConjunction(
                rex, pulled.conditions().stream().map(c -> joined(c, correlate)).toList()),
            Set.of(),
            JoinRelType.LEFT);
    List<RexNode> outputs = new ArrayList<>();
    for (int i = 0; i < pulled.outputs().size(); i++) {
      RexNode value = fixed(joined(pulled.outputs().get(i), correlate), join);
      RexNode ofNone = ofNoRows(aggregate.getAggCallList().get(i), value);
      outputs.add(ofNone == null ? value : when(found(join), value, ofNone));
    }
    return overAggregate(correlate, join, outputs, above);
  }

  private RelNode overAggregate(
      Correlate correlate, RelNode join, List<RexNode> aggregates, List<RelNode> above) {
    List<RexNode> outputs = aggregates;
    List<RexNode> conditions = new ArrayList<>();
    for (RelNode node : above) {
      List<RexNode> below = outputs;
      if (node instanceof Filter filter) {
        conditions.add(moved(filter.getCondition(), below, correlate));
      } else {
        outputs =
            ((Project) node).getProjects().stream().map(e -> moved(e, below, correlate)).toList();
      }
    }
    List<RexNode> columns = leftColumns(correlate);
    RexNode condition = RexUtil.composeConjunction(rex, conditions);
    if (correlate.getJoinType() == JoinRelType.INNER) {
      columns.addAll(outputs);
      return project(
          correlate, conditions.isEmpty() ? join : LogicalFilter.create(join, condition), columns);
    }
    for (RexNode output : outputs) {
      columns.add(conditions.isEmpty() ? output : when(condition, output, nullOf(output)));
    }
    return project(correlate, join, columns);
  }

  private RexNode moved(RexNode expression, List<RexNode> columns, Correlate correlate) {
    return Correlations.replace(
        Correlations.substitute(expression, columns),
        correlate.getCorrelationId(),
        column -> rex.makeInputRef(correlate.getLeft(), column));
  }

  private static boolean hasWindow(RelNode node) {
    return node instanceof Project project && RexOver.containsOver(project.getProjects(), null);
  }

  // It would fail for groups that no outer row asks for.
  private static boolean mayFail(AggregateCall call) {
    return call.getAggregation().getKind() == SqlKind.SINGLE_VALUE
        || call.getAggregation().getKind() == SqlKind.LITERAL_AGG;
  }

  /** What an aggregate gives of no rows; null for null. */
  private @Nullable RexNode ofNoRows(AggregateCall call, RexNode value) {
    return switch (call.getAggregation().getKind()) {
      case COUNT, SUM0 -> rex.makeExactLiteral(BigDecimal.ZERO, value.getType());
      default -> null;
    };
  }
}
