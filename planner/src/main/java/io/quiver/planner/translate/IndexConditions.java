package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.RowCondition;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.QuiverException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Tells searches the conditions of the partial indexes that might serve them. */
public final class IndexConditions {
  private IndexConditions() {}

  /** A condition over all columns of a table, as one over those that it reads. */
  public static RowCondition of(Expression condition, TableDefinition table) {
    List<Integer> read = Expressions.columns(List.of(condition));
    List<ColumnId> columns = read.stream().map(i -> table.columns().get(i).id()).toList();
    Expression narrow =
        Expressions.mapLeaves(
            condition,
            leaf ->
                leaf instanceof Expression.InputColumn column
                    ? new Expression.InputColumn(read.indexOf(column.index()), column.type())
                    : leaf);
    return new RowCondition(narrow, columns);
  }

  /**
   * The same plan, whose searches know the conditions.
   *
   * @param conditions makes that of a text, over all columns of a table
   */
  public static PlanNode attach(
      PlanNode plan, Catalog catalog, BiFunction<String, TableDefinition, Expression> conditions) {
    if (catalog.indexes().stream().allMatch(index -> index.predicateSql() == null)) {
      return plan;
    }
    return PlanExpressions.mapNodes(
        plan,
        node ->
            node instanceof PlanNode.VectorSearch search
                ? search.withConditions(of(search, catalog, conditions))
                : node);
  }

  private static Map<IndexId, RowCondition> of(
      PlanNode.VectorSearch search,
      Catalog catalog,
      BiFunction<String, TableDefinition, Expression> conditions) {
    Map<IndexId, RowCondition> known = new HashMap<>();
    TableDefinition table = catalog.table(search.table());
    for (IndexDefinition index : catalog.indexesOf(search.table())) {
      String sql = index.predicateSql();
      if (table != null
          && sql != null
          && index.keys().getFirst().column().equals(search.vectorColumn())) {
        try {
          known.put(index.id(), of(conditions.apply(sql, table), table));
        } catch (QuiverException e) {
          // A function of a plugin that is no longer there: nobody knows what the index has.
          known.remove(index.id());
        }
      }
    }
    return known;
  }
}
