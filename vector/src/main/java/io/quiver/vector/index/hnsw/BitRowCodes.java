package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.BitCodeDistances;
import io.quiver.vector.quantize.BitQuantizer;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A bit a dimension ({@link BitQuantizer}). Its sections:
 *
 * <pre>
 *  "bits"     each row as BitQuantizer says;  64 zeros
 *  "centre"   floats of the rotated centre, one a bit
 *  "signs"    64-bit words of the rotation, as {@link Rotation#of} takes them
 * </pre>
 */
final class BitRowCodes implements RowCodes {
  private static final int FILTERED_FACTOR = 4;

  private static final String BITS = "bits";
  private static final String CENTRE = "centre";
  private static final String SIGNS = "signs";

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorRows rows;
  private final BitQuantizer quantizer;
  private final MemorySegment codes;

  private BitRowCodes(VectorRows rows, BitQuantizer quantizer, MemorySegment codes) {
    this.rows = rows;
    this.quantizer = quantizer;
    this.codes = codes;
  }

  /** Room for the codes of all rows. */
  static BitRowCodes empty(VectorRows rows, BitQuantizer quantizer) {
    return new BitRowCodes(rows, quantizer, NativeMemory.allocate(quantizer.bytes(rows.count())));
  }

  /** Opens what was written. */
  static BitRowCodes open(IndexForm form, VectorRows rows) {
    int dimension = rows.dimension();
    long[] signs = form.section(SIGNS, 8L * Rotation.signWords(dimension)).toArray(LONG);
    MemorySegment centre = form.section(CENTRE, 4L * Rotation.codeBits(dimension));
    Metric metric = rows.metric();
    BitQuantizer quantizer = new BitQuantizer(Rotation.of(dimension, signs), metric, centre);
    return new BitRowCodes(rows, quantizer, form.section(BITS, quantizer.bytes(rows.count())));
  }

  @Override
  public RowCodes copy(VectorRows room) {
    BitQuantizer own =
        new BitQuantizer(
            quantizer.rotation(), quantizer.metric(), copy(quantizer.centre(), 4L * codeBits()));
    BitRowCodes copied = empty(room, own);
    MemorySegment.copy(codes, 0, copied.codes, 0, (long) own.rowBytes() * rows.count());
    return copied;
  }

  private int codeBits() {
    return quantizer.rotation().codeBits();
  }

  private static MemorySegment copy(MemorySegment from, long bytes) {
    MemorySegment copied = NativeMemory.allocate(bytes);
    MemorySegment.copy(from, 0, copied, 0, bytes);
    return copied;
  }

  @Override
  public Encoder encoder() {
    MemorySegment rotated =
        Arena.ofAuto().allocate(4L * quantizer.rotation().codeBits(), NativeMemory.ALIGNMENT);
    return (row, point) ->
        quantizer.encode(point, rotated, codes, (long) quantizer.rowBytes() * row);
  }

  @Override
  public PointDistances distances() {
    return new BitCodeDistances(quantizer, rows.encoding(), codes);
  }

  @Override
  public boolean linksRows() {
    return false;
  }

  // An estimate is off by several ranks, so that whoever was near enough to be expanded may be one
  // of the nearest.
  @Override
  public int rerank(int wanted, int pool) {
    return pool;
  }

  // Rows that are about equally far away have estimates in any order.
  @Override
  public int filteredPool(int pool) {
    return FILTERED_FACTOR * pool;
  }

  @Override
  public long memoryBytes() {
    return quantizer.bytes(rows.count()) + 12L * quantizer.rotation().codeBits();
  }

  @Override
  public List<IndexForm.Section> sections() {
    long[] words = quantizer.rotation().signs();
    MemorySegment signs = Arena.ofAuto().allocate(8L * words.length, 8);
    MemorySegment.copy(words, 0, signs, LONG, 0, words.length);
    return List.of(
        new IndexForm.Section(BITS, codes.asSlice(0, quantizer.bytes(rows.count()))),
        new IndexForm.Section(
            CENTRE, quantizer.centre().asSlice(0, 4L * quantizer.rotation().codeBits())),
        new IndexForm.Section(SIGNS, signs));
  }
}
