package io.quiver.vector.index.fused;

/**
 * Chooses a node's neighbours among candidates, and remembers the nearest of those that it leaves
 * out: one thread's memory for it.
 *
 * <p>A candidate is kept only if it is nearer to the node than to every one already kept, which
 * leaves a node few links, in all directions: the relative neighbourhood graph (Toussaint 1980;
 * Malkov and Yashunin 2018, algorithm 4), with the slack alpha of DiskANN's RobustPrune (Subramanya
 * et al., NeurIPS 2019, algorithm 2).
 *
 * <p>The selection of {@code hnsw} has no slack and takes care of equal rows; here these occlude
 * each other, and what was left out fills up the node: see {@link FusedLinker#fill}.
 */
final class RobustPruning {
  private static final int DEGREE = FusedLayout.DEGREE;

  /**
   * Of squared distances. A candidate falls to a kept one when it is so many times nearer to it
   * than to the node. More leaves more links of a node to nearest neighbours, fewer to far ones.
   */
  private static final float ALPHA = 1.1f;

  /** Pruned candidates that are remembered for filling up a node. */
  static final int PRUNED_MAX = 48;

  private final FloatPoints points;
  private final long[] chosen = new long[DEGREE];
  private final long[] pruned = new long[PRUNED_MAX];
  private int chosenCount;
  private int prunedCount;

  RobustPruning(FloatPoints points) {
    this.points = points;
  }

  /**
   * Chooses.
   *
   * @param candidates sorted {@link NodeKey}s with the distance to the node, which is not among
   *     them; equal ones count once
   */
  void select(long[] candidates, int count) {
    chosenCount = 0;
    prunedCount = 0;
    for (int i = 0; i < count && chosenCount < DEGREE; i++) {
      long candidate = candidates[i];
      if (i > 0 && candidates[i - 1] == candidate) {
        continue;
      }
      if (!isOccluded(candidate)) {
        chosen[chosenCount++] = candidate;
      } else if (prunedCount < PRUNED_MAX) {
        pruned[prunedCount++] = candidate;
      }
    }
  }

  private boolean isOccluded(long candidate) {
    int node = NodeKey.node(candidate);
    float distance = NodeKey.distance(candidate);
    for (int i = 0; i < chosenCount; i++) {
      // Among equal points, each keeps one of them and goes on to others.
      if (ALPHA * points.between(node, NodeKey.node(chosen[i])) <= distance) {
        return true;
      }
    }
    return false;
  }

  int chosenCount() {
    return chosenCount;
  }

  long chosen(int i) {
    return chosen[i];
  }

  boolean isChosen(long key) {
    for (int i = 0; i < chosenCount; i++) {
      if (chosen[i] == key) {
        return true;
      }
    }
    return false;
  }

  /** Copies the chosen ones and returns how many they are. */
  int copyChosen(long[] into, int at) {
    System.arraycopy(chosen, 0, into, at, chosenCount);
    return chosenCount;
  }

  /** Copies the nearest that were not chosen, nearest first, and returns how many they are. */
  int copyPruned(long[] into, int at) {
    System.arraycopy(pruned, 0, into, at, prunedCount);
    return prunedCount;
  }
}
