package io.quiver.vector.quantize;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Finds the nearest of some centroids for many points at a time. It is immutable; each thread
 * brings a {@link Scratch}.
 */
public final class NearestCentroid {
  /** Points that a call takes at most: so many stay in the cache beside a block of centroids. */
  public static final int POINTS_MAX = 48;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int LANES = CentroidKernels.LANES;

  /** A register of scores and one of numbers. */
  private static final long BEST_BYTES = 8L * LANES;

  private static final long SCORE_BYTES = 4L * CentroidKernels.BLOCK;

  private final int dimension;
  private final int blocks;
  private final MemorySegment transposed;

  /** What a thread needs to search. */
  public static final class Scratch {
    private final MemorySegment scores =
        NativeMemory.allocate(SCORE_BYTES * CentroidKernels.POINTS);
    private final MemorySegment best = NativeMemory.allocate(BEST_BYTES * POINTS_MAX);
    private final float[] distances = new float[POINTS_MAX];

    /** How far point i of the last search is from its centroid. */
    public float distance(int i) {
      return distances[i];
    }
  }

  /**
   * Copies the centroids.
   *
   * @param centroids of 32-bit floats
   */
  public NearestCentroid(RowBlock centroids, int count) {
    dimension = centroids.dimension();
    blocks = Math.ceilDiv(count, CentroidKernels.BLOCK);
    transposed = NativeMemory.allocate(blocks * blockBytes());
    for (int i = 0; i < blocks * CentroidKernels.BLOCK; i++) {
      long block = i / CentroidKernels.BLOCK * blockBytes();
      long lane = 4L * (i % CentroidKernels.BLOCK);
      if (i >= count) {
        transposed.set(FLOAT, block + lane, Float.NEGATIVE_INFINITY);
        continue;
      }
      double squared = 0;
      for (int d = 0; d < dimension; d++) {
        float x = centroids.memory().get(FLOAT, centroids.position(i) + 4L * d);
        squared += (double) x * x;
        transposed.set(FLOAT, block + SCORE_BYTES * (d + 1) + lane, x);
      }
      transposed.set(FLOAT, block + lane, (float) (-squared / 2));
    }
  }

  /** Bytes that a copy of so many centroids takes. */
  public static long bytes(int count, int dimension) {
    return Math.ceilDiv(count, CentroidKernels.BLOCK) * SCORE_BYTES * (dimension + 1);
  }

  private long blockBytes() {
    return SCORE_BYTES * (dimension + 1);
  }

  /**
   * Finds each point's centroid; of equally near ones the first of its lane.
   *
   * @param points of 32-bit floats, with memory for a multiple of three points
   * @param from the first point
   * @param count at most {@link #POINTS_MAX}
   * @param into where {@code into[i]} becomes the number of point from + i's centroid
   */
  public void find(RowBlock points, int from, int count, Scratch scratch, int[] into) {
    int tiles = Math.ceilDiv(count, CentroidKernels.POINTS);
    long stride = points.stride();
    long start =
        AbsoluteMemory.start(
            points.memory(), points.position(from), (long) tiles * CentroidKernels.POINTS * stride);
    long centroids = AbsoluteMemory.start(transposed, 0, transposed.byteSize());
    long scores = AbsoluteMemory.start(scratch.scores, 0, scratch.scores.byteSize());
    long best = AbsoluteMemory.start(scratch.best, 0, scratch.best.byteSize());
    for (int i = 0; i < POINTS_MAX; i++) {
      for (int lane = 0; lane < LANES; lane++) {
        long at = BEST_BYTES * i + 4L * lane;
        scratch.best.set(FLOAT, at, Float.NEGATIVE_INFINITY);
        // Where numbers are so large that no score is one, the first centroid has the point.
        scratch.best.set(INT, at + 4L * LANES, 0);
      }
    }
    for (int block = 0; block < blocks; block++) {
      for (int tile = 0; tile < tiles; tile++) {
        int point = CentroidKernels.POINTS * tile;
        CentroidKernels.score(
            points.memory(),
            start + point * stride,
            stride,
            transposed,
            centroids + block * blockBytes(),
            dimension,
            scratch.scores,
            scores);
        for (int i = 0; i < CentroidKernels.POINTS; i++) {
          CentroidKernels.best(
              scratch.scores,
              scores + SCORE_BYTES * i,
              scratch.best,
              best + BEST_BYTES * (point + i),
              CentroidKernels.BLOCK * block);
        }
      }
    }
    AbsoluteMemory.keepAlive(points.memory(), transposed);
    for (int i = 0; i < count; i++) {
      into[i] = bestLane(scratch, i);
      double half = scratch.best.get(FLOAT, BEST_BYTES * i);
      double squared = squaredLength(points, from + i) - 2 * half;
      scratch.distances[i] = (float) Math.sqrt(Math.max(0, squared));
    }
  }

  private static double squaredLength(RowBlock points, int point) {
    double squared = 0;
    for (int d = 0; d < points.dimension(); d++) {
      double x = points.memory().get(FLOAT, points.position(point) + 4L * d);
      squared += x * x;
    }
    return squared;
  }

  /** The best of a point's lanes, whose score goes into the first of them. */
  private static int bestLane(Scratch scratch, int point) {
    long at = BEST_BYTES * point;
    float highest = Float.NEGATIVE_INFINITY;
    int number = 0;
    for (int lane = 0; lane < LANES; lane++) {
      float score = scratch.best.get(FLOAT, at + 4L * lane);
      int candidate = scratch.best.get(INT, at + 4L * (LANES + lane));
      if (score > highest || (score == highest && candidate < number)) {
        highest = score;
        number = candidate;
      }
    }
    scratch.best.set(FLOAT, at, highest);
    return number;
  }
}
