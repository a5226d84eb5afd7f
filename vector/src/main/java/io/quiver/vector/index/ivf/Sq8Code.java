package io.quiver.vector.index.ivf;

import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A byte for each element of the rotated row less its list's centroid, by {@link ScalarQuantizer}:
 * a residual's elements are alike after the rotation, and small. A block has the codes of 16 rows
 * one after the other, a byte for each rotated dimension, of which there is a multiple of 64.
 *
 * <p>Its section {@code scale} has two floats: what code 0 stands for, and the step from one code
 * to the next.
 */
final class Sq8Code implements BlockCode {
  static final String SECTION = "scale";

  private static final int SLOTS = 16;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Centroids centroids;
  private final ScalarQuantizer quantizer;

  Sq8Code(Centroids centroids, ScalarQuantizer quantizer) {
    this.centroids = centroids;
    this.quantizer = quantizer;
  }

  static Sq8Code read(Centroids centroids, MemorySegment scale) {
    return new Sq8Code(centroids, IndexForm.scale(scale, 0));
  }

  ScalarQuantizer quantizer() {
    return quantizer;
  }

  Centroids centroids() {
    return centroids;
  }

  int dimension() {
    return centroids.dimension();
  }

  @Override
  public int slots() {
    return SLOTS;
  }

  @Override
  public long tailAt() {
    return (long) SLOTS * dimension();
  }

  @Override
  public void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot) {
    float[] residual = point.residual(list);
    long at = slot.block() + (long) slot.number() * dimension();
    for (int d = 0; d < residual.length; d++) {
      blocks.set(ValueLayout.JAVA_BYTE, at + d, (byte) quantizer.code(residual[d]));
    }
  }

  @Override
  public void clear(MemorySegment blocks, Slot slot) {
    // An empty slot is known by its row alone.
  }

  @Override
  public int estimatesPerDistance() {
    return 3;
  }

  @Override
  public int candidates(int k) {
    return 2 * k + 20;
  }

  @Override
  public int refined(int k) {
    return candidates(k);
  }

  @Override
  public BlockScan scan(RowPoint point) {
    return new Sq8Scan(this, point);
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public List<Section> sections() {
    MemorySegment scale = NativeMemory.allocate(8);
    scale.set(FLOAT, 0, quantizer.low());
    scale.set(FLOAT, 4, quantizer.step());
    return List.of(new Section(SECTION, scale.asSlice(0, 8)));
  }
}
