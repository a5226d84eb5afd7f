package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.known;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
  private static final VectorSpecies<Short> SHORTS = VectorWidth.SHORTS;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final int STEP = BYTES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);

  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  private ByteKernels() {}

  /** Those of L2 are squared, inner products as they are. */
  static void distances(
      Metric metric, MemorySegment query, long from, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    int count = rows.count();
    switch (metric) {
      case L2, L2_SQUARED -> {
        for (int i = 0; i < count; i++) {
          out[i] = l2Squared(query, from, memory, rows.at(i), dimension);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> innerProducts(query, rows, dimension, out);
      case L1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = l1(query, from, memory, rows.at(i), dimension);
        }
      }
      case COSINE -> {
        double qq = dot(query, from, query, from, dimension);
        for (int i = 0; i < count; i++) {
          out[i] = cosine(query, from, qq, memory, rows.at(i), dimension);
        }
      }
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over bytes");
    }
  }

  private static void innerProducts(
      MemorySegment query, KernelRows rows, int dimension, double[] out) {
    MemorySegment wide = opposite(query, dimension);
    long wideFrom = AbsoluteMemory.start(wide, 0, 2L * dimension);
    wideProducts(wide, wideFrom, rows, dimension, out);
    AbsoluteMemory.keepAlive(wide, wide);
  }

  /** The query's opposite as shorts, in memory that is this thread's until the next call. */
  private static MemorySegment opposite(MemorySegment query, int dimension) {
    MemorySegment wide = SCRATCH.get();
    if (wide.byteSize() < 2L * dimension) {
      wide = Arena.ofAuto().allocate(2L * dimension, 64);
      SCRATCH.set(wide);
    }
    // Not by vectors: a scan comes here once, so that these would stay uncompiled for long.
    for (int i = 0; i < dimension; i++) {
      wide.set(SHORT, 2L * i, (short) -query.get(JAVA_BYTE, i));
    }
    return wide;
  }

  /**
   * Two products are added in a short before anything is widened: of bytes with opposite bytes they
   * are from -32,768 to 32,512. An int then holds two such sums; flipping the sign of the lower one
   * makes it unsigned, off by 32,768, which is taken back.
   *
   * @param query the opposite of the query, in shorts
   */
  private static void wideProducts(
      MemorySegment query, long queryAt, KernelRows rows, int dimension, double[] out) {
    MemorySegment memory = rows.memory();
    long from = known(queryAt);
    int count = rows.count();
    int excess = dimension / (2 * STEP) * INTS.length() * 0x8000;
    for (int row = 0; row < count; row++) {
      long at = rows.at(row);
      IntVector both = IntVector.zero(INTS);
      IntVector high = IntVector.zero(INTS);
      int i = 0;
      for (; i <= dimension - 2 * STEP; i += 2 * STEP) {
        ShortVector p = load(memory, at + i).mul(loadShorts(query, from + 2L * i));
        ShortVector q =
            load(memory, at + i + STEP).mul(loadShorts(query, from + 2L * i + 2L * STEP));
        IntVector x = p.add(q).reinterpretAsInts();
        high = high.add(x.lanewise(VectorOperators.ASHR, 16));
        both = both.add(x.lanewise(VectorOperators.XOR, 0x8000));
      }
      IntVector low = both.sub(high.lanewise(VectorOperators.LSHL, 16));
      int sum = excess - low.add(high).reduceLanes(VectorOperators.ADD);
      if (i < dimension) {
        sum -= rest(query, from + 2L * i, memory, at + i, dimension - i);
      }
      out[row] = sum;
    }
  }

  private static int rest(MemorySegment query, long from, MemorySegment row, long at, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += all(query).get(SHORT, from + 2L * i) * element(row, at + i);
    }
    return sum;
  }

  private static ShortVector loadShorts(MemorySegment memory, long position) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER);
  }

  private static ShortVector load(MemorySegment memory, long position) {
    return ByteVector.fromMemorySegment(BYTES, all(memory), position, ORDER)
        .convertShape(VectorOperators.B2S, SHORTS, 0)
        .reinterpretAsShorts();
  }

  private static int element(MemorySegment memory, long position) {
    return all(memory).get(JAVA_BYTE, position);
  }

  private static long dot(MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = IntVector.zero(INTS);
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
    IntVector high = IntVector.zero(INTS);
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
    IntVector high = IntVector.zero(INTS);
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
    IntVector dotHigh = IntVector.zero(INTS);
    IntVector square = IntVector.zero(INTS);
    IntVector squareHigh = IntVector.zero(INTS);
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
