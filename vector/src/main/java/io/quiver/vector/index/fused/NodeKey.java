package io.quiver.vector.index.fused;

/**
 * A node and its squared distance in one long, which sorts by distance and then by node: floats
 * that are not negative order as their bits do.
 */
final class NodeKey {
  /**
   * Set in a search's candidates that have been expanded. It is the lowest bit, so that candidates
   * with equal estimates stay in order when one of them is.
   */
  static final long EXPANDED = 1;

  /** Behind all others: what the empty places of a pool hold. */
  static final long NONE = of(Float.MAX_VALUE, Integer.MAX_VALUE) | EXPANDED;

  private NodeKey() {}

  static long of(float squaredDistance, int node) {
    return (long) Float.floatToRawIntBits(squaredDistance) << 32 | (long) node << 1;
  }

  static int node(long key) {
    return (int) key >>> 1;
  }

  static float distance(long key) {
    return Float.intBitsToFloat((int) (key >>> 32));
  }
}
