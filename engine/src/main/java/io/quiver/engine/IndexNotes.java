package io.quiver.engine;

import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.PlanPrinter;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What EXPLAIN says of the indexes on what a plan scans and searches. */
final class IndexNotes {
  private IndexNotes() {}

  /** A line an index. */
  static List<String> of(PlanNode plan, Catalog catalog) {
    List<String> lines = new ArrayList<>();
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
      for (IndexDefinition index : catalog.indexesOf(search.table())) {
        if (index.kind().isVector()
            && index.keys().getFirst().column().equals(search.vectorColumn())) {
          lines.add(note(index, search));
        }
      }
    }
    PlanPrinter.inputs(plan).forEach(input -> lines.addAll(of(input, catalog)));
    return lines;
  }

  private static String scalarNote(IndexDefinition index) {
    return "index "
        + index.name()
        + " ("
        + index.kind().sqlName()
        + ") may serve the filter, where few rows of a segment match";
  }

  private static String note(IndexDefinition index, PlanNode.VectorSearch search) {
    String name = "index " + index.name() + " (" + index.kind().sqlName();
    IndexDefinition.Distance distance = index.distance();
    name += (distance == null ? "" : ", " + distance.name().toLowerCase(Locale.ROOT)) + ") ";
    if (index.predicateSql() != null) {
      return name + "is partial, and not built yet";
    }
    return OperatorBuilder.serves(index, search)
        ? name + "serves segments that have it; rows without it are measured"
        : name + "is not used: the query's distance is " + PlanPrinter.metric(search);
  }
}
