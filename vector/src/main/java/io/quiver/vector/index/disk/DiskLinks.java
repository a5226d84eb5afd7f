package io.quiver.vector.index.disk;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The graph: each node's links, packed.
 *
 * <pre>
 *   section   bytes
 *   links     degree numbers a node, of 3 bytes each where there are fewer than 2^24 - 1 nodes, of 4
 *             otherwise, little-endian; all bits set end a list that is not full
 *   entries   4 bytes each: nodes from which the nearest begins a search
 * </pre>
 */
final class DiskLinks {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int NARROW = 3;
  private static final int NARROW_END = (1 << 24) - 1;

  private final MemorySegment memory;
  private final int nodes;
  private final int degree;
  private final int bytes;
  private final int[] entries;

  private DiskLinks(MemorySegment memory, int nodes, int degree, int[] entries) {
    this.memory = memory;
    this.nodes = nodes;
    this.degree = degree;
    this.bytes = bytes(nodes);
    this.entries = entries;
  }

  private static int bytes(int nodes) {
    return nodes < NARROW_END ? NARROW : 4;
  }

  /** Without any link yet. */
  static DiskLinks empty(int nodes, int degree, int[] entries) {
    // One byte more: a number of three bytes is read as one of four.
    MemorySegment memory = NativeMemory.allocate((long) nodes * degree * bytes(nodes) + 1);
    return new DiskLinks(memory, nodes, degree, entries);
  }

  static DiskLinks read(IndexForm form, int nodes, int degree) {
    long size = (long) nodes * degree * bytes(nodes);
    MemorySegment entries = form.section("entries");
    int[] numbers = new int[(int) (entries.byteSize() / 4)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = entries.get(INT, 4L * i);
      if (numbers[i] < 0 || numbers[i] >= nodes) {
        throw new DamagedIndexException("entry " + numbers[i] + " of " + nodes + " nodes");
      }
    }
    DiskLinks links = empty(nodes, degree, numbers);
    links.memory.asSlice(0, size).copyFrom(form.section("links", size));
    links.check();
    return links;
  }

  private void check() {
    int[] list = new int[degree];
    for (int node = 0; node < nodes; node++) {
      int count = links(node, list);
      for (int i = 0; i < count; i++) {
        if (list[i] < 0 || list[i] >= nodes) {
          throw new DamagedIndexException("node " + node + " has a link to " + list[i]);
        }
      }
    }
  }

  List<IndexForm.Section> sections() {
    MemorySegment numbers = NativeMemory.allocate(4L * entries.length);
    for (int i = 0; i < entries.length; i++) {
      numbers.set(INT, 4L * i, entries[i]);
    }
    return List.of(
        new IndexForm.Section("links", memory.asSlice(0, (long) nodes * degree * bytes)),
        new IndexForm.Section("entries", numbers.asSlice(0, 4L * entries.length)));
  }

  /** Sets a node's links. */
  void set(int node, int[] links, int count) {
    for (int i = 0; i < degree; i++) {
      int link = i < count ? links[i] : -1;
      long at = ((long) node * degree + i) * bytes;
      for (int b = 0; b < bytes; b++) {
        memory.set(ValueLayout.JAVA_BYTE, at + b, (byte) (link >>> (8 * b)));
      }
    }
  }

  /** A node's links; returns how many. */
  int links(int node, int[] into) {
    int mask = bytes == NARROW ? NARROW_END : -1;
    int count = 0;
    long at = (long) node * degree * bytes;
    for (int i = 0; i < degree; i++, at += bytes) {
      int link = memory.get(INT, at) & mask;
      if (link == mask) {
        break;
      }
      into[count++] = link;
    }
    return count;
  }

  int degree() {
    return degree;
  }

  int[] entries() {
    return entries;
  }

  long memoryBytes() {
    return memory.byteSize() + 4L * entries.length;
  }
}
