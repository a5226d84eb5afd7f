package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.keepAlive;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Kernels over the JDK's Vector API. Each metric has one method for a row, with its accumulators as
 * locals and only addresses and numbers going in and out: a vector that crosses a call, a lambda or
 * a field is boxed at every step. The method is a compilation unit of its own, so that it stays
 * compiled whatever calls it.
 *
 * <p>Where native access is enabled, rows are read by absolute address ({@link AbsoluteMemory}),
 * which takes the checks of each access out of the loops and keeps heap, mapped and allocated
 * memory from spoiling each other's compiled code. Bounds and liveness are then checked once a
 * block, so memory that the query or the rows stand in must not be closed meanwhile. Without native
 * access the segments are read as they are.
 */
public final class SimdKernels implements DistanceKernels {
  SimdKernels() {}

  @Override
  public String description() {
    return "SIMD: " + VectorWidth.description();
  }

  @Override
  public double l2Squared(MemorySegment a, MemorySegment b, int dimension) {
    return pair(Metric.L2_SQUARED, a, b, dimension);
  }

  @Override
  public double innerProduct(MemorySegment a, MemorySegment b, int dimension) {
    return 0 - pair(Metric.NEGATIVE_INNER_PRODUCT, a, b, dimension);
  }

  @Override
  public double l1(MemorySegment a, MemorySegment b, int dimension) {
    return pair(Metric.L1, a, b, dimension);
  }

  @Override
  public double cosine(MemorySegment a, MemorySegment b, int dimension) {
    return pair(Metric.COSINE, a, b, dimension);
  }

  // By the kernels of a block, so that a pair has the distance that it has in a search.
  private double pair(Metric metric, MemorySegment a, MemorySegment b, int dimension) {
    double[] out = new double[1];
    distances(metric, a, RowBlock.packed(b, dimension), 1, out);
    return out[0];
  }

  @Override
  public void distances(
      Metric metric, MemorySegment query, RowBlock rows, int count, double[] out) {
    if (count > 0) {
      Objects.checkFromIndexSize(0, count, rows.rowCount());
      compute(metric, query, rows, null, count, out);
    }
  }

  @Override
  public void distances(
      Metric metric,
      MemorySegment query,
      RowBlock rows,
      int[] rowNumbers,
      int count,
      double[] out) {
    if (count > 0) {
      Objects.checkFromIndexSize(0, count, rowNumbers.length);
      compute(metric, query, rows, rowNumbers, count, out);
    }
  }

  private static void compute(
      Metric metric,
      MemorySegment query,
      RowBlock block,
      int @Nullable [] numbers,
      int count,
      double[] out) {
    Objects.checkFromIndexSize(0, count, out.length);
    if (!block.encoding().has(metric)) {
      throw new IllegalArgumentException(metric + " is not defined over " + block.encoding());
    }
    MemorySegment memory = block.memory();
    long base = AbsoluteMemory.start(memory, block.offset(), block.rowBytes());
    KernelRows rows =
        new KernelRows(memory, base, block.stride(), numbers, count, block.rowCount());
    long from = AbsoluteMemory.start(query, 0, block.rowBytes());
    int dimension = block.dimension();
    switch (block.encoding()) {
      case FLOAT32 -> floats(metric, query, from, rows, dimension, out);
      case FLOAT16, BFLOAT16 ->
          HalfKernels.distances(metric, query, block.encoding(), rows, dimension, out);
      case INT8 -> ByteKernels.distances(metric, query, from, rows, dimension, out);
      case BINARY -> BitKernels.distances(metric, query, from, rows, block.rowBytes(), out);
    }
    if (metric == Metric.L2) {
      for (int i = 0; i < count; i++) {
        out[i] = Math.sqrt(out[i]);
      }
    } else if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      for (int i = 0; i < count; i++) {
        out[i] = 0 - out[i];
      }
    }
    keepAlive(query, memory);
  }

  private static void floats(
      Metric metric, MemorySegment query, long from, KernelRows rows, int dimension, double[] out) {
    switch (metric) {
      case L2, L2_SQUARED -> FloatKernels.l2Squared(query, from, rows, dimension, out);
      case NEGATIVE_INNER_PRODUCT -> FloatKernels.innerProduct(query, from, rows, dimension, out);
      case L1 -> FloatKernels.l1(query, from, rows, dimension, out);
      case COSINE -> {
        FloatKernels.innerProduct(query, from, KernelRows.one(query, from), dimension, out);
        double qq = out[0];
        FloatKernels.cosine(query, from, qq, rows, dimension, out);
      }
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over floats");
    }
  }
}
