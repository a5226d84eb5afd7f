package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns a plan into operators. They take nothing before the first {@link Operator#next}, so a plan
 * whose building fails leaves nothing to close.
 */
public final class OperatorBuilder {
  private final ExecutionContext context;
  private final @Nullable OperatorProfile profile;

  private OperatorBuilder(ExecutionContext context, @Nullable OperatorProfile profile) {
    this.context = context;
    this.profile = profile;
  }

  /** Operators for one execution; the caller closes the one it gets. */
  public static Operator build(PlanNode plan, ExecutionContext context) {
    return new OperatorBuilder(context, null).build(plan);
  }

  /** As {@link #build(PlanNode, ExecutionContext)}, and every node writes down what it does. */
  public static Operator build(PlanNode plan, ExecutionContext context, OperatorProfile profile) {
    return new OperatorBuilder(context, profile).build(plan);
  }

  /** The scalar indexes that may serve the filter of a scan or search, its inputs left out. */
  public static List<IndexDefinition> servingIndexes(PlanNode node, Catalog catalog) {
    return switch (node) {
      case PlanNode.Scan scan ->
          IndexLookup.mayServe(scan.filter(), scan.columns(), catalog.indexesOf(scan.table()));
      case PlanNode.VectorSearch search ->
          IndexLookup.mayServe(
              Memberships.unknown(search).filter(),
              search.columns(),
              catalog.indexesOf(search.table()));
      default -> List.of();
    };
  }

  /** The scalar index that has the order of a node's first rows, or null. */
  public static @Nullable IndexDefinition orderingIndex(PlanNode node, Catalog catalog) {
    return node instanceof PlanNode.TopK top ? OrderedScanOperator.index(top, catalog) : null;
  }

  private Operator build(PlanNode node) {
    Operator operator = operator(node);
    return profile == null ? operator : new ProfiledOperator(operator, profile.counters(node));
  }

  /** As {@link #build(PlanNode)}; of the columns that come out, only some are read. */
  private Operator build(PlanNode node, BitSet read) {
    if (!(node instanceof PlanNode.Scan scan)) {
      return build(node);
    }
    Operator operator = new ScanOperator(context, scan, read, skips(scan));
    return profile == null ? operator : new ProfiledOperator(operator, profile.counters(node));
  }

  private SkipCounter skips(PlanNode node) {
    return profile == null ? new SkipCounter() : profile.counters(node).skips();
  }

  private static BitSet inputs(List<CompiledExpression> expressions) {
    BitSet inputs = new BitSet();
    expressions.forEach(expression -> inputs.or(expression.inputs()));
    return inputs;
  }

  private static BitSet inputs(PlanNode.Aggregate aggregate) {
    BitSet inputs = new BitSet();
    aggregate.keys().forEach(inputs::set);
    for (AggregateCall call : aggregate.calls()) {
      call.arguments().forEach(inputs::set);
      if (call.filterColumn() >= 0) {
        inputs.set(call.filterColumn());
      }
    }
    return inputs;
  }

  private Operator operator(PlanNode node) {
    return switch (node) {
      case PlanNode.Values values -> new ValuesOperator(context, values);
      case PlanNode.Scan scan -> new ScanOperator(context, scan, null, skips(scan));
      case PlanNode.KeyLookup lookup -> new KeyLookupOperator(context, lookup);
      case PlanNode.SystemScan scan ->
          new BatchOperator(context, () -> context.systemTables().apply(scan.table()));
      case PlanNode.VectorSearch search ->
          new VectorSearchOperator(context, search, memberships(search), skips(search));
      case PlanNode.Filter filter ->
          new FilterOperator(context, build(filter.input()), compile(filter.predicate()));
      case PlanNode.Project project -> {
        List<CompiledExpression> expressions = compile(project.expressions());
        yield new ProjectOperator(
            context, build(project.input(), inputs(expressions)), expressions);
      }
      case PlanNode.Unnest unnest ->
          new UnnestOperator(context, build(unnest.input()), compile(unnest.array()), unnest);
      case PlanNode.Aggregate aggregate ->
          new AggregateOperator(context, build(aggregate.input(), inputs(aggregate)), aggregate);
      case PlanNode.Window window -> new WindowOperator(context, build(window.input()), window);
      case PlanNode.HashJoin join -> hashJoin(join);
      case PlanNode.NestedLoopJoin join -> nestedLoopJoin(join);
      case PlanNode.CorrelatedJoin join -> correlatedJoin(join);
      case PlanNode.Sort sort -> new SortOperator(context, build(sort.input()), sort);
      case PlanNode.TopK top ->
          OrderedScanOperator.over(
              top, context, new TopKOperator(context, build(top.input()), top));
      case PlanNode.Limit limit -> new LimitOperator(context, build(limit.input()), limit);
      case PlanNode.UnionAll union -> new UnionAllOperator(context, buildAll(union.inputs()));
      case PlanNode.SetDifference set ->
          new SetDifferenceOperator(context, build(set.left()), build(set.right()), set);
      case PlanNode.Insert insert -> new InsertOperator(context, build(insert.input()), insert);
      case PlanNode.Update update -> new UpdateOperator(context, build(update.input()), update);
      case PlanNode.Delete delete -> new DeleteOperator(context, build(delete.input()), delete);
    };
  }

  private Memberships memberships(PlanNode.VectorSearch search) {
    List<PlanNode> values = search.members().stream().map(PlanNode.Membership::values).toList();
    return new Memberships(context, buildAll(values));
  }

  private Operator hashJoin(PlanNode.HashJoin join) {
    Reservation reservation = new Reservation(context.memory());
    JoinPairs pairs = new EqualKeyPairs(join.keys(), reservation);
    return new JoinOperator(
        context,
        inputs(join.left(), join.right(), pairs, reservation),
        join.type(),
        join.residual());
  }

  private Operator nestedLoopJoin(PlanNode.NestedLoopJoin join) {
    Reservation reservation = new Reservation(context.memory());
    JoinPairs pairs = new AllPairs();
    return new JoinOperator(
        context,
        inputs(join.left(), join.right(), pairs, reservation),
        join.type(),
        join.condition());
  }

  private Operator correlatedJoin(PlanNode.CorrelatedJoin join) {
    Reservation reservation = new Reservation(context.memory());
    JoinPairs pairs =
        new CorrelatedPairs(
            join.columns(),
            inner -> new OperatorBuilder(inner, profile).build(join.right()),
            context.memory());
    return new JoinOperator(
        context,
        new JoinOperator.Inputs(
            build(join.left()),
            null,
            join.left().schema(),
            join.right().schema(),
            pairs,
            reservation),
        join.type(),
        join.condition());
  }

  private JoinOperator.Inputs inputs(
      PlanNode left, PlanNode right, JoinPairs pairs, Reservation reservation) {
    return new JoinOperator.Inputs(
        build(left), build(right), left.schema(), right.schema(), pairs, reservation);
  }

  private List<Operator> buildAll(List<PlanNode> nodes) {
    List<Operator> operators = new ArrayList<>(nodes.size());
    for (PlanNode node : nodes) {
      operators.add(build(node));
    }
    return operators;
  }

  private CompiledExpression compile(Expression expression) {
    return ExpressionEvaluator.compile(expression, context.evaluation());
  }

  private List<CompiledExpression> compile(List<Expression> expressions) {
    List<CompiledExpression> compiled = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      compiled.add(compile(expression));
    }
    return compiled;
  }
}
