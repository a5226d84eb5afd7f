package io.quiver.storage.statistics;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the vectors of a column lie: the mean of some of them is as good a center as that of
 * all, since the radius is measured from it to every one.
 */
final class VectorCollector {
  private static final int SAMPLE_ROWS = 1_024;
  private static final int BLOCK_ROWS = 2_048;

  private final List<Column> pieces;
  private final int dimension;

  private VectorCollector(List<Column> pieces, int dimension) {
    this.pieces = pieces;
    this.dimension = dimension;
  }

  /** What is known of the vectors of a column in pieces. */
  static VectorStatistics of(SqlType.Vector type, List<Column> pieces) {
    if (type.element() == SqlType.Element.BINARY
        || type.dimension() > VectorStatistics.DIMENSION_MAX) {
      return VectorStatistics.NONE;
    }
    VectorCollector collector = new VectorCollector(pieces, type.dimension());
    float[] center = collector.center();
    if (center == null) {
      return VectorStatistics.NONE;
    }
    boolean measured = type.element() == SqlType.Element.FLOAT32;
    return new VectorStatistics(
        center, measured ? collector.measuredRadius(center) : collector.radius(center));
  }

  /** The mean of rows at equal intervals, or null where all of those are null. */
  private float @Nullable [] center() {
    double[] sums = new double[dimension];
    int found = 0;
    long rows = pieces.stream().mapToLong(Column::length).sum();
    int step = (int) Math.max(1, rows / SAMPLE_ROWS);
    for (Column piece : pieces) {
      for (int row = 0; row < piece.length(); row += step) {
        if (!piece.isNull(row)) {
          float[] vector = piece.getFloats(row);
          for (int i = 0; i < dimension; i++) {
            sums[i] += vector[i];
          }
          found++;
        }
      }
    }
    if (found == 0) {
      return null;
    }
    float[] mean = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      mean[i] = (float) (sums[i] / found);
    }
    return mean;
  }

  /** Rounded up by more than the sums can be wrong. */
  private double radius(float[] center) {
    double largest = 0;
    for (Column piece : pieces) {
      for (int row = 0; row < piece.length(); row++) {
        if (!piece.isNull(row)) {
          largest = Math.max(largest, VectorBound.squaredDistance(piece.getFloats(row), center));
        }
      }
    }
    return Math.sqrt(largest) * (1 + VectorBound.DOUBLE_ERROR);
  }

  /** By the kernels of 32-bit floats, and rounded up by more than these can be wrong. */
  private double measuredRadius(float[] center) {
    DistanceKernels kernels = DistanceKernels.get(Encoding.FLOAT32);
    double[] distances = new double[BLOCK_ROWS];
    int[] present = new int[BLOCK_ROWS];
    double largest = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment query = arena.allocateFrom(ValueLayout.JAVA_FLOAT, center);
      for (Column piece : pieces) {
        for (int from = 0; from < piece.length(); from += BLOCK_ROWS) {
          Column block = piece.slice(from, Math.min(BLOCK_ROWS, piece.length() - from));
          RowBlock rows = RowBlock.packed(block.data(), dimension);
          int count = present(block, present);
          if (count == block.length()) {
            kernels.distances(Metric.L2_SQUARED, query, rows, count, distances);
          } else {
            kernels.distances(Metric.L2_SQUARED, query, rows, present, count, distances);
          }
          for (int i = 0; i < count; i++) {
            largest = Math.max(largest, distances[i]);
          }
        }
      }
    }
    return VectorBound.noLessThan(Math.sqrt(largest), dimension);
  }

  private static int present(Column block, int[] rows) {
    int count = 0;
    for (int row = 0; row < block.length(); row++) {
      rows[count] = row;
      count += block.isNull(row) ? 0 : 1;
    }
    return count;
  }
}
