package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Two or four bits a dimension and two factors estimate a squared distance without bias: extended
 * RaBitQ (Gao et al., SIGMOD 2025). Where {@link Rabitq} scans many codes at once, these are read
 * one by one, as a graph asks for them.
 *
 * <p>Let r = x - c be a vector less one centre for all, {@link Rotation rotated}, and v the point
 * of the grid {@code {-(2^b - 1) / 2, ..., (2^b - 1) / 2}} in each dimension that has the direction
 * nearest to r's. Then g v with {@code g = |r|² / <r, v>} stands for r, and
 *
 * <pre>
 *   |q - x|² ~ |q - c|² + |r|² - 2 g &lt;q - c, v&gt;
 * </pre>
 *
 * <p>A row is
 *
 * <pre>
 *   0              codes, in units of 16 bytes, which are 8 shorts: dimension d stands in unit
 *                    d / (128 / b), with e = d mod (128 / b) in short e mod 8, from bit b (e / 8) on
 *   dimension b/8  |r|², a float
 *   + 4            g, a float
 * </pre>
 *
 * @param dimension after the rotation, a multiple of 64
 * @param bits a dimension, 2 or 4
 */
public record PackedCodes(int dimension, int bits) {
  static final int UNIT_BYTES = 16;
  static final int UNIT_SHORTS = 8;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  /** Steps of the search for the grid's best scale. */
  private static final int SCALES = 24;

  public PackedCodes {
    if (dimension < 64 || dimension % 64 != 0 || (bits != 2 && bits != 4)) {
      throw new IllegalArgumentException(
          "codes of " + dimension + " dimensions and " + bits + " bits");
    }
  }

  /** Bytes of a row. */
  public int rowBytes() {
    return codeBytes() + 8;
  }

  int codeBytes() {
    return dimension * bits / 8;
  }

  /** Planes of a short: dimensions that it holds. */
  int planes() {
    return 16 / bits;
  }

  float middle() {
    return ((1 << bits) - 1) / 2f;
  }

  /**
   * Writes a row.
   *
   * @param points with the rotated vector, less the centre
   * @param residual where it begins
   * @param row where the row goes
   */
  public void encode(MemorySegment points, long residual, MemorySegment rows, long row) {
    float[] r = new float[dimension];
    double squared = 0;
    float largest = 0;
    for (int i = 0; i < dimension; i++) {
      r[i] = all(points).get(FLOAT, residual + 4L * i);
      squared += (double) r[i] * r[i];
      largest = Math.max(largest, Math.abs(r[i]));
    }
    float scale = largest == 0 ? 1 : bestScale(r, largest);
    all(rows).asSlice(row, codeBytes()).fill((byte) 0);
    double product = 0;
    for (int i = 0; i < dimension; i++) {
      int level = level(r[i], scale);
      product += r[i] * (level - middle());
      put(rows, row, i, level);
    }
    all(rows).set(FLOAT, row + codeBytes(), (float) squared);
    all(rows).set(FLOAT, row + codeBytes() + 4, product <= 0 ? 0 : (float) (squared / product));
  }

  /** Of some scales, the one whose grid point has the direction nearest to the vector's. */
  private float bestScale(float[] r, float largest) {
    float best = 0;
    double bestCosine = -1;
    for (int step = 1; step <= SCALES; step++) {
      // Up to the one where the largest element falls into the outermost level.
      float scale = largest / (middle() + 0.5f) * step / SCALES;
      double product = 0;
      double square = 0;
      for (float x : r) {
        float v = level(x, scale) - middle();
        product += x * v;
        square += v * v;
      }
      double cosine = product / Math.sqrt(square);
      if (cosine > bestCosine) {
        bestCosine = cosine;
        best = scale;
      }
    }
    return best;
  }

  private int level(float x, float scale) {
    return Math.clamp((int) Math.floor(x / scale + (1 << (bits - 1))), 0, (1 << bits) - 1);
  }

  private void put(MemorySegment rows, long row, int d, int level) {
    int perUnit = planes() * UNIT_SHORTS;
    int e = d % perUnit;
    long at = row + (long) d / perUnit * UNIT_BYTES + 2L * (e % UNIT_SHORTS);
    short before = all(rows).get(SHORT, at);
    all(rows).set(SHORT, at, (short) (before | (level << (bits * (e / UNIT_SHORTS)))));
  }

  /**
   * Estimates the squared distances of some rows to the query.
   *
   * @param base where row 0 begins
   * @param stride bytes from a row to the next
   * @param numbers of the rows
   * @param out where {@code out[i]} becomes the distance of row {@code numbers[i]}, at least 0
   */
  // The rows' memory, where and how they lie, which of them, the query, and where it goes.
  @SuppressWarnings("ParameterNumber")
  public void estimate(
      MemorySegment rows,
      long base,
      long stride,
      int[] numbers,
      int count,
      PackedQuery query,
      float[] out) {
    PackedKernels.products(rows, base, stride, numbers, count, query, out);
    float squared = query.squared();
    for (int i = 0; i < count; i++) {
      long factors = base + numbers[i] * stride + codeBytes();
      float r = all(rows).get(FLOAT, factors);
      float g = all(rows).get(FLOAT, factors + 4);
      out[i] = Math.max(0, squared + r - 2 * g * out[i]);
    }
  }
}
