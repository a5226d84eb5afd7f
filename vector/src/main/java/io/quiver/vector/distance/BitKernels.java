package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Kernels over packed bits. The order of the bits within a byte does not matter here. */
final class BitKernels {
  private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
  private static final int STEP = SPECIES.vectorByteSize();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private BitKernels() {}

  static double distance(
      Metric metric, MemorySegment a, long aFrom, MemorySegment b, long bFrom, int bytes) {
    return metric == Metric.HAMMING
        ? hamming(a, aFrom, b, bFrom, bytes)
        : jaccard(a, aFrom, b, bFrom, bytes);
  }

  private static LongVector load(MemorySegment memory, long position) {
    return LongVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static long word(MemorySegment memory, long position) {
    return all(memory).get(LONG, position);
  }

  private static int octet(MemorySegment memory, long position) {
    return all(memory).get(JAVA_BYTE, position) & 0xFF;
  }

  private static double hamming(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int bytes) {
    LongVector sum0 = LongVector.zero(SPECIES);
    LongVector sum1 = sum0;
    int i = 0;
    for (; i <= bytes - 2 * STEP; i += 2 * STEP) {
      LongVector x0 = load(a, aFrom + i).lanewise(VectorOperators.XOR, load(b, bFrom + i));
      LongVector x1 =
          load(a, aFrom + i + STEP).lanewise(VectorOperators.XOR, load(b, bFrom + i + STEP));
      sum0 = sum0.add(x0.lanewise(VectorOperators.BIT_COUNT));
      sum1 = sum1.add(x1.lanewise(VectorOperators.BIT_COUNT));
    }
    for (; i <= bytes - STEP; i += STEP) {
      LongVector x = load(a, aFrom + i).lanewise(VectorOperators.XOR, load(b, bFrom + i));
      sum0 = sum0.add(x.lanewise(VectorOperators.BIT_COUNT));
    }
    long sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i <= bytes - 8; i += 8) {
      sum += Long.bitCount(word(a, aFrom + i) ^ word(b, bFrom + i));
    }
    for (; i < bytes; i++) {
      sum += Integer.bitCount(octet(a, aFrom + i) ^ octet(b, bFrom + i));
    }
    return sum;
  }

  private static double jaccard(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int bytes) {
    LongVector both = LongVector.zero(SPECIES);
    LongVector either = both;
    int i = 0;
    for (; i <= bytes - STEP; i += STEP) {
      LongVector x = load(a, aFrom + i);
      LongVector y = load(b, bFrom + i);
      both = both.add(x.and(y).lanewise(VectorOperators.BIT_COUNT));
      either = either.add(x.or(y).lanewise(VectorOperators.BIT_COUNT));
    }
    long common = both.reduceLanes(VectorOperators.ADD);
    long union = either.reduceLanes(VectorOperators.ADD);
    for (; i <= bytes - 8; i += 8) {
      long x = word(a, aFrom + i);
      long y = word(b, bFrom + i);
      common += Long.bitCount(x & y);
      union += Long.bitCount(x | y);
    }
    for (; i < bytes; i++) {
      int x = octet(a, aFrom + i);
      int y = octet(b, bFrom + i);
      common += Integer.bitCount(x & y);
      union += Integer.bitCount(x | y);
    }
    return ScalarKernels.jaccardDistance(common, union);
  }
}
