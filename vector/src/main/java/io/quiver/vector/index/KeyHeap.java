package io.quiver.vector.index;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * What a search has set aside: nodes as longs, their distances in the upper 32 bits so that they
 * order by these, in a binary heap with the least on top. It belongs to one thread.
 */
public final class KeyHeap {
  private long[] keys = new long[64];
  private int size;

  public boolean isEmpty() {
    return size == 0;
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
  }

  /** The least; there must be one. */
  public long top() {
    return keys[0];
  }

  public void push(long key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    int at = size++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (keys[parent] <= key) {
        break;
      }
      keys[at] = keys[parent];
      at = parent;
    }
    keys[at] = key;
  }

  /** Takes the least out; there must be one. */
  public long pop() {
    long least = keys[0];
    size--;
    if (size > 0) {
      sink(keys[size]);
    }
    return least;
  }

  /** Takes the least out and puts another one in; there must be one. */
  public long replaceTop(long key) {
    long least = keys[0];
    sink(key);
    return least;
  }

  private void sink(long key) {
    int at = 0;
    for (int child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1] < keys[child]) {
        child++;
      }
      if (keys[child] >= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  /**
   * Drops all but the least key of each node.
   *
   * @param wanted says of a key's lower 32 bits, which are the node's, whether any is kept
   */
  public void keepLeast(IntPredicate wanted) {
    for (int i = 0; i < size; i++) {
      keys[i] = Long.rotateLeft(keys[i], 32);
    }
    // By node, and of one node by distance.
    Arrays.sort(keys, 0, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int node = (int) (keys[i] >>> 32);
      boolean again = kept > 0 && (int) keys[kept - 1] == node;
      if (!again && wanted.test(node)) {
        keys[kept++] = Long.rotateLeft(keys[i], 32);
      }
    }
    size = kept;
    Arrays.sort(keys, 0, size);
  }
}
