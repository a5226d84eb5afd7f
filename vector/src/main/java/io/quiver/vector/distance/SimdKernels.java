package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Kernels over the JDK's Vector API. Each metric's row loop stands in one method with its
 * accumulators as locals: shared through a lambda or a field, they would be boxed at every step.
 */
public final class SimdKernels implements DistanceKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int STEP = 4 * LANES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  // Squares of floats below the first vanish or lose digits, above the second they overflow.
  private static final double SMALLEST_SUM = 1e-30;
  private static final double LARGEST_SUM = 1e37;

  SimdKernels() {}

  @Override
  public String description() {
    return "SIMD: " + SPECIES.vectorBitSize() + "-bit, " + LANES + " floats at a time";
  }

  @Override
  public double l2Squared(MemorySegment a, MemorySegment b, int dimension) {
    return l2Squared(a, b, 0, dimension);
  }

  @Override
  public double innerProduct(MemorySegment a, MemorySegment b, int dimension) {
    return innerProduct(a, b, 0, dimension);
  }

  @Override
  public double l1(MemorySegment a, MemorySegment b, int dimension) {
    return l1(a, b, 0, dimension);
  }

  @Override
  public double cosine(MemorySegment a, MemorySegment b, int dimension) {
    return cosine(a, b, 0, dimension);
  }

  @Override
  public void distances(
      Metric metric, MemorySegment query, RowBlock rows, int count, double[] out) {
    MemorySegment memory = rows.memory();
    int dimension = rows.dimension();
    switch (metric) {
      case L2 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Math.sqrt(l2Squared(query, memory, rows.position(i), dimension));
        }
      }
      case COSINE -> {
        for (int i = 0; i < count; i++) {
          out[i] = cosine(query, memory, rows.position(i), dimension);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> {
        for (int i = 0; i < count; i++) {
          out[i] = 0 - innerProduct(query, memory, rows.position(i), dimension);
        }
      }
      case L1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = l1(query, memory, rows.position(i), dimension);
        }
      }
    }
  }

  @Override
  public void distances(
      Metric metric,
      MemorySegment query,
      RowBlock rows,
      int[] rowNumbers,
      int count,
      double[] out) {
    MemorySegment memory = rows.memory();
    int dimension = rows.dimension();
    switch (metric) {
      case L2 -> {
        for (int i = 0; i < count; i++) {
          out[i] = Math.sqrt(l2Squared(query, memory, rows.position(rowNumbers[i]), dimension));
        }
      }
      case COSINE -> {
        for (int i = 0; i < count; i++) {
          out[i] = cosine(query, memory, rows.position(rowNumbers[i]), dimension);
        }
      }
      case NEGATIVE_INNER_PRODUCT -> {
        for (int i = 0; i < count; i++) {
          out[i] = 0 - innerProduct(query, memory, rows.position(rowNumbers[i]), dimension);
        }
      }
      case L1 -> {
        for (int i = 0; i < count; i++) {
          out[i] = l1(query, memory, rows.position(rowNumbers[i]), dimension);
        }
      }
    }
  }

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, memory, position, ORDER);
  }

  private static double l2Squared(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      FloatVector d0 = load(a, at).sub(load(b, bFrom + at));
      FloatVector d1 = load(a, at + 4L * LANES).sub(load(b, bFrom + at + 4L * LANES));
      FloatVector d2 = load(a, at + 8L * LANES).sub(load(b, bFrom + at + 8L * LANES));
      FloatVector d3 = load(a, at + 12L * LANES).sub(load(b, bFrom + at + 12L * LANES));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector d = load(a, 4L * i).sub(load(b, bFrom + 4L * i));
      sum0 = d.fma(d, sum0);
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      double d = (double) a.getAtIndex(FLOAT, i) - b.get(FLOAT, bFrom + 4L * i);
      sum += d * d;
    }
    return sum >= SMALLEST_SUM && sum <= LARGEST_SUM
        ? sum
        : ScalarKernels.l2Squared(a, b, bFrom, dimension);
  }

  private static double innerProduct(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      sum0 = load(a, at).fma(load(b, bFrom + at), sum0);
      sum1 = load(a, at + 4L * LANES).fma(load(b, bFrom + at + 4L * LANES), sum1);
      sum2 = load(a, at + 8L * LANES).fma(load(b, bFrom + at + 8L * LANES), sum2);
      sum3 = load(a, at + 12L * LANES).fma(load(b, bFrom + at + 12L * LANES), sum3);
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = load(a, 4L * i).fma(load(b, bFrom + 4L * i), sum0);
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      sum += (double) a.getAtIndex(FLOAT, i) * b.get(FLOAT, bFrom + 4L * i);
    }
    return Math.abs(sum) <= LARGEST_SUM ? sum : ScalarKernels.innerProduct(a, b, bFrom, dimension);
  }

  private static double l1(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (; i <= dimension - STEP; i += STEP) {
      long at = 4L * i;
      sum0 = sum0.add(load(a, at).sub(load(b, bFrom + at)).abs());
      sum1 = sum1.add(load(a, at + 4L * LANES).sub(load(b, bFrom + at + 4L * LANES)).abs());
      sum2 = sum2.add(load(a, at + 8L * LANES).sub(load(b, bFrom + at + 8L * LANES)).abs());
      sum3 = sum3.add(load(a, at + 12L * LANES).sub(load(b, bFrom + at + 12L * LANES)).abs());
    }
    for (; i <= dimension - LANES; i += LANES) {
      sum0 = sum0.add(load(a, 4L * i).sub(load(b, bFrom + 4L * i)).abs());
    }
    double sum = total(sum0, sum1, sum2, sum3);
    for (; i < dimension; i++) {
      sum += Math.abs((double) a.getAtIndex(FLOAT, i) - b.get(FLOAT, bFrom + 4L * i));
    }
    return sum <= LARGEST_SUM ? sum : ScalarKernels.l1(a, b, bFrom, dimension);
  }

  private static double cosine(MemorySegment a, MemorySegment b, long bFrom, int dimension) {
    FloatVector dot0 = FloatVector.zero(SPECIES);
    FloatVector dot1 = dot0;
    FloatVector aa0 = dot0;
    FloatVector aa1 = dot0;
    FloatVector bb0 = dot0;
    FloatVector bb1 = dot0;
    int i = 0;
    for (; i <= dimension - 2 * LANES; i += 2 * LANES) {
      long at = 4L * i;
      FloatVector x0 = load(a, at);
      FloatVector x1 = load(a, at + 4L * LANES);
      FloatVector y0 = load(b, bFrom + at);
      FloatVector y1 = load(b, bFrom + at + 4L * LANES);
      dot0 = x0.fma(y0, dot0);
      dot1 = x1.fma(y1, dot1);
      aa0 = x0.fma(x0, aa0);
      aa1 = x1.fma(x1, aa1);
      bb0 = y0.fma(y0, bb0);
      bb1 = y1.fma(y1, bb1);
    }
    for (; i <= dimension - LANES; i += LANES) {
      FloatVector x = load(a, 4L * i);
      FloatVector y = load(b, bFrom + 4L * i);
      dot0 = x.fma(y, dot0);
      aa0 = x.fma(x, aa0);
      bb0 = y.fma(y, bb0);
    }
    double dot = dot0.add(dot1).reduceLanes(VectorOperators.ADD);
    double aa = aa0.add(aa1).reduceLanes(VectorOperators.ADD);
    double bb = bb0.add(bb1).reduceLanes(VectorOperators.ADD);
    for (; i < dimension; i++) {
      double x = a.getAtIndex(FLOAT, i);
      double y = b.get(FLOAT, bFrom + 4L * i);
      dot += x * y;
      aa += x * x;
      bb += y * y;
    }
    boolean sound = Math.min(aa, bb) >= SMALLEST_SUM && Math.max(aa, bb) <= LARGEST_SUM;
    return sound
        ? ScalarKernels.cosineDistance(dot, aa, bb)
        : ScalarKernels.cosine(a, b, bFrom, dimension);
  }

  private static double total(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }
}
