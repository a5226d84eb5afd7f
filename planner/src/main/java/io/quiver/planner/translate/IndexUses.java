package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.Implication;
import io.quiver.executor.expression.RowCondition;
import io.quiver.executor.plan.IndexUse;
import io.quiver.executor.plan.PlanNode;
import io.quiver.sql.SearchOptions;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Tells searches what the statement and partial indexes say of how they use indexes. */
public final class IndexUses {
  private IndexUses() {}

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
   * The same plan, whose searches know how they use indexes.
   *
   * @param said by the statement
   * @param conditions makes that of a text, over all columns of a table
   * @throws QuiverException 42704 where the index that the statement names is on nothing searched
   */
  public static PlanNode attach(
      PlanNode plan,
      Catalog catalog,
      SearchOptions said,
      BiFunction<String, TableDefinition, Expression> conditions) {
    String named = said.index();
    if (said.equals(SearchOptions.UNSAID)
        && catalog.indexes().stream().allMatch(index -> index.predicateSql() == null)) {
      return plan;
    }
    boolean[] found = {named == null};
    PlanNode attached =
        PlanExpressions.mapNodes(
            plan,
            node -> {
              if (!(node instanceof PlanNode.VectorSearch search)) {
                return node;
              }
              IndexId only = named == null ? null : named(search, named, catalog);
              found[0] |= only != null;
              return search.withUse(
                  new IndexUse(
                      of(search, catalog, conditions),
                      said.efSearch(),
                      said.probes(),
                      said.recall(),
                      only));
            });
    if (!found[0]) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_OBJECT,
          "there is no index \"" + named + "\" on a vector that the statement searches");
    }
    return attached;
  }

  private static @Nullable IndexId named(
      PlanNode.VectorSearch search, String name, Catalog catalog) {
    return catalog.indexesOf(search.table()).stream()
        .filter(index ->
            index.kind().isVector()
                && index.name().equals(name)
                && index.keys().getFirst().column().equals(search.vectorColumn()))
        .map(IndexDefinition::id)
        .findFirst()
        .orElse(null);
  }

  private static Map<IndexId, Implication.Condition> of(
      PlanNode.VectorSearch search,
      Catalog catalog,
      BiFunction<String, TableDefinition, Expression> conditions) {
    Map<IndexId, Implication.Condition> known = new HashMap<>();
    TableDefinition table = catalog.table(search.table());
    for (IndexDefinition index : catalog.indexesOf(search.table())) {
      String sql = index.predicateSql();
      if (table != null
          && sql != null
          && index.keys().getFirst().column().equals(search.vectorColumn())) {
        try {
          known.put(index.id(), new Implication.Condition(of(conditions.apply(sql, table), table)));
        } catch (QuiverException e) {
          // A function of a plugin that is no longer there: nobody knows what the index has.
          known.remove(index.id());
        }
      }
    }
    return known;
  }
}
