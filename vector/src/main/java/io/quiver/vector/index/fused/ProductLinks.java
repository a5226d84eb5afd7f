package io.quiver.vector.index.fused;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Chooses nodes that a node is linked with by inner product, beside its neighbours: one thread's
 * memory for it.
 *
 * <p>Queries do not lie among the points of rows then: their last coordinate, which brings all rows
 * to one length, is 0. The nearest points are long rows, and those of one direction and of another
 * are linked by way of the short ones, from which both come. A search that has come to long rows of
 * the wrong direction would have to go back over rows that are farther from the query. So each node
 * has some links across: of a sample, those with the greatest product with it, each of which has a
 * greater one with it than with those chosen before (ip-NSW: Morozov and Babenko, NeurIPS 2018).
 */
final class ProductLinks {
  /** More change nothing, at up to 12 links and 64 to 1,024 nodes that they are chosen from. */
  private static final int LINKS = 4;

  private static final int SAMPLE = 128;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FloatPoints points;

  /** Of the coordinate that queries have not. */
  private final long lastAt;

  private final long[] sample = new long[SAMPLE];
  private final int[] chosen = new int[LINKS];
  private int chosenCount;

  /**
   * @param dimension of the points
   */
  ProductLinks(FloatPoints points, int dimension) {
    this.points = points;
    lastAt = 4L * (dimension - 1);
  }

  /** Chooses among nodes that are drawn from so many. */
  void select(int node, int nodes, SplittableRandom random) {
    for (int i = 0; i < SAMPLE; i++) {
      int other = random.nextInt(nodes);
      sample[i] = NodeKey.of(apart(node, other), other);
    }
    Arrays.sort(sample);
    chosenCount = 0;
    for (int i = 0; i < SAMPLE && chosenCount < LINKS; i++) {
      int other = NodeKey.node(sample[i]);
      if (other != node && !isOccluded(sample[i])) {
        chosen[chosenCount++] = other;
      }
    }
  }

  private boolean isOccluded(long candidate) {
    for (int i = 0; i < chosenCount; i++) {
      if (apart(NodeKey.node(candidate), chosen[i]) <= NodeKey.distance(candidate)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The less, the greater the product of two rows: the squared length of a point less it, twice.
   */
  private float apart(int a, int b) {
    return Math.max(0, points.between(a, b) + 2 * last(a) * last(b));
  }

  private float last(int node) {
    return all(points.memory()).get(FLOAT, points.at(node) + lastAt);
  }

  int chosenCount() {
    return chosenCount;
  }

  int chosen(int i) {
    return chosen[i];
  }
}
