package io.quiver.vector.distance;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.keepAlive;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over the JDK's Vector API. Each metric has one method for a row, with its accumulators as
 * locals and only addresses and numbers going in and out: a vector that crosses a call, a lambda or
 * a field is boxed at every step. The method is a compilation unit of its own, so that it stays
 * compiled whatever calls it.
 *
 * <p>Where native access is enabled, rows are read by absolute address ({@link AbsoluteMemory}),
 * which takes the checks of each access out of the loops and keeps heap, mapped and allocated
 * memory from spoiling each other's compiled code. Bounds and liveness are then checked once a
 * block, so memory that the query or the rows stand in must not be closed meanwhile. Without native
 * access the segments are read as they are.
 */
public final class SimdKernels implements DistanceKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int STEP = 4 * LANES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  // Squares of floats below the first vanish or lose digits, above the second they overflow.
  static final double SMALLEST_SUM = 1e-30;
  static final double LARGEST_SUM = 1e37;

  SimdKernels() {}

  @Override
  public String description() {
    return "SIMD: " + SPECIES.vectorBitSize() + "-bit, " + LANES + " floats at a time";
  }

  @Override
  public double l2Squared(MemorySegment a, MemorySegment b, int dimension) {
    double distance = l2Squared(a, start(a, 0, dimension), b, start(b, 0, dimension), dimension);
    keepAlive(a, b);
    return distance;
  }

  @Override
  public double innerProduct(MemorySegment a, MemorySegment b, int dimension) {
    double product = innerProduct(a, start(a, 0, dimension), b, start(b, 0, dimension), dimension);
    keepAlive(a, b);
    return product;
  }

  @Override
  public double l1(MemorySegment a, MemorySegment b, int dimension) {
    double distance = l1(a, start(a, 0, dimension), b, start(b, 0, dimension), dimension);
    keepAlive(a, b);
    return distance;
  }

  @Override
  public double cosine(MemorySegment a, MemorySegment b, int dimension) {
    long aFrom = start(a, 0, dimension);
    double aa = innerProduct(a, aFrom, a, aFrom, dimension);
    double distance = cosine(a, aFrom, aa, b, start(b, 0, dimension), dimension);
    keepAlive(a, b);
    return distance;
  }

  @Override
  public void distances(
      Metric metric, MemorySegment query, RowBlock rows, int count, double[] out) {
    if (count == 0) {
      return;
    }
    Objects.checkFromIndexSize(0, count, out.length);
    if (rows.encoding() != Encoding.FLOAT32) {
      EncodedKernels.distances(metric, query, rows, null, count, out);
      return;
    }
    MemorySegment memory = rows.memory();
    int dimension = rows.dimension();
    long stride = rows.stride();
    long from = start(query, 0, dimension);
    long at = start(memory, rows.offset(), dimension);
    start(memory, rows.position(count - 1), dimension);
    switch (metric) {
      case L2 -> {
        for (int i = 0; i < count; i++, at += stride) {
          out[i] = Math.sqrt(l2Squared(query, from, memory, at, dimension));
        }
      }
      case L2_SQUARED -> {
        for (int i = 0; i < count; i++, at += stride) {
          out[i] = l2Squared(query, from, memory, at, dimension);
        }
      }
      case COSINE -> {
        double qq = innerProduct(query, from, query, from, dimension);
        for (int i = 0; i < count; i++, at += stride) {
          out[i] = cosine(query, from, qq, memory, at, dimension);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> {
        for (int i = 0; i < count; i++, at += stride) {
          out[i] = 0 - innerProduct(query, from, memory, at, dimension);
        }
      }
      case L1 -> {
        for (int i = 0; i < count; i++, at += stride) {
          out[i] = l1(query, from, memory, at, dimension);
        }
      }
      case HAMMING, JACCARD -> throw undefined(metric, rows);
    }
    keepAlive(query, memory);
  }

  @Override
  public void distances(
      Metric metric,
      MemorySegment query,
      RowBlock rows,
      int[] rowNumbers,
      int count,
      double[] out) {
    if (count == 0) {
      return;
    }
    Objects.checkFromIndexSize(0, count, out.length);
    if (rows.encoding() != Encoding.FLOAT32) {
      EncodedKernels.distances(metric, query, rows, rowNumbers, count, out);
      return;
    }
    MemorySegment memory = rows.memory();
    int dimension = rows.dimension();
    long stride = rows.stride();
    long from = start(query, 0, dimension);
    long base = start(memory, rows.offset(), dimension);
    int present = rows.rowCount();
    switch (metric) {
      case L2 -> {
        for (int i = 0; i < count; i++) {
          long at = base + Objects.checkIndex(rowNumbers[i], present) * stride;
          out[i] = Math.sqrt(l2Squared(query, from, memory, at, dimension));
        }
      }
      case L2_SQUARED -> {
        for (int i = 0; i < count; i++) {
          long at = base + Objects.checkIndex(rowNumbers[i], present) * stride;
          out[i] = l2Squared(query, from, memory, at, dimension);
        }
      }
      case COSINE -> {
        double qq = innerProduct(query, from, query, from, dimension);
        for (int i = 0; i < count; i++) {
          long at = base + Objects.checkIndex(rowNumbers[i], present) * stride;
          out[i] = cosine(query, from, qq, memory, at, dimension);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> {
        for (int i = 0; i < count; i++) {
          long at = base + Objects.checkIndex(rowNumbers[i], present) * stride;
          out[i] = 0 - innerProduct(query, from, memory, at, dimension);
        }
      }
      case L1 -> {
        for (int i = 0; i < count; i++) {
          long at = base + Objects.checkIndex(rowNumbers[i], present) * stride;
          out[i] = l1(query, from, memory, at, dimension);
        }
      }
      case HAMMING, JACCARD -> throw undefined(metric, rows);
    }
    keepAlive(query, memory);
  }

  static IllegalArgumentException undefined(Metric metric, RowBlock rows) {
    return new IllegalArgumentException(metric + " is not defined over " + rows.encoding());
  }

  private static long start(MemorySegment memory, long position, int dimension) {
    return AbsoluteMemory.start(memory, position, 4L * dimension);
  }

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  private static double element(MemorySegment memory, long position) {
    return all(memory).get(FLOAT, position);
  }

  private static double l2Squared(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      FloatVector d0 = load(a, aFrom + at).sub(load(b, bFrom + at));
      FloatVector d1 = load(a, aFrom + at + 4L * LANES).sub(load(b, bFrom + at + 4L * LANES));
      FloatVector d2 = load(a, aFrom + at + 8L * LANES).sub(load(b, bFrom + at + 8L * LANES));
      FloatVector d3 = load(a, aFrom + at + 12L * LANES).sub(load(b, bFrom + at + 12L * LANES));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector d = load(a, aFrom + 4L * i).sub(load(b, bFrom + 4L * i));
      sum0 = d.fma(d, sum0);
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      double d = element(a, aFrom + 4L * i) - element(b, bFrom + 4L * i);
      sum += d * d;
    }
    return sum >= SMALLEST_SUM && sum <= LARGEST_SUM
        ? sum
        : ScalarKernels.l2Squared(all(a), aFrom, all(b), bFrom, dimension);
  }

  private static double innerProduct(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      sum0 = load(a, aFrom + at).fma(load(b, bFrom + at), sum0);
      sum1 = load(a, aFrom + at + 4L * LANES).fma(load(b, bFrom + at + 4L * LANES), sum1);
      sum2 = load(a, aFrom + at + 8L * LANES).fma(load(b, bFrom + at + 8L * LANES), sum2);
      sum3 = load(a, aFrom + at + 12L * LANES).fma(load(b, bFrom + at + 12L * LANES), sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = load(a, aFrom + 4L * i).fma(load(b, bFrom + 4L * i), sum0);
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      sum += element(a, aFrom + 4L * i) * element(b, bFrom + 4L * i);
    }
    return Math.abs(sum) <= LARGEST_SUM
        ? sum
        : ScalarKernels.innerProduct(all(a), aFrom, all(b), bFrom, dimension);
  }

  private static double l1(
      MemorySegment a, long aFrom, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      sum0 = sum0.add(load(a, aFrom + at).sub(load(b, bFrom + at)).abs());
      sum1 = sum1.add(load(a, aFrom + at + 4L * LANES).sub(load(b, bFrom + at + 4L * LANES)).abs());
      sum2 = sum2.add(load(a, aFrom + at + 8L * LANES).sub(load(b, bFrom + at + 8L * LANES)).abs());
      sum3 =
          sum3.add(load(a, aFrom + at + 12L * LANES).sub(load(b, bFrom + at + 12L * LANES)).abs());
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = sum0.add(load(a, aFrom + 4L * i).sub(load(b, bFrom + 4L * i)).abs());
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      sum += Math.abs(element(a, aFrom + 4L * i) - element(b, bFrom + 4L * i));
    }
    return sum <= LARGEST_SUM ? sum : ScalarKernels.l1(all(a), aFrom, all(b), bFrom, dimension);
  }

  /** With the squared length of the first vector, which a query has once for all rows. */
  private static double cosine(
      MemorySegment a, long aFrom, double aa, MemorySegment b, long bFrom, int dimension) {
    FloatVector dot0 = FloatVector.zero(SPECIES);
    FloatVector dot1 = dot0;
    FloatVector dot2 = dot0;
    FloatVector dot3 = dot0;
    FloatVector bb0 = dot0;
    FloatVector bb1 = dot0;
    FloatVector bb2 = dot0;
    FloatVector bb3 = dot0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      FloatVector y0 = load(b, bFrom + at);
      FloatVector y1 = load(b, bFrom + at + 4L * LANES);
      FloatVector y2 = load(b, bFrom + at + 8L * LANES);
      FloatVector y3 = load(b, bFrom + at + 12L * LANES);
      dot0 = load(a, aFrom + at).fma(y0, dot0);
      dot1 = load(a, aFrom + at + 4L * LANES).fma(y1, dot1);
      dot2 = load(a, aFrom + at + 8L * LANES).fma(y2, dot2);
      dot3 = load(a, aFrom + at + 12L * LANES).fma(y3, dot3);
      bb0 = y0.fma(y0, bb0);
      bb1 = y1.fma(y1, bb1);
      bb2 = y2.fma(y2, bb2);
      bb3 = y3.fma(y3, bb3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector y = load(b, bFrom + 4L * i);
      dot0 = load(a, aFrom + 4L * i).fma(y, dot0);
      bb0 = y.fma(y, bb0);
    }
    double dot = total(dot0, dot1, dot2, dot3);
    double bb = total(bb0, bb1, bb2, bb3);
    for (; i < dimension; i++) {
      double y = element(b, bFrom + 4L * i);
      dot += element(a, aFrom + 4L * i) * y;
      bb += y * y;
    }
    boolean sound = Math.min(aa, bb) >= SMALLEST_SUM && Math.max(aa, bb) <= LARGEST_SUM;
    return sound
        ? ScalarKernels.cosineDistance(dot, aa, bb)
        : ScalarKernels.cosine(all(a), aFrom, all(b), bFrom, dimension);
  }

  private static double total(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
