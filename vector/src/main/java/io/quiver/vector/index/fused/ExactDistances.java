package io.quiver.vector.index.fused;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.memory.Prefetch;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One thread's way from a row to its exact squared distance to a query. */
final class ExactDistances {
  private static final int FLOATS_MULTIPLE = 16;

  private final EuclideanRows space;
  private final int floats;

  /** All points as floats, where they are somewhere. */
  private final @Nullable FloatPoints points;

  /** Room for one point, where each has to be made from its row. */
  private final MemorySegment point;

  private final long pointAt;

  ExactDistances(EuclideanRows space, FusedGraph graph) {
    this.space = space;
    floats = graph.layout().floats();
    points = points(space, graph);
    point = NativeMemory.allocate(4L * floats);
    pointAt = AbsoluteMemory.start(point, 0, 4L * floats);
  }

  private static @Nullable FloatPoints points(EuclideanRows space, FusedGraph graph) {
    FusedLayout layout = graph.layout();
    if (layout.exact() == Exact.FLOAT32) {
      return FloatPoints.of(graph.blocks(), layout.stride(), layout.floats());
    }
    VectorRows rows = space.rows();
    boolean areRows =
        (rows.metric() == Metric.L2 || rows.metric() == Metric.L2_SQUARED)
            && rows.encoding() == Encoding.FLOAT32
            && rows.dimension() % FLOATS_MULTIPLE == 0
            && rows.count() > 0;
    if (!areRows) {
      return null;
    }
    long from = rows.block().position(0);
    long end = rows.block().position(rows.count() - 1) + 4L * rows.dimension();
    return FloatPoints.of(
        rows.block().memory().asSlice(from, end - from), rows.block().stride(), rows.dimension());
  }

  /** Begins to load a row's point, where that can be done. */
  void prefetch(int row) {
    if (Prefetch.ENABLED && points != null) {
      Prefetch.lines(points.at(row), 4L * floats);
    }
  }

  /**
   * The squared distance of a row to the query.
   *
   * @param queryAt its padded point, as kernels count
   */
  float squared(MemorySegment query, long queryAt, int row) {
    if (points != null) {
      return FusedKernels.l2Squared(query, queryAt, points.memory(), points.at(row), floats);
    }
    Objects.checkIndex(row, space.rows().count());
    space.point(row, point, 0);
    return FusedKernels.l2Squared(query, queryAt, point, pointAt, floats);
  }
}
