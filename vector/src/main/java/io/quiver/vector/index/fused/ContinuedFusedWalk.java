package io.quiver.vector.index.fused;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.KeyHeap;
import io.quiver.vector.index.LeastKeys;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import java.util.concurrent.CancellationException;

/**
 * A search that goes on where it stopped. All candidates that it has met are kept, and the nearest
 * by estimate is expanded next; expanded rows that qualify wait with their exact distances. A batch
 * is due when one and a half times as many of them as rows have come, and {@code effort} more, were
 * expanded by better estimates than any candidate has: what a search for all of these finds. No
 * node is expanded twice.
 *
 * <p>When it has expanded as many nodes for one batch as rows are left, it computes those instead,
 * which is faster then, and finds the rows that no links lead to. A row beyond the radius ends the
 * walk in the same way, so that all within it come.
 *
 * <p>It keeps at most two keys of 8 bytes for each node that was met and not expanded, and two for
 * each row that qualifies and was.
 */
final class ContinuedFusedWalk implements NeighborIterator {
  private static final int CANCEL_PERIOD = 256;

  /** Candidates, of which one node may have several, before they are looked through. */
  private static final int CANDIDATES_MIN = 1 << 12;

  private final SearchRequest request;
  private final EuclideanRows space;
  private final RowSet present;
  private final FusedGraph graph;
  private final FusedWalk walk;
  private final ExactDistances exact;
  private final double squaredLength;
  private final int passing;
  private final int ahead;
  private final boolean coarse;
  private final KeyHeap candidates = new KeyHeap();

  /** Rows that qualify, by the estimates that they were expanded by. */
  private final LeastKeys estimates = new LeastKeys();

  /** Those of them that have not come, by their distances. */
  private final KeyHeap waiting = new KeyHeap();

  private final NearestRows ordered = new NearestRows();
  private final Neighbors products = new Neighbors();
  private final long[] neighbors = new long[FusedLayout.DEGREE];
  private int candidatesMax = CANDIDATES_MIN;
  private int[] rows = new int[0];
  private double[] distances = new double[0];

  /** Rows that qualify and were expanded. */
  private int taken;

  /** Rows that came, and the ones that were too far away. */
  private long given;

  private long expanded;
  private long scanned;
  private boolean complete;

  /**
   * @param walk made ready for the query
   * @param squaredLength the query's
   * @param work what a search for the first batch would be; its effort is how far this one looks
   *     ahead
   */
  ContinuedFusedWalk(
      SearchRequest request,
      FusedParts parts,
      FusedWalk walk,
      ExactDistances exact,
      double squaredLength,
      SearchPlan.Work work) {
    this.request = request;
    this.walk = walk;
    this.exact = exact;
    this.squaredLength = squaredLength;
    space = parts.space();
    present = parts.present();
    graph = parts.graph();
    passing = work.passing();
    coarse = graph.layout().exact() == Exact.SQ8;
    ahead = work.effort();
    walk.begin();
    int entry = graph.entry();
    if (entry >= 0 && SearchPlan.of(graph.layout(), work, false) == SearchPlan.GRAPH) {
      candidates.push(NodeKey.of(0, entry));
    }
  }

  @Override
  public boolean next(Neighbors into) {
    into.clear();
    int parts = 0;
    while (into.size() < request.k()) {
      lookAhead();
      if (waiting.isEmpty()) {
        break;
      }
      give(into);
      parts++;
    }
    if (parts > 1 && into.size() > 0) {
      sort(into);
    }
    return into.size() > 0;
  }

  private void sort(Neighbors rowsFound) {
    ordered.reset(rowsFound.size(), request.radius());
    for (int i = 0; i < rowsFound.size(); i++) {
      ordered.offer(rowsFound.row(i), rowsFound.distance(i));
    }
    ordered.drainTo(rowsFound);
  }

  /** Walks until the next batch is due. */
  private void lookAhead() {
    long before = expanded;
    estimates.want(given + given / 2 + ahead);
    while (!complete) {
      if (!candidates.isEmpty() && candidates.top() > estimates.last()) {
        return;
      }
      if (candidates.isEmpty() || expanded - before >= passing - taken) {
        computeRest();
        return;
      }
      long key = candidates.pop();
      if (!walk.hasExpanded(NodeKey.node(key))) {
        expand(key);
      }
    }
  }

  private void expand(long candidate) {
    int node = NodeKey.node(candidate);
    float distance = walk.distance(node);
    int count = walk.expandFor(node, distance, neighbors);
    for (int i = 0; i < count; i++) {
      candidates.push(neighbors[i]);
    }
    if (candidates.size() > candidatesMax) {
      candidates.keepLeast(key -> !walk.hasExpanded(key >>> 1));
      candidatesMax = Math.max(CANDIDATES_MIN, 2 * candidates.size());
    }
    if (request.filter().passes(node) && present.contains(node)) {
      taken++;
      estimates.push(candidate);
      waiting.push(coarse ? exactKey(node) : NodeKey.of(distance, node));
    }
    if (++expanded % CANCEL_PERIOD == 0) {
      checkCancelled();
    }
  }

  private long exactKey(int row) {
    scanned++;
    return NodeKey.of(exact.squared(walk.query(), walk.queryAt(), row), row);
  }

  /** Computes the distances of all rows that qualify and were not expanded. */
  private void computeRest() {
    complete = true;
    RowFilter filter = request.filter();
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = filter.word(i); word != 0; word &= word - 1) {
        int row = 64 * i + Long.numberOfTrailingZeros(word);
        if (!walk.hasExpanded(row) && present.contains(row)) {
          waiting.push(exactKey(row));
        }
      }
      if (i % CANCEL_PERIOD == 0) {
        checkCancelled();
      }
    }
    candidates.clear();
  }

  /** Moves the nearest to the caller, as many as are due; none when those are too far away. */
  private void give(Neighbors into) {
    int due = Math.min(waiting.size(), request.k() - into.size());
    given += due;
    boolean beyond = false;
    if (space.rows().metric() == Metric.NEGATIVE_INNER_PRODUCT) {
      beyond = giveProducts(due, into);
    } else {
      for (int i = 0; i < due; i++) {
        long key = waiting.pop();
        double distance = space.distance(NodeKey.distance(key), squaredLength);
        if (distance > request.radius()) {
          beyond = true;
        } else if (isThere(NodeKey.node(key))) {
          into.add(NodeKey.node(key), distance);
        }
      }
    }
    if (beyond && !complete) {
      computeRest();
    }
  }

  /** A product is a small difference of large squares, so it is computed again from the rows. */
  private boolean giveProducts(int due, Neighbors into) {
    if (rows.length < due) {
      rows = new int[due];
      distances = new double[due];
    }
    int there = 0;
    for (int i = 0; i < due; i++) {
      int row = NodeKey.node(waiting.pop());
      if (isThere(row)) {
        rows[there++] = row;
      }
    }
    VectorRows served = space.rows();
    DistanceKernels.get(served.encoding())
        .distances(served.metric(), request.query(), served.block(), rows, there, distances);
    ordered.reset(Math.max(1, there), request.radius());
    ordered.offer(rows, distances, there);
    ordered.drainTo(products);
    for (int i = 0; i < products.size(); i++) {
      into.add(products.row(i), products.distance(i));
    }
    return products.size() < there;
  }

  /** Whether a row is still there: it may have been removed while it waited. */
  private boolean isThere(int row) {
    return present.contains(row);
  }

  private void checkCancelled() {
    if (request.cancelled().getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }

  /** What it did so far. */
  SearchStatistics statistics() {
    return new SearchStatistics(
        expanded > 0 ? "graph" : "exact",
        expanded,
        scanned + (coarse ? 0 : expanded),
        FusedLayout.DEGREE * expanded,
        0);
  }
}
