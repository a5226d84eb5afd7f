package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Plain Java in double arithmetic: what the other kernels mean, and what runs without them. */
public final class ScalarKernels implements DistanceKernels {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  ScalarKernels() {}

  @Override
  public String description() {
    return "scalar (add --add-modules " + VECTOR_MODULE + " for SIMD)";
  }

  @Override
  public double l2Squared(MemorySegment a, MemorySegment b, int dimension) {
    return l2Squared(a, b, 0, dimension);
  }

  @Override
  public double innerProduct(MemorySegment a, MemorySegment b, int dimension) {
    return innerProduct(a, b, 0, dimension);
  }

  @Override
  public double l1(MemorySegment a, MemorySegment b, int dimension) {
    return l1(a, b, 0, dimension);
  }

  @Override
  public double cosine(MemorySegment a, MemorySegment b, int dimension) {
    return cosine(a, b, 0, dimension);
  }

  @Override
  public void distances(
      Metric metric, MemorySegment query, RowBlock rows, int count, double[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = distance(metric, query, rows.memory(), rows.position(i), rows.dimension());
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
    for (int i = 0; i < count; i++) {
      out[i] =
          distance(metric, query, rows.memory(), rows.position(rowNumbers[i]), rows.dimension());
    }
  }

  static double distance(
      Metric metric, MemorySegment query, MemorySegment rows, long position, int dimension) {
    return switch (metric) {
      case L2 -> Math.sqrt(l2Squared(query, rows, position, dimension));
      case COSINE -> cosine(query, rows, position, dimension);
      case NEGATIVE_INNER_PRODUCT -> 0 - innerProduct(query, rows, position, dimension);
      case L1 -> l1(query, rows, position, dimension);
    };
  }

  static double l2Squared(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double difference = (double) a.getAtIndex(FLOAT, i) - b.get(FLOAT, bFrom + 4L * i);
      sum += difference * difference;
    }
    return sum;
  }

  static double innerProduct(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += (double) a.getAtIndex(FLOAT, i) * b.get(FLOAT, bFrom + 4L * i);
    }
    return sum;
  }

  static double l1(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += Math.abs((double) a.getAtIndex(FLOAT, i) - b.get(FLOAT, bFrom + 4L * i));
    }
    return sum;
  }

  static double cosine(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < dimension; i++) {
      double x = a.getAtIndex(FLOAT, i);
      double y = b.get(FLOAT, bFrom + 4L * i);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return cosineDistance(dot, aa, bb);
  }

  /** From the inner product and both squared lengths; rounding never leaves 0 to 2. */
  static double cosineDistance(double dot, double aa, double bb) {
    if (aa == 0 || bb == 0) {
      return Double.NaN;
    }
    double similarity = dot / (Math.sqrt(aa) * Math.sqrt(bb));
    return 1 - Math.clamp(similarity, -1.0, 1.0);
  }
}
