package io.quiver.vector.distance;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

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

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Each way through the loops is taken now, lest compiled code meets one that it left out. */
  private static final int[] DIMENSIONS = {3, 20, 64, 83, 384};

  /** Of bits, of which a register holds hundreds. */
  private static final int[] BITS = {3, 70, 512, 700, 3100};

  private static final int ROWS = 32;
  private static final int WINS_WANTED = 3;

  private final DistanceKernels kernels;
  private final Encoding encoding;
  private final ScalarKernels rival = new ScalarKernels();
  private final int[] all = new int[ROWS];
  private final double[] out = new double[ROWS];

  KernelWarmUp(DistanceKernels kernels, Encoding encoding) {
    this.kernels = kernels;
    this.encoding = encoding;
    for (int i = 0; i < ROWS; i++) {
      all[i] = i;
    }
  }

  /** Returns whether every metric has become faster than plain Java within the limit. */
  boolean run(Duration limit) {
    long start = System.nanoTime();
    for (Metric metric : Metric.values()) {
      int wins = encoding.has(metric) ? 0 : WINS_WANTED;
      while (wins < WINS_WANTED) {
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
    long fast = 0;
    long slow = 0;
    for (int dimension : encoding == Encoding.BINARY ? BITS : DIMENSIONS) {
      MemorySegment query = Arena.ofAuto().allocate(encoding.bytes(dimension), 64);
      MemorySegment rows = rows(query, dimension);
      RowBlock block = RowBlock.packed(rows, dimension, encoding);
      long start = System.nanoTime();
      kernels.distances(metric, query, block, ROWS, out);
      fast += System.nanoTime() - start;
      kernels.distances(metric, query, block, all, ROWS, out);
      if (encoding == Encoding.FLOAT32) {
        pair(metric, query, rows, dimension);
      }
      start = System.nanoTime();
      rival.distances(metric, query, block, ROWS, out);
      slow += System.nanoTime() - start;
    }
    return fast < slow;
  }

  private void pair(Metric metric, MemorySegment a, MemorySegment b, int dimension) {
    out[0] =
        switch (metric) {
          case L2, L2_SQUARED -> kernels.l2Squared(a, b, dimension);
          case COSINE -> kernels.cosine(a, b, dimension);
          case NEGATIVE_INNER_PRODUCT -> kernels.innerProduct(a, b, dimension);
          case L1 -> kernels.l1(a, b, dimension);
          case HAMMING, JACCARD -> throw new IllegalStateException(metric + " over floats");
        };
  }

  /** Random rows, with one of zeros, one that overflows, and the query itself among them. */
  private MemorySegment rows(MemorySegment query, int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    int bytes = encoding.bytes(dimension);
    MemorySegment rows = Arena.ofAuto().allocate((long) ROWS * bytes, 64);
    for (int i = 0; i < ROWS; i++) {
      float scale = i == 0 ? 0 : i == 1 ? 1e30f : 1;
      for (int k = 0; k < dimension; k++) {
        set(rows, (long) i * bytes, k, scale * (random.nextFloat() - 0.5f));
      }
    }
    MemorySegment.copy(rows, (long) bytes * (ROWS - 1), query, 0, bytes);
    return rows;
  }

  private void set(MemorySegment rows, long row, int element, float value) {
    switch (encoding) {
      case FLOAT32 -> rows.set(FLOAT, row + 4L * element, value);
      case FLOAT16 -> {
        float small = Math.clamp(value, -60_000, 60_000);
        rows.set(SHORT, row + 2L * element, Float.floatToFloat16(small));
      }
      case BFLOAT16 ->
          rows.set(SHORT, row + 2L * element, (short) (Float.floatToIntBits(value) >> 16));
      case INT8 -> rows.set(JAVA_BYTE, row + element, (byte) Math.clamp(value * 255, -128, 127));
      case BINARY -> {
        int mask = value > 0 ? 0x80 >> (element & 7) : 0;
        long at = row + (element >> 3);
        rows.set(JAVA_BYTE, at, (byte) (rows.get(JAVA_BYTE, at) | mask));
      }
    }
  }
}
