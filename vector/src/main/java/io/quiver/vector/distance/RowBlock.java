package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;

/**
 * Rows of packed little-endian 32-bit floats in native memory; row i begins at {@code offset + i *
 * stride}.
 *
 * @param offset in bytes
 * @param stride bytes from one row to the next, at least {@code 4 * dimension}
 */
public record RowBlock(MemorySegment memory, long offset, long stride, int dimension) {
  public RowBlock {
    // One kind of memory keeps the kernels' loops monomorphic: 2 to 4 times faster.
    if (!memory.isNative()) {
      throw new IllegalArgumentException("kernels read native memory alone");
    }
  }

  /** Rows without padding, from the segment's start. */
  public static RowBlock packed(MemorySegment memory, int dimension) {
    return new RowBlock(memory, 0, (long) dimension * Float.BYTES, dimension);
  }

  /** Where a row begins, in bytes from the segment's start. */
  public long position(int row) {
    return offset + row * stride;
  }
}
