package io.quiver.vector.quantize;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.distance.RowDecoder;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * {@link PointDistances} from codes of {@link ScalarQuantizer}, a row's codes beside the next
 * row's. For L2 and cosine (whose rows were brought to length 1 before they were encoded) the query
 * becomes codes too; for the inner product it becomes whole numbers from -127 to 127 of its own
 * scale.
 */
public final class ScalarCodeDistances implements PointDistances {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int QUERY_MAX = 127;

  /** Farther away, all rows are nearly the same one. */
  private static final int ORIGIN_MAX = 1 << 13;

  private final ScalarQuantizer quantizer;
  private final Metric metric;
  private final Encoding encoding;
  private final int dimension;
  private final MemorySegment codes;
  private final MemorySegment floats;
  private final MemorySegment prepared;

  /** The code that stands for 0, which may be beyond the codes that there are. */
  private final int rowOrigin;

  private final int rowShift;

  /** Distances are sums over codes times this, and this added. */
  private float scale;

  private float shift;

  /**
   * @param encoding of queries
   * @param codes {@link #bytes}: {@code dimension} bytes a row
   */
  public ScalarCodeDistances(
      ScalarQuantizer quantizer,
      Metric metric,
      Encoding encoding,
      int dimension,
      MemorySegment codes) {
    this.quantizer = quantizer;
    this.metric = metric;
    this.encoding = encoding;
    this.dimension = dimension;
    this.codes = codes;
    floats = Arena.ofAuto().allocate(4L * dimension, NativeMemory.ALIGNMENT);
    prepared = CodeRows.allocatePrepared(dimension);
    rowOrigin =
        (int)
            Math.clamp(
                Math.rint((double) -quantizer.low() / quantizer.step()), -ORIGIN_MAX, ORIGIN_MAX);
    int farthest = Math.max(Math.abs(rowOrigin), Math.abs(ScalarQuantizer.CODE_MAX - rowOrigin));
    int shifted = 0;
    while (farthest >> shifted > QUERY_MAX) {
      shifted++;
    }
    rowShift = shifted;
    float square = quantizer.step() * quantizer.step();
    scale = metric == Metric.COSINE ? square / 2 : square;
  }

  /** Bytes that the codes of so many rows take, with those beyond the last that are read too. */
  public static long bytes(int rows, int dimension) {
    return (long) dimension * rows + CodeRows.SLACK;
  }

  @Override
  public void from(MemorySegment query) {
    RowDecoder.decode(encoding, query, 0, dimension, floats, 0);
    if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      prepareForDot();
      return;
    }
    float factor = metric == Metric.COSINE ? reciprocalLength() : 1;
    for (int i = 0; i < dimension; i++) {
      CodeRows.prepare(prepared, i, quantizer.code(factor * floats.get(FLOAT, 4L * i)));
    }
  }

  private float reciprocalLength() {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double x = floats.get(FLOAT, 4L * i);
      sum += x * x;
    }
    return sum == 0 ? 0 : (float) (1 / Math.sqrt(sum));
  }

  // <q, x> = low * sum(q) + step * sum(q * code)
  private void prepareForDot() {
    float greatest = Float.MIN_NORMAL;
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      float x = floats.get(FLOAT, 4L * i);
      greatest = Math.max(greatest, Math.abs(x));
      sum += x;
    }
    float unit = greatest / QUERY_MAX;
    for (int i = 0; i < dimension; i++) {
      CodeRows.prepare(prepared, i, Math.round(floats.get(FLOAT, 4L * i) / unit));
    }
    scale = -quantizer.step() * unit;
    shift = (float) (-quantizer.low() * sum);
  }

  @Override
  public void fromRow(int row) {
    long at = (long) dimension * row;
    if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      // The row's values in units of their own step, halved until they fit: x = unit * value.
      float unit = quantizer.step() * (1 << rowShift);
      int sum = CodeRows.prepareSigned(prepared, codes, at, dimension, rowOrigin, rowShift);
      scale = -quantizer.step() * unit;
      shift = -quantizer.low() * unit * sum;
    } else {
      CodeRows.prepare(prepared, codes, at, dimension);
    }
  }

  @Override
  public void to(int[] numbers, int count, float[] out) {
    if (count == 0) {
      return;
    }
    if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      CodeRows.dot(prepared, codes, dimension, dimension, numbers, count, out);
      for (int i = 0; i < count; i++) {
        out[i] = out[i] * scale + shift;
      }
    } else {
      CodeRows.l2(prepared, codes, dimension, dimension, numbers, count, out);
      for (int i = 0; i < count; i++) {
        out[i] *= scale;
      }
    }
  }

  @Override
  public void keepAlive() {
    AbsoluteMemory.keepAlive(codes, prepared);
  }
}
