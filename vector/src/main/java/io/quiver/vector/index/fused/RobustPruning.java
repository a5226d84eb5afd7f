package io.quiver.vector.index.fused;

import io.quiver.vector.distance.PointDistances;

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

  /** Candidates that are compared with a chosen one at once. */
  private static final int WINDOW = 16;

  /** For no more candidates than this it is cheaper to compare each with several chosen ones. */
  private static final int FEW = 3;

  private static final int STEP = 4;

  private final PointDistances distances;
  private final int[] numbers = new int[WINDOW];
  private final float[] measured = new float[WINDOW + PointDistances.PADDING];
  private final long[] chosen = new long[DEGREE];
  private final long[] pruned = new long[PRUNED_MAX];
  private int chosenCount;
  private int prunedCount;

  /** A bit for each link that the candidate compared last occludes. */
  private int occludedLinks;

  /** Chosen ones that each open candidate of the window has been compared with. */
  private int compared;

  RobustPruning(FloatPoints points) {
    distances = points.distances();
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
    for (int from = 0; from < count && chosenCount < DEGREE; from += WINDOW) {
      selectWindow(candidates, from, Math.min(WINDOW, count - from));
    }
  }

  private void selectWindow(long[] candidates, int from, int length) {
    compared = 0;
    int open = compare(candidates, from, (1 << length) - 1);
    for (int i = 0; i < length && chosenCount < DEGREE; i++) {
      long candidate = candidates[from + i];
      if (from + i > 0 && candidates[from + i - 1] == candidate) {
        open &= ~(1 << i);
        continue;
      }
      if ((open & 1 << i) != 0 && !isOccluded(candidate)) {
        chosen[chosenCount++] = candidate;
        open = compare(candidates, from, open & -2 << i);
      } else if (prunedCount < PRUNED_MAX) {
        pruned[prunedCount++] = candidate;
      }
    }
  }

  /**
   * Compares a window's open candidates with chosen ones, one of these after the other, while they
   * are many.
   *
   * @param open a bit for each candidate that nothing is known to occlude
   * @return those that are still open
   */
  private int compare(long[] candidates, int from, int open) {
    int left = open;
    while (compared < chosenCount && Integer.bitCount(left) > FEW) {
      int count = 0;
      for (int bits = left; bits != 0; bits &= bits - 1) {
        numbers[count++] = NodeKey.node(candidates[from + Integer.numberOfTrailingZeros(bits)]);
      }
      distances.fromRow(NodeKey.node(chosen[compared++]));
      distances.to(numbers, count, measured);
      int at = 0;
      for (int bits = left; bits != 0; bits &= bits - 1) {
        int i = Integer.numberOfTrailingZeros(bits);
        if (occludes(measured[at++], candidates[from + i])) {
          left &= ~(1 << i);
        }
      }
    }
    return left;
  }

  /** Compares one candidate with the chosen ones that its window has not been compared with. */
  private boolean isOccluded(long candidate) {
    if (compared == chosenCount) {
      return false;
    }
    distances.fromRow(NodeKey.node(candidate));
    for (int at = compared; at < chosenCount; at += STEP) {
      int count = Math.min(STEP, chosenCount - at);
      for (int i = 0; i < count; i++) {
        numbers[i] = NodeKey.node(chosen[at + i]);
      }
      distances.to(numbers, count, measured);
      for (int i = 0; i < count; i++) {
        if (occludes(measured[i], candidate)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Compares one more candidate with links that do not occlude each other.
   *
   * @param links from a place on, in any order
   * @return -1 where one of them occludes it; else how many it occludes, as {@link
   *     #isOccluded(int)} says
   */
  int occluded(long candidate, long[] links, int from, int count) {
    occludedLinks = 0;
    distances.fromRow(NodeKey.node(candidate));
    for (int at = 0; at < count; at += WINDOW) {
      int length = Math.min(WINDOW, count - at);
      for (int i = 0; i < length; i++) {
        numbers[i] = NodeKey.node(links[from + at + i]);
      }
      distances.to(numbers, length, measured);
      for (int i = 0; i < length; i++) {
        long link = links[from + at + i];
        if (link < candidate && occludes(measured[i], candidate)) {
          return -1;
        }
        if (link > candidate && occludes(measured[i], link)) {
          occludedLinks |= 1 << (at + i);
        }
      }
    }
    return Integer.bitCount(occludedLinks);
  }

  /** Whether the candidate that was compared last occludes a link. */
  boolean isOccluded(int i) {
    return (occludedLinks >>> i & 1) != 0;
  }

  // Among equal points, each keeps one of them and goes on to others.
  private static boolean occludes(float distance, long candidate) {
    return ALPHA * distance <= NodeKey.distance(candidate);
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
