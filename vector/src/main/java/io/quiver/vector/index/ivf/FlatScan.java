package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;

/** Computes the distances of {@link FlatCode}. */
final class FlatScan implements BlockScan {
  private final FlatCode code;
  private final float[] squared;
  private final double[] distances;
  private final MemorySegment point;
  private MemorySegment packed = MemorySegment.NULL;
  private double querySquared;

  FlatScan(FlatCode code, MemorySegment point) {
    this.code = code;
    this.point = point;
    squared = new float[code.slots()];
    distances = new double[code.slots()];
  }

  @Override
  public void query(MemorySegment newPacked, double newSquared) {
    packed = newPacked;
    querySquared = newSquared;
  }

  @Override
  public void list(int list, float ignored) {
    // Distances do not depend on the list.
  }

  @Override
  public long block(MemorySegment blocks, long block, float threshold) {
    int used = BlockCode.used(code, blocks, block);
    long stride = code.stride();
    if (code.holdsPoints()) {
      long query = AbsoluteMemory.start(point, 0, stride);
      long first = AbsoluteMemory.start(blocks, block, used * stride);
      PointKernels.squaredDistances(point, query, blocks, first, stride, used, squared);
      AbsoluteMemory.keepAlive(point, blocks);
    } else {
      VectorRows rows = code.rows().rows();
      RowBlock here = new RowBlock(blocks, block, stride, rows.dimension(), rows.encoding());
      Probe.KERNELS.distances(rows.metric(), packed, here, used, distances);
      for (int i = 0; i < used; i++) {
        squared[i] = (float) code.rows().squared(distances[i], querySquared);
      }
    }
    long present = (1L << used) - 1;
    return PointKernels.below(squared, threshold) & present;
  }

  @Override
  public float estimate(int slot) {
    return squared[slot];
  }

  @Override
  public float deviation(float ignored) {
    return 0;
  }
}
