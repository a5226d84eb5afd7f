package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of a vector with one bit of each of its dimensions. */
public final class PlaneKernels {
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private PlaneKernels() {}

  /**
   * The sum of the elements whose bit is set.
   *
   * @param point address of the vector
   * @param plane address of the bits, the first in the lowest of the first byte
   * @param dimension a multiple of 64
   */
  public static float sum(
      MemorySegment pointMemory, long point, MemorySegment planeMemory, long plane, int dimension) {
    MemorySegment from = all(pointMemory);
    MemorySegment bits = all(planeMemory);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    for (int i = 0; i < dimension; i += 64) {
      long word = bits.get(LONG, plane + (i >> 3));
      long at = point + 4L * i;
      for (int lane = 0; lane < 64; lane += 2 * LANES) {
        VectorMask<Float> first = VectorMask.fromLong(FLOATS, word >>> lane);
        VectorMask<Float> second = VectorMask.fromLong(FLOATS, word >>> (lane + LANES));
        long here = at + 4L * lane;
        sum0 = sum0.add(FloatVector.fromMemorySegment(FLOATS, from, here, ORDER), first);
        sum1 =
            sum1.add(FloatVector.fromMemorySegment(FLOATS, from, here + 4L * LANES, ORDER), second);
      }
    }
    return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
  }
}
