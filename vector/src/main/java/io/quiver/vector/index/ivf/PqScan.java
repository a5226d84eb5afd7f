package io.quiver.vector.index.ivf;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.quantize.ProductTables;
import io.quiver.vector.quantize.Rabitq;
import java.lang.foreign.MemorySegment;

/** Estimates the distances of {@link PqCode}. */
final class PqScan implements BlockScan {
  private final PqCode code;
  private final Rabitq codes;
  private final RowPoint point;
  private final ProductTables tables;
  private float base;

  PqScan(PqCode code, RowPoint point) {
    this.code = code;
    this.point = point;
    codes = code.codes();
    tables = new ProductTables(code.quantizer());
  }

  @Override
  public void query(MemorySegment packed, double squared) {
    tables.set(point.rotated(), 0);
  }

  @Override
  public void list(int list, float squared) {
    base = squared;
  }

  @Override
  public long block(MemorySegment blocks, long block, float threshold) {
    long at = AbsoluteMemory.start(blocks, block, code.blockBytes());
    int below = codes.estimate(blocks, at, tables.query(), threshold - base);
    AbsoluteMemory.keepAlive(blocks, blocks);
    return Integer.toUnsignedLong(below);
  }

  @Override
  public float estimate(int slot) {
    return base + tables.query().estimate(slot);
  }

  @Override
  public float deviation(float squared) {
    float error = code.typicalError();
    // An index that was built over nothing does not know how far its rows are from centroids.
    return error > 0 ? error * (float) Math.sqrt(squared) : squared;
  }
}
