package io.quiver.vector.index.ivf;

import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.RabitqQuery;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A row or query as a point, and the same turned as the centroids are. It belongs to one thread.
 */
final class RowPoint {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final EuclideanRows rows;
  private final Centroids centroids;
  private final MemorySegment point;
  private final MemorySegment centred;

  /** The rotated point, and a centroid behind it. */
  private final MemorySegment rotated;

  private final long start;
  private final float[] residual;
  private final RabitqQuery tables;

  RowPoint(EuclideanRows rows, Centroids centroids) {
    this.rows = rows;
    this.centroids = centroids;
    point = NativeMemory.allocate(4L * rows.dimension());
    centred = NativeMemory.allocate(4L * rows.dimension());
    rotated = NativeMemory.allocate(2 * centroids.stride());
    start = AbsoluteMemory.start(rotated, 0, 2 * centroids.stride());
    tables = new RabitqQuery(centroids.codes());
    residual = new float[centroids.dimension()];
  }

  void row(int row) {
    rows.point(row, point, 0);
    centroids.rotate(point, centred, rotated);
  }

  /** Returns the query's squared length, as {@link EuclideanRows#query}. */
  double query(MemorySegment query) {
    double squared = rows.query(query, point, 0);
    centroids.rotate(point, centred, rotated);
    tables.set(rotated, start);
    return squared;
  }

  /** The squared length of the point before it was moved and turned. */
  double squaredLength() {
    double sum = 0;
    for (int i = 0; i < rows.dimension(); i++) {
      double x = point.get(FLOAT, 4L * i);
      sum += x * x;
    }
    return sum;
  }

  /** The squared length of the rotated point. */
  float rotatedSquared() {
    double sum = 0;
    for (int i = 0; i < residual.length; i++) {
      double x = rotated.get(FLOAT, 4L * i);
      sum += x * x;
    }
    return (float) sum;
  }

  /** The query's tables for codes of one bit. */
  RabitqQuery tables() {
    return tables;
  }

  /**
   * Puts a list's centroid behind the rotated point.
   *
   * @return where the rotated point is, as {@link AbsoluteMemory#start} says; the centroid follows
   */
  long withCentroid(int list) {
    long stride = centroids.stride();
    MemorySegment.copy(centroids.rotated(), list * stride, rotated, stride, stride);
    return start;
  }

  /** {@link EuclideanRows#dimension} floats, and zeros up to whole cache lines. */
  MemorySegment point() {
    return point;
  }

  /** {@link Centroids#dimension} floats, and as many again. */
  MemorySegment rotated() {
    return rotated;
  }

  /** What is left of the rotated point without a list's centroid; good until the next call. */
  float[] residual(int list) {
    long centroid = list * centroids.stride();
    for (int i = 0; i < residual.length; i++) {
      residual[i] = rotated.get(FLOAT, 4L * i) - centroids.rotated().get(FLOAT, centroid + 4L * i);
    }
    return residual;
  }
}
