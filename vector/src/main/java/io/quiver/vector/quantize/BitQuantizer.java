package io.quiver.vector.quantize;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Codes of one bit a dimension ({@link Rabitq} says how they estimate distances), each row's apart
 * from the others', for rows that are met one by one.
 *
 * <p>With x, c and q rotated, r = x - c, s the signs of r, and {@code g = |r|² / sum |r_i|}:
 *
 * <pre>
 *   |q - x|²   ~ |q - c|² + (|r|² + 2 g &lt;c, s&gt;) - 2 g &lt;q, s&gt;
 *   -&lt;q, x&gt;    ~ -&lt;q, c&gt; + (g &lt;c, s&gt; - &lt;c, r&gt;) - g &lt;q, s&gt;
 * </pre>
 *
 * both of which are {@code base(q) + constant + slope <q, s>}. Cosine takes half of the first, over
 * points of length 1.
 *
 * <p>A row takes {@link #rowBytes}: the bits, of 64-bit words, dimension i in bit i, set where r_i
 * is not negative; then constant and slope as floats.
 *
 * @param centre of all points, rotated: as many floats as the rotation has bits
 */
public record BitQuantizer(Rotation rotation, Metric metric, MemorySegment centre) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Points whose mean is the centre. */
  private static final int SAMPLE = 4096;

  /** Finds the centre of some points. */
  public static BitQuantizer train(
      int count, int dimension, Metric metric, long seed, ScalarQuantizer.Points points) {
    Rotation rotation = Rotation.random(dimension, seed);
    SplittableRandom random = new SplittableRandom(seed);
    double[] sums = new double[dimension];
    MemorySegment point = Arena.ofAuto().allocate(4L * dimension, NativeMemory.ALIGNMENT);
    int drawn = Math.min(count, SAMPLE);
    for (int i = 0; i < drawn; i++) {
      points.write(drawn == count ? i : random.nextInt(count), point, 0);
      for (int k = 0; k < dimension; k++) {
        sums[k] += point.get(FLOAT, 4L * k);
      }
    }
    for (int k = 0; k < dimension; k++) {
      point.set(FLOAT, 4L * k, (float) (sums[k] / Math.max(1, drawn)));
    }
    MemorySegment centre = NativeMemory.allocate(4L * rotation.codeBits());
    rotation.rotate(point, 0, centre, 0);
    return new BitQuantizer(rotation, metric, centre);
  }

  /** Bytes of a row's code and factors. */
  public int rowBytes() {
    return rotation.codeBits() / 8 + 8;
  }

  /** Bytes that so many rows take, with those beyond the last that are read too. */
  public long bytes(int rows) {
    return (long) rowBytes() * rows + BitCodeDistances.SLACK;
  }

  /**
   * Writes a row.
   *
   * @param rotated scratch of one float a bit
   */
  public void encode(MemorySegment point, MemorySegment rotated, MemorySegment codes, long at) {
    rotation.rotate(point, 0, rotated, 0);
    int bits = rotation.codeBits();
    double squared = 0;
    double absolute = 0;
    double centreSigns = 0;
    double centreRest = 0;
    for (int word = 0; word < bits; word += 64) {
      long signs = 0;
      for (int i = word; i < word + 64; i++) {
        double c = centre.get(FLOAT, 4L * i);
        double r = rotated.get(FLOAT, 4L * i) - c;
        squared += r * r;
        absolute += Math.abs(r);
        centreSigns += r >= 0 ? c : -c;
        centreRest += c * r;
        signs |= r >= 0 ? 1L << i : 0;
      }
      codes.set(LONG, at + word / 8, signs);
    }
    double g = absolute == 0 ? 0 : squared / absolute;
    double constant = squared + 2 * g * centreSigns;
    double slope = -2 * g;
    switch (metric) {
      case COSINE -> {
        constant /= 2;
        slope /= 2;
      }
      case NEGATIVE_INNER_PRODUCT -> {
        constant = g * centreSigns - centreRest;
        slope = -g;
      }
      default -> {}
    }
    codes.set(FLOAT, at + bits / 8, (float) constant);
    codes.set(FLOAT, at + bits / 8 + 4, (float) slope);
  }

  /** What all estimates from a rotated query have in common. */
  float base(MemorySegment query) {
    double squared = 0;
    double product = 0;
    for (int i = 0; i < rotation.codeBits(); i++) {
      double q = query.get(FLOAT, 4L * i);
      double c = centre.get(FLOAT, 4L * i);
      squared += (q - c) * (q - c);
      product += q * c;
    }
    return (float)
        switch (metric) {
          case COSINE -> squared / 2;
          case NEGATIVE_INNER_PRODUCT -> -product;
          default -> squared;
        };
  }
}
