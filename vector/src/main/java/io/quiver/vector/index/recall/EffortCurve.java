package io.quiver.vector.index.recall;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What part of the {@link #K} nearest rows a search finds at some efforts, measured against exact
 * search when the index was built, and rather too low than too high, so that a recall may be asked
 * for instead of an effort.
 *
 * <p>Section {@link #SECTION} of the written form:
 *
 * <pre>
 *  offset  bytes
 *       0      4  k of the recall
 *       4      4  queries that were sampled
 *       8      4  points
 *      12      4  0
 *      16         16 bytes a point, efforts ascending:
 *                   0  4  effort
 *                   4  4  0
 *                   8  8  recall, IEEE 754 binary64, from 0 to 1, never descending
 * </pre>
 */
public final class EffortCurve {
  /** The section's name. */
  public static final String SECTION = "EFFORTS";

  /** Of the recall. */
  public static final int K = 10;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int HEADER_BYTES = 16;
  private static final int POINT_BYTES = 16;
  private static final int POINTS_MAX = 64;

  private static final int QUERIES_MAX = 200;
  private static final int QUERIES_MIN = 30;

  /** Queries that a thread takes at a time. */
  private static final int QUERIES_AT_ONCE = 10;

  /** Element pairs that exact search may look at: some seconds of one processor. */
  private static final double ELEMENTS_MAX = 2e10;

  /** Real queries lie farther from the rows than sampled ones, so that more is missed. */
  static final double CAUTION = 1.5;

  /** More effort than for this is not tried. */
  private static final double RECALL_ENOUGH = 0.9995;

  private final int queries;
  private final List<Point> points;

  private EffortCurve(int queries, List<Point> points) {
    this.queries = queries;
    this.points = List.copyOf(points);
  }

  private record Point(int effort, double recall) {}

  /** Of an index that was not measured, as one that grows: whatever is asked for, this effort. */
  public static EffortCurve unmeasured(int effort) {
    return new EffortCurve(0, List.of(new Point(effort, 0)));
  }

  /**
   * Measures an index with queries like those that {@link SampleQueries} makes.
   *
   * @param present the rows that it is built over
   * @param searchers of the index, each for one thread
   * @param efforts to try, ascending
   */
  public static EffortCurve measure(
      VectorRows rows,
      RowFilter present,
      Supplier<? extends VectorSearcher> searchers,
      int[] efforts,
      BuildOptions options) {
    Supplier<PointDistances> distances = TrueNeighbors.distances(rows);
    return measure(rows, present, searchers, distances, efforts, options);
  }

  /**
   * Measures an index whose build has exact distances at hand.
   *
   * @param distances to the rows, each for one thread
   */
  public static EffortCurve measure(
      VectorRows rows,
      RowFilter present,
      Supplier<? extends VectorSearcher> searchers,
      Supplier<? extends PointDistances> distances,
      int[] efforts,
      BuildOptions options) {
    if (efforts.length == 0 || efforts.length > POINTS_MAX) {
      throw new IllegalArgumentException(
          efforts.length + " efforts, there must be from 1 to " + POINTS_MAX);
    }
    if (present.count() == 0) {
      return new EffortCurve(0, List.of(new Point(efforts[0], 1)));
    }
    List<MemorySegment> samples =
        new SampleQueries(rows, present, searchers.get(), options.seed()).make(sampleSize(rows));
    List<SearchRequest> requests = new ArrayList<>();
    for (MemorySegment sample : samples) {
      requests.add(SearchRequest.of(sample, K, rows.count()).withCancelled(options.cancelled()));
    }
    Workers workers = new Workers(options.withProgress(part -> {}));
    TrueNeighbors.Task task = new TrueNeighbors.Task(rows, present, samples, K);
    Neighbors[] truth = TrueNeighbors.find(task, distances, workers);
    List<Point> points = new ArrayList<>();
    double best = 0;
    for (int effort : efforts) {
      // Luck with the sample may let more effort find less: the curve does not show that.
      best = Math.max(best, recall(searchers, requests, truth, effort, workers));
      points.add(new Point(effort, best));
      if (best >= RECALL_ENOUGH) {
        break;
      }
    }
    return new EffortCurve(samples.size(), points);
  }

  private static int sampleSize(VectorRows rows) {
    double affordable = ELEMENTS_MAX / ((double) rows.count() * rows.dimension());
    return Math.clamp((long) affordable, QUERIES_MIN, QUERIES_MAX);
  }

  private static double recall(
      Supplier<? extends VectorSearcher> searchers,
      List<SearchRequest> requests,
      Neighbors[] truth,
      int effort,
      Workers workers) {
    double[] recalls = new double[requests.size()];
    workers.forEach(
        0,
        recalls.length,
        QUERIES_AT_ONCE,
        0,
        searchers,
        (searcher, i) -> {
          Neighbors found = new Neighbors();
          searcher.search(requests.get(i).withEffort(Effort.of(effort)), found);
          recalls[i] = Recall.of(found, truth[i]);
        });
    double missed = requests.isEmpty() ? 0 : 1 - Arrays.stream(recalls).sum() / recalls.length;
    return Math.max(0, 1 - CAUTION * missed);
  }

  /**
   * What a search that asks for this has to try.
   *
   * @param usual where it does not ask
   */
  public int effort(Effort effort, int usual) {
    return switch (effort) {
      case Effort.Default _ -> usual;
      case Effort.Fixed(int value) -> value;
      case Effort.Recall(double target) -> effort(target);
    };
  }

  /**
   * The least effort that finds so much, between the measured ones by a straight line over the
   * effort's logarithm; the greatest that was measured where not even that one does.
   */
  public int effort(double recall) {
    Point before = points.getFirst();
    if (before.recall >= recall) {
      return before.effort;
    }
    for (Point point : points.subList(1, points.size())) {
      if (point.recall >= recall) {
        double part = (recall - before.recall) / (point.recall - before.recall);
        double effort = before.effort * Math.pow((double) point.effort / before.effort, part);
        return Math.clamp((long) Math.ceil(effort), before.effort, point.effort);
      }
      before = point;
    }
    return before.effort;
  }

  /** The recall of an effort, by the same lines; that of the nearest measured one beyond them. */
  public double recall(int effort) {
    Point before = points.getFirst();
    for (Point point : points) {
      if (point.effort >= effort) {
        if (point.effort == before.effort) {
          return point.recall;
        }
        double part =
            Math.log((double) effort / before.effort)
                / Math.log((double) point.effort / before.effort);
        return before.recall + part * (point.recall - before.recall);
      }
      before = point;
    }
    return before.recall;
  }

  /** Queries that it rests on. */
  public int queries() {
    return queries;
  }

  /** Its section of the written form. */
  public IndexForm.Section section() {
    long bytes = HEADER_BYTES + (long) POINT_BYTES * points.size();
    MemorySegment section = NativeMemory.allocate(bytes).asSlice(0, bytes);
    section.set(INT, 0, K);
    section.set(INT, 4, queries);
    section.set(INT, 8, points.size());
    for (int i = 0; i < points.size(); i++) {
      long at = HEADER_BYTES + (long) POINT_BYTES * i;
      section.set(INT, at, points.get(i).effort);
      section.set(DOUBLE, at + 8, points.get(i).recall);
    }
    return new IndexForm.Section(SECTION, section);
  }

  /**
   * Reads the section.
   *
   * @throws DamagedIndexException when it is not what was written
   */
  public static EffortCurve read(IndexForm form) {
    MemorySegment section = form.section(SECTION);
    int count = section.byteSize() < HEADER_BYTES ? 0 : section.get(INT, 8);
    if (count < 1
        || count > POINTS_MAX
        || section.byteSize() != HEADER_BYTES + (long) POINT_BYTES * count
        || section.get(INT, 0) != K) {
      throw new DamagedIndexException(
          "section " + SECTION + " of " + section.byteSize() + " bytes has " + count + " points");
    }
    List<Point> points = new ArrayList<>();
    int effort = 0;
    double recall = 0;
    for (int i = 0; i < count; i++) {
      long at = HEADER_BYTES + (long) POINT_BYTES * i;
      Point point = new Point(section.get(INT, at), section.get(DOUBLE, at + 8));
      if (point.effort <= effort || !(point.recall >= recall && point.recall <= 1)) {
        throw new DamagedIndexException(
            "section "
                + SECTION
                + " has recall "
                + point.recall
                + " at effort "
                + point.effort
                + " after "
                + recall
                + " at "
                + effort);
      }
      points.add(point);
      effort = point.effort;
      recall = point.recall;
    }
    return new EffortCurve(section.get(INT, 4), points);
  }
}
