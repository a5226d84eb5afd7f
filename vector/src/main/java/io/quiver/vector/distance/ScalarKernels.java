package io.quiver.vector.distance;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Plain Java in double arithmetic: what the other kernels mean, and what runs without them. */
public final class ScalarKernels implements DistanceKernels {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
    Measure measure = measure(metric, query, rows);
    for (int i = 0; i < count; i++) {
      out[i] = measure.to(rows.position(i));
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
    Measure measure = measure(metric, query, rows);
    for (int i = 0; i < count; i++) {
      out[i] = measure.to(rows.position(rowNumbers[i]));
    }
  }

  /** From the query to the row at a position. */
  private interface Measure {
    double to(long position);
  }

  private static Measure measure(Metric metric, MemorySegment query, RowBlock rows) {
    if (!rows.encoding().has(metric)) {
      throw new IllegalArgumentException(metric + " is not defined over " + rows.encoding());
    }
    MemorySegment memory = rows.memory();
    byte[] bytes = new byte[rows.rowBytes()];
    if (rows.encoding() == Encoding.BINARY) {
      byte[] wanted = new byte[bytes.length];
      MemorySegment.copy(query, JAVA_BYTE, 0, wanted, 0, wanted.length);
      return at -> {
        MemorySegment.copy(memory, JAVA_BYTE, at, bytes, 0, bytes.length);
        return metric == Metric.HAMMING ? hamming(wanted, bytes) : jaccard(wanted, bytes);
      };
    }
    int dimension = rows.dimension();
    short[] halves = new short[dimension];
    float[] wanted = new float[dimension];
    float[] row = new float[dimension];
    decode(query, 0, rows.encoding(), bytes, halves, wanted);
    return at -> {
      decode(memory, at, rows.encoding(), bytes, halves, row);
      return distance(metric, wanted, row);
    };
  }

  private static void decode(
      MemorySegment memory,
      long from,
      Encoding encoding,
      byte[] bytes,
      short[] halves,
      float[] floats) {
    switch (encoding) {
      case FLOAT32 -> copy(memory, from, floats);
      case FLOAT16, BFLOAT16 -> {
        MemorySegment.copy(memory, SHORT, from, halves, 0, halves.length);
        for (int i = 0; i < floats.length; i++) {
          floats[i] =
              encoding == Encoding.FLOAT16
                  ? Float.float16ToFloat(halves[i])
                  : Float.intBitsToFloat(halves[i] << 16);
        }
      }
      case INT8 -> {
        MemorySegment.copy(memory, JAVA_BYTE, from, bytes, 0, bytes.length);
        for (int i = 0; i < floats.length; i++) {
          floats[i] = bytes[i];
        }
      }
      case BINARY -> throw new IllegalArgumentException("bits are no numbers");
    }
  }

  private static double hamming(byte[] a, byte[] b) {
    int sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Integer.bitCount((a[i] ^ b[i]) & 0xFF);
    }
    return sum;
  }

  private static double jaccard(byte[] a, byte[] b) {
    int both = 0;
    int either = 0;
    for (int i = 0; i < a.length; i++) {
      both += Integer.bitCount(a[i] & b[i] & 0xFF);
      either += Integer.bitCount((a[i] | b[i]) & 0xFF);
    }
    return jaccardDistance(both, either);
  }

  /** From how many bits are set in both and in either. */
  static double jaccardDistance(long both, long either) {
    return both == 0 ? 1 : 1 - (double) both / either;
  }

  private static double distance(Metric metric, float[] query, float[] row) {
    return switch (metric) {
      case L2 -> Math.sqrt(l2Squared(query, row));
      case L2_SQUARED -> l2Squared(query, row);
      case COSINE -> cosine(query, row);
      case NEGATIVE_INNER_PRODUCT -> 0 - innerProduct(query, row);
      case L1 -> l1(query, row);
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over numbers");
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
