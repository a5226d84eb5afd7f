package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.graph.CandidatePool;
import java.util.Arrays;

/**
 * Takes nodes out of a graph: whoever has a link to the node gets links to its neighbours instead.
 * Links lead to the node mostly from its surroundings, where a search finds them. The node keeps
 * its own, so that where a link to it is left, searches go on from it. It belongs to one thread.
 */
final class NodeUnlinker {
  /** Nodes around the one that goes whose lists are looked at. */
  private static final int SURROUNDINGS = 96;

  private final HnswGraph graph;
  private final LayerSearch search;
  private final NeighborSelection selection;
  private final int[] own;
  private int[] candidates = new int[128];

  NodeUnlinker(NodeLinker linker) {
    graph = linker.graph();
    search = linker.search();
    selection = linker.selection();
    own = new int[graph.linksMax(0)];
  }

  /** Takes out a node that is no more present. */
  void unlink(int node) {
    search.distances().fromRow(node);
    for (int level = graph.level(node); level >= 0; level--) {
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

  /** Puts the best of the node's own links in the place of the one that leads to it. */
  private void replace(int from, int node, int level, int ownCount) {
    synchronized (graph.lock(from)) {
      int max = graph.linksMax(level);
      if (candidates.length < max + ownCount) {
        candidates = new int[max + ownCount];
      }
      int count = graph.links(from, level, candidates);
      int left = 0;
      for (int i = 0; i < count; i++) {
        if (candidates[i] != node) {
          candidates[left++] = candidates[i];
        }
      }
      if (left == count) {
        return;
      }
      int kept = left;
      for (int i = 0; i < ownCount; i++) {
        if (own[i] != from && !contains(candidates, kept, own[i])) {
          candidates[left++] = own[i];
        }
      }
      selection.selectAround(from, candidates, left, left, max);
      graph.setLinks(from, level, selection.kept(), selection.count());
    }
  }

  private static boolean contains(int[] numbers, int count, int number) {
    return Arrays.stream(numbers, 0, count).anyMatch(other -> other == number);
  }
}
