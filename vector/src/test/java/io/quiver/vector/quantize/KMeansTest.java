package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KMeansTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static RowBlock points(int count, int dimension, int clusters) {
    SplittableRandom random = new SplittableRandom(count);
    long stride = NativeMemory.align(4L * dimension);
    MemorySegment memory = NativeMemory.allocate((count + 3) * stride);
    for (int i = 0; i < count; i++) {
      int cluster = random.nextInt(clusters);
      for (int d = 0; d < dimension; d++) {
        double centre = (cluster * 31 + d * 17) % 23;
        memory.set(FLOAT, i * stride + 4L * d, (float) (centre + random.nextGaussian()));
      }
    }
    return new RowBlock(memory, 0, stride, dimension);
  }

  private static double squared(RowBlock a, int i, RowBlock b, int j) {
    double sum = 0;
    for (int d = 0; d < a.dimension(); d++) {
      double difference =
          a.memory().get(FLOAT, a.position(i) + 4L * d)
              - b.memory().get(FLOAT, b.position(j) + 4L * d);
      sum += difference * difference;
    }
    return sum;
  }

  @ParameterizedTest
  @CsvSource({"7, 3, 1", "100, 20, 65", "500, 33, 130", "48, 16, 48", "50, 64, 64"})
  void everyPointGetsItsNearestCentroid(int count, int dimension, int centroids) {
    RowBlock points = points(count, dimension, 9);
    RowBlock others = points(centroids, dimension, 5);
    NearestCentroid search = new NearestCentroid(others, centroids);
    NearestCentroid.Scratch scratch = new NearestCentroid.Scratch();
    int[] found = new int[NearestCentroid.POINTS_MAX];
    for (int from = 0; from < count; from += NearestCentroid.POINTS_MAX) {
      int some = Math.min(NearestCentroid.POINTS_MAX, count - from);
      search.find(points, from, some, scratch, found);
      for (int i = 0; i < some; i++) {
        double least = Double.POSITIVE_INFINITY;
        for (int c = 0; c < centroids; c++) {
          least = Math.min(least, squared(points, from + i, others, c));
        }
        double distance = squared(points, from + i, others, found[i]);
        assertThat(distance).isCloseTo(least, within(1e-3 * (1 + least)));
        assertThat((double) scratch.distance(i))
            .isCloseTo(Math.sqrt(distance), within(0.05 * (1 + Math.sqrt(distance))));
      }
    }
  }

  @Test
  void threadsDoNotChangeTheCentroidsAndNoClusterStaysEmpty() {
    RowBlock points = points(2000, 20, 9);
    RowBlock one = train(points, 1);
    RowBlock two = train(points, 2);
    assertThat(one.memory().mismatch(two.memory())).isEqualTo(-1);
    NearestCentroid search = new NearestCentroid(one, 64);
    NearestCentroid.Scratch scratch = new NearestCentroid.Scratch();
    int[] found = new int[NearestCentroid.POINTS_MAX];
    int[] sizes = new int[64];
    double sum = 0;
    for (int from = 0; from < 2000; from += 40) {
      search.find(points, from, 40, scratch, found);
      for (int i = 0; i < 40; i++) {
        sizes[found[i]]++;
        sum += scratch.distance(i) * scratch.distance(i);
      }
    }
    assertThat(sizes).doesNotContain(0);
    // The points scatter by 1 in each of 20 dimensions around their own centres.
    assertThat(sum / 2000).isLessThan(20);
  }

  @Test
  void pointsWhoseSquaresOverflowBelongToSomeCluster() {
    RowBlock points = points(2000, 20, 9);
    for (int i = 0; i < 2000; i += 7) {
      points.memory().set(FLOAT, points.position(i), i % 2 == 0 ? 3e38f : -3e38f);
    }
    RowBlock centroids = train(points, 1);
    int[] found = new int[NearestCentroid.POINTS_MAX];
    new NearestCentroid(centroids, 64).find(points, 0, 48, new NearestCentroid.Scratch(), found);
    for (int centroid : found) {
      assertThat(centroid).isBetween(0, 63);
    }
  }

  private static RowBlock train(RowBlock points, int threads) {
    Workers workers = new Workers(BuildOptions.threads(threads));
    return KMeans.train(points, 2000, 64, 10, 5, workers, 1);
  }
}
