package io.quiver.vector.quantize;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A byte for an element: code c, from 0 to 255, stands for {@code low + step * c}. One scale serves
 * all dimensions, so that squared distances of points are those of codes times {@code step²}.
 *
 * <p>The scale leaves out the smallest and the greatest 0.025 % of all elements, lest a few of them
 * make it coarse for all others; they get the nearest code there is.
 */
public record ScalarQuantizer(float low, float step) {
  /** The greatest code. */
  public static final int CODE_MAX = 255;

  private static final double CLIPPED = 0.00025;

  /** Elements that are looked at: more do not move the quantiles. */
  private static final int SAMPLE = 1 << 20;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public ScalarQuantizer {
    if (!(step > 0) || !Float.isFinite(step) || !Float.isFinite(low)) {
      throw new IllegalArgumentException("codes from " + low + " in steps of " + step);
    }
  }

  /** Where points come from. */
  @FunctionalInterface
  public interface Points {
    /** Writes the floats of one point to a place in memory. */
    void write(int number, MemorySegment into, long at);
  }

  /**
   * Finds the scale of some points.
   *
   * @param count of points, from which some are drawn
   */
  public static ScalarQuantizer train(int count, int dimension, long seed, Points points) {
    int drawn = (int) Math.min(count, Math.max(1, (long) SAMPLE / dimension));
    if (drawn == 0) {
      return new ScalarQuantizer(0, 1);
    }
    SplittableRandom random = new SplittableRandom(seed);
    MemorySegment point = Arena.ofAuto().allocate(4L * dimension, 64);
    float[] elements = new float[drawn * dimension];
    for (int i = 0; i < drawn; i++) {
      points.write(drawn == count ? i : random.nextInt(count), point, 0);
      MemorySegment.copy(point, FLOAT, 0, elements, i * dimension, dimension);
    }
    Arrays.sort(elements);
    int clipped = (int) (elements.length * CLIPPED);
    float low = elements[clipped];
    float high = elements[elements.length - 1 - clipped];
    if (!Float.isFinite(low) || !Float.isFinite(high) || !(high > low)) {
      return new ScalarQuantizer(Float.isFinite(low) ? low : 0, 1);
    }
    // In double, since the whole range of floats is wider than a float.
    double step = ((double) high - low) / CODE_MAX;
    return new ScalarQuantizer(low, (float) Math.max(step, Float.MIN_NORMAL));
  }

  /** The code of a value. */
  public int code(float value) {
    return (int) Math.clamp(Math.rint(((double) value - low) / step), 0, CODE_MAX);
  }

  /** Writes the codes of a point, a byte each. */
  public void encode(MemorySegment point, long at, int dimension, MemorySegment codes, long to) {
    for (int i = 0; i < dimension; i++) {
      codes.set(ValueLayout.JAVA_BYTE, to + i, (byte) code(point.get(FLOAT, at + 4L * i)));
    }
  }

  /** Writes the floats that codes stand for. */
  public void decode(MemorySegment codes, long at, int dimension, MemorySegment into, long to) {
    for (int i = 0; i < dimension; i++) {
      int code = codes.get(ValueLayout.JAVA_BYTE, at + i) & 0xFF;
      into.set(FLOAT, to + 4L * i, low + step * code);
    }
  }
}
