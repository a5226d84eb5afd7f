package io.quiver.vector.index.fused;

import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A code of one bit a dimension of every row, 32 rows to a {@link Rabitq} block, centred on one
 * point: for searches under a filter that leaves too few rows to meet in the graph, and too many to
 * compute all distances. A row's code is read about thirty times as fast as the row.
 *
 * <p>They take a bit a dimension and 8 bytes a row. An index makes them when the first such search
 * comes, and does not write them.
 */
final class CodeRows {
  private static final int CANCEL_INTERVAL = 1024;

  private final Rabitq codes;
  private final MemorySegment blocks;
  private final long start;

  /** The centre's rotated point. */
  private final MemorySegment centre;

  private CodeRows(Rabitq codes, MemorySegment blocks, MemorySegment centre) {
    this.codes = codes;
    this.blocks = blocks;
    this.start = AbsoluteMemory.start(blocks, 0, blocks.byteSize());
    this.centre = centre;
  }

  /**
   * Encodes all rows.
   *
   * @param centre one of them, in the middle
   */
  static CodeRows of(
      EuclideanRows space, Rotation rotation, int centre, BooleanSupplier cancelled) {
    Rabitq codes = new Rabitq(rotation.codeBits());
    int count = space.rows().count();
    int blockCount = Math.ceilDiv(count, Rabitq.SLOTS);
    MemorySegment blocks = NativeMemory.allocate((long) codes.blockBytes() * blockCount);
    long start = AbsoluteMemory.start(blocks, 0, (long) codes.blockBytes() * blockCount);
    long bytes = 4L * rotation.codeBits();
    MemorySegment points = NativeMemory.allocate(2 * bytes);
    MemorySegment point = NativeMemory.allocate(4L * space.dimension());
    space.point(centre, point, 0);
    rotation.rotate(point, 0, points, bytes);
    long at = AbsoluteMemory.start(points, 0, 2 * bytes);
    for (int row = 0; row < blockCount * Rabitq.SLOTS; row++) {
      long block = start + (long) codes.blockBytes() * (row / Rabitq.SLOTS);
      int slot = row % Rabitq.SLOTS;
      if (row < count) {
        space.point(row, point, 0);
        rotation.rotate(point, 0, points, 0);
        codes.encode(points, at, at + bytes, blocks, block, slot);
      } else {
        codes.clear(blocks, block, slot);
      }
      if (row % CANCEL_INTERVAL == 0 && cancelled.getAsBoolean()) {
        throw new CancellationException("the search was cancelled");
      }
    }
    return new CodeRows(codes, blocks, points.asSlice(bytes));
  }

  long memoryBytes() {
    return blocks.byteSize() + centre.byteSize();
  }

  Rabitq codes() {
    return codes;
  }

  MemorySegment blocks() {
    return blocks;
  }

  /** Where the block with rows 32 * i and the following is, as kernels count. */
  long block(int i) {
    return start + (long) codes.blockBytes() * i;
  }

  MemorySegment centre() {
    return centre;
  }

  long centreAt() {
    return AbsoluteMemory.start(centre, 0, 4L * codes.codeBits());
  }
}
