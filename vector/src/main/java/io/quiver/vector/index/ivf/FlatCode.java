package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The rows themselves. A block has 16 of them one after the other, each from a multiple of 64 bytes
 * on: where rows are FLOAT32 as points, which have length 1 under cosine and one dimension more
 * under inner product, and otherwise as they are.
 */
final class FlatCode implements BlockCode {
  private static final int SLOTS = 16;

  private final EuclideanRows rows;
  private final boolean points;
  private final long stride;

  FlatCode(EuclideanRows rows) {
    this.rows = rows;
    VectorRows original = rows.rows();
    points = original.encoding() == Encoding.FLOAT32;
    stride =
        NativeMemory.align(
            points ? 4L * rows.dimension() : original.encoding().bytes(original.dimension()));
  }

  EuclideanRows rows() {
    return rows;
  }

  /** Whether blocks hold points. */
  boolean holdsPoints() {
    return points;
  }

  /** Bytes from one row of a block to the next. */
  long stride() {
    return stride;
  }

  @Override
  public int slots() {
    return SLOTS;
  }

  @Override
  public long tailAt() {
    return SLOTS * stride;
  }

  @Override
  public void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot) {
    long at = slot.block() + slot.number() * stride;
    if (points) {
      MemorySegment.copy(point.point(), 0, blocks, at, 4L * rows.dimension());
    } else {
      RowBlock block = rows.rows().block();
      int bytes = rows.rows().encoding().bytes(rows.rows().dimension());
      MemorySegment.copy(block.memory(), block.position(row), blocks, at, bytes);
    }
  }

  @Override
  public void clear(MemorySegment blocks, Slot slot) {
    // An empty slot is known by its row alone.
  }

  @Override
  public int estimatesPerDistance() {
    return 1;
  }

  @Override
  public int candidates(int k) {
    // A few more, lest a row that is taken out meanwhile leaves a gap.
    return k + 8;
  }

  @Override
  public int refined(int k) {
    return k;
  }

  @Override
  public BlockScan scan(RowPoint point) {
    return new FlatScan(this, point.point());
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public List<Section> sections() {
    return List.of();
  }
}
