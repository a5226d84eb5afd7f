package io.quiver.vector.index.hnsw;

/** Adds links in the other direction of those that were chosen. It belongs to one thread. */
final class ReverseLinks {
  private final HnswGraph graph;
  private final NeighborSelection selection;
  private final int[] links;

  /**
   * @param selection what it kept last is lost when a link is added
   */
  ReverseLinks(HnswGraph graph, NeighborSelection selection) {
    this.graph = graph;
    this.selection = selection;
    links = new int[graph.linksMax(0) + 1];
  }

  /** Whether a node is among the first of some. */
  static boolean isAmong(int[] nodes, int count, int node) {
    for (int i = 0; i < count; i++) {
      if (nodes[i] == node) {
        return true;
      }
    }
    return false;
  }

  /**
   * Adds a link from a node to another, unless it is there; where the node's list is full, the best
   * of all are kept. It takes the node's lock.
   */
  void add(int node, int to, int level) {
    synchronized (graph.lock(node)) {
      int count = graph.links(node, level, links);
      if (isAmong(links, count, to)) {
        return;
      }
      if (count < graph.linksMax(level)) {
        graph.setLink(node, level, count, to);
        return;
      }
      links[count++] = to;
      selection.selectAround(node, links, count, count, graph.linksMax(level));
      graph.setLinks(node, level, selection.kept(), selection.count());
    }
  }
}
