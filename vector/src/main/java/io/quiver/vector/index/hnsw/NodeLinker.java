package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.graph.CandidatePool;
import java.util.Arrays;

/**
 * Links nodes into a graph, level by level: Malkov and Yashunin 2018, algorithm 1. It belongs to
 * one thread; many may link different nodes at the same time, while others search.
 */
final class NodeLinker {
  private final HnswGraph graph;
  private final int efConstruction;
  private final LayerSearch search;
  private final NeighborSelection selection;
  private final ReverseLinks reverse;
  private final int[][] chosen = new int[HnswGraph.LEVEL_MAX + 1][];

  NodeLinker(GraphRows rows, HnswGraph graph, int efConstruction) {
    this.graph = graph;
    this.efConstruction = efConstruction;
    search = new LayerSearch(graph, rows.linkDistances());
    selection = new NeighborSelection(rows, graph.linksMax(0));
    reverse = new ReverseLinks(graph, selection);
  }

  HnswGraph graph() {
    return graph;
  }

  LayerSearch search() {
    return search;
  }

  NeighborSelection selection() {
    return selection;
  }

  /** Links a node that has no links, and to which there are none. */
  void link(int node) {
    long entry = graph.entry();
    int level = graph.level(node);
    if (entry < 0) {
      synchronized (graph) {
        entry = graph.entry();
        if (entry < 0) {
          graph.enterAt(node, level);
          return;
        }
      }
    }
    int entryLevel = HnswGraph.entryLevel(entry);
    int top = Math.min(level, entryLevel);
    search.distances().fromRow(node);
    int nearest = search.descend(HnswGraph.entryNode(entry), entryLevel, top);
    for (int at = top; at >= 0; at--) {
      search.begin(efConstruction);
      search.start(nearest);
      search.run(at, () -> false);
      CandidatePool pool = search.pool();
      selection.select(pool, node, graph.m());
      chosen[at] = Arrays.copyOf(selection.kept(), selection.count());
      synchronized (graph.lock(node)) {
        graph.setLinks(node, at, chosen[at], chosen[at].length);
      }
      nearest = pool.node(0) != node || pool.size() == 1 ? pool.node(0) : pool.node(1);
    }
    // Only now, when it leads on from each of its levels, others may come upon it.
    for (int at = top; at >= 0; at--) {
      for (int neighbor : chosen[at]) {
        reverse.add(neighbor, node, at);
      }
    }
    if (level > entryLevel) {
      raiseEntry(node, level);
    }
  }

  private void raiseEntry(int node, int level) {
    synchronized (graph) {
      if (level > HnswGraph.entryLevel(graph.entry())) {
        graph.enterAt(node, level);
      }
    }
  }
}
