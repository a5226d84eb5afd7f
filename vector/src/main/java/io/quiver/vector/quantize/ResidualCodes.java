package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Squared distances from a point of floats to codes of {@link ScalarQuantizer} that stand one after
 * the other. The point is in units of the codes and in an order that spares the kernel all
 * permutations: of as many dimensions as a register has bytes, first each fourth from the first on,
 * then each fourth from the second on, and so on.
 */
public final class ResidualCodes {
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int LANES = FLOATS.length();
  private static final int STEP = 4 * LANES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private ResidualCodes() {}

  /**
   * Brings a difference of two points into the order and the units of the codes.
   *
   * @param dimension a multiple of 64
   * @param into address of as many floats
   */
  public static void prepare(
      ScalarQuantizer quantizer,
      MemorySegment point,
      MemorySegment centre,
      long centreAt,
      int dimension,
      MemorySegment into) {
    float inverse = 1 / quantizer.step();
    for (int d = 0; d < dimension; d++) {
      float r = point.get(FLOAT, 4L * d) - centre.get(FLOAT, centreAt + 4L * d);
      int within = d % STEP;
      int place = d - within + (within & 3) * LANES + (within >> 2);
      into.set(FLOAT, 4L * place, (r - quantizer.low()) * inverse);
    }
  }

  /**
   * The squared distance in units of the codes.
   *
   * @param point address of the prepared point
   * @param codes address of the codes, of which there are {@code dimension}
   */
  public static float squaredDistance(
      MemorySegment pointMemory, long point, MemorySegment codeMemory, long codes, int dimension) {
    MemorySegment from = all(pointMemory);
    MemorySegment memory = all(codeMemory);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < dimension; i += STEP) {
      IntVector x = IntVector.fromMemorySegment(INTS, memory, codes + i, ORDER);
      long at = point + 4L * i;
      FloatVector y0 = FloatVector.fromMemorySegment(FLOATS, from, at, ORDER);
      FloatVector y1 = FloatVector.fromMemorySegment(FLOATS, from, at + 4L * LANES, ORDER);
      FloatVector y2 = FloatVector.fromMemorySegment(FLOATS, from, at + 8L * LANES, ORDER);
      FloatVector y3 = FloatVector.fromMemorySegment(FLOATS, from, at + 12L * LANES, ORDER);
      y0 = y0.sub((FloatVector) x.and(255).convertShape(VectorOperators.I2F, FLOATS, 0));
      y1 =
          y1.sub(
              (FloatVector)
                  x.lanewise(VectorOperators.LSHR, 8)
                      .and(255)
                      .convertShape(VectorOperators.I2F, FLOATS, 0));
      y2 =
          y2.sub(
              (FloatVector)
                  x.lanewise(VectorOperators.LSHR, 16)
                      .and(255)
                      .convertShape(VectorOperators.I2F, FLOATS, 0));
      y3 =
          y3.sub(
              (FloatVector)
                  x.lanewise(VectorOperators.LSHR, 24)
                      .convertShape(VectorOperators.I2F, FLOATS, 0));
      sum0 = y0.fma(y0, sum0);
      sum1 = y1.fma(y1, sum1);
      sum2 = y2.fma(y2, sum2);
      sum3 = y3.fma(y3, sum3);
    }
    return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
  }
}
