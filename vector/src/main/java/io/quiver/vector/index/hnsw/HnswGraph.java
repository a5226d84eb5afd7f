package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.graph.VisitedNodes;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;

/**
 * Levels and links. A node is a row's number; it stands on the levels from 0 to its own, and has a
 * list of links on each: at most 2m on level 0, m above. A list is 32-bit node numbers, ended by -1
 * unless it is full.
 *
 * <p>Readers take no locks. A list may change under a reader, who then sees some of the old and
 * some of the new links, each of which is a node: every number that was ever in a list has its row
 * and its own lists, written before it was linked, behind a fence. The reader needs none: it reads
 * the row and the lists at addresses that depend on the link, which no processor that Java runs on
 * does ahead of reading the link. Writers hold the lock of the list's node.
 */
final class HnswGraph {
  static final int NONE = -1;
  static final int LEVEL_MAX = 31;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int LOCKS = 1 << 10;

  private final int nodes;
  private final int m;
  private final MemorySegment base;
  private final MemorySegment upper;
  private final MemorySegment baseMemory;
  private final MemorySegment upperMemory;
  private final long baseStart;
  private final long upperStart;
  private final TallNodes tall;
  private final Object[] locks = new Object[LOCKS];

  /** The node where searches begin and, above it, its level; -1 while there is none. */
  private volatile long entry = -1;

  private HnswGraph(int nodes, int m, TallNodes tall, MemorySegment base, MemorySegment upper) {
    this.nodes = nodes;
    this.m = m;
    this.tall = tall;
    this.base = base;
    this.upper = upper;
    baseMemory = AbsoluteMemory.all(base);
    upperMemory = AbsoluteMemory.all(upper);
    baseStart = AbsoluteMemory.start(base, 0, baseBytes(nodes, m));
    upperStart = AbsoluteMemory.start(upper, 0, upperBytes(tall, m));
    for (int i = 0; i < LOCKS; i++) {
      locks[i] = new Object();
    }
  }

  /** A graph without links, with room for nodes of these levels. */
  static HnswGraph empty(int nodes, int m, IntUnaryOperator levels) {
    TallNodes tall = TallNodes.of(nodes, levels);
    MemorySegment base = NativeMemory.allocate(baseBytes(nodes, m));
    MemorySegment upper = NativeMemory.allocate(upperBytes(tall, m));
    base.fill((byte) NONE);
    upper.fill((byte) NONE);
    return new HnswGraph(nodes, m, tall, base, upper);
  }

  /** A graph as it was written. */
  static HnswGraph of(int m, TallNodes tall, MemorySegment base, MemorySegment upper, long entry) {
    HnswGraph graph = new HnswGraph(tall.nodes(), m, tall, base, upper);
    graph.entry = entry;
    return graph;
  }

  /**
   * A copy of a graph, with room for more nodes.
   *
   * @param levels of those
   */
  static HnswGraph copy(HnswGraph from, int nodes, IntUnaryOperator levels) {
    HnswGraph graph =
        empty(
            nodes, from.m, node -> node < from.nodes ? from.level(node) : levels.applyAsInt(node));
    // Lists are in the order of their nodes, so that those of the first stay where they were.
    MemorySegment.copy(from.base, 0, graph.base, 0, baseBytes(from.nodes, from.m));
    MemorySegment.copy(from.upper, 0, graph.upper, 0, upperBytes(from.tall, from.m));
    graph.entry = from.entry;
    return graph;
  }

  /** Bytes of the lists of level 0. */
  static long baseBytes(int nodes, int m) {
    return 8L * m * nodes;
  }

  /** Bytes of the lists above. */
  static long upperBytes(TallNodes tall, int m) {
    return 4L * m * tall.lists();
  }

  int nodes() {
    return nodes;
  }

  int m() {
    return m;
  }

  /** Links that a list has room for. */
  int linksMax(int level) {
    return level == 0 ? 2 * m : m;
  }

  int level(int node) {
    return tall.level(node);
  }

  TallNodes tall() {
    return tall;
  }

  MemorySegment base() {
    return base;
  }

  MemorySegment upper() {
    return upper;
  }

  /** The node where searches begin, in the lower half, and its level in the upper; or -1. */
  long entry() {
    return entry;
  }

  void enterAt(int node, int level) {
    entry = (long) level << 32 | node;
  }

  /** Enters at a node of the greatest level among these; nowhere when there are none. */
  void enterAtTallest(RowSet among) {
    long tallest = -1;
    for (int i = 0; i < (nodes + 63) >>> 6; i++) {
      for (long word = among.word(i); word != 0; word &= word - 1) {
        int node = 64 * i + Long.numberOfTrailingZeros(word);
        if (tallest < 0 || level(node) > entryLevel(tallest)) {
          tallest = (long) level(node) << 32 | node;
        }
      }
    }
    entry = tallest;
  }

  static int entryNode(long entry) {
    return (int) entry;
  }

  static int entryLevel(long entry) {
    return (int) (entry >> 32);
  }

  /** What a writer of this node's lists holds. */
  Object lock(int node) {
    return locks[node & (LOCKS - 1)];
  }

  private MemorySegment memory(int level) {
    return level == 0 ? baseMemory : upperMemory;
  }

  /** Where a node's list begins in the memory of its level. */
  private long list(int node, int level) {
    return level == 0
        ? baseStart + 8L * m * node
        : upperStart + 4L * m * (tall.firstList(node) + level - 1);
  }

  /**
   * Copies a node's links.
   *
   * @return how many there are
   */
  int links(int node, int level, int[] into) {
    MemorySegment memory = memory(level);
    long list = list(node, level);
    int max = linksMax(level);
    int count = 0;
    while (count < max) {
      int link = memory.get(INT, list + 4L * count);
      if (link < 0) {
        break;
      }
      into[count++] = link;
    }
    return count;
  }

  /** The link of this rank, or -1. */
  int link(int node, int level, int rank) {
    return memory(level).get(INT, list(node, level) + 4L * rank);
  }

  /**
   * Copies those of a node's links that have not been visited, and marks them as visited.
   *
   * @param into has room for one more than a list
   */
  int unvisitedLinks(int node, int level, VisitedNodes visited, int[] into) {
    MemorySegment memory = memory(level);
    long list = list(node, level);
    long end = list + 4L * linksMax(level);
    byte[] marks = visited.marks();
    byte mark = visited.mark();
    int count = 0;
    for (; list < end; list += 4) {
      int link = memory.get(INT, list);
      if (link < 0) {
        break;
      }
      // Without a branch, of which every other one would be guessed wrong.
      into[count] = link;
      count += marks[link] == mark ? 0 : 1;
      marks[link] = mark;
    }
    return count;
  }

  /** Writes a node's list, behind all that was written before. The caller holds its lock. */
  void setLinks(int node, int level, int[] links, int count) {
    MemorySegment memory = memory(level);
    long list = list(node, level);
    VarHandle.releaseFence();
    for (int i = 0; i < count; i++) {
      memory.set(INT, list + 4L * i, links[i]);
    }
    for (int i = count; i < linksMax(level); i++) {
      memory.set(INT, list + 4L * i, NONE);
    }
  }

  /** Writes the link of this rank. The caller holds the node's lock. */
  void setLink(int node, int level, int rank, int link) {
    VarHandle.releaseFence();
    memory(level).set(INT, list(node, level) + 4L * rank, link);
  }

  /** Bytes that it keeps. */
  long memoryBytes() {
    return baseBytes(nodes, m) + upperBytes(tall, m) + tall.memoryBytes();
  }

  /** Keeps the lists from being freed before this call. */
  void keepAlive() {
    AbsoluteMemory.keepAlive(base, upper);
  }
}
