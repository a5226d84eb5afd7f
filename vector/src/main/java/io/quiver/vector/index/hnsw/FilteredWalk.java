package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.graph.CandidatePool;
import io.quiver.vector.index.graph.VisitedNodes;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Walks over the nodes that pass a filter as if they were a graph of their own: from each to those
 * that pass among its neighbours and its failing neighbours' neighbours (ACORN-1: Patel et al.,
 * SIGMOD 2024). Where few pass, the walk would stop short; so the best failing nodes are expanded
 * as bridges, and it begins at several passing nodes from all over the bitmap, which also finds
 * matches that lie far away from the query. It belongs to one thread.
 */
final class FilteredWalk {
  /** Passing nodes that the walk begins at, beside the one that was found from above. */
  private static final int SEEDS = 32;

  /** An expansion that meets fewer new passing nodes ranks the failing ones as bridges. */
  private static final int FEW = 4;

  /** An expansion that meets so many of them looks at no more neighbours' neighbours. */
  private static final int ENOUGH = 16;

  /** Failing nodes that may be expanded although passing ones are left. */
  private static final int BRIDGES = 8;

  /** Passing nodes expanded before another bridge may be. */
  private static final int PASSING_FOR_BRIDGE = 4;

  private static final int CANCEL_PERIOD = 32;

  private final HnswGraph graph;
  private final GraphRows rows;
  private final PointDistances distances;
  private final VisitedNodes visited;
  private final CandidatePool passing = new CandidatePool();
  private final CandidatePool failing = new CandidatePool();
  private final int[] links;
  private final int[] bridges;
  private final int[] bridged;
  private final int[] batch;
  private final float[] batchDistances;
  private int batchSize;

  private RowFilter filter = RowFilter.all(0);
  private long expansions;
  private long computed;

  FilteredWalk(HnswGraph graph, GraphRows rows, PointDistances distances, VisitedNodes visited) {
    this.graph = graph;
    this.rows = rows;
    this.distances = distances;
    this.visited = visited;
    int max = graph.linksMax(0);
    links = new int[max + 1];
    bridges = new int[max];
    bridged = new int[max];
    batch = new int[2 * max];
    batchDistances = new float[batch.length + PointDistances.PADDING];
  }

  /** The nearest passing nodes that were found. */
  CandidatePool passing() {
    return passing;
  }

  long expansions() {
    return expansions;
  }

  long computed() {
    return computed;
  }

  /**
   * Fills {@link #passing}.
   *
   * @param start any node, best a near one
   */
  void run(int start, int poolSize, RowFilter newFilter, BooleanSupplier cancelled) {
    filter = newFilter;
    expansions = 0;
    computed = 0;
    visited.clear();
    passing.clear(poolSize);
    failing.clear(poolSize);
    addSeeds(start);
    // Each passing node that is expanded earns a part of one.
    int bridgesLeft = BRIDGES * PASSING_FOR_BRIDGE;
    while (true) {
      float nextPassing = passing.nextDistance();
      float nextFailing = failing.nextDistance();
      boolean morePassing = nextPassing != Float.POSITIVE_INFINITY;
      if (nextFailing < nextPassing
          && (bridgesLeft >= PASSING_FOR_BRIDGE || (!morePassing && !passing.isFull()))) {
        expand(failing.expandNext(), true);
        bridgesLeft -= PASSING_FOR_BRIDGE;
      } else if (morePassing) {
        expand(passing.expandNext(), false);
        bridgesLeft++;
      } else {
        break;
      }
      if (++expansions % CANCEL_PERIOD == 0 && cancelled.getAsBoolean()) {
        throw new CancellationException("the search was cancelled");
      }
    }
  }

  private boolean passes(int node) {
    return filter.passes(node) && rows.present().contains(node);
  }

  private void addSeeds(int start) {
    visited.add(start);
    batch[0] = start;
    batchSize = 1;
    flush(passes(start) ? passing : failing);
    int words = (filter.rows() + 63) >>> 6;
    int stretch = Math.max(1, words / SEEDS);
    for (int from = 0; from < words; from += stretch) {
      for (int i = from; i < Math.min(words, from + stretch); i++) {
        long word = filter.word(i) & rows.present().word(i);
        if (word != 0) {
          add(64 * i + Long.numberOfTrailingZeros(word));
          break;
        }
      }
    }
    flush(passing);
  }

  /** Puts a passing node into the batch, unless it has been met. */
  private void add(int node) {
    if (visited.add(node)) {
      batch[batchSize++] = node;
      if (batchSize == batch.length) {
        flush(passing);
      }
    }
  }

  private void flush(CandidatePool pool) {
    distances.to(batch, batchSize, batchDistances);
    for (int i = 0; i < batchSize; i++) {
      pool.insert(batchDistances[i], batch[i]);
    }
    computed += batchSize;
    batchSize = 0;
  }

  private void expand(int node, boolean asBridge) {
    int count = graph.unvisitedLinks(node, 0, visited, links);
    int bridgeCount = 0;
    long before = computed;
    for (int i = 0; i < count; i++) {
      if (passes(links[i])) {
        batch[batchSize++] = links[i];
        if (batchSize == batch.length) {
          flush(passing);
        }
      } else {
        bridges[bridgeCount++] = links[i];
      }
    }
    for (int i = 0; i < bridgeCount && computed - before + batchSize < ENOUGH; i++) {
      int length = graph.links(bridges[i], 0, bridged);
      for (int k = 0; k < length; k++) {
        if (!visited.contains(bridged[k]) && passes(bridged[k])) {
          add(bridged[k]);
        }
      }
    }
    flush(passing);
    if (bridgeCount > 0 && (asBridge || computed - before < FEW)) {
      System.arraycopy(bridges, 0, batch, 0, bridgeCount);
      batchSize = bridgeCount;
      flush(failing);
    }
  }
}
