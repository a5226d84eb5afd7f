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
  /**
   * Kept nodes that a candidate is compared with at once, before it is looked whether one is near.
   */
  private static final int STEP = 4;

  /** This part of the links may lead to rows that are equally far. */
  private static final int EQUAL_PART = 4;

  /** Whether distances are of bits, so that rows are equally far without being equal. */
  private final boolean countsBits;

  private final RowSet present;
  private final PointDistances distances;
  private final int[] step = new int[STEP];
  private final float[] stepDistances = new float[STEP + PointDistances.PADDING];
  private final int[] kept;
  private final CandidatePool crowd = new CandidatePool();
  private float[] crowdDistances = new float[0];
  private int count;

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
    int equal = 0;
    float lastKept = Float.NaN;
    for (int i = 0; i < candidates.size() && count < max; i++) {
      int node = candidates.node(i);
      float distance = candidates.distance(i);
      boolean again = i > 0 && candidates.node(i - 1) == node;
      boolean crowded = distance == lastKept && equal >= max / EQUAL_PART;
      if (node == except || again || (crowded && !(countsBits && distance > 0))) {
        continue;
      }
      if (present.contains(node) && isDiverse(node, distance)) {
        equal = distance == lastKept ? equal + 1 : 1;
        lastKept = distance;
        kept[count++] = node;
      }
    }
  }

  /**
   * Selects for a node among others, which may come in any order, and more than once.
   *
   * @param candidates none of them the node itself
   */
  void selectAround(int node, int[] candidates, int length, int max) {
    if (crowdDistances.length < length + PointDistances.PADDING) {
      crowdDistances = new float[2 * length + PointDistances.PADDING];
    }
    distances.fromRow(node);
    distances.to(candidates, length, crowdDistances);
    crowd.clear(length);
    for (int i = 0; i < length; i++) {
      crowd.insert(crowdDistances[i], candidates[i]);
    }
    select(crowd, node, max);
  }

  // Keep a neighbour only if it is closer to the node than to every neighbour already kept. Without
  // this, clusters lose their bridges.
  private boolean isDiverse(int node, float distance) {
    if (count == 0) {
      return true;
    }
    distances.fromRow(node);
    for (int i = 0; i < count; i += STEP) {
      int length = Math.min(STEP, count - i);
      System.arraycopy(kept, i, step, 0, length);
      distances.to(step, length, stepDistances);
      for (int k = 0; k < length; k++) {
        if (stepDistances[k] < distance) {
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
