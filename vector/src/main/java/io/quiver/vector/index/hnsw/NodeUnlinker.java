package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.graph.CandidatePool;

/**
 * Takes nodes out of a graph: whoever has a link to the node gets links to its neighbours instead,
 * and they to it. Links lead to the node mostly from its surroundings, where a search finds them.
 * The node keeps its own, so that where a link to it is left, searches go on from it. It belongs to
 * one thread.
 */
final class NodeUnlinker {
  /** Nodes around the one that goes whose lists are looked at. */
  private static final int SURROUNDINGS = 96;

  private final HnswGraph graph;
  private final RowSet present;
  private final LayerSearch search;
  private final NeighborSelection selection;
  private final ReverseLinks reverse;
  private final int[] own;
  private final int[] candidates;

  NodeUnlinker(NodeLinker linker, RowSet present) {
    graph = linker.graph();
    this.present = present;
    search = linker.search();
    selection = linker.selection();
    reverse = new ReverseLinks(graph, selection);
    own = new int[graph.linksMax(0)];
    candidates = new int[2 * graph.linksMax(0)];
  }

  /** Takes out a node that is no more present. */
  void unlink(int node) {
    for (int level = graph.level(node); level >= 0; level--) {
      search.distances().fromRow(node);
      search.begin(SURROUNDINGS);
      search.start(node);
      search.run(level, () -> false);
      int ownCount = graph.links(node, level, own);
      CandidatePool around = search.pool();
      for (int i = 0; i < around.size(); i++) {
        if (around.node(i) != node) {
          replace(around.node(i), node, level, ownCount);
        }
      }
    }
  }

  /**
   * Puts the best of the node's own links in the place of the one that leads to it, and of others
   * to nodes that went before. Choosing anew among all would leave the few that are diverse: fewer
   * each time, and so less recall.
   */
  private void replace(int from, int node, int level, int ownCount) {
    int kept = 0;
    int size;
    synchronized (graph.lock(from)) {
      int max = graph.linksMax(level);
      int count = graph.links(from, level, candidates);
      if (!ReverseLinks.isAmong(candidates, count, node)) {
        return;
      }
      for (int i = 0; i < count; i++) {
        if (present.contains(candidates[i])) {
          candidates[kept++] = candidates[i];
        }
      }
      int all = kept;
      for (int i = 0; i < ownCount; i++) {
        if (own[i] != from && !ReverseLinks.isAmong(candidates, kept, own[i])) {
          candidates[all++] = own[i];
        }
      }
      selection.selectAround(from, candidates, all, all, max);
      size = kept;
      int most = Math.max(count, graph.m());
      for (int i = 0; i < selection.count() && size < most; i++) {
        if (!ReverseLinks.isAmong(candidates, kept, selection.kept()[i])) {
          candidates[size++] = selection.kept()[i];
        }
      }
      graph.setLinks(from, level, candidates, size);
    }
    for (int i = kept; i < size; i++) {
      reverse.add(candidates[i], from, level);
    }
  }
}
