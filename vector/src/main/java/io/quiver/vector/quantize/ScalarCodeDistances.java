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

  private final ScalarQuantizer quantizer;
  private final Metric metric;
  private final Encoding encoding;
  private final int dimension;
  private final MemorySegment codes;
  private final MemorySegment floats;
  private final MemorySegment prepared;

  /** Distances are sums over codes times this, and this added. */
  private float scale;

  private float shift;

  /**
   * @param encoding of queries
   * @param codes {@code dimension} bytes a row
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
    prepared =
        Arena.ofAuto().allocate(FourCodeRows.preparedBytes(dimension), NativeMemory.ALIGNMENT);
    float square = quantizer.step() * quantizer.step();
    scale = metric == Metric.COSINE ? square / 2 : square;
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
      FourCodeRows.prepare(prepared, i, quantizer.code(factor * floats.get(FLOAT, 4L * i)));
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
      FourCodeRows.prepare(prepared, i, Math.round(floats.get(FLOAT, 4L * i) / unit));
    }
    scale = -quantizer.step() * unit;
    shift = (float) (-quantizer.low() * sum);
  }

  @Override
  public void fromRow(int row) {
    long at = (long) dimension * row;
    if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      quantizer.decode(codes, at, dimension, floats, 0);
      prepareForDot();
    } else {
      FourCodeRows.prepare(prepared, codes, at, dimension);
    }
  }

  @Override
  public void to(int[] numbers, int count, float[] out) {
    if (count == 0) {
      return;
    }
    if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      FourCodeRows.dot(prepared, codes, dimension, dimension, numbers, count, out);
      for (int i = 0; i < count; i++) {
        out[i] = out[i] * scale + shift;
      }
    } else {
      FourCodeRows.l2(prepared, codes, dimension, dimension, numbers, count, out);
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
