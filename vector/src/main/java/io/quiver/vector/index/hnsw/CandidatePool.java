package io.quiver.vector.index.hnsw;

/**
 * The nearest nodes that a search has met, sorted, and which of them are expanded. One array does
 * what the paper does with two heaps: the nearest candidate is the first that is not expanded, the
 * farthest result is the last, and a search is over when all are expanded.
 *
 * <p>A node is a long: its distance, in 32 bits that order as signed integers do, above a bit that
 * says whether it was expanded, above the 31 bits of its number, inverted: of nodes that are
 * equally far the one with the greater number comes first. See {@link NeighborSelection} for why.
 */
public final class CandidatePool {
  private static final long EXPANDED = 1L << 31;

  private long[] keys = new long[64];
  private int capacity;
  private int size;

  /** All before this one are expanded. */
  private int next;

  /** Empties it, and sets how many it keeps. */
  public void clear(int newCapacity) {
    if (keys.length < newCapacity) {
      keys = new long[Math.max(newCapacity, 2 * keys.length)];
    }
    capacity = newCapacity;
    size = 0;
    next = 0;
  }

  public int size() {
    return size;
  }

  public boolean isFull() {
    return size == capacity;
  }

  public int node(int rank) {
    return ~(int) keys[rank] & Integer.MAX_VALUE;
  }

  public float distance(int rank) {
    return distance(keys[rank]);
  }

  /** Of the farthest that is kept while it is full, otherwise infinite. */
  public float worst() {
    return size == capacity ? distance(keys[size - 1]) : Float.POSITIVE_INFINITY;
  }

  /** Keeps a node if it is near enough; returns whether. */
  public boolean insert(float distance, int node) {
    long key = key(distance, node);
    if (size == capacity) {
      if (key >= keys[size - 1]) {
        return false;
      }
    } else {
      size++;
    }
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (keys[middle] > key) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    System.arraycopy(keys, low, keys, low + 1, size - 1 - low);
    keys[low] = key;
    next = Math.min(next, low);
    return true;
  }

  /** The nearest node that is not expanded, which then is; -1 when all are. */
  public int expandNext() {
    while (next < size) {
      long key = keys[next];
      if ((key & EXPANDED) == 0) {
        keys[next++] = key | EXPANDED;
        return ~(int) key & Integer.MAX_VALUE;
      }
      next++;
    }
    return -1;
  }

  /** The distance of the node that would be expanded next; infinite when there is none. */
  public float nextDistance() {
    while (next < size) {
      if ((keys[next] & EXPANDED) == 0) {
        return distance(keys[next]);
      }
      next++;
    }
    return Float.POSITIVE_INFINITY;
  }

  private static long key(float distance, int node) {
    int bits = Float.floatToIntBits(distance);
    // Negative floats order the wrong way round as integers: all their bits but the sign turn.
    return (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32 | (~node & Integer.MAX_VALUE);
  }

  private static float distance(long key) {
    int bits = (int) (key >> 32);
    return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
