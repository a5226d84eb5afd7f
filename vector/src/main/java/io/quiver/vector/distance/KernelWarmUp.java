package io.quiver.vector.distance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Runs kernels until the JVM has compiled them. Vector code that is not compiled is some hundred
 * times slower than plain Java, so a search that comes first would wait for half a second.
 */
final class KernelWarmUp {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Each way through the loops is taken now, lest compiled code meets one that it left out. */
  private static final int[] DIMENSIONS = {3, 20, 64, 83, 384};

  private static final int ROWS = 32;
  private static final int WINS_WANTED = 3;

  private final DistanceKernels kernels;
  private final ScalarKernels rival = new ScalarKernels();
  private final int[] all = new int[ROWS];
  private final double[] out = new double[ROWS];

  KernelWarmUp(DistanceKernels kernels) {
    this.kernels = kernels;
    for (int i = 0; i < ROWS; i++) {
      all[i] = i;
    }
  }

  /** Returns whether every metric has become faster than plain Java within the limit. */
  boolean run(Duration limit) {
    long start = System.nanoTime();
    for (Metric metric : Metric.values()) {
      for (int wins = 0; wins < WINS_WANTED; ) {
        if (System.nanoTime() - start > limit.toNanos()) {
          return false;
        }
        wins = round(metric) ? wins + 1 : 0;
      }
    }
    return true;
  }

  /** Computes the metric in every shape; returns whether the kernels were the faster ones. */
  private boolean round(Metric metric) {
    boolean faster = true;
    for (int dimension : DIMENSIONS) {
      MemorySegment query = Arena.ofAuto().allocate(4L * dimension, 64);
      MemorySegment rows = rows(query, dimension);
      RowBlock block = RowBlock.packed(rows, dimension);
      long start = System.nanoTime();
      kernels.distances(metric, query, block, ROWS, out);
      long spent = System.nanoTime() - start;
      kernels.distances(metric, query, block, all, ROWS, out);
      pair(metric, query, rows, dimension);
      start = System.nanoTime();
      rival.distances(metric, query, block, ROWS, out);
      // Of short vectors the work is too small to be compared.
      faster &= dimension < 64 || spent < System.nanoTime() - start;
    }
    return faster;
  }

  private void pair(Metric metric, MemorySegment a, MemorySegment b, int dimension) {
    out[0] =
        switch (metric) {
          case L2 -> kernels.l2Squared(a, b, dimension);
          case COSINE -> kernels.cosine(a, b, dimension);
          case NEGATIVE_INNER_PRODUCT -> kernels.innerProduct(a, b, dimension);
          case L1 -> kernels.l1(a, b, dimension);
        };
  }

  /** Random rows, with one of zeros, one that overflows, and the query itself among them. */
  private static MemorySegment rows(MemorySegment query, int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    float[] row = new float[dimension];
    MemorySegment rows = Arena.ofAuto().allocate(4L * ROWS * dimension, 64);
    for (int i = 0; i < ROWS; i++) {
      float scale = i == 0 ? 0 : i == 1 ? 1e30f : 1;
      for (int k = 0; k < dimension; k++) {
        row[k] = scale * (random.nextFloat() - 0.5f);
      }
      MemorySegment.copy(row, 0, rows, FLOAT, 4L * i * dimension, dimension);
    }
    MemorySegment.copy(row, 0, query, FLOAT, 0, dimension);
    return rows;
  }
}
