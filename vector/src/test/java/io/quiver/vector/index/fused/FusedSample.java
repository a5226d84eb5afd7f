package io.quiver.vector.index.fused;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;

/**
 * Rows in clusters, and queries like them, in any encoding; truth comes from brute force.
 *
 * @param queries of as many dimensions, packed as the rows
 */
record FusedSample(VectorRows rows, MemorySegment queries, int queryCount) {
  private static final DistanceKernels EXACT = DistanceKernels.choose(false);

  static IndexSpec.Hnsw spec(String parameters) {
    return (IndexSpec.Hnsw)
        IndexSpec.parse("hnsw(ef_construction=60,quantizer=rabitq,layout=fused" + parameters + ")");
  }

  static FusedSample of(Metric metric, Encoding encoding, int count, int dimension, long seed) {
    return of(new Shape(metric, encoding, dimension), count, 50, seed);
  }

  /** What all rows have in common. */
  record Shape(Metric metric, Encoding encoding, int dimension) {}

  static FusedSample of(Shape shape, int count, int queryCount, long seed) {
    Random random = new Random(seed);
    Encoding encoding = shape.encoding();
    int dimension = shape.dimension();
    int clusters = 20;
    float[] centres = new float[clusters * dimension];
    for (int i = 0; i < centres.length; i++) {
      centres[i] = (float) random.nextGaussian();
    }
    int bytes = encoding.bytes(dimension);
    MemorySegment memory = Arena.ofAuto().allocate((long) bytes * (count + queryCount), 64);
    for (int row = 0; row < count + queryCount; row++) {
      int cluster = random.nextInt(clusters);
      for (int i = 0; i < dimension; i++) {
        float value = centres[cluster * dimension + i] + 0.8f * (float) random.nextGaussian();
        set(memory, encoding, (long) bytes * row, i, value);
      }
    }
    RowBlock block = RowBlock.packed(memory.asSlice(0, (long) bytes * count), dimension, encoding);
    return new FusedSample(
        new VectorRows(shape.metric(), block, count),
        memory.asSlice((long) bytes * count),
        queryCount);
  }

  static void set(MemorySegment memory, Encoding encoding, long at, int i, float value) {
    switch (encoding) {
      case FLOAT32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
      case FLOAT16 ->
          memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2L * i, Float.floatToFloat16(value));
      case BFLOAT16 ->
          memory.set(
              ValueLayout.JAVA_SHORT_UNALIGNED,
              at + 2L * i,
              (short) (Float.floatToIntBits(value) >> 16));
      case INT8 ->
          memory.set(
              ValueLayout.JAVA_BYTE, at + i, (byte) Math.clamp(Math.round(30 * value), -128, 127));
      case BINARY -> throw new IllegalArgumentException("bits");
    }
  }

  MemorySegment query(int i) {
    int bytes = rows.encoding().bytes(rows.dimension());
    return queries.asSlice((long) bytes * i, bytes);
  }

  /** The distances of a query to all rows. */
  double[] distances(int query) {
    double[] distances = new double[rows.count()];
    EXACT.distances(rows.metric(), query(query), rows.block(), rows.count(), distances);
    return distances;
  }

  /** The nearest rows that pass and have a distance, nearest first. */
  int[] nearest(int query, int k, RowFilter filter) {
    double[] distances = distances(query);
    NearestRows nearest = new NearestRows();
    nearest.reset(k, Double.POSITIVE_INFINITY);
    filter.forEach(row -> nearest.offer(row, distances[row]));
    Neighbors found = new Neighbors();
    nearest.drainTo(found);
    return found.rows();
  }

  /** The part of the true rows that were found. */
  static double recall(Neighbors found, int[] truth) {
    int[] sorted = truth.clone();
    Arrays.sort(sorted);
    int hits = 0;
    for (int i = 0; i < found.size(); i++) {
      hits += Arrays.binarySearch(sorted, found.row(i)) >= 0 ? 1 : 0;
    }
    return truth.length == 0 ? 1 : (double) hits / truth.length;
  }
}
