package io.quiver.vector.index.fused;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Searches a fused graph, or past it where a filter leaves too few rows to be met there: see {@link
 * SearchPlan}. Whichever way it takes, as many rows come back as qualify: what a graph cannot reach
 * is found exactly.
 */
final class FusedSearcher implements VectorSearcher {
  /** Candidates by codes of a byte that are computed from their rows. */
  private static final int RERANKED_MIN = 20;

  private static final int RERANKED_FACTOR = 2;

  /** Neighbours that a search within a radius looks for at first. */
  private static final int RADIUS_WANTED = 32;

  /**
   * A graph's answer under a filter is trusted when so large a part of the nodes pass that would by
   * chance: with fewer, the rows that pass are somewhere else than the query.
   */
  private static final double TRUSTED = 0.6;

  /** Rows whose distances are computed by one call, between two looks at the cancel flag. */
  private static final int BATCH = 256;

  private final FusedParts parts;
  private final EuclideanRows space;
  private final RowSet present;
  private final FusedWalk walk;
  private final ExactDistances exact;
  private final NearestKeys nearest = new NearestKeys();
  private final NearestKeys reranked = new NearestKeys();
  private final NearestRows ordered = new NearestRows();
  private @Nullable CodeScan scan;
  private @Nullable ContinuedFusedWalk continued;
  private final int[] rows = new int[BATCH];
  private final double[] distances = new double[BATCH];

  private SearchPlan plan = SearchPlan.GRAPH;
  private boolean prepared;
  private long visited;
  private long exactCount;
  private long estimateCount;

  FusedSearcher(FusedParts parts) {
    this.parts = parts;
    space = parts.space();
    present = parts.present();
    walk = FusedWalk.of(parts.graph(), parts.quantizer());
    exact = new ExactDistances(space, parts.graph());
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    into.clear();
    visited = 0;
    exactCount = 0;
    estimateCount = 0;
    continued = null;
    request.checkFilter(space.rows().count());
    int passing = present.count(request.filter());
    if (passing <= 0) {
      return;
    }
    boolean isWithin = request.radius() != Double.POSITIVE_INFINITY;
    int wanted = Math.min(request.k(), passing);
    SearchPlan.Work first = work(request, isWithin ? firstWithin(wanted) : wanted, passing);
    plan = plan(first);
    if (plan == SearchPlan.EXACT) {
      // Few take less time than to make the query ready for anything else.
      computeAll(request);
      ordered.drainTo(into);
      return;
    }
    double squaredLength = setQuery(request);
    if (Double.isNaN(squaredLength)) {
      return;
    }
    prepared = false;
    if (!isWithin) {
      find(request, first);
    } else {
      findWithin(request, passing, squaredLength);
    }
    if (plan == SearchPlan.EXACT || space.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT) {
      ordered.drainTo(into);
    } else {
      answer(request, squaredLength, into);
    }
  }

  @Override
  public NeighborIterator iterator(SearchRequest request) {
    continued = null;
    request.checkFilter(space.rows().count());
    double squaredLength = setQuery(request);
    int passing = present.count(request.filter());
    if (passing <= 0 || Double.isNaN(squaredLength)) {
      return NeighborIterator.none();
    }
    walk.prepare();
    SearchPlan.Work work = work(request, Math.min(request.k(), passing), passing);
    ContinuedFusedWalk begun =
        new ContinuedFusedWalk(request, parts, walk, exact, squaredLength, work);
    continued = begun;
    return begun;
  }

  /** Takes the query; returns its squared length, not a number when it has no distances. */
  private double setQuery(SearchRequest request) {
    double squaredLength = space.query(request.query(), walk.query(), 0);
    boolean undefined = squaredLength == 0 && space.rows().metric() == Metric.COSINE;
    return undefined ? Double.NaN : squaredLength;
  }

  private int effort(SearchRequest request, int wanted) {
    int effort = parts.efforts().effort(request, parts.efSearch());
    return Math.max(effort, effortMin(wanted));
  }

  /** With no more candidates than rows wanted, the last of these would often be missed. */
  static int effortMin(int wanted) {
    return wanted + wanted / 2;
  }

  /** Looks for more and more until some are too far away, or all that are wanted are there. */
  private void findWithin(SearchRequest request, int passing, double squaredLength) {
    int most = Math.min(request.k(), passing);
    int wanted = firstWithin(most);
    while (true) {
      SearchPlan.Work work = work(request, wanted, passing);
      plan = plan(work);
      find(request, work);
      if (plan == SearchPlan.EXACT) {
        return;
      }
      double farthest = space.distance(NodeKey.distance(nearest.last()), squaredLength);
      if (wanted == most || farthest > request.radius()) {
        return;
      }
      wanted = (int) Math.min(most, 4L * wanted);
    }
  }

  /** Rows that a search within a radius looks for at first, where it wants no more than these. */
  private static int firstWithin(int most) {
    return Math.min(most, RADIUS_WANTED);
  }

  private SearchPlan.Work work(SearchRequest request, int wanted, int passing) {
    return new SearchPlan.Work(present.count(), passing, wanted, effort(request, wanted));
  }

  private SearchPlan plan(SearchPlan.Work work) {
    return SearchPlan.of(parts.graph().layout(), work, parts.hasCodeRows());
  }

  /** Finds the nearest rows, of which there are as many as are wanted, by the plan for them. */
  private void find(SearchRequest request, SearchPlan.Work work) {
    if (plan == SearchPlan.GRAPH && !searchGraph(request, work)) {
      plan = parts.hasCodeRows() ? SearchPlan.CODES : SearchPlan.EXACT;
    }
    if (plan == SearchPlan.CODES && !scanCodes(request, work)) {
      plan = SearchPlan.EXACT;
    }
    if (plan == SearchPlan.EXACT) {
      computeAll(request);
    } else if (space.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT) {
      computeProducts(request);
    }
  }

  private void prepare() {
    if (!prepared) {
      walk.prepare();
      prepared = true;
    }
  }

  /** Returns whether it found all that are wanted, and can be trusted. */
  private boolean searchGraph(SearchRequest request, SearchPlan.Work work) {
    RowFilter filter = request.filter();
    int wanted = work.wanted();
    prepare();
    walk.run((int) work.graphEffort(), request.cancelled());
    visited += walk.expandedCount();
    estimateCount += (long) FusedLayout.DEGREE * walk.expandedCount();
    boolean coarse = parts.graph().layout().exact() == Exact.SQ8;
    NearestKeys found = coarse ? reranked : nearest;
    found.reset(coarse ? Math.max(RERANKED_MIN, RERANKED_FACTOR * wanted) : wanted);
    int taken = take(filter, found);
    double chance = work.selectivity() * walk.expandedCount();
    if (taken < wanted || (!filter.isAll() && taken < TRUSTED * chance)) {
      return false;
    }
    if (coarse) {
      nearest.reset(wanted);
      for (int i = 0; i < reranked.size(); i++) {
        exact.prefetch(NodeKey.node(reranked.key(i)));
      }
      for (int i = 0; i < reranked.size(); i++) {
        int row = NodeKey.node(reranked.key(i));
        nearest.offer(NodeKey.of(exact.squared(walk.query(), walk.queryAt(), row), row));
      }
      exactCount += reranked.size();
    } else {
      exactCount += walk.expandedCount();
    }
    return true;
  }

  /** Takes those that pass from the nodes that were expanded, and returns how many do. */
  private int take(RowFilter filter, NearestKeys found) {
    long[] expanded = walk.expanded();
    int count = walk.expandedCount();
    if (filter.isAll() && present.isComplete()) {
      for (int i = 0; i < count; i++) {
        found.offer(expanded[i]);
      }
      return count;
    }
    int taken = 0;
    for (int i = 0; i < count; i++) {
      int node = NodeKey.node(expanded[i]);
      if (filter.passes(node) && present.contains(node)) {
        found.offer(expanded[i]);
        taken++;
      }
    }
    return taken;
  }

  /** Returns whether it found all that are wanted: codes of extreme numbers can have no bounds. */
  private boolean scanCodes(SearchRequest request, SearchPlan.Work work) {
    CodeRows codes = parts.codeRows(request.cancelled());
    CodeScan own = scan;
    if (own == null) {
      own = new CodeScan(codes, present, walk, exact);
      scan = own;
    }
    boolean one = SearchPlan.readsOneByOne(parts.graph().layout(), work);
    if (!one) {
      prepare();
    }
    nearest.reset(work.wanted());
    own.run(request, work.effort(), one, nearest);
    estimateCount += own.estimateCount();
    exactCount += own.exactCount();
    return nearest.size() == work.wanted();
  }

  /** Computes the distances of all rows that pass. */
  private void computeAll(SearchRequest request) {
    RowFilter filter = request.filter();
    ordered.reset(request.k(), request.radius());
    int waiting = 0;
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = filter.word(i); word != 0; word &= word - 1) {
        int row = 64 * i + Long.numberOfTrailingZeros(word);
        if (present.isComplete() || present.contains(row)) {
          rows[waiting++] = row;
        }
        if (waiting == BATCH) {
          compute(request, waiting);
          waiting = 0;
          if (request.cancelled().getAsBoolean()) {
            throw new CancellationException("the search was cancelled");
          }
        }
      }
    }
    compute(request, waiting);
  }

  /** A product is a small difference of large squares, so it is computed again from the rows. */
  private void computeProducts(SearchRequest request) {
    ordered.reset(request.k(), request.radius());
    for (int from = 0; from < nearest.size(); from += BATCH) {
      int count = Math.min(BATCH, nearest.size() - from);
      for (int i = 0; i < count; i++) {
        rows[i] = NodeKey.node(nearest.key(from + i));
      }
      compute(request, count);
    }
  }

  /** Offers the distances of the rows in {@link #rows}. */
  private void compute(SearchRequest request, int count) {
    VectorRows served = space.rows();
    DistanceKernels.get(served.encoding())
        .distances(served.metric(), request.query(), served.block(), rows, count, distances);
    ordered.offer(rows, distances, count);
    exactCount += count;
  }

  /** Turns squared distances into the metric's. */
  private void answer(SearchRequest request, double squaredLength, Neighbors into) {
    for (int i = 0; i < nearest.size(); i++) {
      double distance = space.distance(NodeKey.distance(nearest.key(i)), squaredLength);
      if (distance <= request.radius()) {
        into.add(NodeKey.node(nearest.key(i)), distance);
      }
    }
  }

  @Override
  public SearchStatistics statistics() {
    ContinuedFusedWalk begun = continued;
    if (begun != null) {
      return begun.statistics();
    }
    return new SearchStatistics(
        plan.name().toLowerCase(Locale.ROOT), visited, exactCount, estimateCount, 0);
  }
}
