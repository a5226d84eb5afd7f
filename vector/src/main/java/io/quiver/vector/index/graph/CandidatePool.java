package io.quiver.vector.index.graph;

import io.quiver.vector.distance.VectorWidth;
import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The nearest nodes that a search has met, sorted, and which of them are expanded. One array does
 * what the paper does with two heaps: the nearest candidate is the first that is not expanded, the
 * farthest result is the last, and a search is over when all are expanded.
 *
 * <p>A node is a long: its distance, in 32 bits that order as signed integers do, above the 31 bits
 * of its number, inverted, above a bit that says whether it was expanded. So of nodes that are
 * equally far the one with the greater number comes first; the selection of links in {@code hnsw}
 * relies on it.
 *
 * <p>A register full of longs at a time, inserting k into sorted a is {@code a[i] = max(a[i - 1],
 * min(a[i], k))}, without a branch that the processor would guess wrong.
 */
public final class CandidatePool {
  private static final VectorSpecies<Long> SPECIES = VectorWidth.LONGS;
  private static final int LANES = SPECIES.length();
  private static final long EXPANDED = 1;

  /** Greater than all keys. */
  public static final long NO_KEY = Long.MAX_VALUE;

  /**
   * Before the first key stands one that is less than all, behind the last those that are greater.
   */
  private static final int FIRST = LANES;

  private long[] keys = new long[128];
  private int capacity;
  private int size;

  /** The greatest key that is kept while the pool is full; greater than all while it is not. */
  private long last;

  /** All before this rank are expanded. */
  private int next;

  /** Empties it, and sets how many it keeps. */
  public void clear(int newCapacity) {
    int length = FIRST + ((newCapacity + LANES - 1) & -LANES);
    if (keys.length < length) {
      keys = new long[Math.max(length, 2 * keys.length)];
    }
    Arrays.fill(keys, FIRST, length, NO_KEY);
    keys[FIRST - 1] = Long.MIN_VALUE;
    capacity = newCapacity;
    size = 0;
    next = 0;
    last = newCapacity == 0 ? Long.MIN_VALUE : NO_KEY;
  }

  public int size() {
    return size;
  }

  public boolean isFull() {
    return size == capacity;
  }

  public int node(int rank) {
    return node(keys[FIRST + rank]);
  }

  public float distance(int rank) {
    return distance(keys[FIRST + rank]);
  }

  /** Keeps a node if it is near enough. */
  public void insert(float distance, int node) {
    long key = key(distance, node);
    if (key < last) {
      insert(key);
    }
  }

  /**
   * Keeps a node, given by its key, if it is near enough.
   *
   * @return the key of the node that fell out instead, or was not let in; {@link #NO_KEY} for none
   */
  public long exchange(long key) {
    if (key >= last) {
      return key;
    }
    long fallen = size == capacity ? keys[FIRST + capacity - 1] : NO_KEY;
    insert(key);
    return fallen;
  }

  private void insert(long key) {
    size = Math.min(size + 1, capacity);
    next = Math.min(next, insert(keys, FIRST + ((size - 1) & -LANES), key));
    if (size == capacity) {
      last = keys[FIRST + capacity - 1];
    }
  }

  /**
   * Inserts a key, and moves those behind it by one.
   *
   * @param from where the register of the last key begins
   * @return the rank of the new key
   */
  private static int insert(long[] keys, int from, long key) {
    int i = from;
    while (true) {
      LongVector here = LongVector.fromArray(SPECIES, keys, i);
      LongVector before = LongVector.fromArray(SPECIES, keys, i - 1);
      here.min(key).max(before).intoArray(keys, i);
      if (keys[i - 1] < key) {
        return i - FIRST + here.compare(VectorOperators.LT, key).trueCount();
      }
      i -= LANES;
    }
  }

  /** The nearest node that is not expanded, which then is; -1 when all are. */
  public int expandNext() {
    while (next < size) {
      long key = keys[FIRST + next];
      if ((key & EXPANDED) == 0) {
        keys[FIRST + next++] = key | EXPANDED;
        return node(key);
      }
      next++;
    }
    return -1;
  }

  /** The distance of the node that would be expanded next; infinite when there is none. */
  public float nextDistance() {
    while (next < size) {
      if ((keys[FIRST + next] & EXPANDED) == 0) {
        return distance(keys[FIRST + next]);
      }
      next++;
    }
    return Float.POSITIVE_INFINITY;
  }

  /** What stands for a node that is not expanded. */
  public static long key(float distance, int node) {
    int bits = Float.floatToIntBits(distance);
    // Negative floats order the wrong way round as integers: all their bits but the sign turn.
    return (long) (bits ^ (bits >> 31 & Integer.MAX_VALUE)) << 32
        | (long) (~node & Integer.MAX_VALUE) << 1;
  }

  private static int node(long key) {
    return ~(int) key >>> 1;
  }

  private static float distance(long key) {
    int bits = (int) (key >> 32);
    return Float.intBitsToFloat(bits ^ (bits >> 31 & Integer.MAX_VALUE));
  }
}
