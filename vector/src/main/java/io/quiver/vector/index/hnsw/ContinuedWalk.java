package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.KeyHeap;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.graph.CandidatePool;
import io.quiver.vector.index.graph.VisitedNodes;

/**
 * A search that goes on where it stopped. What falls out of the pool, or finds no room in it, is
 * set aside. When the pool's nodes have been returned, the nearest of those begin the next round;
 * no node is expanded, and no distance computed, twice. Rows that the graph does not lead to come
 * at the end.
 */
final class ContinuedWalk implements NeighborIterator {
  private static final int CANCEL_PERIOD = 64;

  private final SearchRequest request;
  private final GraphRows rows;
  private final HnswGraph graph;
  private final PointDistances distances;
  private final VisitedNodes visited;
  private final ExactScan exact;
  private final int poolSize;
  private final CandidatePool pool = new CandidatePool();
  private final KeyHeap aside = new KeyHeap();
  private final NearestRows nearest = new NearestRows();
  private final Neighbors round = new Neighbors();
  private final int[] batch;
  private final float[] batchDistances;
  private int at;
  private boolean walked;
  private boolean finished;

  /**
   * @param search whose visited nodes and distances are used, the latter set to the query
   */
  ContinuedWalk(
      SearchRequest request, GraphRows rows, HnswGraph graph, LayerSearch search, int poolSize) {
    this.request = request;
    this.rows = rows;
    this.graph = graph;
    this.poolSize = poolSize;
    distances = search.distances();
    visited = search.visited();
    exact = new ExactScan(rows);
    batch = new int[graph.linksMax(0) + 1];
    batchDistances = new float[batch.length + PointDistances.PADDING];
    visited.clear();
  }

  /** Begins at a node; without this, all matches come by exact distances. */
  void start(int node) {
    batch[0] = node;
    distances.to(batch, 1, batchDistances);
    visited.add(node);
    aside.push(CandidatePool.key(batchDistances[0], node));
  }

  @Override
  public boolean next(Neighbors into) {
    into.clear();
    while (into.size() < request.k()) {
      if (at < round.size()) {
        into.add(round.row(at), round.distance(at));
        at++;
      } else if (finished) {
        break;
      } else {
        nextRound();
      }
    }
    return into.size() > 0;
  }

  private void nextRound() {
    at = 0;
    if (walked || aside.isEmpty()) {
      // Once the graph is exhausted, what is left are rows to which no links lead.
      addUnvisited();
      finished = true;
    } else {
      walk();
      walked = aside.isEmpty();
    }
    nearest.drainTo(round);
    distances.keepAlive();
    graph.keepAlive();
  }

  private void walk() {
    pool.clear(poolSize);
    for (int i = 0; i < poolSize && !aside.isEmpty(); i++) {
      pool.exchange(aside.pop());
    }
    int untilCheck = CANCEL_PERIOD;
    int node;
    while ((node = pool.expandNext()) >= 0) {
      int count = graph.unvisitedLinks(node, 0, visited, batch);
      distances.to(batch, count, batchDistances);
      for (int i = 0; i < count; i++) {
        long fallen = pool.exchange(CandidatePool.key(batchDistances[i], batch[i]));
        if (fallen != CandidatePool.NO_KEY) {
          aside.push(fallen);
        }
      }
      if (--untilCheck == 0) {
        untilCheck = CANCEL_PERIOD;
        request.checkCancelled();
      }
    }
    nearest.reset(poolSize, request.radius());
    for (int i = 0; i < pool.size(); i++) {
      int row = pool.node(i);
      if (request.filter().passes(row) && rows.present().contains(row)) {
        exact.add(row);
      }
    }
    exact.rank(request, nearest);
  }

  private void addUnvisited() {
    RowFilter filter = request.filter();
    nearest.reset(Math.max(1, filter.count()), request.radius());
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = filter.word(i) & rows.present().word(i); word != 0; word &= word - 1) {
        int row = 64 * i + Long.numberOfTrailingZeros(word);
        if (!visited.contains(row)) {
          exact.add(row);
        }
      }
      if (i % CANCEL_PERIOD == 0) {
        request.checkCancelled();
        exact.rank(request, nearest);
      }
    }
    exact.rank(request, nearest);
  }
}
