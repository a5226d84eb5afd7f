package io.quiver.vector.index.recall;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/**
 * Exact search for the queries that an index is measured with. It computes the distances to all
 * rows with the kernels that built the graph, which are compiled by then, and ranks the nearest
 * again with those that searches rank by.
 */
final class TrueNeighbors {
  /** Queries that take turns on a block of rows while it is in the processor's cache. */
  private static final int QUERIES = 8;

  private static final int BLOCK_BYTES = 128 << 10;
  private static final int BLOCK_ROWS_MAX = 1024;

  /** Rows ranked again beyond those wanted: the two kinds of kernels round differently. */
  private static final int SPARE = 6;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorRows rows;
  private final RowFilter present;
  private final List<MemorySegment> queries;
  private final int k;
  private final PointDistances[] points = new PointDistances[QUERIES];
  private final NearestRows[] nearest = new NearestRows[QUERIES];
  private final int[] block;
  private final float[] measured;
  private final double[] exact;

  private TrueNeighbors(Task task, Supplier<? extends PointDistances> distances) {
    this.rows = task.rows;
    this.present = task.present;
    this.queries = task.queries;
    this.k = task.k;
    for (int i = 0; i < QUERIES; i++) {
      points[i] = distances.get();
      nearest[i] = new NearestRows();
    }
    long rowBytes = Math.max(1, rows.block().stride());
    block = new int[Math.clamp(BLOCK_BYTES / rowBytes, 4 * SPARE, BLOCK_ROWS_MAX)];
    measured = new float[block.length + PointDistances.PADDING];
    exact = new double[k + SPARE];
  }

  /** The k nearest of the rows that are present are wanted, for each query. */
  record Task(VectorRows rows, RowFilter present, List<MemorySegment> queries, int k) {}

  /**
   * The nearest rows of each query.
   *
   * @param distances to the rows, for one thread
   */
  static Neighbors[] find(
      Task task, Supplier<? extends PointDistances> distances, Workers workers) {
    Neighbors[] found = new Neighbors[task.queries.size()];
    workers.forEach(
        0,
        Math.ceilDiv(found.length, QUERIES),
        1,
        0,
        () -> new TrueNeighbors(task, distances),
        (own, group) -> own.find(group * QUERIES, found));
    return found;
  }

  /** Exact distances to rows of which only the rows themselves are known. */
  static Supplier<PointDistances> distances(VectorRows rows) {
    if (rows.metric() != Metric.COSINE) {
      return () -> new ExactPointDistances(rows.metric(), rows.block(), null);
    }
    MemorySegment reciprocals = NativeMemory.allocate(4L * rows.count());
    for (int row = 0; row < rows.count(); row++) {
      long at = rows.block().position(row);
      float reciprocal =
          ExactPointDistances.reciprocalLength(
              rows.encoding(), rows.block().memory(), at, rows.dimension());
      reciprocals.set(FLOAT, 4L * row, reciprocal);
    }
    return () -> new ExactPointDistances(rows.metric(), rows.block(), reciprocals);
  }

  private void find(int first, Neighbors[] into) {
    int count = Math.min(QUERIES, queries.size() - first);
    for (int i = 0; i < count; i++) {
      points[i].from(queries.get(first + i));
      nearest[i].reset(k + SPARE, Double.POSITIVE_INFINITY);
    }
    for (int from = 0; from < rows.count(); ) {
      int length = 0;
      while (from < rows.count() && length < block.length) {
        if (present.passes(from)) {
          block[length++] = from;
        }
        from++;
      }
      for (int i = 0; i < count; i++) {
        points[i].to(block, length, measured);
        offer(nearest[i], length);
      }
    }
    for (int i = 0; i < count; i++) {
      into[first + i] = rankedAgain(nearest[i], queries.get(first + i));
      points[i].keepAlive();
    }
  }

  private void offer(NearestRows to, int length) {
    for (int i = 0; i < length; i++) {
      if (measured[i] <= to.bound()) {
        to.offer(block[i], measured[i]);
      }
    }
  }

  private Neighbors rankedAgain(NearestRows rough, MemorySegment query) {
    Neighbors ranked = new Neighbors();
    rough.drainTo(ranked);
    int[] numbers = ranked.rows();
    DistanceKernels.get(rows.encoding())
        .distances(rows.metric(), query, rows.block(), numbers, numbers.length, exact);
    rough.reset(k, Double.POSITIVE_INFINITY);
    rough.offer(numbers, exact, numbers.length);
    rough.drainTo(ranked);
    return ranked;
  }
}
