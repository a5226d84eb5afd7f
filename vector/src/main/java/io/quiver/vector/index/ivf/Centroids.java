package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The lists' centroids, moved so that their mean is the origin and rotated: there, codes of single
 * bits serve, and one rotation of the query serves all lists. It is immutable.
 */
final class Centroids {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Rotation rotation;
  private final MemorySegment mean;
  private final MemorySegment rotated;
  private final int count;
  private final float meanResidual;

  /** Codes of one bit for the centroids, which find those that are worth an exact distance. */
  private final Rabitq codes;

  private final MemorySegment blocks;

  private Centroids(
      Rotation rotation, MemorySegment mean, MemorySegment rotated, int count, float meanResidual) {
    this.rotation = rotation;
    this.mean = mean;
    this.rotated = rotated;
    this.count = count;
    this.meanResidual = meanResidual;
    codes = new Rabitq(rotation.codeBits());
    blocks = NativeMemory.allocate((long) blockCount() * codes.blockBytes());
  }

  /**
   * Centroids that are turned already.
   *
   * @param mean of {@link Rotation#dimension} floats
   * @param rotated {@code count} times {@link Rotation#codeBits} floats
   * @param meanResidual mean distance of rows from their centroid
   */
  static Centroids of(
      Rotation rotation, MemorySegment mean, MemorySegment rotated, int count, float meanResidual) {
    return new Centroids(rotation, mean, rotated, count, meanResidual).encoded();
  }

  private int blockCount() {
    return Math.ceilDiv(count, Rabitq.SLOTS);
  }

  /** Fills the codes, once the centroids are there. */
  private Centroids encoded() {
    long stride = stride();
    MemorySegment points = NativeMemory.allocate(2 * stride);
    long point = AbsoluteMemory.start(points, 0, 2 * stride);
    long block = AbsoluteMemory.start(blocks, 0, (long) blockCount() * codes.blockBytes());
    for (int i = 0; i < blockCount() * Rabitq.SLOTS; i++) {
      if (i < count) {
        MemorySegment.copy(rotated, i * stride, points, 0, stride);
        codes.encode(points, point, point + stride, blocks, block, i % Rabitq.SLOTS);
      } else {
        codes.clear(blocks, block, i % Rabitq.SLOTS);
      }
      if (i % Rabitq.SLOTS == Rabitq.SLOTS - 1) {
        block += codes.blockBytes();
      }
    }
    return this;
  }

  /** Moves and turns centroids. */
  static Centroids of(RowBlock points, int count, float meanResidual, long seed) {
    int dimension = points.dimension();
    MemorySegment mean = NativeMemory.allocate(4L * dimension);
    for (int d = 0; d < dimension; d++) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += points.memory().get(FLOAT, points.position(i) + 4L * d);
      }
      mean.set(FLOAT, 4L * d, (float) (sum / count));
    }
    Rotation rotation = Rotation.random(dimension, seed);
    long stride = 4L * rotation.codeBits();
    MemorySegment rotated = NativeMemory.allocate(count * stride);
    Centroids centroids = new Centroids(rotation, mean, rotated, count, meanResidual);
    MemorySegment centred = NativeMemory.allocate(4L * dimension);
    for (int i = 0; i < count; i++) {
      MemorySegment point = points.memory().asSlice(points.position(i), 4L * dimension);
      centroids.rotate(point, centred, rotated.asSlice(i * stride, stride));
    }
    return centroids.encoded();
  }

  int count() {
    return count;
  }

  /** Of the rotated space: a multiple of 64. */
  int dimension() {
    return rotation.codeBits();
  }

  /** Bytes of a rotated centroid. */
  long stride() {
    return 4L * rotation.codeBits();
  }

  /** The mean distance of rows from their centroid, when the index was built. */
  float meanResidual() {
    return meanResidual;
  }

  /** As {@link #meanResidual}, but never 0: 1 where the index was built over no rows. */
  double typicalResidual() {
    return meanResidual > 0 ? meanResidual : 1;
  }

  Rotation rotation() {
    return rotation;
  }

  MemorySegment mean() {
    return mean;
  }

  /** All of them, one after the other. */
  MemorySegment rotated() {
    return rotated;
  }

  /** The code of one bit a dimension. */
  Rabitq codes() {
    return codes;
  }

  /**
   * Offers the centroids by their estimated distances.
   *
   * @param point the query
   */
  void estimate(RowPoint point, Candidates nearest) {
    float squared = point.rotatedSquared();
    long block = AbsoluteMemory.start(blocks, 0, (long) blockCount() * codes.blockBytes());
    for (int first = 0; first < count; first += Rabitq.SLOTS, block += codes.blockBytes()) {
      int below = codes.estimate(blocks, block, point.tables(), nearest.threshold() - squared);
      for (; below != 0; below &= below - 1) {
        int slot = Integer.numberOfTrailingZeros(below);
        nearest.add(point.tables().estimate(slot) + squared, first + slot);
      }
    }
    AbsoluteMemory.keepAlive(blocks, rotated);
  }

  long memoryBytes() {
    return blocks.byteSize() + rotated.byteSize() + mean.byteSize() + 4L * rotation.codeBits();
  }

  /**
   * Moves and turns a point.
   *
   * @param centred scratch of as many bytes as the point's floats
   */
  void rotate(MemorySegment point, MemorySegment centred, MemorySegment into) {
    for (int d = 0; d < rotation.dimension(); d++) {
      centred.set(FLOAT, 4L * d, point.get(FLOAT, 4L * d) - mean.get(FLOAT, 4L * d));
    }
    rotation.rotate(centred, 0, into, 0);
  }

  /**
   * The squared distances of all centroids.
   *
   * @param point rotated
   */
  void squaredDistances(MemorySegment point, float[] out) {
    long stride = stride();
    long query = AbsoluteMemory.start(point, 0, stride);
    long first = AbsoluteMemory.start(rotated, 0, count * stride);
    PointKernels.squaredDistances(point, query, rotated, first, stride, count, out);
    AbsoluteMemory.keepAlive(point, rotated);
  }

  /** The squared distance of one. */
  float squaredDistance(MemorySegment point, int centroid) {
    long stride = stride();
    long query = AbsoluteMemory.start(point, 0, stride);
    long at = AbsoluteMemory.start(rotated, centroid * stride, stride);
    float squared = PointKernels.squaredDistance(point, query, rotated, at, stride);
    AbsoluteMemory.keepAlive(point, rotated);
    return squared;
  }

  /** The nearest centroid to a rotated point; of equally near ones the first. */
  int nearest(MemorySegment point, float[] scratch) {
    squaredDistances(point, scratch);
    int nearest = 0;
    for (int i = 1; i < count; i++) {
      if (scratch[i] < scratch[nearest]) {
        nearest = i;
      }
    }
    return nearest;
  }
}
