package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.ivf.BlockCode.Slot;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.KMeans;
import io.quiver.vector.quantize.NearestCentroid;
import io.quiver.vector.quantize.Rotation;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Builds an index: centroids of a sample, each row's list, and the lists' blocks. */
final class IvfBuilder {
  /** Rows of the sample for each list: at least so many, and at most so many. */
  private static final int SAMPLE_PER_LIST = 32;

  private static final int SAMPLE_PER_LIST_MAX = 256;

  /** Products of elements that the rounds of k-means may take for each row of the index. */
  private static final double PRODUCTS_PER_ROW = 2.7e6;

  private static final int ROUNDS = 7;

  /** Residuals that the codewords of a product quantizer are found for. */
  private static final int RESIDUALS = 2048;

  /** Of a product code whose parts were not chosen. */
  private static final int DIMENSIONS_PER_PART = 2;

  /** Rows that a search scans at most when it is measured what it finds. */
  private static final int ROWS_SCANNED_MAX = 200_000;

  /** Lists are not made so small on their own that most slots of their blocks stay empty. */
  private static final int ROWS_PER_LIST_MIN = 32;

  /** Shares of the time that the steps take. */
  private static final double TRAINING = 0.6;

  private static final double ASSIGNMENT = 0.25;
  private static final double ENCODING = 0.15;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final IndexSpec.Ivf spec;
  private final VectorRows rows;
  private final int present;
  private final BuildOptions options;
  private final Workers workers;
  private final EuclideanRows euclidean;
  private final int[] points;
  private final long stride;

  IvfBuilder(IndexSpec.Ivf spec, VectorRows rows, int present, BuildOptions options) {
    this.spec = spec;
    this.rows = rows;
    this.present = present;
    this.options = options;
    workers = new Workers(options);
    euclidean = EuclideanRows.of(rows);
    points = presentPoints();
    stride = NativeMemory.align(4L * euclidean.dimension());
  }

  private int[] presentPoints() {
    int[] numbers = new int[present];
    int count = 0;
    for (int row = 0; row < present; row++) {
      if (!euclidean.absent().get(row)) {
        numbers[count++] = row;
      }
    }
    return Arrays.copyOf(numbers, count);
  }

  IvfIndex build() {
    int dimension = Rotation.codeBits(euclidean.dimension());
    if (spec.parts() > dimension) {
      throw new IllegalArgumentException(
          "parts is %d, rows have %d dimensions once they are rotated"
              .formatted(spec.parts(), dimension));
    }
    int count = lists(spec, points.length);
    checkMemory(count);
    int[] listOf = new int[points.length];
    RowBlock trained;
    float meanResidual;
    if (count == 1) {
      OneList one = OneList.of(sample(1), sampleRows(1));
      trained = one.centroid();
      meanResidual = one.meanResidual();
    } else {
      trained =
          KMeans.train(
              sample(count), sampleRows(count), count, ROUNDS, options.seed(), workers, TRAINING);
      meanResidual = assign(trained, count, listOf);
    }
    Centroids centroids = Centroids.of(trained, count, meanResidual, options.seed());
    int parts = spec.parts();
    if (spec.code() == IndexSpec.ListCode.PQ && parts == 0) {
      parts = centroids.dimension() / DIMENSIONS_PER_PART;
    }
    IndexSpec.Ivf built = new IndexSpec.Ivf(spec.code(), count, spec.probes(), spec.bits(), parts);
    BlockCode code = code(built, centroids, listOf);
    InvertedLists lists = fill(centroids, code, listOf);
    RowSet there = RowSet.empty(rows.count());
    for (int row : points) {
      there.add(row);
    }
    IvfIndex.Contents contents = new IvfIndex.Contents(lists, there);
    IvfIndex.Measured nothing =
        new IvfIndex.Measured(EffortCurves.unmeasured(spec.probes()), ReachCurve.unknown());
    IvfIndex index = new IvfIndex(built, euclidean, centroids, code, contents, nothing);
    if (count == 1) {
      // There is but one way to search it.
      return index;
    }
    IvfIndex.Measured measured = measure(index);
    return new IvfIndex(built, euclidean, centroids, code, contents, measured);
  }

  private IvfIndex.Measured measure(IvfIndex index) {
    int lists = index.centroids().count();
    int most = Math.clamp((long) ROWS_SCANNED_MAX * lists / Math.max(1, points.length), 1, lists);
    EffortCurves efforts =
        EffortCurves.measure(
            rows, index.present().filter(), index::searcher, trials(most), options);
    return new IvfIndex.Measured(efforts, ReachCurve.measure(index, efforts, most, options));
  }

  /** 1, 2, 3, 4, 6, 8, 12, ... and the greatest. */
  private static EffortCurves.Trials trials(int most) {
    IntStream steps =
        IntStream.iterate(1, x -> x < most, x -> 2 * x).flatMap(x -> IntStream.of(x, x + x / 2));
    List<Integer> efforts =
        IntStream.concat(steps.filter(x -> x < most), IntStream.of(most))
            .distinct()
            .boxed()
            .toList();
    return new EffortCurves.Trials(efforts, _ -> 1);
  }

  private BlockCode code(IndexSpec.Ivf built, Centroids centroids, int[] listOf) {
    return switch (built.code()) {
      case FLAT -> new FlatCode(euclidean);
      case SQ8 -> {
        RowPoint point = new RowPoint(euclidean, centroids);
        ScalarQuantizer.Points residuals =
            (i, into, at) -> {
              point.row(points[i]);
              float[] residual = point.residual(listOf[i]);
              MemorySegment.copy(residual, 0, into, FLOAT, at, residual.length);
            };
        yield new Sq8Code(
            centroids,
            ScalarQuantizer.train(points.length, centroids.dimension(), options.seed(), residuals));
      }
      case PQ ->
          PqCode.train(centroids, built.parts(), residuals(centroids, listOf), options.seed());
      case RABITQ -> new RabitqCode(centroids, built.bits());
    };
  }

  /** Residuals of some rows; of one at the origin where there are no rows. */
  private float[][] residuals(Centroids centroids, int[] listOf) {
    int size = Math.min(RESIDUALS, points.length);
    if (size == 0) {
      return new float[1][centroids.dimension()];
    }
    float[][] residuals = new float[size][];
    RowPoint point = new RowPoint(euclidean, centroids);
    for (int i = 0; i < size; i++) {
      int drawn = (int) ((long) i * points.length / size);
      point.row(points[drawn]);
      residuals[i] = point.residual(listOf[drawn]).clone();
    }
    return residuals;
  }

  /** Fails before any work where the sample, the centroids or the blocks would not fit. */
  private void checkMemory(int count) {
    long needed = bytes(spec, points.length, euclidean.dimension(), count);
    if (needed > options.memoryBytesMax()) {
      throw new IllegalArgumentException(
          "the build of %s over %d rows takes up to %d bytes, it may take %d"
              .formatted(spec, points.length, needed, options.memoryBytesMax()));
    }
  }

  /** About the bytes that a build takes beyond the rows, index included. */
  static long bytes(IndexSpec.Ivf spec, VectorRows rows) {
    int points = rows.count();
    return bytes(spec, points, EuclideanRows.dimension(rows), lists(spec, points));
  }

  private static long bytes(IndexSpec.Ivf spec, int points, int dimension, int lists) {
    long stride = NativeMemory.align(4L * dimension);
    long sample = (sampleRows(points, dimension, lists) + 3L) * stride;
    long centroids = lists * stride + NearestCentroid.bytes(lists, dimension);
    long numbers = 16L * points;
    // A list's last block is half empty on average, and no less than one slot is used.
    long slots = points + (long) lists * BlockCode.SLOTS_MAX;
    return Math.max(sample, slots * slotBytes(spec, dimension)) + centroids + numbers;
  }

  /** About the bytes that a list keeps of a row. */
  private static long slotBytes(IndexSpec.Ivf spec, int pointDimension) {
    long dimension = Rotation.codeBits(pointDimension);
    return 16
        + switch (spec.code()) {
          case FLAT -> NativeMemory.align(4L * pointDimension);
          case SQ8 -> dimension;
          case PQ -> spec.parts() == 0 ? dimension / 4 : (spec.parts() + 1L) / 2;
          case RABITQ -> dimension * spec.bits() / 8;
        };
  }

  private static int sampleRows(int points, int dimension, int count) {
    double products = (double) ROUNDS * count * dimension;
    double affordable = points * PRODUCTS_PER_ROW / products;
    double wanted =
        Math.clamp(
            affordable, (double) SAMPLE_PER_LIST * count, (double) SAMPLE_PER_LIST_MAX * count);
    return (int) Math.min(points, wanted);
  }

  private static int lists(IndexSpec.Ivf spec, int points) {
    int wanted = spec.lists();
    if (wanted == 0) {
      wanted = (int) Math.min(4 * Math.sqrt(points), points / (double) ROWS_PER_LIST_MIN);
    }
    return Math.clamp(wanted, 1, Math.max(1, points));
  }

  private int sampleRows(int count) {
    return sampleRows(points.length, euclidean.dimension(), count);
  }

  /** Some rows for so many lists. */
  private RowBlock sample(int count) {
    int size = sampleRows(count);
    RowBlock sample =
        new RowBlock(NativeMemory.allocate((size + 3) * stride), 0, stride, euclidean.dimension());
    int[] drawn = points.clone();
    SplittableRandom random = new SplittableRandom(options.seed());
    for (int i = 0; i < size; i++) {
      int other = random.nextInt(i, drawn.length);
      int row = drawn[other];
      drawn[other] = drawn[i];
      euclidean.point(row, sample.memory(), sample.position(i));
    }
    return sample;
  }

  /** Finds each row's list; returns the mean distance from its centroid. */
  private float assign(RowBlock trained, int count, int[] listOf) {
    NearestCentroid search = new NearestCentroid(trained, count);
    int batches = Math.ceilDiv(points.length, NearestCentroid.POINTS_MAX);
    double[] sums = new double[batches];
    workers.forEach(
        0,
        batches,
        1,
        ASSIGNMENT,
        () -> new Assignment(euclidean.dimension(), stride),
        (own, batch) -> {
          int from = NearestCentroid.POINTS_MAX * batch;
          int some = Math.min(NearestCentroid.POINTS_MAX, points.length - from);
          for (int i = 0; i < some; i++) {
            euclidean.point(points[from + i], own.points.memory(), own.points.position(i));
          }
          search.find(own.points, 0, some, own.scratch, own.found);
          System.arraycopy(own.found, 0, listOf, from, some);
          for (int i = 0; i < some; i++) {
            sums[batch] += own.scratch.distance(i);
          }
        });
    double sum = 0;
    for (double part : sums) {
      sum += part;
    }
    float mean = (float) (sum / Math.max(1, points.length));
    return Float.isFinite(mean) ? mean : Float.MAX_VALUE;
  }

  private static final class Assignment {
    private final NearestCentroid.Scratch scratch = new NearestCentroid.Scratch();
    private final int[] found = new int[NearestCentroid.POINTS_MAX];
    private final RowBlock points;

    Assignment(int dimension, long stride) {
      MemorySegment memory = NativeMemory.allocate(NearestCentroid.POINTS_MAX * stride);
      points = new RowBlock(memory, 0, stride, dimension);
    }
  }

  /** Encodes the rows, list by list and in order. */
  private InvertedLists fill(Centroids centroids, BlockCode code, int[] listOf) {
    int[] ends = new int[centroids.count()];
    for (int list : listOf) {
      ends[list]++;
    }
    int[] blockCounts = new int[ends.length];
    int[] firstBlocks = new int[ends.length];
    int blocks = 0;
    int end = 0;
    for (int list = 0; list < ends.length; list++) {
      firstBlocks[list] = blocks;
      blockCounts[list] = Math.ceilDiv(ends[list], code.slots());
      blocks += blockCounts[list];
      end += ends[list];
      ends[list] = end;
    }
    int[] members = new int[listOf.length];
    int[] next = ends.clone();
    for (int i = listOf.length - 1; i >= 0; i--) {
      members[--next[listOf[i]]] = points[i];
    }
    MemorySegment memory = NativeMemory.allocate(blocks * code.blockBytes());
    workers.forEach(
        0,
        ends.length,
        4,
        ENCODING,
        () -> new RowPoint(euclidean, centroids),
        (point, list) -> {
          long block = firstBlocks[list] * code.blockBytes();
          for (int from = next[list]; from < ends[list]; from += code.slots()) {
            InvertedLists.clear(code, memory, block);
            for (int i = 0; i < Math.min(code.slots(), ends[list] - from); i++) {
              Slot slot = new Slot(block, i);
              point.row(members[from + i]);
              code.encode(members[from + i], point, list, memory, slot);
              InvertedLists.publish(code, memory, slot, members[from + i]);
            }
            block += code.blockBytes();
          }
        });
    return new InvertedLists(code, memory, blockCounts, true);
  }
}
