package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.graph.CandidatePool;

/**
 * Chooses a node's links among candidates: Malkov and Yashunin 2018, algorithm 4, by the metric's
 * own distances and without slack. It belongs to one thread.
 *
 * <p>Beyond the paper it cares for equal rows, which real tables have by the thousand. They do not
 * prune each other, so they would link to nothing but each other, all of them to the same few, and
 * most could not be reached. Instead a node has at most a quarter of its links to rows that are
 * equally far, and those are the ones with the greatest numbers, thus the last to come: equal rows
 * form a chain in the order of their numbers, and on the levels above a skip list over it.
 */
final class NeighborSelection {
  /** Candidates that are compared with a kept node at once. */
  private static final int WINDOW = 16;

  /** For no more candidates than this it is cheaper to compare each with several kept nodes. */
  private static final int FEW = 3;

  private static final int STEP = 4;

  /** This part of the links may lead to rows that are equally far. */
  private static final int EQUAL_PART = 4;

  /** Whether distances are of bits, so that rows are equally far without being equal. */
  private final boolean countsBits;

  private final RowSet present;
  private final PointDistances distances;
  private final int[] numbers = new int[WINDOW];
  private final float[] measured = new float[WINDOW + PointDistances.PADDING];
  private final int[] kept;
  private final CandidatePool crowd = new CandidatePool();
  private float[] crowdDistances = new float[0];
  private int count;

  /** Kept nodes that each open candidate of the window has been compared with. */
  private int compared;

  /** How many kept last are equally far. */
  private int equal;

  private float lastKept;

  NeighborSelection(GraphRows rows, int linksMax) {
    countsBits = rows.rows().encoding() == Encoding.BINARY;
    present = rows.present();
    distances = rows.linkDistances();
    kept = new int[linksMax];
  }

  /**
   * Selects from the pool, nearest first, among the rows that are present.
   *
   * @param except a node that is no candidate: the one that is linked
   */
  void select(CandidatePool candidates, int except, int max) {
    count = 0;
    equal = 0;
    lastKept = Float.NaN;
    for (int from = 0; from < candidates.size() && count < max; from += WINDOW) {
      selectWindow(candidates, from, except, max);
    }
  }

  private void selectWindow(CandidatePool candidates, int from, int except, int max) {
    int length = Math.min(WINDOW, candidates.size() - from);
    int open = 0;
    for (int i = 0; i < length; i++) {
      int node = candidates.node(from + i);
      boolean again = from + i > 0 && candidates.node(from + i - 1) == node;
      if (node != except && !again && present.contains(node)) {
        open |= 1 << i;
      }
    }
    compared = 0;
    open = compare(candidates, from, open);
    while (open != 0 && count < max) {
      int i = Integer.numberOfTrailingZeros(open);
      open &= open - 1;
      int node = candidates.node(from + i);
      float distance = candidates.distance(from + i);
      boolean crowded = distance == lastKept && equal >= max / EQUAL_PART;
      if ((!crowded || (countsBits && distance > 0)) && isDiverse(node, distance)) {
        equal = distance == lastKept ? equal + 1 : 1;
        lastKept = distance;
        kept[count++] = node;
        open = compare(candidates, from, open);
      }
    }
  }

  /**
   * Compares a window's open candidates with kept nodes, one of these after the other, while they
   * are many: most fall to the first of them.
   *
   * @param open a bit for each candidate that may still be kept
   * @return those of them that no kept node is nearer to
   */
  private int compare(CandidatePool candidates, int from, int open) {
    int left = open;
    while (compared < count && Integer.bitCount(left) > FEW) {
      int length = 0;
      for (int bits = left; bits != 0; bits &= bits - 1) {
        numbers[length++] = candidates.node(from + Integer.numberOfTrailingZeros(bits));
      }
      distances.fromRow(kept[compared++]);
      distances.to(numbers, length, measured);
      int at = 0;
      for (int bits = left; bits != 0; bits &= bits - 1) {
        int i = Integer.numberOfTrailingZeros(bits);
        if (measured[at++] < candidates.distance(from + i)) {
          left &= ~(1 << i);
        }
      }
    }
    return left;
  }

  /**
   * Selects for a node among others, which may come in any order, and more than once.
   *
   * @param candidates none of them the node itself
   * @param nearest only so many of them, the nearest, are considered
   */
  void selectAround(int node, int[] candidates, int length, int nearest, int max) {
    if (crowdDistances.length < length + PointDistances.PADDING) {
      crowdDistances = new float[2 * length + PointDistances.PADDING];
    }
    distances.fromRow(node);
    distances.to(candidates, length, crowdDistances);
    crowd.clear(nearest);
    for (int i = 0; i < length; i++) {
      crowd.insert(crowdDistances[i], candidates[i]);
    }
    select(crowd, node, max);
  }

  // Keep a neighbour only if it is closer to the node than to every neighbour already kept. Without
  // this, clusters lose their bridges. The first kept nodes have been compared with it before.
  private boolean isDiverse(int node, float distance) {
    if (compared == count) {
      return true;
    }
    distances.fromRow(node);
    for (int i = compared; i < count; i += STEP) {
      int length = Math.min(STEP, count - i);
      System.arraycopy(kept, i, numbers, 0, length);
      distances.to(numbers, length, measured);
      for (int k = 0; k < length; k++) {
        if (measured[k] < distance) {
          return false;
        }
      }
    }
    return true;
  }

  /** What the last selection kept, nearest first. */
  int[] kept() {
    return kept;
  }

  int count() {
    return count;
  }
}
