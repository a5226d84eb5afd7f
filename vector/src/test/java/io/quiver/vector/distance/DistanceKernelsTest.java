package io.quiver.vector.distance;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DistanceKernelsTest {
  private static final List<DistanceKernels> BOTH =
      List.of(DistanceKernels.choose(true), DistanceKernels.choose(false));

  private static final List<Metric> OVER_FLOATS =
      Stream.of(Metric.values()).filter(Encoding.FLOAT32::has).toList();

  static IntStream dimensions() {
    return IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(128, 384, 768, 784, 1536));
  }

  private static MemorySegment vectors(Random random, int count, int dimension) {
    MemorySegment memory = Arena.ofAuto().allocate(4L * count * dimension, 64);
    for (long i = 0; i < (long) count * dimension; i++) {
      memory.setAtIndex(JAVA_FLOAT_UNALIGNED, i, (float) random.nextGaussian());
    }
    return memory;
  }

  /** The definition, in double. */
  private static double expected(
      Metric metric, MemorySegment a, MemorySegment b, int row, int dimension) {
    double sum = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < dimension; i++) {
      double x = a.getAtIndex(JAVA_FLOAT_UNALIGNED, i);
      double y = b.getAtIndex(JAVA_FLOAT_UNALIGNED, (long) row * dimension + i);
      aa += x * x;
      bb += y * y;
      sum +=
          switch (metric) {
            case L2, L2_SQUARED -> (x - y) * (x - y);
            case L1 -> Math.abs(x - y);
            case COSINE, NEGATIVE_INNER_PRODUCT -> x * y;
            case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " of floats");
          };
    }
    return switch (metric) {
      case L2 -> Math.sqrt(sum);
      case L1, L2_SQUARED -> sum;
      case COSINE -> 1 - sum / Math.sqrt(aa * bb);
      case NEGATIVE_INNER_PRODUCT -> -sum;
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " of floats");
    };
  }

  @Test
  void simdServesOnceItIsWarm() throws InterruptedException {
    long start = System.nanoTime();
    while (!(DistanceKernels.get() instanceof SimdKernels)
        && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
      Thread.sleep(20);
    }
    assertThat(DistanceKernels.get()).isInstanceOf(SimdKernels.class);
    assertThat(DistanceKernels.get().description()).startsWith("SIMD: ");
    assertThat(DistanceKernels.choose(false).description()).startsWith("scalar");
  }

  @Test
  void kernelsThatStaySlowAreNeverCalledWarm() {
    assertThat(new KernelWarmUp(DistanceKernels.choose(true), Encoding.FLOAT32).run(Duration.ZERO))
        .isFalse();
  }

  @Test
  void rowsBeyondTheMemoryAreRefused() {
    MemorySegment query = vectors(new Random(1), 1, 20);
    RowBlock rows = RowBlock.packed(vectors(new Random(2), 3, 20), 20);
    double[] out = new double[4];
    for (DistanceKernels kernels : BOTH) {
      assertThatThrownBy(() -> kernels.distances(Metric.L2, query, rows, 4, out))
          .isInstanceOf(IndexOutOfBoundsException.class);
      for (int row : new int[] {-1, 3}) {
        assertThatThrownBy(
                () -> kernels.distances(Metric.L1, query, rows, new int[] {0, row}, 2, out))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
      assertThatThrownBy(() -> kernels.cosine(query, query, 21))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void closedMemoryIsRefused() {
    MemorySegment query = vectors(new Random(1), 1, 20);
    Arena arena = Arena.ofConfined();
    RowBlock rows = RowBlock.packed(arena.allocate(800), 20);
    arena.close();
    for (DistanceKernels kernels : BOTH) {
      assertThatThrownBy(() -> kernels.distances(Metric.L2, query, rows, 1, new double[1]))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aStrideOfZeroRepeatsTheRow() {
    MemorySegment vectors = vectors(new Random(1), 2, 20);
    RowBlock rows = new RowBlock(vectors.asSlice(80), 0, 0, 20);
    for (DistanceKernels kernels : BOTH) {
      double[] out = new double[3];
      kernels.distances(Metric.L2, vectors, rows, 3, out);
      assertThat(out[0]).isPositive();
      assertThat(out).containsOnly(out[0]);
      double[] chosen = new double[2];
      kernels.distances(Metric.L2, vectors, rows, new int[] {9, 2}, 2, chosen);
      assertThat(chosen).containsOnly(out[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("dimensions")
  void batchesEqualTheDefinitionInDoubleArithmetic(int dimension) {
    Random random = new Random(dimension);
    int count = 9;
    MemorySegment query = vectors(random, 1, dimension);
    RowBlock rows = RowBlock.packed(vectors(random, count, dimension), dimension);
    int[] chosen = {7, 0, 3, 3};
    for (DistanceKernels kernels : BOTH) {
      for (Metric metric : OVER_FLOATS) {
        double[] all = new double[count];
        kernels.distances(metric, query, rows, count, all);
        for (int i = 0; i < count; i++) {
          double wanted = expected(metric, query, rows.memory(), i, dimension);
          assertThat(all[i])
              .as("%s of row %d, %s", metric, i, kernels.description())
              .isCloseTo(wanted, within(2e-6 * (Math.abs(wanted) + Math.sqrt(dimension))));
        }
        double[] some = new double[chosen.length];
        kernels.distances(metric, query, rows, chosen, chosen.length, some);
        for (int i = 0; i < some.length; i++) {
          // A sum of float lanes may be made in another order once the code is compiled.
          assertThat(some[i])
              .isCloseTo(all[chosen[i]], within(1e-6 * Math.abs(all[chosen[i]]) + 1e-6));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dimensions")
  void pairsEqualTheDefinition(int dimension) {
    Random random = new Random(-dimension);
    MemorySegment a = vectors(random, 1, dimension);
    MemorySegment b = vectors(random, 1, dimension);
    double tolerance = 4e-6 * dimension;
    double l2 = expected(Metric.L2, a, b, 0, dimension);
    for (DistanceKernels kernels : BOTH) {
      assertThat(kernels.l2Squared(a, b, dimension)).isCloseTo(l2 * l2, within(tolerance));
      assertThat(kernels.innerProduct(a, b, dimension))
          .isCloseTo(
              -expected(Metric.NEGATIVE_INNER_PRODUCT, a, b, 0, dimension), within(tolerance));
      assertThat(kernels.l1(a, b, dimension))
          .isCloseTo(expected(Metric.L1, a, b, 0, dimension), within(tolerance));
      assertThat(kernels.cosine(a, b, dimension))
          .isCloseTo(expected(Metric.COSINE, a, b, 0, dimension), within(tolerance));
    }
  }

  @Test
  void rowsMayBeginAnywhereAndHavePadding() {
    int dimension = 19;
    MemorySegment memory = vectors(new Random(1), 8, 100);
    MemorySegment query = memory.asSlice(400, 4L * dimension);
    for (DistanceKernels kernels : BOTH) {
      double[] padded = new double[3];
      kernels.distances(Metric.L2, query, new RowBlock(memory, 36, 132, dimension), 3, padded);
      for (int i = 0; i < 3; i++) {
        MemorySegment row = memory.asSlice(36 + 132L * i, 4L * dimension);
        assertThat(padded[i])
            .isCloseTo(expected(Metric.L2, query, row, 0, dimension), within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"HAMMING", "JACCARD"})
  void hugeAndTinyElementsNeitherOverflowNorVanish(Metric metric) {
    int dimension = 100;
    for (float scale : new float[] {1e-30f, 1e30f}) {
      MemorySegment query = vectors(new Random(3), 1, dimension);
      MemorySegment row = vectors(new Random(4), 1, dimension);
      for (int i = 0; i < dimension; i++) {
        query.setAtIndex(
            JAVA_FLOAT_UNALIGNED, i, query.getAtIndex(JAVA_FLOAT_UNALIGNED, i) * scale);
        row.setAtIndex(JAVA_FLOAT_UNALIGNED, i, row.getAtIndex(JAVA_FLOAT_UNALIGNED, i) * scale);
      }
      double wanted = expected(metric, query, row, 0, dimension);
      double[] found = new double[1];
      for (DistanceKernels kernels : BOTH) {
        kernels.distances(metric, query, RowBlock.packed(row, dimension), 1, found);
        // An inner product may cancel to anything, so its sum below a float's range counts as zero.
        assertThat(found[0]).isCloseTo(wanted, within(1e-5 * Math.abs(wanted) + 1e-37));
      }
    }
  }

  @Test
  void theCosineOfAZeroVectorIsUndefinedAndThatOfAVectorWithItselfIsZero() {
    int dimension = 33;
    MemorySegment zero = Arena.ofAuto().allocate(4L * dimension, 64);
    MemorySegment vector = vectors(new Random(5), 1, dimension);
    for (DistanceKernels kernels : BOTH) {
      assertThat(kernels.cosine(zero, vector, dimension)).isNaN();
      assertThat(kernels.cosine(vector, zero, dimension)).isNaN();
      assertThat(kernels.cosine(vector, vector, dimension)).isBetween(0.0, 1e-6);
    }
  }

  @Test
  void heapMemoryIsRefused() {
    MemorySegment heap = MemorySegment.ofArray(new float[8]);
    assertThatThrownBy(() -> RowBlock.packed(heap, 8)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theScalarPathNamesNoClassOfTheVectorModule() throws Exception {
    for (Class<?> type :
        Stream.of(
                ScalarKernels.class,
                DistanceKernels.class,
                RowBlock.class,
                Metric.class,
                Encoding.class)
            .toList()) {
      try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
        String constants = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(constants).as(type.getName()).doesNotContain("jdk/incubator");
      }
    }
  }
}
