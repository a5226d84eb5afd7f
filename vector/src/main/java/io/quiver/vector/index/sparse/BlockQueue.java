package io.quiver.vector.index.sparse;

/**
 * Blocks by their bounds, the greatest first: a binary heap of longs, bound above block, that is
 * put in order as far as it is read.
 */
final class BlockQueue {
  private final long[] keys;
  private int size;

  BlockQueue(int capacity) {
    keys = new long[capacity];
  }

  void clear() {
    size = 0;
  }

  /** Adds without order. */
  void add(int block, float bound) {
    // Floats that are not negative order as their bits do.
    keys[size++] = (long) Float.floatToRawIntBits(bound) << 32 | block;
  }

  /** Makes a heap of what was added. */
  void order() {
    for (int i = (size >>> 1) - 1; i >= 0; i--) {
      sink(i, keys[i]);
    }
  }

  boolean hasNext() {
    return size > 0;
  }

  /** The greatest bound that is left. */
  float bound() {
    return Float.intBitsToFloat((int) (keys[0] >>> 32));
  }

  /** Takes out the block of that bound. */
  int next() {
    int block = (int) keys[0];
    size--;
    if (size > 0) {
      sink(0, keys[size]);
    }
    return block;
  }

  private void sink(int from, long key) {
    int at = from;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1] > keys[child]) {
        child++;
      }
      if (keys[child] <= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }
}
