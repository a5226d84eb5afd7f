package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the rows are that a kernel takes.
 *
 * @param memory that they lie in
 * @param base where row 0 begins
 * @param numbers of the rows; null for the first ones
 * @param present rows that there are
 */
record KernelRows(
    MemorySegment memory,
    long base,
    long stride,
    int @Nullable [] numbers,
    int count,
    int present) {
  /** The one row that begins there. */
  static KernelRows one(MemorySegment memory, long at) {
    return new KernelRows(memory, at, 0, null, 1, 1);
  }

  /** Where the row of place i begins. */
  long at(int i) {
    int row = numbers == null ? i : Objects.checkIndex(numbers[i], present);
    return base + row * stride;
  }
}
