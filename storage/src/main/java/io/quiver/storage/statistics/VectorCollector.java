package io.quiver.storage.statistics;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.List;

/** Looks at the vectors of a column twice: for their mean, and for the distances to it. */
final class VectorCollector {
  private static final int SIGN = Integer.MIN_VALUE;

  private final List<Column> pieces;
  private final int dimension;
  private int zeros;
  private long present;

  private VectorCollector(List<Column> pieces, int dimension) {
    this.pieces = pieces;
    this.dimension = dimension;
  }

  /** What is known of the vectors of a column in pieces. */
  static VectorStatistics of(SqlType.Vector type, List<Column> pieces) {
    VectorCollector collector = new VectorCollector(pieces, type.dimension());
    float[] mean = collector.mean();
    boolean kept =
        type.element() != SqlType.Element.BINARY
            && type.dimension() <= VectorStatistics.DIMENSION_MAX
            && collector.present > 0;
    return kept
        ? new VectorStatistics(collector.zeros, mean, collector.radius(mean))
        : new VectorStatistics(collector.zeros, new float[0], 0);
  }

  private float[] mean() {
    double[] sums = new double[dimension];
    for (Column piece : pieces) {
      for (int row = 0; row < piece.length(); row++) {
        if (piece.isNull(row)) {
          continue;
        }
        float[] vector = piece.getFloats(row);
        int bits = 0;
        for (int i = 0; i < dimension; i++) {
          sums[i] += vector[i];
          bits |= Float.floatToRawIntBits(vector[i]);
        }
        zeros += (bits & ~SIGN) == 0 ? 1 : 0;
        present++;
      }
    }
    float[] mean = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      mean[i] = (float) (sums[i] / Math.max(1, present));
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
}
