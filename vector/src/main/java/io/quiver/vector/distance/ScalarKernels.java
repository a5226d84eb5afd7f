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
    return l2Squared(a, 0, b, 0, dimension);
  }

  @Override
  public double innerProduct(MemorySegment a, MemorySegment b, int dimension) {
    return innerProduct(a, 0, b, 0, dimension);
  }

  @Override
  public double l1(MemorySegment a, MemorySegment b, int dimension) {
    return l1(a, 0, b, 0, dimension);
  }

  @Override
  public double cosine(MemorySegment a, MemorySegment b, int dimension) {
    return cosine(a, 0, b, 0, dimension);
  }

  @Override
  public void distances(
      Metric metric, MemorySegment query, RowBlock rows, int count, double[] out) {
    float[] wanted = floats(query, 0, rows.dimension());
    float[] row = new float[rows.dimension()];
    for (int i = 0; i < count; i++) {
      copy(rows.memory(), rows.position(i), row);
      out[i] = distance(metric, wanted, row);
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
    float[] wanted = floats(query, 0, rows.dimension());
    float[] row = new float[rows.dimension()];
    for (int i = 0; i < count; i++) {
      copy(rows.memory(), rows.position(rowNumbers[i]), row);
      out[i] = distance(metric, wanted, row);
    }
  }

  private static double distance(Metric metric, float[] query, float[] row) {
    return switch (metric) {
      case L2 -> Math.sqrt(l2Squared(query, row));
      case COSINE -> cosine(query, row);
      case NEGATIVE_INNER_PRODUCT -> 0 - innerProduct(query, row);
      case L1 -> l1(query, row);
    };
  }

  static double l2Squared(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    return l2Squared(floats(a, aFrom, dimension), floats(b, bFrom, dimension));
  }

  static double innerProduct(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    return innerProduct(floats(a, aFrom, dimension), floats(b, bFrom, dimension));
  }

  static double l1(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    return l1(floats(a, aFrom, dimension), floats(b, bFrom, dimension));
  }

  static double cosine(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    return cosine(floats(a, aFrom, dimension), floats(b, bFrom, dimension));
  }

  private static float[] floats(MemorySegment memory, long from, int dimension) {
    float[] floats = new float[dimension];
    copy(memory, from, floats);
    return floats;
  }

  // An interpreted read of a segment costs a hundred times that of an array, and this code runs
  // before anything is compiled.
  private static void copy(MemorySegment memory, long from, float[] to) {
    MemorySegment.copy(memory, FLOAT, from, to, 0, to.length);
  }

  private static double l2Squared(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }

  private static double innerProduct(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double l1(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs((double) a[i] - b[i]);
    }
    return sum;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      double x = a[i];
      double y = b[i];
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
