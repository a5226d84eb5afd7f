package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Clustered rows and queries of one metric and encoding, and their exact distances in double. */
final class TestRows {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CLUSTERS = 40;

  final VectorRows rows;
  final MemorySegment[] queries;
  private final Metric metric;
  private final Encoding encoding;
  private final int dimension;
  private final SplittableRandom random;
  private final double[][] centres;
  private final double normsVary;

  /** Rows of which the longest are {@code normsVary} times as long as the shortest. */
  TestRows(Metric metric, Encoding encoding, int count, int dimension, double normsVary) {
    this.metric = metric;
    this.encoding = encoding;
    this.dimension = dimension;
    this.normsVary = normsVary;
    random = new SplittableRandom(31L * count + dimension);
    centres = new double[CLUSTERS][dimension];
    for (double[] centre : centres) {
      Arrays.setAll(centre, i -> 2 * random.nextGaussian());
    }
    int bytes = encoding.bytes(dimension);
    MemorySegment memory = Arena.ofAuto().allocate((long) count * bytes, 64);
    for (int i = 0; i < count; i++) {
      write(memory, (long) i * bytes);
    }
    rows = new VectorRows(metric, RowBlock.packed(memory, dimension, encoding), count);
    queries = new MemorySegment[50];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = Arena.ofAuto().allocate(bytes, 64);
      write(queries[i], 0);
    }
  }

  /** Writes a new random vector. */
  void write(MemorySegment memory, long at) {
    double[] centre = centres[random.nextInt(CLUSTERS)];
    double length = Math.pow(normsVary, random.nextDouble());
    for (int d = 0; d < dimension; d++) {
      set(memory, at, d, (float) (length * (centre[d] + random.nextGaussian())));
    }
  }

  void set(MemorySegment memory, long at, int d, float x) {
    switch (encoding) {
      case FLOAT32 -> memory.set(FLOAT, at + 4L * d, x);
      case FLOAT16 -> memory.set(SHORT, at + 2L * d, Float.floatToFloat16(x));
      case BFLOAT16 -> memory.set(SHORT, at + 2L * d, (short) (Float.floatToIntBits(x) >> 16));
      case INT8 ->
          memory.set(
              ValueLayout.JAVA_BYTE, at + d, (byte) Math.clamp(Math.round(10 * x), -128, 127));
      case BINARY -> throw new IllegalArgumentException("bits have no lists");
    }
  }

  double distance(MemorySegment query, int row) {
    MemorySegment memory = rows.block().memory();
    long at = rows.block().position(row);
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double squared = 0;
    for (int d = 0; d < dimension; d++) {
      double a = element(query, 0, d);
      double b = element(memory, at, d);
      dot += a * b;
      aa += a * a;
      bb += b * b;
      squared += (a - b) * (a - b);
    }
    return switch (metric) {
      case L2 -> Math.sqrt(squared);
      case L2_SQUARED -> squared;
      case COSINE -> 1 - dot / Math.sqrt(aa * bb);
      case NEGATIVE_INNER_PRODUCT -> -dot;
      case L1, HAMMING, JACCARD -> throw new IllegalArgumentException("no lists: " + metric);
    };
  }

  private double element(MemorySegment memory, long at, int d) {
    return switch (encoding) {
      case FLOAT32 -> memory.get(FLOAT, at + 4L * d);
      case FLOAT16 -> Float.float16ToFloat(memory.get(SHORT, at + 2L * d));
      case BFLOAT16 -> Float.intBitsToFloat(memory.get(SHORT, at + 2L * d) << 16);
      case INT8 -> memory.get(ValueLayout.JAVA_BYTE, at + d);
      case BINARY -> throw new IllegalArgumentException("bits have no lists");
    };
  }

  /** The nearest rows that qualify, exactly. */
  int[] nearest(MemorySegment query, int k, IntPredicate qualifies) {
    double[] distances = new double[rows.count()];
    return IntStream.range(0, rows.count())
        .filter(qualifies)
        .filter(row -> {
          distances[row] = distance(query, row);
          return !Double.isNaN(distances[row]);
        })
        .boxed()
        .sorted(Comparator.comparingDouble(row -> distances[row]))
        .limit(k)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  static double recall(int[] expected, int[] found) {
    if (expected.length == 0) {
      return 1;
    }
    long common =
        Arrays.stream(found).filter(r -> Arrays.stream(expected).anyMatch(e -> e == r)).count();
    return (double) common / expected.length;
  }
}
