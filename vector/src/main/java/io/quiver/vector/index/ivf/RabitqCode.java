package io.quiver.vector.index.ivf;

import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rabitq;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * One bit a dimension, and up to seven further bits that are read only where the first leaves it
 * open whether a row is near: RaBitQ (Gao and Long, SIGMOD 2024) and its extension (Gao et al.,
 * SIGMOD 2025).
 *
 * <p>The first bits and their factors are those of {@link Rabitq}. The error of its estimate is
 * about {@code |slope| |q - c| sqrt(1 - cos²(r, s))}. With b bits the place of the signs s takes u,
 * whose elements are -(2^b - 1) / 2 to (2^b - 1) / 2 in steps of 1, rounded from r at the scale
 * that leaves the least angle between them, and g is {@code |r|² / <r, u>}.
 *
 * <p>A block has {@link Rabitq#blockBytes} bytes as {@link Rabitq} specifies them, and with more
 * bits than one, of D rotated dimensions:
 *
 * <pre>
 *   + 0            32 floats: constants of all bits
 *   + 128          32 floats: slopes of all bits
 *   + 256          the further bits, of slot 0 first: for each, the second highest first, D / 8
 *                  bytes, the first dimension in the lowest bit of the first byte
 *   + ...          0, to a multiple of 64
 * </pre>
 */
final class RabitqCode implements BlockCode {
  private static final int SLOTS = Rabitq.SLOTS;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Multiples of the mean absolute element at which the greatest code is tried. */
  private static final float[] REACHES = {1.6f, 2f, 2.4f, 2.8f, 3.2f, 3.6f, 4f, 4.5f, 5f};

  private static final int CANDIDATES_FACTOR = 15;
  private static final int CANDIDATES_MORE = 75;

  private final Centroids centroids;
  private final Rabitq firstBits;
  private final int bits;
  private final int dimension;

  RabitqCode(Centroids centroids, int bits) {
    this.centroids = centroids;
    this.bits = bits;
    firstBits = centroids.codes();
    this.dimension = centroids.dimension();
  }

  int bits() {
    return bits;
  }

  /** The code of the first bits. */
  Rabitq firstBits() {
    return firstBits;
  }

  /** The size of a slope where the residual's elements are normal: 2 |r| sqrt(pi / 2 D). */
  float typicalSlope() {
    return 2 * centroids.meanResidual() * (float) Math.sqrt(Math.PI / 2 / dimension);
  }

  /** Where the constants and slopes of all bits stand in a block. */
  long fineFactorsAt() {
    return firstBits.blockBytes();
  }

  /** Bytes of one bit of all dimensions. */
  long planeBytes() {
    return dimension >> 3;
  }

  /** Where a slot's further bits stand. */
  long planesAt(int slot) {
    return fineFactorsAt() + 8L * SLOTS + slot * (bits - 1L) * planeBytes();
  }

  @Override
  public int slots() {
    return SLOTS;
  }

  @Override
  public long tailAt() {
    return NativeMemory.align(bits == 1 ? firstBits.blockBytes() : planesAt(SLOTS));
  }

  @Override
  public void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot) {
    long vector = point.withCentroid(list);
    long at = AbsoluteMemory.start(blocks, slot.block(), blockBytes());
    long centre = vector + centroids.stride();
    firstBits.encode(point.rotated(), vector, centre, blocks, at, slot.number());
    float[] residual = point.residual(list);
    setFirstFactors(residual, list, blocks, at, slot.number());
    AbsoluteMemory.keepAlive(point.rotated(), blocks);
    if (bits > 1) {
      encodeFine(residual, list, blocks, slot);
    }
  }

  /**
   * Sets the factors again, by sums in order: those of kernels end in another digit before they are
   * compiled, and the same rows would not give the same index.
   */
  private void setFirstFactors(
      float[] residual, int list, MemorySegment blocks, long block, int slot) {
    long centroid = list * centroids.stride();
    double squared = 0;
    double absolute = 0;
    double signed = 0;
    for (int d = 0; d < residual.length; d++) {
      float r = residual[d];
      float c = centroids.rotated().get(FLOAT, centroid + 4L * d);
      squared += (double) r * r;
      absolute += Math.abs(r);
      signed += r > 0 ? c : -c;
    }
    double slope = absolute > 0 ? -2 * squared / absolute : 0;
    firstBits.setFactors(blocks, block, slot, (float) (squared - slope * signed), (float) slope);
  }

  private static void factors(
      MemorySegment blocks, long at, int slot, double constant, double slope) {
    blocks.set(FLOAT, at + 4L * slot, (float) constant);
    blocks.set(FLOAT, at + 4L * (SLOTS + slot), (float) slope);
  }

  private void encodeFine(float[] residual, int list, MemorySegment blocks, Slot slot) {
    long centroid = list * centroids.stride();
    double squared = 0;
    double absolute = 0;
    for (float r : residual) {
      squared += (double) r * r;
      absolute += Math.abs(r);
    }
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
    firstBits.clear(
        blocks, AbsoluteMemory.start(blocks, slot.block(), blockBytes()), slot.number());
    if (bits > 1) {
      factors(blocks, slot.block() + fineFactorsAt(), slot.number(), Float.POSITIVE_INFINITY, 0);
    }
  }

  /** Collects a slot's first bits, the first dimension in the lowest of the first byte. */
  void readSigns(MemorySegment blocks, long block, int slot, MemorySegment into) {
    long at = block + Rabitq.place(slot);
    for (int i = 0; i < planeBytes(); i += 2, at += 2 * SLOTS) {
      int outer = blocks.get(ValueLayout.JAVA_BYTE, at);
      int inner = blocks.get(ValueLayout.JAVA_BYTE, at + SLOTS);
      into.set(ValueLayout.JAVA_BYTE, i, (byte) ((outer & 0xF) | (inner << 4)));
      into.set(ValueLayout.JAVA_BYTE, i + 1, (byte) ((outer >> 4 & 0xF) | (inner & 0xF0)));
    }
  }

  @Override
  public int estimatesPerDistance() {
    return 50;
  }

  @Override
  public int candidates(int k) {
    return CANDIDATES_FACTOR * k + CANDIDATES_MORE;
  }

  @Override
  public int refined(int k) {
    return k + ((9 * k + 50) >> (bits - 1));
  }

  @Override
  public BlockScan scan(RowPoint point) {
    return new RabitqScan(this, point);
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
