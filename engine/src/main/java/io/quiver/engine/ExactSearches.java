package io.quiver.engine;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.PlanPrinter;
import io.quiver.planner.translate.Expressions;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What EXPLAIN says where distances of all rows are computed although there is an index. */
final class ExactSearches {
  private final Catalog catalog;
  private final Set<String> lines = new LinkedHashSet<>();

  private ExactSearches(Catalog catalog) {
    this.catalog = catalog;
  }

  /** A line an index that does not serve. */
  static List<String> notes(PlanNode plan, Catalog catalog) {
    ExactSearches searches = new ExactSearches(catalog);
    searches.visit(plan, null, null);
    return List.copyOf(searches.lines);
  }

  /**
   * @param order why what orders these rows is no search, or null where nothing does
   * @param measured why distances of all these rows are computed, or null where they are not
   */
  private void visit(PlanNode node, @Nullable String order, @Nullable String measured) {
    String ordered = order(node, order);
    String why = measured(node, ordered, measured);
    if (node instanceof PlanNode.Scan scan && why != null) {
      for (IndexDefinition index : catalog.indexesOf(scan.table())) {
        if (index.kind().isVector() && scan.columns().contains(index.keys().getFirst().column())) {
          lines.add("index " + IndexNotes.described(index) + " is not used: " + why + " is exact");
        }
      }
    }
    PlanPrinter.inputs(node).forEach(input -> visit(input, ordered, why));
  }

  private static @Nullable String order(PlanNode node, @Nullable String above) {
    return switch (node) {
      case PlanNode.TopK top when top.keys().size() > 1 -> "ORDER BY a distance and more";
      case PlanNode.TopK top when top.keys().getFirst().descending() ->
          "ORDER BY a distance from the farthest on";
      case PlanNode.TopK top
          when top.input() instanceof PlanNode.Project project
              && !(project.input() instanceof PlanNode.Scan) ->
          "ORDER BY a distance of rows that are joined or computed before";
      case PlanNode.TopK _ -> "ORDER BY what a distance does not order alone";
      case PlanNode.Sort _ -> "ORDER BY a distance without LIMIT";
      case PlanNode.Window _ -> "a search for the nearest of each group";
      case PlanNode.Aggregate _ -> null;
      default -> above;
    };
  }

  private static @Nullable String measured(
      PlanNode node, @Nullable String order, @Nullable String above) {
    boolean condition =
        switch (node) {
          case PlanNode.Scan scan -> hasDistance(Stream.ofNullable(scan.filter()));
          case PlanNode.Filter filter -> hasDistance(Stream.of(filter.predicate()));
          case PlanNode.NestedLoopJoin join -> hasDistance(Stream.ofNullable(join.condition()));
          case PlanNode.HashJoin join -> hasDistance(Stream.ofNullable(join.residual()));
          default -> false;
        };
    if (condition) {
      return "a condition on a distance";
    }
    if (node instanceof PlanNode.Project project && hasDistance(project.expressions().stream())) {
      return order == null ? "the distance of every row" : order;
    }
    return above;
  }

  private static boolean hasDistance(Stream<Expression> expressions) {
    boolean[] found = {false};
    expressions.forEach(expression ->
        Expressions.forEach(
            expression,
            part ->
                found[0] |=
                    part instanceof Expression.Call call
                        && call.function().isDistance()
                        && call.arguments().stream()
                            .anyMatch(Expression.InputColumn.class::isInstance)));
    return found[0];
  }
}
