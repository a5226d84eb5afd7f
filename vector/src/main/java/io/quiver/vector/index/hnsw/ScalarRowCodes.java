package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.ScalarCodeDistances;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A byte an element ({@link ScalarQuantizer}). Its sections:
 *
 * <pre>
 *  "scale"   4 low, float;  4 step, float
 *  "codes"   a byte for each element, row after row;  64 zeros
 * </pre>
 */
final class ScalarRowCodes implements RowCodes {
  static final String SCALE = "scale";
  static final String CODES = "codes";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int SCALE_BYTES = 8;

  /** Candidates that are ranked again beyond the wanted ones. */
  private static final int EXTRA = 10;

  private final VectorRows rows;
  private final ScalarQuantizer quantizer;
  private final MemorySegment codes;

  private ScalarRowCodes(VectorRows rows, ScalarQuantizer quantizer, MemorySegment codes) {
    this.rows = rows;
    this.quantizer = quantizer;
    this.codes = codes;
  }

  /** Room for the codes of all rows. */
  static ScalarRowCodes empty(VectorRows rows, ScalarQuantizer quantizer) {
    return new ScalarRowCodes(rows, quantizer, NativeMemory.allocate(bytes(rows)));
  }

  private static long bytes(VectorRows rows) {
    return ScalarCodeDistances.bytes(rows.count(), rows.dimension());
  }

  /** Opens what was written. */
  static ScalarRowCodes open(IndexForm form, VectorRows rows) {
    ScalarQuantizer quantizer = IndexForm.scale(form.section(SCALE, SCALE_BYTES), 0);
    MemorySegment codes = form.section(CODES, bytes(rows));
    return new ScalarRowCodes(rows, quantizer, codes);
  }

  @Override
  public RowCodes copy(VectorRows room) {
    ScalarRowCodes copied = empty(room, quantizer);
    MemorySegment.copy(codes, 0, copied.codes, 0, (long) rows.dimension() * rows.count());
    return copied;
  }

  @Override
  public Encoder encoder() {
    int dimension = rows.dimension();
    return (row, point) -> quantizer.encode(point, 0, dimension, codes, (long) dimension * row);
  }

  @Override
  public PointDistances distances() {
    return new ScalarCodeDistances(
        quantizer, rows.metric(), rows.encoding(), rows.dimension(), codes);
  }

  @Override
  public boolean linksRows() {
    return true;
  }

  @Override
  public int rerank(int wanted, int pool) {
    return wanted + EXTRA;
  }

  @Override
  public int filteredPool(int pool) {
    return pool;
  }

  @Override
  public long memoryBytes() {
    return bytes(rows) + SCALE_BYTES;
  }

  @Override
  public List<IndexForm.Section> sections() {
    MemorySegment scale = Arena.ofAuto().allocate(SCALE_BYTES);
    scale.set(FLOAT, 0, quantizer.low());
    scale.set(FLOAT, 4, quantizer.step());
    return List.of(
        new IndexForm.Section(SCALE, scale),
        new IndexForm.Section(CODES, codes.asSlice(0, bytes(rows))));
  }
}
