package io.quiver.vector.index.ivf;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.ProductQuantizer;
import io.quiver.vector.quantize.ProductTables;
import io.quiver.vector.quantize.Rabitq;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Codes of 4 bits for parts of the rotated row less its list's centroid, by {@link
 * ProductQuantizer}. The rotation makes all parts alike, as optimised product quantization does (Ge
 * et al., TPAMI 2014), at the price of one transform a query.
 *
 * <p>Let u be what the codewords put together. Estimates are those of {@link Rabitq} with u in the
 * place of the signs: {@code |q - x|² ~ |q - c|² + constant + slope <q, u>} with {@code slope = -2
 * |r|² / <r, u>} and {@code constant = |r|² - slope <c, u>}, so that they are without bias, and a
 * query's tables serve all lists.
 *
 * <p>A block has the bytes that {@link Rabitq} specifies for four bits a part, and for 16 parts
 * more where their number is not a multiple of 16; the code of part p takes the place of the signs
 * of dimensions 4 p to 4 p + 3.
 *
 * <p>The section {@code codebook} has a float, by how much codes are typically wrong (the tangent
 * of the angle between r and u), then 60 bytes of 0, and then the codewords as {@link
 * ProductQuantizer} specifies them.
 */
final class PqCode implements BlockCode {
  static final String SECTION = "codebook";

  /** Where the codewords begin in the section. */
  private static final long CODEWORDS_AT = 64;

  private static final int SLOTS = Rabitq.SLOTS;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Centroids centroids;
  private final ProductQuantizer quantizer;
  private final float tangent;
  private final Rabitq codes;

  private PqCode(Centroids centroids, ProductQuantizer quantizer, float tangent) {
    this.centroids = centroids;
    this.quantizer = quantizer;
    this.tangent = tangent;
    codes = ProductTables.codes(quantizer.parts());
  }

  /** Finds codewords for a sample of residuals, of which there is at least one. */
  static PqCode train(Centroids centroids, int parts, float[][] residuals, long seed) {
    ProductQuantizer quantizer =
        ProductQuantizer.train(residuals, centroids.dimension(), parts, seed);
    double sum = 0;
    for (float[] residual : residuals) {
      double squared = 0;
      double product = 0;
      double codeSquared = 0;
      for (int part = 0, d = 0; part < parts; part++) {
        int word = quantizer.code(residual, part);
        for (; d < quantizer.from(part + 1); d++) {
          double u = quantizer.element(d, word);
          squared += (double) residual[d] * residual[d];
          product += residual[d] * u;
          codeSquared += u * u;
        }
      }
      sum += Math.sqrt(Math.max(0, squared * codeSquared / (product * product) - 1));
    }
    float mean = (float) (sum / residuals.length);
    return new PqCode(centroids, quantizer, Float.isFinite(mean) ? mean : 1);
  }

  static PqCode read(Centroids centroids, int parts, MemorySegment section) {
    float tangent = section.get(FLOAT, 0);
    if (!(tangent >= 0 && tangent < Float.POSITIVE_INFINITY)) {
      throw new DamagedIndexException("its codes cannot be wrong by " + tangent);
    }
    MemorySegment words = NativeMemory.allocate(section.byteSize() - CODEWORDS_AT);
    MemorySegment.copy(section, CODEWORDS_AT, words, 0, section.byteSize() - CODEWORDS_AT);
    return new PqCode(
        centroids, new ProductQuantizer(centroids.dimension(), parts, words), tangent);
  }

  /** Bytes of the section. */
  static long sectionBytes(int dimension) {
    return CODEWORDS_AT + ProductQuantizer.bytes(dimension);
  }

  ProductQuantizer quantizer() {
    return quantizer;
  }

  Rabitq codes() {
    return codes;
  }

  /** The typical error of an estimate at distance 1 from the list's centroid. */
  float typicalError() {
    return 2 * centroids.meanResidual() * tangent / (float) Math.sqrt(centroids.dimension());
  }

  @Override
  public int slots() {
    return SLOTS;
  }

  @Override
  public long tailAt() {
    return codes.blockBytes();
  }

  @Override
  public void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot) {
    float[] residual = point.residual(list);
    long centroid = list * centroids.stride();
    double squared = 0;
    double product = 0;
    double withCentroid = 0;
    for (int part = 0, d = 0; part < quantizer.parts(); part++) {
      int word = quantizer.code(residual, part);
      ProductTables.setCode(blocks, slot.block(), slot.number(), part, word);
      for (; d < quantizer.from(part + 1); d++) {
        double u = quantizer.element(d, word);
        squared += (double) residual[d] * residual[d];
        product += residual[d] * u;
        withCentroid += u * centroids.rotated().get(FLOAT, centroid + 4L * d);
      }
    }
    double slope = product > 0 ? -2 * squared / product : 0;
    codes.setFactors(
        blocks,
        AbsoluteMemory.start(blocks, slot.block(), blockBytes()),
        slot.number(),
        (float) (squared - slope * withCentroid),
        (float) slope);
  }

  @Override
  public void clear(MemorySegment blocks, Slot slot) {
    codes.clear(blocks, AbsoluteMemory.start(blocks, slot.block(), blockBytes()), slot.number());
  }

  @Override
  public int estimatesPerDistance() {
    return 25;
  }

  @Override
  public int candidates(int k) {
    return 6 * k + 50;
  }

  @Override
  public int refined(int k) {
    return candidates(k);
  }

  @Override
  public BlockScan scan(RowPoint point) {
    return new PqScan(this, point);
  }

  @Override
  public long memoryBytes() {
    return quantizer.codewords().byteSize();
  }

  @Override
  public List<Section> sections() {
    MemorySegment words = quantizer.codewords();
    long bytes = sectionBytes(centroids.dimension());
    return List.of(
        new Section(
            SECTION,
            bytes,
            into -> {
              into.fill((byte) 0);
              into.set(FLOAT, 0, tangent);
              MemorySegment.copy(words, 0, into, CODEWORDS_AT, bytes - CODEWORDS_AT);
            }));
  }
}
