package io.quiver.storage.statistics;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;

/**
 * Where the vectors of a column lie.
 *
 * <p>As bytes: zeros (int), radius (the bits of the DOUBLE, long), dimensions (int) and the numbers
 * of the centroid (the bits of the FLOATs, ints).
 */
public final class VectorStatistics {
  /** The centroids of longer vectors are not kept: the manifest holds them all. */
  static final int DIMENSION_MAX = 4_096;

  private final int zeros;
  private final float[] centroid;
  private final double radius;

  VectorStatistics(int zeros, float[] centroid, double radius) {
    this.zeros = zeros;
    this.centroid = centroid;
    this.radius = radius;
  }

  /** Vectors whose every element is zero. */
  public int zeros() {
    return zeros;
  }

  /** About the mean of the vectors that are not null; of no dimension where it is not kept. */
  float[] centroid() {
    return centroid;
  }

  /** At least the largest L2 distance of a vector to the centroid. */
  public double radius() {
    return radius;
  }

  /** Whether centroid and radius are known. */
  public boolean hasCentroid() {
    return centroid.length > 0;
  }

  void write(ByteWriter out) {
    out.putInt(zeros).putLong(Double.doubleToLongBits(radius)).putInt(centroid.length);
    for (float element : centroid) {
      out.putInt(Float.floatToIntBits(element));
    }
  }

  static VectorStatistics read(ByteReader in) {
    int zeros = in.getInt();
    double radius = Double.longBitsToDouble(in.getLong());
    float[] centroid = new float[in.getCount(4)];
    for (int i = 0; i < centroid.length; i++) {
      centroid[i] = Float.intBitsToFloat(in.getInt());
    }
    return new VectorStatistics(zeros, centroid, radius);
  }
}
