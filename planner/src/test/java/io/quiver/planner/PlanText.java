package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.VectorText;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Plans in one line, for tests: {@code topk(#1 ?0; project(#0, l2(#1, ?1); scan(7: 0 1)))}. */
final class PlanText {
  private PlanText() {}

  @SuppressWarnings("MethodLength") // One case a node.
  static String of(PlanNode plan) {
    return switch (plan) {
      case PlanNode.Values p ->
          "values(" + p.rows().stream().map(PlanText::list).collect(Collectors.joining("; ")) + ")";
      case PlanNode.Scan p ->
          "scan("
              + p.table().value()
              + ": "
              + columns(p.columns())
              + optional(" where ", p.filter())
              + ")";
      case PlanNode.KeyLookup p ->
          "lookup("
              + p.table().value()
              + ": "
              + columns(p.columns())
              + " keys "
              + p.keys().stream().map(PlanText::list).collect(Collectors.joining("; "))
              + optional(" where ", p.filter())
              + ")";
      case PlanNode.SystemScan p -> "system(" + p.table().name() + ")";
      case PlanNode.VectorSearch p ->
          "search("
              + p.metric().name().toLowerCase(Locale.ROOT)
              + " "
              + p.vectorColumn().value()
              + " "
              + of(p.query())
              + " limit "
              + of(p.fetch())
              + optional(" offset ", p.offset())
              + "; "
              + p.table().value()
              + ": "
              + columns(p.columns())
              + optional(" where ", p.filter())
              + ")";
      case PlanNode.Filter p -> "filter(" + of(p.predicate()) + "; " + of(p.input()) + ")";
      case PlanNode.Project p -> "project(" + list(p.expressions()) + "; " + of(p.input()) + ")";
      case PlanNode.Unnest p ->
          "unnest(" + of(p.array()) + (p.outer() ? " outer" : "") + "; " + of(p.input()) + ")";
      case PlanNode.Aggregate p ->
          "aggregate("
              + p.keys()
              + p.calls().stream().map(PlanText::call).collect(Collectors.joining())
              + "; "
              + of(p.input())
              + ")";
      case PlanNode.Window p ->
          "window("
              + p.partitionKeys()
              + keys(p.order())
              + p.calls().stream()
                  .map(c -> c.function().name().toLowerCase(Locale.ROOT) + c.arguments())
                  .collect(Collectors.joining(" "))
              + "; "
              + of(p.input())
              + ")";
      case PlanNode.HashJoin p ->
          "hash-"
              + p.type().name().toLowerCase(Locale.ROOT)
              + p.keys().stream().map(JoinKey::left).toList()
              + p.keys().stream().map(JoinKey::right).toList()
              + "("
              + of(p.left())
              + ", "
              + of(p.right())
              + optional(" and ", p.residual())
              + ")";
      case PlanNode.NestedLoopJoin p ->
          "loop-"
              + p.type().name().toLowerCase(Locale.ROOT)
              + "("
              + of(p.left())
              + ", "
              + of(p.right())
              + optional(" on ", p.condition())
              + ")";
      case PlanNode.CorrelatedJoin p ->
          "correlated-"
              + p.type().name().toLowerCase(Locale.ROOT)
              + p.columns()
              + "("
              + of(p.left())
              + ", "
              + of(p.right())
              + optional(" on ", p.condition())
              + ")";
      case PlanNode.Sort p -> "sort(" + keys(p.keys()) + "; " + of(p.input()) + ")";
      case PlanNode.TopK p ->
          "topk("
              + keys(p.keys())
              + " limit "
              + of(p.fetch())
              + optional(" offset ", p.offset())
              + "; "
              + of(p.input())
              + ")";
      case PlanNode.Limit p ->
          "limit("
              + optional("", p.fetch())
              + optional(" offset ", p.offset())
              + "; "
              + of(p.input())
              + ")";
      case PlanNode.UnionAll p ->
          "union(" + p.inputs().stream().map(PlanText::of).collect(Collectors.joining(", ")) + ")";
      case PlanNode.SetDifference p ->
          (p.intersect() ? "intersect" : "except")
              + (p.all() ? "-all(" : "(")
              + of(p.left())
              + ", "
              + of(p.right())
              + ")";
      case PlanNode.Insert p -> "insert(" + p.identityColumn() + "; " + of(p.input()) + ")";
      case PlanNode.Update p -> "update(" + of(p.input()) + ")";
      case PlanNode.Delete p -> "delete(" + of(p.input()) + ")";
    };
  }

  private static String columns(List<ColumnId> columns) {
    return columns.stream().map(c -> "" + c.value()).collect(Collectors.joining(" "));
  }

  private static String call(AggregateCall call) {
    return " "
        + call.function().name().toLowerCase(Locale.ROOT)
        + (call.distinct() ? "-distinct" : "")
        + call.arguments()
        + (call.filterColumn() < 0 ? "" : "filter " + call.filterColumn());
  }

  private static String keys(List<SortKey> keys) {
    return keys.stream()
        .map(k ->
            k.column() + (k.descending() ? " desc" : "") + (k.nullsFirst() ? " nulls first" : ""))
        .collect(Collectors.joining(", "));
  }

  private static String optional(String before, @Nullable Expression expression) {
    return expression == null ? "" : before + of(expression);
  }

  private static String list(List<Expression> expressions) {
    return expressions.stream().map(PlanText::of).collect(Collectors.joining(", "));
  }

  static String of(Expression expression) {
    return switch (expression) {
      case Expression.InputColumn e -> "#" + e.index();
      case Expression.Literal e -> literal(e.value());
      case Expression.Parameter e -> "?" + e.index() + ":" + e.type().sqlName();
      case Expression.OuterColumn e -> "outer#" + e.number();
      case Expression.Call e ->
          e.function().name().toLowerCase(Locale.ROOT) + "(" + list(e.arguments()) + ")";
      case Expression.UserCall e -> e.function().name() + "(" + list(e.arguments()) + ")";
      case Expression.Cast e -> "cast(" + of(e.operand()) + " as " + e.type().sqlName() + ")";
      case Expression.Case e ->
          "case("
              + e.branches().stream()
                  .map(b -> of(b.condition()) + " -> " + of(b.result()))
                  .collect(Collectors.joining(", "))
              + " else "
              + of(e.otherwise())
              + ")";
      case Expression.InSet e -> "in(" + of(e.operand()) + ", " + new TreeSet<>(e.values()) + ")";
    };
  }

  static String literal(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> "'" + text + "'";
      case float[] vector -> VectorText.format(vector);
      default -> value.toString();
    };
  }
}
