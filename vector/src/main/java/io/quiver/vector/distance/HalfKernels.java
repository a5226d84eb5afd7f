package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over 16-bit floats, against a query that is widened to 32 bits once a block.
 *
 * <p>A FLOAT16 shifted left by 13 has its exponent and fraction where a float has them, with a bias
 * that is 112 too small, and sign bits that a mask cuts down to one; a multiplication by 2^112
 * cures the bias, subnormal numbers included. A BFLOAT16 is shifted by 16 and otherwise the same,
 * with a mask and a factor that do nothing: so one kernel a metric serves both.
 */
// Two vectors, where each begins, and how long they are: a record of these would be allocated.
@SuppressWarnings("ParameterNumber")
final class HalfKernels {
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS = VectorWidth.INTS;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(FLOATS.vectorBitSize() / 2));
  private static final int LANES = FLOATS.length();
  private static final int STEP = 2 * LANES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
  static final int FLOAT16_SHIFT = 13;
  static final int BFLOAT16_SHIFT = 16;

  private static final ThreadLocal<MemorySegment> SCRATCH =
      ThreadLocal.withInitial(() -> MemorySegment.NULL);

  private HalfKernels() {}

  /** The query as 32-bit floats, in memory that is this thread's until the next call. */
  private static MemorySegment decoded(MemorySegment query, int dimension, Encoding encoding) {
    MemorySegment floats = SCRATCH.get();
    if (floats.byteSize() < 4L * dimension) {
      floats = Arena.ofAuto().allocate(4L * dimension, 64);
      SCRATCH.set(floats);
    }
    RowDecoder.decode(encoding, query, 0, dimension, floats, 0);
    return floats;
  }

  private static double squaredLength(MemorySegment floats, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double x = floats.get(FLOAT, 4L * i);
      sum += x * x;
    }
    return sum;
  }

  /** The distances of rows in the encoding; those of L2 are squared, inner products as they are. */
  static void distances(
      Metric metric,
      MemorySegment query,
      Encoding encoding,
      KernelRows rows,
      int dimension,
      double[] out) {
    MemorySegment floats = decoded(query, dimension, encoding);
    long from = AbsoluteMemory.start(floats, 0, 4L * dimension);
    int shift = encoding == Encoding.FLOAT16 ? FLOAT16_SHIFT : BFLOAT16_SHIFT;
    MemorySegment memory = rows.memory();
    int count = rows.count();
    switch (metric) {
      case L2, L2_SQUARED -> {
        for (int i = 0; i < count; i++) {
          out[i] = l2Squared(floats, from, memory, rows.at(i), dimension, shift);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> {
        for (int i = 0; i < count; i++) {
          out[i] = dot(floats, from, memory, rows.at(i), dimension, shift);
        }
      }
      case L1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = l1(floats, from, memory, rows.at(i), dimension, shift);
        }
      }
      case COSINE -> {
        double qq = squaredLength(floats, dimension);
        for (int i = 0; i < count; i++) {
          out[i] = cosine(floats, from, qq, memory, rows.at(i), dimension, shift);
        }
      }
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over floats");
    }
    AbsoluteMemory.keepAlive(floats, floats);
  }

  static int mask(int shift) {
    return shift == FLOAT16_SHIFT ? 0x8FFF_E000 : -1;
  }

  static float factor(int shift) {
    return shift == FLOAT16_SHIFT ? 0x1p112f : 1;
  }

  private static FloatVector query(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(FLOATS, all(memory), position, ORDER);
  }

  private static FloatVector row(
      MemorySegment memory, long position, int shift, int mask, float factor) {
    return ShortVector.fromMemorySegment(SHORTS, all(memory), position, ORDER)
        .convertShape(VectorOperators.S2I, INTS, 0)
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, shift)
        .and(mask)
        .reinterpretAsFloats()
        .mul(factor);
  }

  private static double element(MemorySegment memory, long position) {
    return all(memory).get(FLOAT, position);
  }

  private static double element(MemorySegment memory, long position, int shift) {
    short bits = all(memory).get(SHORT, position);
    return shift == FLOAT16_SHIFT
        ? Float.float16ToFloat(bits)
        : Float.intBitsToFloat(bits << BFLOAT16_SHIFT);
  }

  private static double l2Squared(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension, int shift) {
    int mask = mask(shift);
    float factor = factor(shift);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      FloatVector d0 = query(a, aFrom + 4L * i).sub(row(b, bFrom + 2L * i, shift, mask, factor));
      FloatVector d1 =
          query(a, aFrom + 4L * (i + LANES))
              .sub(row(b, bFrom + 2L * (i + LANES), shift, mask, factor));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector d = query(a, aFrom + 4L * i).sub(row(b, bFrom + 2L * i, shift, mask, factor));
      sum0 = d.fma(d, sum0);
    }
    double sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      double d = element(a, aFrom + 4L * i) - element(b, bFrom + 2L * i, shift);
      sum += d * d;
    }
    return sum >= FloatKernels.SMALLEST_SUM && sum <= FloatKernels.LARGEST_SUM
        ? sum
        : exact(Metric.L2_SQUARED, a, aFrom, b, bFrom, dimension, shift);
  }

  private static double dot(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension, int shift) {
    int mask = mask(shift);
    float factor = factor(shift);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      sum0 = query(a, aFrom + 4L * i).fma(row(b, bFrom + 2L * i, shift, mask, factor), sum0);
      sum1 =
          query(a, aFrom + 4L * (i + LANES))
              .fma(row(b, bFrom + 2L * (i + LANES), shift, mask, factor), sum1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = query(a, aFrom + 4L * i).fma(row(b, bFrom + 2L * i, shift, mask, factor), sum0);
    }
    double sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      sum += element(a, aFrom + 4L * i) * element(b, bFrom + 2L * i, shift);
    }
    return Math.abs(sum) <= FloatKernels.LARGEST_SUM
        ? sum
        : exact(Metric.NEGATIVE_INNER_PRODUCT, a, aFrom, b, bFrom, dimension, shift);
  }

  private static double l1(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension, int shift) {
    int mask = mask(shift);
    float factor = factor(shift);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      FloatVector d0 = query(a, aFrom + 4L * i).sub(row(b, bFrom + 2L * i, shift, mask, factor));
      FloatVector d1 =
          query(a, aFrom + 4L * (i + LANES))
              .sub(row(b, bFrom + 2L * (i + LANES), shift, mask, factor));
      sum0 = sum0.add(d0.abs());
      sum1 = sum1.add(d1.abs());
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector d = query(a, aFrom + 4L * i).sub(row(b, bFrom + 2L * i, shift, mask, factor));
      sum0 = sum0.add(d.abs());
    }
    double sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      sum += Math.abs(element(a, aFrom + 4L * i) - element(b, bFrom + 2L * i, shift));
    }
    return sum <= FloatKernels.LARGEST_SUM
        ? sum
        : exact(Metric.L1, a, aFrom, b, bFrom, dimension, shift);
  }

  private static double cosine(
      MemorySegment a,
      long aFrom,
      double aa,
      MemorySegment b,
      long bFrom,
      int dimension,
      int shift) {
    int mask = mask(shift);
    float factor = factor(shift);
    FloatVector dot0 = FloatVector.zero(FLOATS);
    FloatVector dot1 = FloatVector.zero(FLOATS);
    FloatVector bb0 = FloatVector.zero(FLOATS);
    FloatVector bb1 = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      FloatVector y0 = row(b, bFrom + 2L * i, shift, mask, factor);
      FloatVector y1 = row(b, bFrom + 2L * (i + LANES), shift, mask, factor);
      dot0 = query(a, aFrom + 4L * i).fma(y0, dot0);
      dot1 = query(a, aFrom + 4L * (i + LANES)).fma(y1, dot1);
      bb0 = y0.fma(y0, bb0);
      bb1 = y1.fma(y1, bb1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector y = row(b, bFrom + 2L * i, shift, mask, factor);
      dot0 = query(a, aFrom + 4L * i).fma(y, dot0);
      bb0 = y.fma(y, bb0);
    }
    double dot = dot0.add(dot1).reduceLanes(VectorOperators.ADD);
    double bb = bb0.add(bb1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      double y = element(b, bFrom + 2L * i, shift);
      dot += element(a, aFrom + 4L * i) * y;
      bb += y * y;
    }
    boolean sound =
        Math.min(aa, bb) >= FloatKernels.SMALLEST_SUM
            && Math.max(aa, bb) <= FloatKernels.LARGEST_SUM;
    return sound
        ? ScalarKernels.cosineDistance(dot, aa, bb)
        : exact(Metric.COSINE, a, aFrom, b, bFrom, dimension, shift);
  }

  /** In double: what floats cannot hold. The inner product comes with its own sign. */
  private static double exact(
      Metric metric,
      MemorySegment a,
      long aFrom,
      MemorySegment b,
      long bFrom,
      int dimension,
      int shift) {
    double squares = 0;
    double differences = 0;
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < dimension; i++) {
      double x = element(a, aFrom + 4L * i);
      double y = element(b, bFrom + 2L * i, shift);
      squares += (x - y) * (x - y);
      differences += Math.abs(x - y);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    return switch (metric) {
      case L2_SQUARED -> squares;
      case L1 -> differences;
      case NEGATIVE_INNER_PRODUCT -> dot;
      case COSINE -> ScalarKernels.cosineDistance(dot, aa, bb);
      case L2, HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " is not here");
    };
  }
}
