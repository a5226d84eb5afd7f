package io.quiver.vector.quantize;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Lloyd's k-means (IEEE Transactions on Information Theory, 1982) from a random start. A cluster
 * that has become empty takes one half of the largest. The same points and seed give the same
 * centroids, whatever the number of threads.
 */
public final class KMeans {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** By how much, in proportion, the two halves of a split cluster differ at first. */
  private static final float SPLIT = 1f / 1024;

  private final RowBlock points;
  private final int count;
  private final RowBlock centroids;
  private final int clusters;
  private final int[] nearest;
  private final int[] sizes;

  private KMeans(RowBlock points, int count, RowBlock centroids, int clusters) {
    this.points = points;
    this.count = count;
    this.centroids = centroids;
    this.clusters = clusters;
    this.nearest = new int[count];
    this.sizes = new int[clusters];
  }

  /**
   * Finds centroids.
   *
   * @param points of 32-bit floats, with memory for a multiple of three points and a stride of
   *     whole cache lines, in which 0 fills what the dimension leaves
   * @param count of them, at least one
   * @param clusters at most {@code count}
   * @param rounds of assignment and averaging
   * @param share of the whole build that this is
   * @return the centroids, with the points' dimension and stride
   */
  @SuppressWarnings("ParameterNumber")
  public static RowBlock train(
      RowBlock points,
      int count,
      int clusters,
      int rounds,
      long seed,
      Workers workers,
      double share) {
    if (clusters < 1 || clusters > count) {
      throw new IllegalArgumentException(clusters + " clusters of " + count + " points");
    }
    MemorySegment memory = NativeMemory.allocate(clusters * points.stride());
    RowBlock centroids = new RowBlock(memory, 0, points.stride(), points.dimension());
    KMeans training = new KMeans(points, count, centroids, clusters);
    training.start(new SplittableRandom(seed));
    for (int round = 0; round < rounds; round++) {
      training.assign(workers, 0.9 * share / rounds);
      training.average(workers, 0.1 * share / rounds);
    }
    return centroids;
  }

  /** As many different points, drawn at random. */
  private void start(SplittableRandom random) {
    int[] order = new int[count];
    Arrays.setAll(order, i -> i);
    for (int i = 0; i < clusters; i++) {
      int other = random.nextInt(i, count);
      int drawn = order[other];
      order[other] = order[i];
      order[i] = drawn;
      MemorySegment.copy(
          points.memory(),
          points.position(drawn),
          centroids.memory(),
          centroids.position(i),
          4L * points.dimension());
    }
  }

  private void assign(Workers workers, double share) {
    NearestCentroid search = new NearestCentroid(centroids, clusters);
    int batches = Math.ceilDiv(count, NearestCentroid.POINTS_MAX);
    workers.forEach(
        0,
        batches,
        1,
        share,
        Assignment::new,
        (own, batch) -> {
          int from = NearestCentroid.POINTS_MAX * batch;
          int some = Math.min(NearestCentroid.POINTS_MAX, count - from);
          search.find(points, from, some, own.scratch, own.found);
          System.arraycopy(own.found, 0, nearest, from, some);
        });
  }

  private static final class Assignment {
    private final NearestCentroid.Scratch scratch = new NearestCentroid.Scratch();
    private final int[] found = new int[NearestCentroid.POINTS_MAX];
  }

  private void average(Workers workers, double share) {
    Arrays.fill(sizes, 0);
    for (int cluster : nearest) {
      sizes[cluster]++;
    }
    int[] ends = sizes.clone();
    Arrays.parallelPrefix(ends, Integer::sum);
    int[] next = ends.clone();
    int[] members = new int[count];
    for (int i = count - 1; i >= 0; i--) {
      members[--next[nearest[i]]] = i;
    }
    workers.forEach(
        0,
        clusters,
        8,
        share,
        () -> NativeMemory.allocate(points.stride()),
        (sum, cluster) -> {
          if (sizes[cluster] > 0) {
            average(members, ends[cluster] - sizes[cluster], cluster, sum);
          }
        });
    for (int cluster = 0; cluster < clusters; cluster++) {
      if (sizes[cluster] == 0) {
        split(cluster);
      }
    }
  }

  private void average(int[] members, int from, int cluster, MemorySegment sum) {
    int length = (int) (points.stride() >> 2);
    MemorySegment memory = points.memory();
    long base = AbsoluteMemory.start(memory, points.offset(), count * points.stride());
    long into = AbsoluteMemory.start(sum, 0, points.stride());
    sum.fill((byte) 0);
    for (int i = from; i < from + sizes[cluster]; i++) {
      CentroidKernels.add(memory, base + members[i] * points.stride(), sum, into, length);
    }
    AbsoluteMemory.keepAlive(memory, sum);
    long at = centroids.position(cluster);
    float scale = 1f / sizes[cluster];
    for (int d = 0; d < points.dimension(); d++) {
      centroids.memory().set(FLOAT, at + 4L * d, sum.get(FLOAT, 4L * d) * scale);
    }
  }

  /** Gives an empty cluster one half of the largest, on whose other side it begins. */
  private void split(int empty) {
    int largest = 0;
    for (int cluster = 1; cluster < clusters; cluster++) {
      if (sizes[cluster] > sizes[largest]) {
        largest = cluster;
      }
    }
    for (int d = 0; d < points.dimension(); d++) {
      long from = centroids.position(largest) + 4L * d;
      float x = centroids.memory().get(FLOAT, from);
      float shift = (d & 1) == 0 ? SPLIT : -SPLIT;
      centroids.memory().set(FLOAT, centroids.position(empty) + 4L * d, x * (1 + shift));
      centroids.memory().set(FLOAT, from, x * (1 - shift));
    }
    sizes[empty] = sizes[largest] / 2;
    sizes[largest] -= sizes[empty];
  }
}
