package io.quiver.vector.index.hnsw;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * Replaces links of a graph that is carried over, where they led to nodes that are gone. It belongs
 * to one thread; many may mend different nodes at the same time.
 *
 * <p>A node keeps the links that are left. To them come the best of those that the gone ones had,
 * as many as were lost: choosing anew among all would leave a node with the few links that are
 * diverse, fewer at each merge. But what was next to a node behind one that is gone, and so had no
 * link from it, may be no link of the gone one either. So each time that a node has lost a third of
 * its links, on average, its surroundings are searched as when a node is linked, yet with a small
 * pool. All that is added gets a link back, for it has lost some as well.
 */
final class NodeMender {
  /** Searches around a node for each time that it has lost as many links as it has. */
  private static final int SEARCHES = 3;

  /** Nodes that such a search keeps; with twice as many it took longer and found little more. */
  private static final int POOL = 16;

  private final HnswGraph graph;
  private final HnswGraph older;
  private final IntUnaryOperator newNumbers;
  private final long seed;
  private final LayerSearch search;
  private final NeighborSelection selection;
  private final ReverseLinks reverse;
  private final int[] links;
  private final int[] further;
  private final int[] candidates;

  /**
   * @param graph has what is left of the links of all nodes that are carried over
   * @param newNumbers gives the node of the graph that an older one has become, or -1
   */
  NodeMender(
      GraphRows rows, HnswGraph graph, HnswGraph older, IntUnaryOperator newNumbers, long seed) {
    this.graph = graph;
    this.older = older;
    this.newNumbers = newNumbers;
    this.seed = seed;
    int max = graph.linksMax(0);
    search = new LayerSearch(graph, rows.linkDistances());
    selection = new NeighborSelection(rows, max);
    reverse = new ReverseLinks(graph, selection);
    links = new int[max];
    further = new int[max];
    candidates = new int[max * (max + 1)];
  }

  /**
   * Mends a node.
   *
   * @return whether it has links on each of its levels
   */
  boolean mend(int old, int node) {
    boolean linked = true;
    for (int level = older.level(old); level >= 0; level--) {
      int count = older.links(old, level, links);
      int lost = 0;
      int which = 0;
      for (int i = 0; i < count; i++) {
        if (newNumbers.applyAsInt(links[i]) < 0) {
          lost++;
          which = 31 * which + links[i];
        }
      }
      if (lost > 0) {
        replace(node, level, count, lost);
        long drawn = seed + ((long) which << 32) + node;
        if (new SplittableRandom(drawn).nextInt(count) < SEARCHES * lost) {
          searchAround(node, level);
        }
      }
      linked &= graph.link(node, level, 0) >= 0 || (level > 0 && lost == 0);
    }
    return linked;
  }

  /** Adds the best of the links that the gone ones had. */
  private void replace(int node, int level, int count, int lost) {
    int kept;
    int size;
    synchronized (graph.lock(node)) {
      kept = graph.links(node, level, candidates);
      size = kept;
      int all = addFurther(node, level, count, kept);
      int max = graph.linksMax(level);
      // Beyond so many, the others are far, and to compare them all takes long.
      selection.selectAround(node, candidates, all, graph.linksMax(0), max);
      int most = Math.min(max, Math.max(kept + lost, graph.m()));
      for (int i = 0; i < selection.count() && size < most; i++) {
        int chosen = selection.kept()[i];
        if (!ReverseLinks.isAmong(candidates, kept, chosen)) {
          candidates[size++] = chosen;
        }
      }
      graph.setLinks(node, level, candidates, size);
    }
    for (int i = kept; i < size; i++) {
      reverse.add(candidates[i], node, level);
    }
  }

  /** Adds the links of those that are gone; returns how many candidates there are. */
  private int addFurther(int node, int level, int count, int before) {
    int all = before;
    for (int i = 0; i < count; i++) {
      if (newNumbers.applyAsInt(links[i]) < 0) {
        int length = older.links(links[i], level, further);
        for (int k = 0; k < length; k++) {
          int link = newNumbers.applyAsInt(further[k]);
          if (link >= 0 && link != node) {
            candidates[all++] = link;
          }
        }
      }
    }
    return all;
  }

  /** Links a node and the best of its surroundings, which a search from the node itself finds. */
  private void searchAround(int node, int level) {
    search.distances().fromRow(node);
    search.begin(POOL);
    search.start(node);
    search.run(level, () -> false);
    selection.select(search.pool(), node, graph.m());
    int[] chosen = Arrays.copyOf(selection.kept(), selection.count());
    for (int other : chosen) {
      reverse.add(node, other, level);
      reverse.add(other, node, level);
    }
  }
}
