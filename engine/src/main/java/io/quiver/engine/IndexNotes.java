package io.quiver.engine;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.IndexChoice;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.PlanPrinter;
import io.quiver.planner.translate.Expressions;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What EXPLAIN says of the indexes on what a plan scans and searches. */
final class IndexNotes {
  private IndexNotes() {}

  /** A line an index. */
  static List<String> of(PlanNode plan, ExecutionContext context) {
    List<String> lines = new ArrayList<>();
    Catalog catalog = context.snapshot().catalog();
    OperatorBuilder.servingIndexes(plan, catalog).forEach(index -> lines.add(scalarNote(index)));
    IndexDefinition ordered = OperatorBuilder.orderingIndex(plan, catalog);
    if (ordered != null) {
      lines.add(
          "index "
              + ordered.name()
              + " ("
              + ordered.kind().sqlName()
              + ") has the order of the first rows");
    }
    if (plan instanceof PlanNode.VectorSearch search) {
      lines.addAll(searched(search, context));
    }
    PlanPrinter.inputs(plan).forEach(input -> lines.addAll(of(input, context)));
    return lines;
  }

  private static String scalarNote(IndexDefinition index) {
    return "index "
        + index.name()
        + " ("
        + index.kind().sqlName()
        + ") may serve the filter, where few rows of a segment match";
  }

  private static List<String> searched(PlanNode.VectorSearch search, ExecutionContext context) {
    List<String> lines = new ArrayList<>();
    List<Expression> conjuncts =
        search.filter() == null ? List.of() : Expressions.conjuncts(search.filter());
    List<Expression> told =
        conjuncts.stream().filter(part -> !isOpen(part, context.parameters().size())).toList();
    boolean open = told.size() < conjuncts.size() || !search.members().isEmpty();
    PlanNode.VectorSearch known = open ? search.withFilter(all(told)) : search;
    List<IndexChoice.Verdict> indexes =
        IndexChoice.of(known, context.snapshot(), context.search(), context.evaluation());
    for (int i = 0; i < indexes.size(); i++) {
      IndexChoice.Verdict verdict = indexes.get(i);
      String said =
          !verdict.fits()
              ? open && verdict.index().predicateSql() != null && verdict.ordersLike()
                  ? "serves where the values in WHERE imply " + verdict.index().predicateSql()
                  : "is not used: " + verdict.unfit()
              : context.search().with(search.use()).isExact()
                  ? "is not used: an exact search is asked for"
                  : i == 0
                      ? serves(verdict.index(), context.snapshot())
                      : notCheapest(indexes.getFirst(), verdict);
      lines.add("index " + described(verdict.index()) + " " + said);
    }
    return lines;
  }

  private static String serves(IndexDefinition index, Snapshot snapshot) {
    long rows =
        snapshot.table(index.table()).segments().stream().mapToLong(SegmentView::rowCount).sum();
    String condition =
        index.predicateSql() == null
            ? ""
            : ", as WHERE implies its condition, " + index.predicateSql();
    String include =
        index.include().isEmpty()
            ? ""
            : "; INCLUDE adds nothing: all columns of its rows lie beside it";
    return snapshot.extent(index).left() >= rows
        ? "would serve"
            + condition
            + "; no rows have it yet: they are measured, or found by their codes"
            + include
        : "serves segments that have it"
            + condition
            + "; rows without it are measured, or found by their codes"
            + include;
  }

  private static @Nullable Expression all(List<Expression> conjuncts) {
    return switch (conjuncts.size()) {
      case 0 -> null;
      case 1 -> conjuncts.getFirst();
      default -> new Expression.Call(ScalarFunction.AND, conjuncts, SqlType.BOOLEAN);
    };
  }

  /** Whether it has no value yet: parameters may have none, and outer rows have none. */
  private static boolean isOpen(Expression conjunct, int parameters) {
    boolean[] open = {false};
    Expressions.forEach(
        conjunct,
        part ->
            open[0] |=
                part instanceof Expression.OuterColumn
                    || (part instanceof Expression.Parameter(int index, SqlType _)
                        && index >= parameters));
    return open[0];
  }

  private static String notCheapest(IndexChoice.Verdict first, IndexChoice.Verdict other) {
    IndexChoice.LowRecall low = other.low();
    if (low != null && first.low() == null) {
      return String.format(
          Locale.ROOT,
          "is not used: its measured recall is %.3f (%d searches), below the target of %s",
          low.mean(),
          low.checks(),
          low.wanted());
    }
    if (first.work() == other.work()) {
      return "is not used: " + first.index().name() + " takes as much work, and comes first";
    }
    return String.format(
        Locale.ROOT,
        "is not used: %s is expected to take the work of %.0f rows, this one that of %.0f",
        first.index().name(),
        first.work(),
        other.work());
  }

  static String described(IndexDefinition index) {
    IndexDefinition.Distance distance = index.distance();
    return index.name()
        + " ("
        + index.kind().sqlName()
        + (distance == null ? "" : ", " + distance.name().toLowerCase(Locale.ROOT))
        + ")";
  }
}
