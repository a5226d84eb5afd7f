package io.quiver.vector.index.ivf;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.ResidualCodes;
import java.lang.foreign.MemorySegment;

/** Estimates the distances of {@link Sq8Code}. */
final class Sq8Scan implements BlockScan {
  /** The typical error of a rounded number, in steps. */
  private static final float ROUNDING = 0.29f;

  private final Sq8Code code;
  private final RowPoint point;
  private final MemorySegment prepared;
  private final float[] squared;
  private final float step;

  Sq8Scan(Sq8Code code, RowPoint point) {
    this.code = code;
    this.point = point;
    prepared = NativeMemory.allocate(4L * code.dimension());
    squared = new float[code.slots()];
    step = code.quantizer().step();
  }

  @Override
  public void query(MemorySegment packed, double ignored) {
    // Each list takes the query less its centroid.
  }

  @Override
  public void list(int list, float ignored) {
    Centroids centroids = code.centroids();
    ResidualCodes.prepare(
        code.quantizer(),
        point.rotated(),
        centroids.rotated(),
        list * centroids.stride(),
        code.dimension(),
        prepared);
  }

  @Override
  public long block(MemorySegment blocks, long block, float threshold) {
    int dimension = code.dimension();
    int used = BlockCode.used(code, blocks, block);
    long query = AbsoluteMemory.start(prepared, 0, 4L * dimension);
    long codes = AbsoluteMemory.start(blocks, block, code.tailAt());
    for (int slot = 0; slot < used; slot++, codes += dimension) {
      squared[slot] =
          step * step * ResidualCodes.squaredDistance(prepared, query, blocks, codes, dimension);
    }
    AbsoluteMemory.keepAlive(prepared, blocks);
    return PointKernels.below(squared, threshold) & ((1L << used) - 1);
  }

  @Override
  public float estimate(int slot) {
    return squared[slot];
  }

  @Override
  public float deviation(float squaredDistance) {
    return 2 * (float) Math.sqrt(squaredDistance) * ROUNDING * step;
  }
}
