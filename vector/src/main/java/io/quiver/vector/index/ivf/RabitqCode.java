package io.quiver.vector.index.ivf;

import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.quantize.FastScan;
import io.quiver.vector.quantize.SignTables;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One bit a dimension, and up to seven further bits that are read only where the first leaves it
 * open whether a row is near: RaBitQ (Gao and Long, SIGMOD 2024) and its extension (Gao et al.,
 * SIGMOD 2025).
 *
 * <p>Let r be the rotated row without its list's centroid c, and s the signs of r, each 1 or -1.
 * With {@code g = |r|² / sum |r_i|},
 *
 * <pre>
 *   |q - x|² ~ |q - c|² + (|r|² + 2 g &lt;c, s&gt;) + (-2 g) &lt;q, s&gt;
 *            = |q - c|² + constant + slope &lt;q, s&gt;
 * </pre>
 *
 * without bias, and with an error of about {@code |slope| |q - c| sqrt(1 - cos²(r, s))}. With b
 * bits the place of s takes u, whose elements are -(2^b - 1) / 2 to (2^b - 1) / 2 in steps of 1,
 * rounded from r at the scale that leaves the least angle between them, and g is {@code |r|² / <r,
 * u>}.
 *
 * <p>Of D rotated dimensions, a block has:
 *
 * <pre>
 *   0              8 D bytes: the signs, as {@link FastScan} interleaves them; a part is 4 dimensions,
 *                  the first in its lowest bit, which is set where the sign is positive
 *   + 256          64 floats: constants; infinity where a slot is empty
 *   + 256          64 floats: slopes
 *   with more bits than one:
 *   + 256          64 floats: constants of all bits
 *   + 256          64 floats: slopes of all bits
 *   + ...          the further bits, of slot 0 first: for each, the second highest first, D / 8 bytes,
 *                  the first dimension in the lowest bit of the first byte
 * </pre>
 */
final class RabitqCode implements BlockCode {
  private static final int SLOTS = FastScan.SLOTS;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Multiples of the mean absolute element at which the greatest code is tried. */
  private static final float[] REACHES = {1.6f, 2f, 2.4f, 2.8f, 3.2f, 3.6f, 4f, 4.5f, 5f};

  private final Centroids centroids;
  private final int bits;
  private final int dimension;

  RabitqCode(Centroids centroids, int bits) {
    this.centroids = centroids;
    this.bits = bits;
    this.dimension = centroids.dimension();
  }

  int bits() {
    return bits;
  }

  int dimension() {
    return dimension;
  }

  /** The size of a slope where the residual's elements are normal: 2 |r| sqrt(pi / 2 D). */
  float typicalSlope() {
    return 2 * centroids.meanResidual() * (float) Math.sqrt(Math.PI / 2 / dimension);
  }

  /** Where the constants and slopes of the first bits stand in a block. */
  long factorsAt() {
    return FastScan.codeBytes(dimension / SignTables.DIMENSIONS);
  }

  /** Where those of all bits stand. */
  long fineFactorsAt() {
    return factorsAt() + 8L * SLOTS;
  }

  /** Bytes of one bit of all dimensions. */
  long planeBytes() {
    return dimension >> 3;
  }

  /** Where a slot's further bits stand. */
  long planesAt(int slot) {
    return fineFactorsAt() + 8L * SLOTS + slot * (bits - 1) * planeBytes();
  }

  @Override
  public int slots() {
    return SLOTS;
  }

  @Override
  public long tailAt() {
    return bits == 1 ? fineFactorsAt() : planesAt(SLOTS);
  }

  @Override
  public void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot) {
    float[] residual = point.residual(list);
    long centroid = list * centroids.stride();
    double squared = 0;
    double absolute = 0;
    double withCentroid = 0;
    for (int d = 0; d < dimension; d++) {
      float r = residual[d];
      float c = centroids.rotated().get(FLOAT, centroid + 4L * d);
      squared += (double) r * r;
      absolute += Math.abs(r);
      withCentroid += r > 0 ? c : -c;
    }
    long signs = slot.block() + FastScan.place(slot.number());
    for (int d = 0; d < dimension; d += 8) {
      int eight = 0;
      for (int i = 0; i < 8; i++) {
        eight |= residual[d + i] > 0 ? 1 << i : 0;
      }
      blocks.set(ValueLayout.JAVA_BYTE, signs + 8L * d, (byte) eight);
    }
    double slope = absolute == 0 ? 0 : -2 * squared / absolute;
    factors(
        blocks, slot.block() + factorsAt(), slot.number(), squared - slope * withCentroid, slope);
    if (bits > 1) {
      encodeFine(residual, squared, absolute, centroid, blocks, slot);
    }
  }

  private static void factors(
      MemorySegment blocks, long at, int slot, double constant, double slope) {
    blocks.set(FLOAT, at + 4L * slot, (float) constant);
    blocks.set(FLOAT, at + 4L * (SLOTS + slot), (float) slope);
  }

  private void encodeFine(
      float[] residual,
      double squared,
      double absolute,
      long centroid,
      MemorySegment blocks,
      Slot slot) {
    int half = 1 << (bits - 1);
    float inverse = inverseStep(residual, (float) (absolute / dimension), half);
    double withResidual = 0;
    double withCentroid = 0;
    long planes = slot.block() + planesAt(slot.number());
    blocks.asSlice(planes, (bits - 1) * planeBytes()).fill((byte) 0);
    for (int d = 0; d < dimension; d++) {
      int level = level(residual[d] * inverse, half);
      double u = level + 0.5;
      withResidual += u * residual[d];
      withCentroid += u * centroids.rotated().get(FLOAT, centroid + 4L * d);
      int further = level + half & half - 1;
      for (int plane = 0; plane < bits - 1; plane++) {
        if ((further >> (bits - 2 - plane) & 1) != 0) {
          long at = planes + plane * planeBytes() + (d >> 3);
          byte before = blocks.get(ValueLayout.JAVA_BYTE, at);
          blocks.set(ValueLayout.JAVA_BYTE, at, (byte) (before | 1 << (d & 7)));
        }
      }
    }
    double slope = withResidual == 0 ? 0 : -2 * squared / withResidual;
    factors(
        blocks,
        slot.block() + fineFactorsAt(),
        slot.number(),
        squared - slope * withCentroid,
        slope);
  }

  /** From -half to half - 1; the code's value is half a step above. */
  private static int level(float x, int half) {
    // A zero counts as negative, as its sign does.
    int level = x > 0 ? (int) x : -1 - (int) -x;
    return Math.clamp(level, -half, half - 1);
  }

  /** One over the step at which the codes have the least angle to the residual. */
  private static float inverseStep(float[] residual, float mean, int half) {
    float best = 0;
    double bestCosine = -1;
    for (float reach : REACHES) {
      float inverse = mean > 0 ? half / (reach * mean) : 0;
      double product = 0;
      double squared = 0;
      for (float r : residual) {
        float u = level(r * inverse, half) + 0.5f;
        product += u * r;
        squared += u * u;
      }
      double cosine = product / Math.sqrt(squared);
      if (cosine > bestCosine) {
        bestCosine = cosine;
        best = inverse;
      }
    }
    return best;
  }

  @Override
  public void clear(MemorySegment blocks, Slot slot) {
    factors(blocks, slot.block() + factorsAt(), slot.number(), Float.POSITIVE_INFINITY, 0);
    if (bits > 1) {
      factors(blocks, slot.block() + fineFactorsAt(), slot.number(), Float.POSITIVE_INFINITY, 0);
    }
  }

  @Override
  public int estimatesPerDistance() {
    return 50;
  }

  @Override
  public int candidates(int k) {
    return k + ((9 * k + 50) >> (bits - 1));
  }

  @Override
  public BlockScan scan() {
    return new RabitqScan(this);
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
