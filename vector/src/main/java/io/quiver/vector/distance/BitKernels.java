package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.known;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Kernels over packed bits. The order of the bits within a byte does not matter here. */
final class BitKernels {
  private static final VectorSpecies<Long> SPECIES = VectorWidth.LONGS;
  private static final int STEP = SPECIES.vectorByteSize();

  /** For what is left behind whole vectors: words one by one would take as long as all before. */
  private static final VectorSpecies<Long> HALF =
      VectorSpecies.of(long.class, VectorShape.forBitSize(Math.max(128, 4 * STEP)));

  private static final int HALF_STEP = HALF.vectorByteSize();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private BitKernels() {}

  static void distances(
      Metric metric, MemorySegment query, long from, KernelRows rows, int bytes, double[] out) {
    if (metric == Metric.HAMMING) {
      hamming(query, from, rows, bytes, out);
    } else {
      jaccard(query, from, rows, bytes, out);
    }
  }

  private static LongVector load(MemorySegment memory, long position) {
    return LongVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static LongVector loadHalf(MemorySegment memory, long position) {
    return LongVector.fromMemorySegment(HALF, all(memory), position, ORDER);
  }

  private static long word(MemorySegment memory, long position) {
    return all(memory).get(LONG, position);
  }

  private static int octet(MemorySegment memory, long position) {
    return all(memory).get(JAVA_BYTE, position) & 0xFF;
  }

  private static void hamming(
      MemorySegment query, long queryAt, KernelRows rows, int bytes, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      long sum = 0;
      int i = 0;
      if (bytes >= STEP) {
        LongVector bits = LongVector.zero(SPECIES);
        for (; i <= bytes - STEP; i += STEP) {
          LongVector x = load(query, from + i).lanewise(VectorOperators.XOR, load(memory, at + i));
          bits = bits.add(x.lanewise(VectorOperators.BIT_COUNT));
        }
        sum = bits.reduceLanes(VectorOperators.ADD);
      }
      if (i <= bytes - HALF_STEP) {
        LongVector x = loadHalf(query, from + i);
        LongVector y = loadHalf(memory, at + i);
        sum +=
            x.lanewise(VectorOperators.XOR, y)
                .lanewise(VectorOperators.BIT_COUNT)
                .reduceLanes(VectorOperators.ADD);
        i += HALF_STEP;
      }
      for (; i <= bytes - 8; i += 8) {
        sum += Long.bitCount(word(query, from + i) ^ word(memory, at + i));
      }
      for (; i < bytes; i++) {
        sum += Integer.bitCount(octet(query, from + i) ^ octet(memory, at + i));
      }
      out[row] = sum;
    }
  }

  private static void jaccard(
      MemorySegment query, long queryAt, KernelRows rows, int bytes, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      long common = 0;
      long union = 0;
      int i = 0;
      if (bytes >= STEP) {
        LongVector both = LongVector.zero(SPECIES);
        LongVector either = LongVector.zero(SPECIES);
        for (; i <= bytes - STEP; i += STEP) {
          LongVector x = load(query, from + i);
          LongVector y = load(memory, at + i);
          both = both.add(x.and(y).lanewise(VectorOperators.BIT_COUNT));
          either = either.add(x.or(y).lanewise(VectorOperators.BIT_COUNT));
        }
        common = both.reduceLanes(VectorOperators.ADD);
        union = either.reduceLanes(VectorOperators.ADD);
      }
      for (; i <= bytes - 8; i += 8) {
        long x = word(query, from + i);
        long y = word(memory, at + i);
        common += Long.bitCount(x & y);
        union += Long.bitCount(x | y);
      }
      for (; i < bytes; i++) {
        int x = octet(query, from + i);
        int y = octet(memory, at + i);
        common += Integer.bitCount(x & y);
        union += Integer.bitCount(x | y);
      }
      out[row] = ScalarKernels.jaccardDistance(common, union);
    }
  }
}
