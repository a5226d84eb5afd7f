package io.quiver.storage.statistics;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;

/**
 * Where the vectors of a column lie.
 *
 * <p>As bytes: radius (the bits of the DOUBLE, long), dimensions (int) and the numbers of the
 * centroid (the bits of the FLOATs, ints).
 */
public final class VectorStatistics {
  /** The centroids of longer vectors are not kept: they are in memory as long as a segment is. */
  static final int DIMENSION_MAX = 4_096;

  /** Nothing is known. */
  static final VectorStatistics NONE = new VectorStatistics(new float[0], 0);

  private final float[] centroid;
  private final double radius;

  VectorStatistics(float[] centroid, double radius) {
    this.centroid = centroid;
    this.radius = radius;
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

  /** Whether a vector lies where these say that all do. */
  public boolean holds(float[] vector) {
    return !hasCentroid() || !(Math.sqrt(VectorBound.squaredDistance(vector, centroid)) > radius);
  }

  void write(ByteWriter out) {
    out.putLong(Double.doubleToLongBits(radius)).putInt(centroid.length);
    for (float element : centroid) {
      out.putInt(Float.floatToIntBits(element));
    }
  }

  static VectorStatistics read(ByteReader in) {
    double radius = Double.longBitsToDouble(in.getLong());
    float[] centroid = new float[in.getCount(4)];
    for (int i = 0; i < centroid.length; i++) {
      centroid[i] = Float.intBitsToFloat(in.getInt());
    }
    return new VectorStatistics(centroid, radius);
  }
}
