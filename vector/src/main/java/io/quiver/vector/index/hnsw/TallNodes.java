package io.quiver.vector.index.hnsw;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/**
 * The levels of all nodes, at less than two bits a node: one in m stands above level 0, so a bitmap
 * with counts says which of them a node is, and only those have entries of their own.
 *
 * <p>Levels are known before a node is linked, since they are drawn from its number and the seed;
 * so the lists above level 0 are laid out at once, and never move.
 */
final class TallNodes {
  private final int nodes;
  private final long[] bits;

  /** How many tall nodes there are before each word of the bitmap. */
  private final int[] before;

  /** The number of each tall node's first list; one more at the end. */
  private final int[] firstLists;

  private TallNodes(int nodes, long[] bits, int[] before, int[] firstLists) {
    this.nodes = nodes;
    this.bits = bits;
    this.before = before;
    this.firstLists = firstLists;
  }

  static TallNodes of(int nodes, IntUnaryOperator levels) {
    long[] bits = new long[(nodes + 63) >>> 6];
    int[] before = new int[bits.length];
    int[] firstLists = new int[16];
    int tall = 0;
    for (int node = 0; node < nodes; node++) {
      if ((node & 63) == 0) {
        before[node >>> 6] = tall;
      }
      int level = levels.applyAsInt(node);
      if (level > 0) {
        bits[node >>> 6] |= 1L << node;
        if (tall + 2 > firstLists.length) {
          firstLists = Arrays.copyOf(firstLists, 2 * firstLists.length);
        }
        firstLists[tall + 1] = firstLists[tall] + level;
        tall++;
      }
    }
    return new TallNodes(nodes, bits, before, Arrays.copyOf(firstLists, tall + 1));
  }

  /**
   * Draws levels as the paper does: a part 1/m of the nodes of a level stands on the next one too.
   */
  static IntUnaryOperator drawn(int m, long seed) {
    double scale = 1 / Math.log(m);
    return node -> {
      SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + node);
      double level = -Math.log(1 - random.nextDouble()) * scale;
      return Math.min(HnswGraph.LEVEL_MAX, (int) level);
    };
  }

  int nodes() {
    return nodes;
  }

  /** Lists above level 0, of all nodes. */
  int lists() {
    return firstLists[firstLists.length - 1];
  }

  int level(int node) {
    if ((bits[node >>> 6] >>> node & 1) == 0) {
      return 0;
    }
    int rank = rank(node);
    return firstLists[rank + 1] - firstLists[rank];
  }

  /** Of a tall node: the number of its list of level 1. */
  int firstList(int node) {
    return firstLists[rank(node)];
  }

  private int rank(int node) {
    long lower = bits[node >>> 6] & ((1L << node) - 1);
    return before[node >>> 6] + Long.bitCount(lower);
  }

  long memoryBytes() {
    return 8L * bits.length + 4L * before.length + 4L * firstLists.length;
  }
}
