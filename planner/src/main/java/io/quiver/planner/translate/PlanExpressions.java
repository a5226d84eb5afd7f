package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.WindowFrame;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Rewrites the expressions of a plan. */
final class PlanExpressions {
  private final UnaryOperator<Expression> mapping;
  private final UnaryOperator<PlanNode> nodes;

  private PlanExpressions(UnaryOperator<Expression> mapping, UnaryOperator<PlanNode> nodes) {
    this.mapping = mapping;
    this.nodes = nodes;
  }

  static PlanNode map(PlanNode plan, UnaryOperator<Expression> mapping) {
    return new PlanExpressions(mapping, node -> node).node(plan);
  }

  /** Replaces nodes, the inputs of each before itself. */
  static PlanNode mapNodes(PlanNode plan, UnaryOperator<PlanNode> nodes) {
    return new PlanExpressions(expression -> expression, nodes).node(plan);
  }

  private PlanNode node(PlanNode plan) {
    return nodes.apply(mapped(plan));
  }

  private PlanNode mapped(PlanNode plan) {
    return switch (plan) {
      case PlanNode.Values p ->
          new PlanNode.Values(p.rows().stream().map(this::all).toList(), p.schema());
      case PlanNode.Scan p ->
          new PlanNode.Scan(p.table(), p.columns(), optional(p.filter()), p.schema());
      case PlanNode.KeyLookup p -> keyLookup(p);
      case PlanNode.SystemScan p -> p;
      case PlanNode.VectorSearch p -> vectorSearch(p);
      case PlanNode.Filter p -> new PlanNode.Filter(node(p.input()), mapping.apply(p.predicate()));
      case PlanNode.Project p ->
          new PlanNode.Project(node(p.input()), all(p.expressions()), p.schema());
      case PlanNode.Unnest p ->
          new PlanNode.Unnest(node(p.input()), mapping.apply(p.array()), p.outer(), p.schema());
      case PlanNode.Aggregate p ->
          new PlanNode.Aggregate(node(p.input()), p.keys(), p.calls(), p.schema());
      case PlanNode.Window p -> window(p);
      case PlanNode.HashJoin p -> hashJoin(p);
      case PlanNode.NestedLoopJoin p ->
          new PlanNode.NestedLoopJoin(
              node(p.left()), node(p.right()), p.type(), optional(p.condition()), p.schema());
      case PlanNode.CorrelatedJoin p ->
          new PlanNode.CorrelatedJoin(
              node(p.left()),
              node(p.right()),
              p.type(),
              p.depth(),
              p.columns(),
              optional(p.condition()),
              p.schema());
      case PlanNode.Sort p -> new PlanNode.Sort(node(p.input()), p.keys());
      case PlanNode.TopK p ->
          new PlanNode.TopK(
              node(p.input()), p.keys(), optional(p.offset()), mapping.apply(p.fetch()));
      case PlanNode.Limit p ->
          new PlanNode.Limit(node(p.input()), optional(p.offset()), optional(p.fetch()));
      case PlanNode.UnionAll p ->
          new PlanNode.UnionAll(p.inputs().stream().map(this::node).toList(), p.schema());
      case PlanNode.SetDifference p ->
          new PlanNode.SetDifference(
              node(p.left()), node(p.right()), p.intersect(), p.all(), p.schema());
      case PlanNode.Insert p ->
          new PlanNode.Insert(
              p.table(),
              node(p.input()),
              p.identityColumn(),
              conflict(p.conflict()),
              returning(p.returning()));
      case PlanNode.Update p ->
          new PlanNode.Update(p.table(), node(p.input()), returning(p.returning()));
      case PlanNode.Delete p ->
          new PlanNode.Delete(p.table(), node(p.input()), returning(p.returning()));
    };
  }

  private PlanNode hashJoin(PlanNode.HashJoin p) {
    return new PlanNode.HashJoin(
        node(p.left()), node(p.right()), p.type(), p.keys(), optional(p.residual()), p.schema());
  }

  private PlanNode.@Nullable OnConflict conflict(PlanNode.@Nullable OnConflict conflict) {
    if (conflict == null) {
      return null;
    }
    List<Expression> values = conflict.values();
    return new PlanNode.OnConflict(
        conflict.key(), values == null ? null : all(values), optional(conflict.where()));
  }

  private PlanNode.@Nullable Returning returning(PlanNode.@Nullable Returning returning) {
    return returning == null
        ? null
        : new PlanNode.Returning(all(returning.expressions()), returning.schema());
  }

  private PlanNode keyLookup(PlanNode.KeyLookup p) {
    return new PlanNode.KeyLookup(
        p.table(),
        p.columns(),
        p.key(),
        p.keys().stream().map(this::all).toList(),
        optional(p.filter()),
        p.schema());
  }

  private PlanNode vectorSearch(PlanNode.VectorSearch p) {
    return new PlanNode.VectorSearch(
        p.table(),
        p.columns(),
        p.vectorColumn(),
        p.metric(),
        mapping.apply(p.query()),
        optional(p.filter()),
        p.members().stream()
            .map(member ->
                new PlanNode.Membership(mapping.apply(member.operand()), node(member.values())))
            .toList(),
        optional(p.offset()),
        mapping.apply(p.fetch()),
        p.schema(),
        p.use());
  }

  private PlanNode window(PlanNode.Window p) {
    return new PlanNode.Window(
        node(p.input()),
        p.partitionKeys(),
        p.order(),
        new WindowFrame(p.frame().rows(), bound(p.frame().start()), bound(p.frame().end())),
        p.calls(),
        p.schema());
  }

  private List<Expression> all(List<Expression> expressions) {
    return expressions.stream().map(mapping).toList();
  }

  private WindowFrame.Bound bound(WindowFrame.Bound bound) {
    return new WindowFrame.Bound(bound.kind(), optional(bound.offset()));
  }

  private @Nullable Expression optional(@Nullable Expression expression) {
    return expression == null ? null : mapping.apply(expression);
  }
}
