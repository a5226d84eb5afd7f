package io.quiver.vector.index.ivf;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.FastScan;
import io.quiver.vector.quantize.PlaneKernels;
import io.quiver.vector.quantize.SignTables;
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

  /** Typical errors that a first estimate is given before the further bits are read. */
  private static final float ERRORS = 2.5f;

  private final RabitqCode code;
  private final int parts;
  private final MemorySegment tables;
  private final MemorySegment signs;
  private MemorySegment point = MemorySegment.NULL;
  private MemorySegment blocks = MemorySegment.NULL;
  private long block;
  private float pointSum;
  private float base;
  private float bias;

  RabitqScan(RabitqCode code) {
    this.code = code;
    parts = code.dimension() / SignTables.DIMENSIONS;
    tables = NativeMemory.allocate(FastScan.queryBytes(parts));
    signs = NativeMemory.allocate(code.planeBytes());
  }

  /** The tables of the last query, which serve for the centroids too. */
  MemorySegment tables() {
    return tables;
  }

  @Override
  public void query(RowPoint newPoint, MemorySegment packed, double squared) {
    point = newPoint.rotated();
    SignTables.fill(point, 0, code.dimension(), tables);
    bias = FastScan.bias(tables);
    if (code.bits() > 1) {
      float sum = 0;
      for (int i = 0; i < code.dimension(); i++) {
        sum += point.get(FLOAT, 4L * i);
      }
      pointSum = sum;
    }
  }

  @Override
  public void list(int list, float squared) {
    base = squared;
    if (code.bits() > 1) {
      // Slopes are negative: the greater product gives a lower bound of most distances.
      FastScan.setBias(tables, bias + ERRORS * SINE * (float) Math.sqrt(base));
    }
  }

  @Override
  public long block(MemorySegment newBlocks, long newBlock, int used, float threshold) {
    blocks = newBlocks;
    block = newBlock;
    long at = AbsoluteMemory.start(blocks, block, code.tailAt());
    long query = FastScan.start(tables, parts);
    FastScan.values(blocks, at, tables, query, parts >> 1);
    long below =
        FastScan.estimateSloped(blocks, at + code.factorsAt(), tables, query, base, threshold);
    AbsoluteMemory.keepAlive(blocks, tables);
    return below;
  }

  @Override
  public float estimate(int slot) {
    return code.bits() == 1 ? FastScan.estimate(tables, slot) : fineEstimate(slot);
  }

  private float fineEstimate(int slot) {
    long from = block + FastScan.place(slot);
    for (int i = 0; i < code.planeBytes(); i++, from += FastScan.SLOTS) {
      signs.set(ValueLayout.JAVA_BYTE, i, blocks.get(ValueLayout.JAVA_BYTE, from));
    }
    int dimension = code.dimension();
    long query = AbsoluteMemory.start(point, 0, 4L * dimension);
    long plane = AbsoluteMemory.start(signs, 0, code.planeBytes());
    float sum = PlaneKernels.sum(point, query, signs, plane, dimension);
    long planeBytes = code.planeBytes();
    long further =
        AbsoluteMemory.start(blocks, block + code.planesAt(slot), (code.bits() - 1) * planeBytes);
    for (int i = 1; i < code.bits(); i++, further += planeBytes) {
      sum = 2 * sum + PlaneKernels.sum(point, query, blocks, further, dimension);
    }
    AbsoluteMemory.keepAlive(point, blocks);
    float product = sum - ((1 << code.bits()) - 1) * 0.5f * pointSum;
    long factors = block + code.fineFactorsAt() + 4L * slot;
    return base
        + blocks.get(FLOAT, factors)
        + blocks.get(FLOAT, factors + 4L * FastScan.SLOTS) * product;
  }

  @Override
  public float deviation() {
    return SINE * code.typicalSlope() * (float) Math.sqrt(base) / (1 << (code.bits() - 1));
  }
}
