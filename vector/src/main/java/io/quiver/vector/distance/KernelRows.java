package io.quiver.vector.distance;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the rows are that a kernel takes. */
final class KernelRows {
  private final MemorySegment memory;
  private final long base;
  private final long stride;
  private final int @Nullable [] numbers;
  private final int count;
  private final int present;

  /**
   * Checks nothing yet.
   *
   * @param base where row 0 begins, as kernels address the memory
   * @param numbers of the rows; null for the first ones
   * @param present rows that there are
   */
  KernelRows(
      MemorySegment memory,
      long base,
      long stride,
      int @Nullable [] numbers,
      int count,
      int present) {
    this.memory = memory;
    this.base = base;
    this.stride = stride;
    this.numbers = numbers;
    this.count = count;
    this.present = present;
  }

  /** The one row that begins there. */
  static KernelRows one(MemorySegment memory, long at) {
    return new KernelRows(memory, at, 0, null, 1, 1);
  }

  MemorySegment memory() {
    return memory;
  }

  int count() {
    return count;
  }

  /** Where the row of place i begins. */
  long at(int i) {
    int row = numbers == null ? i : Objects.checkIndex(numbers[i], present);
    return AbsoluteMemory.known(base + row * stride);
  }
}
