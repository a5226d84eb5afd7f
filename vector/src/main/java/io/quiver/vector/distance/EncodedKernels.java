package io.quiver.vector.distance;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The loops over rows that are not 32-bit floats; each metric's kernel is a method of its own. */
final class EncodedKernels {
  private EncodedKernels() {}

  /**
   * As {@link DistanceKernels}, of the first rows or of those with the given numbers.
   *
   * @param query in the rows' encoding
   */
  static void distances(
      Metric metric,
      MemorySegment query,
      RowBlock rows,
      int @Nullable [] rowNumbers,
      int count,
      double[] out) {
    if (!rows.encoding().has(metric)) {
      throw SimdKernels.undefined(metric, rows);
    }
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), rows.rowBytes());
    int present = rows.rowCount();
    if (rowNumbers == null) {
      Objects.checkFromIndexSize(0, count, present);
    }
    long from = AbsoluteMemory.start(query, 0, rows.rowBytes());
    int dimension = rows.dimension();
    MemorySegment floats = query;
    double qq = 0;
    switch (rows.encoding()) {
      case FLOAT32 -> throw new IllegalStateException("floats have loops of their own");
      case FLOAT16, BFLOAT16 -> {
        floats = HalfKernels.decoded(query, dimension, rows.encoding());
        from = AbsoluteMemory.start(floats, 0, 4L * dimension);
        qq = HalfKernels.squaredLength(floats, dimension);
      }
      case INT8 -> qq = ByteKernels.dot(query, from, query, from, dimension);
      case BINARY -> {}
    }
    long stride = rows.stride();
    for (int i = 0; i < count; i++) {
      int row = rowNumbers == null ? i : Objects.checkIndex(rowNumbers[i], present);
      long at = base + row * stride;
      out[i] =
          switch (rows.encoding()) {
            case FLOAT32 -> Double.NaN;
            case FLOAT16 -> HalfKernels.float16(metric, floats, from, qq, memory, at, dimension);
            case BFLOAT16 -> HalfKernels.bfloat16(metric, floats, from, qq, memory, at, dimension);
            case INT8 -> ByteKernels.distance(metric, query, from, qq, memory, at, dimension);
            case BINARY -> BitKernels.distance(metric, query, from, memory, at, rows.rowBytes());
          };
    }
    AbsoluteMemory.keepAlive(query, memory);
    AbsoluteMemory.keepAlive(floats, floats);
  }
}
