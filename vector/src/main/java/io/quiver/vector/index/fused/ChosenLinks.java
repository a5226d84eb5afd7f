package io.quiver.vector.index.fused;

/**
 * The links that are chosen for all nodes of a graph, before they are linked back and what is free
 * is filled, and the nearest of those that were not chosen. Each node's belong to one thread, or to
 * who holds its lock.
 */
final class ChosenLinks {
  private static final int DEGREE = FusedLayout.DEGREE;
  private static final int PRUNED_MAX = RobustPruning.PRUNED_MAX;

  private final long[] chosen;
  private final byte[] counts;
  private final long[] pruned;
  private final byte[] prunedCounts;

  ChosenLinks(int nodes) {
    chosen = new long[DEGREE * nodes];
    counts = new byte[nodes];
    pruned = new long[PRUNED_MAX * nodes];
    prunedCounts = new byte[nodes];
  }

  /** Takes over what a selection has chosen for a node. */
  void set(int node, RobustPruning selection) {
    counts[node] = (byte) selection.copyChosen(chosen, DEGREE * node);
    prunedCounts[node] = (byte) selection.copyPruned(pruned, firstPruned(node));
  }

  int count(int node) {
    return counts[node];
  }

  long key(int node, int i) {
    return chosen[DEGREE * node + i];
  }

  /** What was not chosen, from {@link #firstPruned} of a node on. */
  long[] pruned() {
    return pruned;
  }

  int firstPruned(int node) {
    return PRUNED_MAX * node;
  }

  int prunedCount(int node) {
    return prunedCounts[node];
  }

  /**
   * Adds a candidate to those of a node that are not chosen, of which the nearest stay; they are in
   * no order then. The node's lock is held.
   */
  void offer(int node, long key) {
    int first = firstPruned(node);
    int count = prunedCounts[node];
    if (count < PRUNED_MAX) {
      pruned[first + count] = key;
      prunedCounts[node]++;
      return;
    }
    int farthest = first;
    for (int i = first + 1; i < first + PRUNED_MAX; i++) {
      farthest = pruned[i] > pruned[farthest] ? i : farthest;
    }
    if (key < pruned[farthest]) {
      pruned[farthest] = key;
    }
  }

  /** Copies a node's chosen ones and the others, and returns how many they are. */
  int copy(int node, long[] into, int at) {
    System.arraycopy(chosen, DEGREE * node, into, at, counts[node]);
    System.arraycopy(pruned, firstPruned(node), into, at + counts[node], prunedCounts[node]);
    return counts[node] + prunedCounts[node];
  }
}
