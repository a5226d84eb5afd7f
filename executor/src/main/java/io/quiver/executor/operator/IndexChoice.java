package io.quiver.executor.operator;

import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.Implication;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.PlanPrinter;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.recall.RecallMonitor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which index on vectors serves a search, and why others do not. Of several that fit, it is the one
 * with the least expected work of those whose measured recall is not surely below what is wanted;
 * where it is below for all of them, the one with the least work.
 */
public final class IndexChoice {
  /** Candidates that a graph keeps when nothing is said: about what recall 0.95 takes. */
  private static final int EF_SEARCH = 64;

  // Work is counted in rows that are measured one after the other. A graph measures about 16 new
  // neighbours of each candidate, wherever they lie in memory, which takes half as long again; with
  // codes less, and least where a node has those of its neighbours beside it.
  private static final double GRAPH = 24;
  private static final double GRAPH_OF_CODES = 12;
  private static final double FUSED_GRAPH = 4;
  private static final double GRAPH_ON_DISK = 60;

  /** To look whether a row passes the filter. */
  private static final double FILTERED = 0.02;

  private IndexChoice() {}

  /**
   * What becomes of an index.
   *
   * @param unfit why it cannot serve, or null where it can
   * @param ordersLike whether its order is the one wanted
   * @param rest what the filter demands of the rows that a partial index has; null for others
   * @param work rows measured, or what takes as long
   * @param low the measured recall where it is surely below what is wanted; null elsewhere
   */
  public record Verdict(
      IndexDefinition index,
      boolean ordersLike,
      @Nullable String unfit,
      Implication.@Nullable Rest rest,
      double work,
      @Nullable LowRecall low) {
    /** Whether it can serve. */
    public boolean fits() {
      return unfit == null;
    }
  }

  /**
   * A recall that is surely below what is wanted.
   *
   * @param mean of the searches that were repeated exactly
   * @param checks how many these were
   */
  public record LowRecall(double mean, double wanted, long checks) {}

  /**
   * All indexes on the column that is searched: first those that fit, the one that serves before
   * all, then the others.
   *
   * @param evaluation has the values of parameters
   */
  public static List<Verdict> of(
      PlanNode.VectorSearch search,
      Snapshot snapshot,
      SearchSettings session,
      EvaluationContext evaluation) {
    SearchSettings settings = session.with(search.use());
    List<Verdict> all = new ArrayList<>();
    int fitting = 0;
    Implication filter =
        search.use().conditions().isEmpty()
            ? null
            : new Implication(search.filter(), search.columns(), evaluation);
    for (IndexDefinition index : snapshot.catalog().indexesOf(search.table())) {
      if (index.kind().isVector()
          && index.keys().getFirst().column().equals(search.vectorColumn())) {
        Verdict verdict = verdict(index, search, filter);
        fitting += verdict.fits() ? 1 : 0;
        all.add(verdict);
      }
    }
    if (fitting > 1) {
      all.replaceAll(verdict -> weighed(verdict, search, snapshot, settings));
    }
    all.sort(
        Comparator.comparing(Verdict::fits)
            .reversed()
            .thenComparing(verdict -> verdict.low() != null)
            .thenComparingDouble(Verdict::work));
    return all;
  }

  private static Verdict verdict(
      IndexDefinition index, PlanNode.VectorSearch search, @Nullable Implication filter) {
    Implication.Rest rest = null;
    String unfit = null;
    boolean ordersLike =
        index.distance() != null
            && ordersLike(IndexSpecs.metric(index.distance()), search.metric());
    IndexId only = search.use().only();
    if (only != null && !only.equals(index.id())) {
      unfit = "the statement names another index";
    } else if (!ordersLike) {
      unfit = "the query's distance is " + PlanPrinter.metric(search);
    } else if (index.predicateSql() != null) {
      Implication.Condition condition = search.use().conditions().get(index.id());
      rest = condition == null || filter == null ? null : filter.rest(condition);
      unfit = rest == null ? "WHERE does not imply its condition, " + index.predicateSql() : null;
    }
    return new Verdict(index, ordersLike, unfit, rest, 0, null);
  }

  private static boolean ordersLike(Metric indexed, Metric wanted) {
    return indexed == wanted || (indexed == Metric.L2 && wanted == Metric.L2_SQUARED);
  }

  private static Verdict weighed(
      Verdict verdict, PlanNode.VectorSearch search, Snapshot snapshot, SearchSettings settings) {
    if (!verdict.fits()) {
      return verdict;
    }
    Expression filter = verdict.rest() == null ? search.filter() : verdict.rest().filter();
    double work = 0;
    double recalls = 0;
    double highest = 0;
    long checks = 0;
    for (SegmentView segment : snapshot.table(search.table()).segments()) {
      SegmentVectorIndex index = snapshot.vectorIndex(verdict.index(), segment);
      int rows = index == null ? segment.rowCount() : index.index().rows().count();
      work += index == null ? rows : work(index.index().spec(), rows, settings);
      work += filter == null ? 0 : FILTERED * rows;
      if (index != null && settings.aimsAtRecall(index.index().spec() instanceof IndexSpec.Ivf)) {
        RecallMonitor.Estimate recall = index.recall();
        recalls += recall.checks() * recall.mean();
        highest += recall.checks() * recall.high();
        checks += recall.checks();
      }
    }
    // A segment of which too little is known counts as one without a miss.
    double wanted = settings.recallTarget();
    LowRecall low =
        highest < wanted * checks ? new LowRecall(recalls / checks, wanted, checks) : null;
    return new Verdict(verdict.index(), true, null, verdict.rest(), work, low);
  }

  private static double work(IndexSpec spec, int rows, SearchSettings settings) {
    int candidates = settings.efSearch() > 0 ? settings.efSearch() : EF_SEARCH;
    double work =
        switch (spec) {
          case IndexSpec.Flat flat -> rows;
          case IndexSpec.Hnsw graph when graph.layout() == IndexSpec.Layout.FUSED ->
              FUSED_GRAPH * candidates;
          case IndexSpec.Hnsw graph ->
              candidates * (graph.quantizer() == IndexSpec.Quantizer.NONE ? GRAPH : GRAPH_OF_CODES);
          case IndexSpec.DiskAnn graph -> GRAPH_ON_DISK * candidates;
          case IndexSpec.Ivf lists -> lists(lists, rows, settings);
          case IndexSpec.Auto auto -> rows;
        };
    return Math.min(work, rows);
  }

  private static double lists(IndexSpec.Ivf index, int rows, SearchSettings settings) {
    double lists = index.lists() > 0 ? index.lists() : 4 * Math.sqrt(Math.max(1, rows));
    double probes = settings.probes() > 0 ? settings.probes() : index.probes();
    double rowWork =
        switch (index.code()) {
          case FLAT -> 1;
          case SQ8 -> 0.5;
          case PQ, RABITQ -> 0.2;
        };
    return lists + rowWork * rows * Math.min(1, probes / lists);
  }
}
