package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over signed bytes, in integer arithmetic, so that every sum is exact: bytes are widened
 * to shorts, which hold a product (at most 16,384) and, unsigned, a squared difference (at most
 * 65,025); the lower and the upper short of each int are added up apart. 65,535 squared differences
 * still fit into 32 bits.
 */
// Two vectors, where each begins, and how long they are: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class ByteKernels {
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int STEP = BYTES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private ByteKernels() {}

  /** With the squared length of the query. */
  static double distance(
      Metric metric,
      MemorySegment query,
      long from,
      double qq,
      MemorySegment row,
      long at,
      int dimension) {
    return switch (metric) {
      case L2 -> Math.sqrt((double) l2Squared(query, from, row, at, dimension));
      case L2_SQUARED -> l2Squared(query, from, row, at, dimension);
      case COSINE -> cosine(query, from, qq, row, at, dimension);
      case NEGATIVE_INNER_PRODUCT -> 0 - (double) dot(query, from, row, at, dimension);
      case L1 -> l1(query, from, row, at, dimension);
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over bytes");
    };
  }

  private static ShortVector load(MemorySegment memory, long position) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER)
        .convertShape(VectorOperators.B2S, SHORTS, 0)
        .reinterpretAsShorts();
  }

  private static int element(MemorySegment memory, long position) {
    return all(memory).get(JAVA_BYTE, position);
  }

  static long dot(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = low;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      IntVector p = load(a, aFrom + i).mul(load(b, bFrom + i)).reinterpretAsInts();
      low = low.add(p.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
      high = high.add(p.lanewise(VectorOperators.ASHR, 16));
    }
    long sum = low.add(high).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      sum += (long) element(a, aFrom + i) * element(b, bFrom + i);
    }
    return sum;
  }

  private static long l2Squared(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = low;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      ShortVector d = load(a, aFrom + i).sub(load(b, bFrom + i));
      IntVector p = d.mul(d).reinterpretAsInts();
      low = low.add(p.and(0xFFFF));
      high = high.add(p.lanewise(VectorOperators.LSHR, 16));
    }
    long sum = Integer.toUnsignedLong(low.add(high).reduceLanes(VectorOperators.ADD));
    for (; i < dimension; i++) {
      long d = (long) element(a, aFrom + i) - element(b, bFrom + i);
      sum += d * d;
    }
    return sum;
  }

  private static long l1(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = low;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      IntVector d = load(a, aFrom + i).sub(load(b, bFrom + i)).abs().reinterpretAsInts();
      low = low.add(d.and(0xFFFF));
      high = high.add(d.lanewise(VectorOperators.LSHR, 16));
    }
    long sum = low.add(high).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      sum += Math.abs(element(a, aFrom + i) - element(b, bFrom + i));
    }
    return sum;
  }

  private static double cosine(
      MemorySegment a, long aFrom, double aa, MemorySegment b, long bFrom, int dimension) {
    IntVector dot = IntVector.zero(INTS);
    IntVector dotHigh = dot;
    IntVector square = dot;
    IntVector squareHigh = dot;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      ShortVector y = load(b, bFrom + i);
      IntVector p = load(a, aFrom + i).mul(y).reinterpretAsInts();
      IntVector q = y.mul(y).reinterpretAsInts();
      dot = dot.add(p.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16));
      dotHigh = dotHigh.add(p.lanewise(VectorOperators.ASHR, 16));
      square = square.add(q.and(0xFFFF));
      squareHigh = squareHigh.add(q.lanewise(VectorOperators.LSHR, 16));
    }
    long product = dot.add(dotHigh).reduceLanes(VectorOperators.ADD);
    long bb = square.add(squareHigh).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      long y = element(b, bFrom + i);
      product += element(a, aFrom + i) * y;
      bb += y * y;
    }
    return ScalarKernels.cosineDistance((double) product, aa, (double) bb);
  }
}
