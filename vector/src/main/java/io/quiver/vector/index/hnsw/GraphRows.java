package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The rows of an index as its graph sees them: which of them are there, and what is kept of each
 * beside its links.
 */
final class GraphRows {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorRows rows;
  private final RowSet present;

  /** For cosine: one over each row's length, 0 for a row of zeros. */
  private final @Nullable MemorySegment reciprocals;

  GraphRows(VectorRows rows, RowSet present, @Nullable MemorySegment reciprocals) {
    checkVectorModule();
    this.rows = rows;
    this.present = present;
    this.reciprocals = reciprocals;
  }

  /** Room for all rows; none is there yet. */
  static GraphRows empty(VectorRows rows) {
    return new GraphRows(
        rows,
        new RowSet(NativeMemory.allocate(RowSet.bytes(rows.count()))),
        rows.metric() == Metric.COSINE ? NativeMemory.allocate(4L * rows.count()) : null);
  }

  private static void checkVectorModule() {
    if (ModuleLayer.boot().findModule(DistanceKernels.VECTOR_MODULE).isEmpty()) {
      throw new IllegalStateException(
          "hnsw needs the Vector API: start Java with --add-modules "
              + DistanceKernels.VECTOR_MODULE);
    }
  }

  VectorRows rows() {
    return rows;
  }

  RowSet present() {
    return present;
  }

  @Nullable MemorySegment reciprocals() {
    return reciprocals;
  }

  /**
   * Computes what is kept of a row.
   *
   * @return false when the row has no distance to anything, so that it must not be linked
   */
  boolean prepare(int row) {
    if (reciprocals == null) {
      return true;
    }
    float reciprocal =
        ExactPointDistances.reciprocalLength(
            rows.encoding(), rows.block().memory(), rows.block().position(row), rows.dimension());
    reciprocals.set(FLOAT, 4L * row, reciprocal);
    return reciprocal != 0;
  }

  /** Exact distances. */
  PointDistances exact() {
    return new ExactPointDistances(rows.metric(), rows.block(), reciprocals);
  }

  /** Bytes that are kept beside the rows. */
  long memoryBytes() {
    return present.bits().byteSize() + (reciprocals == null ? 0 : reciprocals.byteSize());
  }
}
