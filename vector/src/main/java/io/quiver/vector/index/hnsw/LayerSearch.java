package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.graph.CandidatePool;
import io.quiver.vector.index.graph.VisitedNodes;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Best-first search from the point that its distances are set to. It belongs to one thread, and
 * allocates nothing once its pool has grown.
 */
final class LayerSearch {
  /** Expansions between two looks at the cancel flag: some tens of microseconds. */
  private static final int CANCEL_PERIOD = 64;

  private final HnswGraph graph;
  private final PointDistances distances;
  private final VisitedNodes visited;
  private final CandidatePool pool = new CandidatePool();
  private final int[] batch;
  private final float[] batchDistances;

  private long expansions;
  private long computed;

  LayerSearch(HnswGraph graph, PointDistances distances) {
    this.graph = graph;
    this.distances = distances;
    visited = new VisitedNodes(graph.nodes());
    batch = new int[graph.linksMax(0) + 1];
    batchDistances = new float[batch.length + PointDistances.PADDING];
  }

  PointDistances distances() {
    return distances;
  }

  CandidatePool pool() {
    return pool;
  }

  VisitedNodes visited() {
    return visited;
  }

  /** Nodes expanded since the last {@link #resetCounts}. */
  long expansions() {
    return expansions;
  }

  /** Distances computed since then. */
  long computed() {
    return computed;
  }

  void resetCounts() {
    expansions = 0;
    computed = 0;
  }

  float distanceTo(int node) {
    batch[0] = node;
    distances.to(batch, 1, batchDistances);
    computed++;
    return batchDistances[0];
  }

  /**
   * Goes down greedily to the level above {@code to}; returns the nearest node found there, of
   * equal ones that with the greatest number.
   */
  int descend(int node, int from, int to) {
    int nearest = node;
    float least = distanceTo(node);
    for (int level = from; level > to; level--) {
      int before;
      do {
        before = nearest;
        int count = graph.links(nearest, level, batch);
        distances.to(batch, count, batchDistances);
        computed += count;
        for (int i = 0; i < count; i++) {
          if (batchDistances[i] < least || (batchDistances[i] == least && batch[i] > nearest)) {
            least = batchDistances[i];
            nearest = batch[i];
          }
        }
      } while (nearest != before);
    }
    return nearest;
  }

  /** Forgets all that was met, and begins anew with a pool of this size. */
  void begin(int poolSize) {
    visited.clear();
    pool.clear(poolSize);
  }

  /** Puts a node into the pool, unless it has been met. */
  void start(int node) {
    if (visited.add(node)) {
      pool.insert(distanceTo(node), node);
    }
  }

  /** Expands until the pool holds the nearest that it can reach. */
  void run(int level, BooleanSupplier cancelled) {
    long untilCheck = CANCEL_PERIOD;
    int node;
    while ((node = pool.expandNext()) >= 0) {
      int count = graph.unvisitedLinks(node, level, visited, batch);
      distances.to(batch, count, batchDistances);
      for (int i = 0; i < count; i++) {
        pool.insert(batchDistances[i], batch[i]);
      }
      expansions++;
      computed += count;
      if (--untilCheck == 0) {
        untilCheck = CANCEL_PERIOD;
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("the search was cancelled");
        }
      }
    }
  }
}
