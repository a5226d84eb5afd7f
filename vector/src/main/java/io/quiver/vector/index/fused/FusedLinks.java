package io.quiver.vector.index.fused;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The links of a graph that is being made or changed, with their distances, which blocks do not
 * keep. Each node's are guarded by one of many locks; no two are ever held at a time. Whatever is
 * done here is done in the node's block too, so that it can be searched meanwhile.
 */
final class FusedLinks {
  private static final int DEGREE = FusedLayout.DEGREE;

  /** From so many links on, one more is compared with them: they will soon be all. */
  private static final int NEARLY_FULL = 24;

  private static final int LOCKS = 1 << 10;

  private final FusedGraph graph;

  /** All nodes' rotated points. */
  private final MemorySegment rotated;

  private final long rotatedAt;
  private final long rotatedBytes;

  /** {@link NodeKey}s of each node's neighbours, by slot, from {@code DEGREE * node} on. */
  private final long[] keys;

  private final byte[] degrees;

  /** Of nodes, whether it is known that none of their links occludes another. */
  private final boolean[] diverse;

  /** Whether blocks are written at the end alone. */
  private boolean deferred;

  private final ReentrantLock[] locks = new ReentrantLock[LOCKS];

  FusedLinks(FusedGraph graph, MemorySegment rotated) {
    this.graph = graph;
    this.rotated = rotated;
    rotatedAt = AbsoluteMemory.start(rotated, 0, rotated.byteSize());
    rotatedBytes = 4L * graph.codes().codeBits();
    keys = new long[DEGREE * graph.nodes()];
    degrees = new byte[graph.nodes()];
    diverse = new boolean[graph.nodes()];
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** Nodes whose links an array holds. */
  static int nodesMax() {
    return Integer.MAX_VALUE / (2 * DEGREE);
  }

  /** Bytes beyond the graph. */
  long memoryBytes() {
    return rotated.byteSize() + 8L * keys.length + 2L * degrees.length;
  }

  MemorySegment rotated() {
    return rotated;
  }

  /** Where a node's rotated point is, as kernels count. */
  long rotated(int node) {
    return rotatedAt + node * rotatedBytes;
  }

  ReentrantLock lock(int node) {
    return locks[node & (LOCKS - 1)];
  }

  int degree(int node) {
    return degrees[node];
  }

  long key(int node, int slot) {
    return keys[DEGREE * node + slot];
  }

  boolean contains(int node, int neighbor) {
    return slot(node, neighbor) >= 0;
  }

  /** Where a node has its link with another one; -1 if nowhere. */
  int slot(int node, int neighbor) {
    for (int slot = 0; slot < degrees[node]; slot++) {
      if (NodeKey.node(key(node, slot)) == neighbor) {
        return slot;
      }
    }
    return -1;
  }

  /** Adds a link behind the others; the node's lock is held. */
  void append(int node, long key) {
    int slot = degrees[node];
    keys[DEGREE * node + slot] = key;
    if (!deferred) {
      writeSlot(node, slot);
    }
    degrees[node]++;
    diverse[node] = false;
  }

  /** Says that a selection has chosen all of a node's links. */
  void setDiverse(int node) {
    diverse[node] = true;
  }

  /** Removes a link and moves the last one there; the node's lock is held. */
  void remove(int node, int slot) {
    int last = --degrees[node];
    if (slot != last) {
      keys[DEGREE * node + slot] = keys[DEGREE * node + last];
      if (!deferred) {
        graph.copy(node, last, slot);
      }
    }
    if (!deferred) {
      graph.clear(node, last);
    }
  }

  /**
   * Lets blocks be as they are from now on, until {@link #writeBlock} brings each up to date: no
   * search may use them meanwhile.
   */
  void deferBlocks() {
    deferred = true;
  }

  /** Writes a node's links into its block. */
  void writeBlock(int node) {
    for (int slot = 0; slot < DEGREE; slot++) {
      if (slot < degrees[node]) {
        writeSlot(node, slot);
      } else {
        graph.clear(node, slot);
      }
    }
  }

  /** Takes over the links that are in a node's block; nobody else uses the node. */
  void restore(int node, FloatPoints points) {
    int degree = 0;
    int neighbor;
    // An empty slot has the node's own number, and only such slots follow it.
    while (degree < DEGREE && (neighbor = graph.link(node, degree)) != node) {
      keys[DEGREE * node + degree++] = NodeKey.of(points.between(node, neighbor), neighbor);
    }
    degrees[node] = (byte) degree;
  }

  /** Removes all links; the node's lock is held. */
  void clear(int node) {
    while (degrees[node] > 0) {
      int slot = --degrees[node];
      if (!deferred) {
        graph.clear(node, slot);
      }
    }
  }

  /**
   * Adds a link to a node unless it is there; where the node is full, the selection decides which
   * of all stay.
   *
   * @param scratch of 33 keys
   */
  void connect(int node, long key, RobustPruning selection, long[] scratch) {
    ReentrantLock lock = lock(node);
    lock.lock();
    try {
      int degree = degrees[node];
      if (contains(node, NodeKey.node(key))) {
        return;
      }
      if (degree < DEGREE) {
        boolean stays =
            diverse[node]
                && degree >= NEARLY_FULL
                && selection.occluded(key, keys, DEGREE * node, degree) == 0;
        append(node, key);
        diverse[node] = stays;
        return;
      }
      if (diverse[node]) {
        connectDiverse(node, key, selection);
        return;
      }
      System.arraycopy(keys, DEGREE * node, scratch, 0, degree);
      scratch[degree] = key;
      Arrays.sort(scratch, 0, degree + 1);
      selection.select(scratch, degree + 1);
      for (int slot = degree - 1; slot >= 0; slot--) {
        if (!selection.isChosen(key(node, slot))) {
          remove(node, slot);
        }
      }
      if (selection.isChosen(key)) {
        append(node, key);
      }
      diverse[node] = true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a link to a full node none of whose links occludes another. The selection among all would
   * choose the same, by comparing each with each.
   */
  private void connectDiverse(int node, long key, RobustPruning selection) {
    int from = DEGREE * node;
    int occluded = selection.occluded(key, keys, from, DEGREE);
    if (occluded < 0) {
      return;
    }
    if (occluded == 0) {
      int farthest = 0;
      for (int slot = 1; slot < DEGREE; slot++) {
        farthest = keys[from + slot] > keys[from + farthest] ? slot : farthest;
      }
      if (keys[from + farthest] < key) {
        return;
      }
      remove(node, farthest);
    }
    for (int slot = DEGREE - 1; occluded > 0 && slot >= 0; slot--) {
      if (selection.isOccluded(slot)) {
        remove(node, slot);
      }
    }
    append(node, key);
    diverse[node] = true;
  }

  private void writeSlot(int node, int slot) {
    int neighbor = NodeKey.node(key(node, slot));
    // The code of the new one with the number of the old one would be taken for the latter's; an
    // empty slot passes no limit.
    graph.setLink(node, slot, neighbor);
    graph
        .codes()
        .encode(rotated, rotated(neighbor), rotated(node), graph.blocks(), graph.codes(node), slot);
  }
}
