package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;

/**
 * Rows of packed elements in native memory; row i begins at {@code offset + i * stride}.
 *
 * @param offset in bytes
 * @param stride bytes from one row to the next: at least those of a row, or 0 to repeat one
 */
public record RowBlock(
    MemorySegment memory, long offset, long stride, int dimension, Encoding encoding) {
  public RowBlock {
    // One kind of memory keeps the kernels' loops monomorphic: 2 to 4 times faster.
    if (!memory.isNative()) {
      throw new IllegalArgumentException("kernels read native memory alone");
    }
    if (offset < 0 || dimension < 1 || (stride != 0 && stride < encoding.bytes(dimension))) {
      throw new IllegalArgumentException(
          "rows of " + dimension + " " + encoding + " every " + stride + " bytes, from " + offset);
    }
  }

  /** Rows of 32-bit floats. */
  public RowBlock(MemorySegment memory, long offset, long stride, int dimension) {
    this(memory, offset, stride, dimension, Encoding.FLOAT32);
  }

  /** Rows of 32-bit floats without padding, from the segment's start. */
  public static RowBlock packed(MemorySegment memory, int dimension) {
    return packed(memory, dimension, Encoding.FLOAT32);
  }

  /** Rows without padding, from the segment's start. */
  public static RowBlock packed(MemorySegment memory, int dimension, Encoding encoding) {
    return new RowBlock(memory, 0, encoding.bytes(dimension), dimension, encoding);
  }

  /** Bytes of one row. */
  int rowBytes() {
    return encoding.bytes(dimension);
  }

  /** How many whole rows the memory holds from the offset on. */
  public int rowCount() {
    long bytes = memory.byteSize() - offset - rowBytes();
    if (bytes < 0) {
      return 0;
    }
    return stride == 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, bytes / stride + 1);
  }

  /** Where a row begins, in bytes from the segment's start. */
  public long position(int row) {
    return offset + row * stride;
  }
}
