package io.quiver.vector.index.fused;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The blocks of all nodes, and where a search begins. Nodes are rows.
 *
 * <p>While a graph grows, its blocks change under the searches that read them, without a lock. A
 * link is an int that is written at once, so a search sees a number that is or was a neighbour's;
 * with it, for a moment, it may see another one's code, and expand one node more or less than it
 * would have. A node's block is written before the first link to it, behind a fence; who follows
 * the link reads at an address that depends on it, which no processor that Java runs on does ahead
 * of reading the link.
 */
final class FusedGraph {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FusedLayout layout;
  private final Rotation rotation;
  private final Rabitq codes;
  private final MemorySegment blocks;
  private final long start;
  private final long stride;
  private final long linksAt;
  private final int nodes;

  /** Where searches begin; -1 while there is no node. */
  private volatile int entry;

  /** A graph whose blocks are in the memory already. */
  FusedGraph(FusedLayout layout, Rotation rotation, MemorySegment blocks, int entry) {
    this.layout = layout;
    this.rotation = rotation;
    this.codes = new Rabitq(layout.codeBits());
    this.blocks = blocks;
    this.start = AbsoluteMemory.start(blocks, 0, blocks.byteSize());
    this.stride = layout.stride();
    this.linksAt = layout.links();
    this.nodes = (int) (blocks.byteSize() / stride);
    this.entry = entry;
  }

  /** A graph of nodes without links and points. */
  static FusedGraph empty(FusedLayout layout, Rotation rotation, int nodes) {
    MemorySegment blocks = NativeMemory.allocate(layout.stride() * nodes);
    return new FusedGraph(layout, rotation, blocks.asSlice(0, layout.stride() * nodes), -1);
  }

  /** The same graph with room for more nodes, whose blocks are not cleared. */
  FusedGraph withRoom(int newNodes) {
    if (newNodes == nodes) {
      return this;
    }
    FusedGraph graph = empty(layout, rotation, newNodes);
    MemorySegment.copy(blocks, 0, graph.blocks, 0, stride * nodes);
    graph.entry = entry;
    return graph;
  }

  FusedLayout layout() {
    return layout;
  }

  Rotation rotation() {
    return rotation;
  }

  Rabitq codes() {
    return codes;
  }

  MemorySegment blocks() {
    return blocks;
  }

  /** Nodes that it has room for. */
  int nodes() {
    return nodes;
  }

  int entry() {
    return entry;
  }

  void setEntry(int node) {
    entry = node;
  }

  /** Where a node's block begins, as kernels count. */
  long block(int node) {
    return start + node * stride;
  }

  /** Where its neighbours' codes begin. */
  long codes(int node) {
    return block(node) + layout.codes();
  }

  int link(int node, int slot) {
    return all(blocks).get(INT, block(node) + linksAt + 4L * slot);
  }

  /** Writes a link, behind all that was written before. */
  void setLink(int node, int slot, int neighbor) {
    VarHandle.releaseFence();
    all(blocks).set(INT, block(node) + linksAt + 4L * slot, neighbor);
  }

  /** Copies a slot of a node over another one of it. */
  void copy(int node, int from, int to) {
    setLink(node, to, link(node, from));
    codes.copy(blocks, codes(node), from, codes(node), to);
  }

  /** Empties a slot. */
  void clear(int node, int slot) {
    codes.clear(blocks, codes(node), slot);
    setLink(node, slot, node);
  }
}
