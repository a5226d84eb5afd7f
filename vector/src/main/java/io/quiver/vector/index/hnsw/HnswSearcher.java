package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.ScanLimit;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.graph.CandidatePool;
import io.quiver.vector.index.graph.Passing;
import io.quiver.vector.index.recall.EffortCurves;

/**
 * Searches an {@link HnswIndex}. How many rows match decides the way:
 *
 * <ul>
 *   <li>few: exact distances to all of them;
 *   <li>a part: {@link FilteredWalk};
 *   <li>most: {@link LayerSearch}, with a pool that is larger by what does not pass.
 * </ul>
 *
 * Where the graph gives fewer rows than were wanted and may match, all matches are scanned.
 */
final class HnswSearcher implements VectorSearcher {
  /** So many matches are scanned in the time of one walk. */
  private static final int FEW_MATCHES = 4000;

  /** From this part of the rows on, walking over all is cheaper than over the passing ones. */
  private static final double MOST = 0.15;

  /** A pool of a larger part of the nodes than this is slower than a scan. */
  private static final int POOL_PART = 16;

  private static final int WIDER = 4;

  /**
   * Matches that lie beyond a larger part of the rows than this stand all around the query with
   * nothing in common, and a walk finds about half of the nearest: they are scanned.
   */
  private static final double FAR_OUT = 0.025;

  /** Matches that are so many times as far out as they would be at random are somewhere else. */
  private static final double FARTHER = 4;

  /** Where the matches are that a filtered walk has found. */
  private enum Place {
    /** Where they would be at random. */
    NEAR,
    /** Behind rows that do not match. */
    ELSEWHERE,
    FAR_OUT
  }

  private final int fewMatches = ScanLimit.rows(FEW_MATCHES);
  private final int poolPart = ScanLimit.part(POOL_PART);
  private final IndexSpec.Hnsw spec;
  private final GraphRows rows;
  private final HnswGraph graph;
  private final EffortCurves efforts;
  private final PointDistances distances;
  private final LayerSearch walk;
  private final FilteredWalk filteredWalk;
  private final ExactScan exact;
  private final RowSample sample;
  private final NearestRows nearest = new NearestRows();

  private String plan = "none";
  private long visited;
  private long walked;

  HnswSearcher(IndexSpec.Hnsw spec, GraphRows rows, HnswGraph graph, EffortCurves efforts) {
    this.efforts = efforts;
    this.spec = spec;
    this.rows = rows;
    this.graph = graph;
    distances = rows.distances();
    walk = new LayerSearch(graph, distances);
    filteredWalk = new FilteredWalk(graph, rows, distances, walk.visited());
    exact = new ExactScan(rows);
    sample = new RowSample(rows, distances);
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    request.checkFilter(rows.rows().count());
    into.clear();
    plan = "none";
    visited = 0;
    walked = 0;
    exact.resetCount();
    walk.resetCounts();
    if (graph.entry() < 0 || !hasDistances(request)) {
      return;
    }
    nearest.reset(request.k(), request.radius());
    if (request.filter().count() <= fewMatches || !searchGraph(request)) {
      plan = "exact";
      nearest.reset(request.k(), request.radius());
      exact.scan(request, nearest);
    }
    nearest.drainTo(into);
  }

  @Override
  public NeighborIterator iterator(SearchRequest request) {
    request.checkFilter(rows.rows().count());
    long entry = graph.entry();
    if (entry < 0 || !hasDistances(request)) {
      return NeighborIterator.none();
    }
    distances.from(request.query());
    int start = walk.descend(HnswGraph.entryNode(entry), HnswGraph.entryLevel(entry), 0);
    int pool = Math.max(ef(request), request.k());
    ContinuedWalk continued = new ContinuedWalk(request, rows, graph, walk, pool);
    if (request.filter().count() > fewMatches) {
      continued.start(start);
    }
    return continued;
  }

  private boolean hasDistances(SearchRequest request) {
    VectorRows all = rows.rows();
    return all.metric() != Metric.COSINE
        || ExactPointDistances.reciprocalLength(all.encoding(), request.query(), 0, all.dimension())
            != 0;
  }

  private int ef(SearchRequest request) {
    return efforts.effort(request, spec.efSearch());
  }

  /** Returns false when it did not find all that it should, so that a scan has to. */
  private boolean searchGraph(SearchRequest request) {
    int ef = ef(request);
    boolean bounded = request.radius() != Double.POSITIVE_INFINITY;
    // Within a radius k is only a limit, which may be far above the rows that there are.
    int pool = bounded ? ef : Math.max(ef, request.k());
    if (!request.filter().isAll()) {
      pool = rows.filteredPool(pool);
    }
    distances.from(request.query());
    long entry = graph.entry();
    int start = walk.descend(HnswGraph.entryNode(entry), HnswGraph.entryLevel(entry), 0);
    boolean widened = false;
    while (pool <= request.filter().count() / poolPart) {
      int wanted = Math.min(request.k(), pool);
      CandidatePool found = candidates(request, start, pool);
      Place place = place(request, found);
      if (place == Place.FAR_OUT) {
        return false;
      }
      if (place == Place.ELSEWHERE && !widened) {
        // About equally far away, in all directions: more of them have to be looked at.
        widened = true;
        pool *= WIDER;
        continue;
      }
      int offered = offer(request, found, rows.rerank(wanted, pool));
      distances.keepAlive();
      graph.keepAlive();
      if (nearest.size() == request.k() || (offered >= wanted && nearest.size() < offered)) {
        return true;
      }
      if (offered < wanted) {
        return false;
      }
      // All that were looked at are within the radius, so there may be more.
      nearest.reset(request.k(), request.radius());
      pool *= WIDER;
    }
    return false;
  }

  /** Walks; the pool that comes back may have nodes that do not pass. */
  private CandidatePool candidates(SearchRequest request, int start, int pool) {
    RowFilter filter = request.filter();
    double part = (double) filter.count() / filter.rows();
    if (part >= MOST) {
      int larger = (int) Math.ceil(pool / part);
      plan = "graph";
      walk.begin(larger);
      walk.start(start);
      walk.run(0, request.cancelled());
      visited = walk.expansions();
      walked = walk.computed();
      if (filter.isAll() || Passing.isAsExpected(walk.pool(), filter, pool)) {
        return walk.pool();
      }
    }
    plan = "filtered graph";
    filteredWalk.run(start, pool, filter, request.cancelled());
    visited += filteredWalk.expansions();
    walked += filteredWalk.computed();
    return filteredWalk.passing();
  }

  private Place place(SearchRequest request, CandidatePool found) {
    // By inner product rows of other directions are met late, even where most of them pass.
    boolean doubtful =
        found == filteredWalk.passing()
            || (!request.filter().isAll() && rows.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT);
    if (!doubtful || found.size() == 0) {
      return Place.NEAR;
    }
    int wanted = Math.min(request.k(), found.size());
    double nearer = sample.nearerThan(distanceOfPassing(found, request.filter(), wanted));
    double expected = FARTHER * wanted / request.filter().count();
    if (nearer <= expected) {
      return Place.NEAR;
    }
    return nearer > FAR_OUT ? Place.FAR_OUT : Place.ELSEWHERE;
  }

  /** The distance of the last of so many that pass, or of the last of all. */
  private static float distanceOfPassing(CandidatePool pool, RowFilter filter, int wanted) {
    int passed = 0;
    int i = -1;
    while (passed < wanted && i < pool.size() - 1) {
      passed += filter.passes(pool.node(++i)) ? 1 : 0;
    }
    return pool.distance(i);
  }

  /** Ranks the nearest candidates that pass; returns how many they were. */
  private int offer(SearchRequest request, CandidatePool pool, int max) {
    RowFilter filter = request.filter();
    int offered = 0;
    for (int i = 0; i < pool.size() && offered < max; i++) {
      int row = pool.node(i);
      if (filter.passes(row) && rows.present().contains(row)) {
        exact.add(row);
        offered++;
      }
    }
    exact.rank(request, nearest);
    return offered;
  }

  @Override
  public SearchStatistics statistics() {
    return rows.codes() == null
        ? new SearchStatistics(plan, visited, walked + exact.computed(), 0, 0)
        : new SearchStatistics(plan, visited, exact.computed(), walked, 0);
  }
}
