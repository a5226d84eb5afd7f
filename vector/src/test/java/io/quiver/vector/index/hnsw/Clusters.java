package io.quiver.vector.index.hnsw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Random rows in clusters, packed, and what brute force in double arithmetic says about them. */
final class Clusters {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int CLUSTERS = 40;
  private static final float SPREAD = 0.4f;

  private final SplittableRandom random;
  private final float[][] centres;
  private final Encoding encoding;
  private final int dimension;

  /** Lengths of rows lie between 1 and this times as much. */
  private final float lengthsMax;

  Clusters(long seed, Encoding encoding, int dimension, float lengthsMax) {
    random = new SplittableRandom(seed);
    this.encoding = encoding;
    this.dimension = dimension;
    this.lengthsMax = lengthsMax;
    centres = new float[CLUSTERS][dimension];
    for (float[] centre : centres) {
      for (int i = 0; i < dimension; i++) {
        centre[i] = (float) random.nextGaussian();
      }
    }
  }

  /** Memory of some rows. */
  MemorySegment draw(int count) {
    int bytes = encoding.bytes(dimension);
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(64, (long) bytes * count), 64);
    for (int row = 0; row < count; row++) {
      drawInto(memory, (long) bytes * row);
    }
    return memory;
  }

  void drawInto(MemorySegment memory, long at) {
    float[] centre = centres[random.nextInt(CLUSTERS)];
    float length = (float) Math.pow(lengthsMax, random.nextDouble());
    for (int i = 0; i < dimension; i++) {
      set(memory, at, i, length * (centre[i] + SPREAD * (float) random.nextGaussian()));
    }
  }

  private void set(MemorySegment memory, long at, int i, float value) {
    switch (encoding) {
      case FLOAT32 -> memory.set(FLOAT, at + 4L * i, value);
      case FLOAT16 -> memory.set(SHORT, at + 2L * i, Float.floatToFloat16(value));
      case BFLOAT16 -> memory.set(SHORT, at + 2L * i, (short) (Float.floatToIntBits(value) >> 16));
      case INT8 ->
          memory.set(JAVA_BYTE, at + i, (byte) Math.clamp(Math.round(30 * value), -128, 127));
      case BINARY -> {
        byte octet = memory.get(JAVA_BYTE, at + (i >> 3));
        int bit = 0x80 >> (i & 7);
        memory.set(JAVA_BYTE, at + (i >> 3), (byte) (value > 0.3f ? octet | bit : octet & ~bit));
      }
    }
  }

  VectorRows rows(Metric metric, int count) {
    RowBlock block = RowBlock.packed(draw(count), dimension, encoding);
    return new VectorRows(metric, block, count);
  }

  /** Queries from the same clusters. */
  MemorySegment[] queries(int count) {
    MemorySegment[] queries = new MemorySegment[count];
    for (int i = 0; i < count; i++) {
      queries[i] = draw(1);
    }
    return queries;
  }

  /** The true neighbours. */
  static Neighbors exact(VectorRows rows, SearchRequest request) {
    NearestRows nearest = new NearestRows();
    nearest.reset(request.k(), request.radius());
    double[] distances = new double[rows.count()];
    DistanceKernels.choose(false)
        .distances(rows.metric(), request.query(), rows.block(), rows.count(), distances);
    for (int row = 0; row < rows.count(); row++) {
      if (request.filter().passes(row)) {
        nearest.offer(row, distances[row]);
      }
    }
    Neighbors into = new Neighbors();
    nearest.drainTo(into);
    return into;
  }

  /**
   * Which part of the true neighbours a searcher finds.
   *
   * @throws AssertionError when it gives fewer rows than there are, or any row that it must not
   */
  static double recall(
      VectorRows rows, VectorSearcher searcher, MemorySegment[] queries, RowFilter filter, int k) {
    Neighbors found = new Neighbors();
    int hits = 0;
    int all = 0;
    for (MemorySegment query : queries) {
      SearchRequest request = SearchRequest.of(query, k, rows.count()).withFilter(filter);
      searcher.search(request, found);
      Neighbors truth = exact(rows, request);
      check(found, truth.size(), filter);
      for (int i = 0; i < found.size(); i++) {
        // As near as the last true one is as good as it.
        double last = truth.distance(truth.size() - 1);
        hits += found.distance(i) <= last + 1e-6 * Math.abs(last) ? 1 : 0;
      }
      all += truth.size();
    }
    return all == 0 ? 1 : (double) hits / all;
  }

  private static void check(Neighbors found, int size, RowFilter filter) {
    if (found.size() != size) {
      throw new AssertionError(found.size() + " rows came back, " + size + " match");
    }
    java.util.BitSet seen = new java.util.BitSet();
    for (int i = 0; i < size; i++) {
      if (!filter.passes(found.row(i)) || seen.get(found.row(i))) {
        throw new AssertionError("row " + found.row(i) + " does not match, or came twice");
      }
      if (i > 0 && found.distance(i) < found.distance(i - 1)) {
        throw new AssertionError("rank " + i + " is nearer than the one before");
      }
      seen.set(found.row(i));
    }
  }
}
