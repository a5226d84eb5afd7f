package io.quiver.vector.index.fused;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.BitCodeDistances;
import io.quiver.vector.quantize.BitQuantizer;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A code of one bit a dimension of every row, centred on one point: for searches under a filter
 * that leaves too few rows to meet in the graph, and too many to compute all distances. A row's
 * code is read about thirty times as fast as the row.
 *
 * <p>They are there twice: 32 rows to a {@link Rabitq} block, which are estimated together, whoever
 * passes; and row by row, as {@link BitQuantizer} has vectors less the centre, for a filter that
 * lets few through.
 *
 * <p>They take two bits a dimension and 16 bytes a row. An index makes them when the first such
 * search comes, and does not write them.
 */
final class CodeRows {
  private static final int CANCEL_INTERVAL = 1024;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Rabitq codes;
  private final MemorySegment blocks;
  private final long start;

  /** The centre's rotated point. */
  private final MemorySegment centre;

  /** The same, not rotated. */
  private final MemorySegment centrePoint;

  /** Says how each row's own code is read: centred on zero, for vectors less the centre. */
  private final BitQuantizer quantizer;

  private final MemorySegment singles;

  private CodeRows(
      BitQuantizer quantizer,
      MemorySegment blocks,
      MemorySegment singles,
      MemorySegment centre,
      MemorySegment centrePoint) {
    this.codes = new Rabitq(quantizer.rotation().codeBits());
    this.blocks = blocks;
    this.start = AbsoluteMemory.start(blocks, 0, blocks.byteSize());
    this.centre = centre;
    this.centrePoint = centrePoint;
    this.quantizer = quantizer;
    this.singles = singles;
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
    MemorySegment centrePoint = NativeMemory.allocate(4L * space.dimension());
    space.point(centre, centrePoint, 0);
    rotation.rotate(centrePoint, 0, points, bytes);
    long at = AbsoluteMemory.start(points, 0, 2 * bytes);
    BitQuantizer quantizer = new BitQuantizer(rotation, Metric.L2, NativeMemory.allocate(bytes));
    MemorySegment singles = NativeMemory.allocate(quantizer.bytes(count));
    for (int row = 0; row < blockCount * Rabitq.SLOTS; row++) {
      long block = start + (long) codes.blockBytes() * (row / Rabitq.SLOTS);
      int slot = row % Rabitq.SLOTS;
      if (row < count) {
        space.point(row, point, 0);
        rotation.rotate(point, 0, points, 0);
        codes.encode(points, at, at + bytes, blocks, block, slot);
        float squared = FusedKernels.l2Squared(points, at, points, at + bytes, rotation.codeBits());
        codes.copyRow(blocks, block, slot, squared, singles, (long) quantizer.rowBytes() * row);
      } else {
        codes.clear(blocks, block, slot);
      }
      if (row % CANCEL_INTERVAL == 0 && cancelled.getAsBoolean()) {
        throw new CancellationException("the search was cancelled");
      }
    }
    return new CodeRows(quantizer, blocks, singles, points.asSlice(bytes), centrePoint);
  }

  long memoryBytes() {
    return blocks.byteSize() + singles.byteSize() + centre.byteSize();
  }

  /** Writes a point less the centre, neither of them rotated. */
  void lessCentre(MemorySegment point, MemorySegment into) {
    for (int i = 0; i < quantizer.rotation().dimension(); i++) {
      into.set(FLOAT, 4L * i, point.get(FLOAT, 4L * i) - centrePoint.get(FLOAT, 4L * i));
    }
  }

  /** One thread's way to read rows' codes one by one, for points {@link #lessCentre}. */
  BitCodeDistances single() {
    return new BitCodeDistances(quantizer, Encoding.FLOAT32, singles);
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
