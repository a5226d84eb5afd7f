package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an index as its graph sees them: which of them are there, and what is kept of each
 * beside its links.
 *
 * @param present rows that are there and have a distance to others
 * @param reciprocals for cosine: one over each row's length, 0 for a row of zeros
 * @param codes what the graph is walked by; null for the rows themselves
 */
record GraphRows(
    VectorRows rows,
    RowSet present,
    @Nullable MemorySegment reciprocals,
    @Nullable RowCodes codes) {
  private static final int PRODUCT_FACTOR = 4;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  GraphRows {
    DistanceKernels.requireVectorModule("hnsw");
  }

  /** Room for all rows; none is there yet. */
  static GraphRows empty(VectorRows rows) {
    return new GraphRows(rows, RowSet.empty(rows.count()), lengths(rows), null);
  }

  private static @Nullable MemorySegment lengths(VectorRows rows) {
    return rows.metric() == Metric.COSINE ? NativeMemory.allocate(4L * rows.count()) : null;
  }

  /** A copy without codes, and with room for more rows. */
  GraphRows copy(VectorRows room) {
    MemorySegment copied = lengths(room);
    if (reciprocals != null && copied != null) {
      MemorySegment.copy(reciprocals, 0, copied, 0, 4L * rows.count());
    }
    return new GraphRows(room, present.copy(room.count()), copied, null);
  }

  GraphRows withCodes(RowCodes newCodes) {
    return new GraphRows(rows, present, reciprocals, newCodes);
  }

  /**
   * Computes a row's length, where the metric needs it.
   *
   * @return false when the row has no distance to anything, so that it must not be linked
   */
  boolean measure(int row) {
    if (reciprocals == null) {
      return true;
    }
    float reciprocal =
        ExactPointDistances.reciprocalLength(
            rows.encoding(), rows.block().memory(), rows.block().position(row), rows.dimension());
    reciprocals.set(FLOAT, 4L * row, reciprocal);
    return reciprocal != 0;
  }

  /** Brings a row in; returns false when it has no distance to anything. */
  boolean add(int row) {
    if (!measure(row)) {
      return false;
    }
    if (!present.add(row)) {
      throw new IllegalStateException("row " + row + " is there already");
    }
    return true;
  }

  /** Writes a row's floats, under cosine brought to length 1. */
  void point(int row, MemorySegment into, long at) {
    rows.decode(row, into, at);
    if (reciprocals != null) {
      float factor = reciprocals.get(FLOAT, 4L * row);
      for (long p = at; p < at + 4L * rows.dimension(); p += 4) {
        into.set(FLOAT, p, factor * into.get(FLOAT, p));
      }
    }
  }

  /** Exact distances, for one thread. */
  PointDistances exact() {
    return new ExactPointDistances(rows.metric(), rows.block(), reciprocals);
  }

  /** What the graph is walked by, for one thread. */
  PointDistances distances() {
    return codes != null ? codes.distances() : exact();
  }

  /** What rows are linked by, for one thread. */
  PointDistances linkDistances() {
    return codes != null && codes.linksRows() ? codes.distances() : exact();
  }

  /** Candidates that are ranked exactly for so many wanted of a pool. */
  int rerank(int wanted, int pool) {
    return codes == null ? wanted : codes.rerank(wanted, pool);
  }

  /**
   * Candidates to keep under a filter. By inner product the links of most rows lead to the longest
   * ones, so rows of other directions, which a filter may ask for, are met late.
   */
  int filteredPool(int pool) {
    int wider = rows.metric() == Metric.NEGATIVE_INNER_PRODUCT ? PRODUCT_FACTOR * pool : pool;
    return codes == null ? wider : Math.max(wider, codes.filteredPool(pool));
  }

  /** With the rows themselves where the walk reads them. */
  long memoryBytes() {
    return present.bits().byteSize()
        + (reciprocals == null ? 0 : reciprocals.byteSize())
        + (codes == null ? rows.block().stride() * rows.count() : codes.memoryBytes());
  }
}
