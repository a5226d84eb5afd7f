package io.quiver.vector.index.ivf;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.PlaneKernels;
import io.quiver.vector.quantize.Rabitq;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Estimates the distances of {@link RabitqCode}. */
final class RabitqScan implements BlockScan {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * The sine of the angle between a vector of normal elements and its signs: sqrt(1 - 2 / pi). So
   * much of the query's residual is lost in the worst direction.
   */
  private static final float SINE = 0.603f;

  private final RabitqCode code;
  private final Rabitq firstBits;
  private final MemorySegment signs;
  private final RowPoint point;
  private float pointSum;
  private float base;

  RabitqScan(RabitqCode code, RowPoint point) {
    this.code = code;
    this.point = point;
    firstBits = code.firstBits();
    signs = NativeMemory.allocate(code.planeBytes());
  }

  @Override
  public void query(MemorySegment packed, double squared) {
    if (code.bits() > 1) {
      float sum = 0;
      for (int i = 0; i < firstBits.codeBits(); i++) {
        sum += point.rotated().get(FLOAT, 4L * i);
      }
      pointSum = sum;
    }
  }

  @Override
  public void list(int list, float squared) {
    base = squared;
  }

  @Override
  public long block(MemorySegment blocks, long block, float threshold) {
    long at = AbsoluteMemory.start(blocks, block, code.blockBytes());
    int below = firstBits.estimate(blocks, at, point.tables(), threshold - base);
    AbsoluteMemory.keepAlive(blocks, blocks);
    return Integer.toUnsignedLong(below);
  }

  @Override
  public float estimate(int slot) {
    return base + point.tables().estimate(slot);
  }

  @Override
  public boolean refines() {
    return code.bits() > 1;
  }

  @Override
  public float refine(MemorySegment blocks, long block, int slot, float squared) {
    code.readSigns(blocks, block, slot, signs);
    int dimension = firstBits.codeBits();
    MemorySegment rotated = point.rotated();
    long query = AbsoluteMemory.start(rotated, 0, 4L * dimension);
    long plane = AbsoluteMemory.start(signs, 0, code.planeBytes());
    float sum = PlaneKernels.sum(rotated, query, signs, plane, dimension);
    long planeBytes = code.planeBytes();
    long further =
        AbsoluteMemory.start(blocks, block + code.planesAt(slot), (code.bits() - 1) * planeBytes);
    for (int i = 1; i < code.bits(); i++, further += planeBytes) {
      sum = 2 * sum + PlaneKernels.sum(rotated, query, blocks, further, dimension);
    }
    AbsoluteMemory.keepAlive(rotated, blocks);
    float product = sum - ((1 << code.bits()) - 1) * 0.5f * pointSum;
    long factors = block + code.fineFactorsAt() + 4L * slot;
    return squared
        + blocks.get(FLOAT, factors)
        + blocks.get(FLOAT, factors + 4L * Rabitq.SLOTS) * product;
  }

  @Override
  public float deviation(float squared) {
    float slope = code.typicalSlope();
    // An index that was built over nothing does not know how far its rows are from centroids.
    return slope > 0 ? SINE * slope * (float) Math.sqrt(squared) : squared;
  }

  @Override
  public float refinedDeviation(float squared) {
    return deviation(squared) / (1 << (code.bits() - 1));
  }
}
