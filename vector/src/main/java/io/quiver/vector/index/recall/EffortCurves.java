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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/**
 * What part of the k nearest rows a search finds at some efforts, for k of 3, 10 and 100: measured
 * against exact search when the index was built, and rather too low than too high, so that a recall
 * may be asked for instead of an effort. It takes more effort to find the same part of more rows.
 *
 * <p>Section {@link #SECTION} of the written form has a curve for each k, ascending, one behind the
 * other; indexes that were written before this was so have that of 10 alone:
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
public final class EffortCurves {
  /** The section's name. */
  public static final String SECTION = "EFFORTS";

  /** Of the recall that {@link #recall} tells. */
  public static final int K = 10;

  /** Of fewer, the row that a sampled query was made from is too often the nearest one. */
  private static final int[] MEASURED = {3, K, 100};

  private static final int QUERIES_MAX = 200;
  private static final int QUERIES_MIN = 30;

  /** Rows that are looked for by all queries: of many each, fewer queries say as much. */
  private static final int ROWS_WANTED = 5_000;

  /** Queries that a thread takes at a time. */
  private static final int QUERIES_AT_ONCE = 10;

  /** Element pairs that exact search may look at: some seconds of one processor. */
  private static final double ELEMENTS_MAX = 2e10;

  /** Real queries lie farther from the rows than sampled ones, so that more is missed. */
  static final double CAUTION = 1.5;

  /** Of few rows still more: one of them is what the query was made from. */
  private static final double CAUTION_OF_FEW = 2;

  /** More effort than for this is not tried. */
  private static final double RECALL_ENOUGH = 0.9995;

  private final List<EffortCurve> curves;

  private EffortCurves(List<EffortCurve> curves) {
    this.curves = List.copyOf(curves);
  }

  /**
   * What is tried of a kind of index.
   *
   * @param efforts ascending
   * @param least what a search for k tries at least, whatever it is told
   */
  public record Trials(List<Integer> efforts, IntUnaryOperator least) {
    public Trials {
      if (efforts.isEmpty() || efforts.size() > EffortCurve.POINTS_MAX) {
        throw new IllegalArgumentException(
            efforts.size() + " efforts, there must be from 1 to " + EffortCurve.POINTS_MAX);
      }
      efforts = List.copyOf(efforts);
    }

    /** Of a search that keeps no fewer candidates than it looks for rows. */
    public static Trials ofCandidates(Integer... efforts) {
      return new Trials(List.of(efforts), k -> k);
    }

    /** Those that differ where k rows are looked for. */
    private List<Integer> of(int k) {
      int from = 0;
      while (from < efforts.size() - 1 && efforts.get(from) < least.applyAsInt(k)) {
        from++;
      }
      return efforts.subList(from, efforts.size());
    }
  }

  /** Of an index that was not measured, as one that grows: whatever is asked for, this effort. */
  public static EffortCurves unmeasured(int effort) {
    return new EffortCurves(List.of(alone(K, effort, 0)));
  }

  private static EffortCurve alone(int k, int effort, double recall) {
    return new EffortCurve(k, 0, List.of(new EffortCurve.Point(effort, recall)));
  }

  /**
   * Measures an index with queries like those that {@link SampleQueries} makes.
   *
   * @param present the rows that it is built over
   * @param searchers of the index, each for one thread
   */
  public static EffortCurves measure(
      VectorRows rows,
      RowFilter present,
      Supplier<? extends VectorSearcher> searchers,
      Trials trials,
      BuildOptions options) {
    Supplier<PointDistances> distances = TrueNeighbors.distances(rows);
    return measure(rows, present, searchers, distances, trials, options);
  }

  /**
   * Measures an index whose build has exact distances at hand.
   *
   * @param distances to the rows, each for one thread
   */
  public static EffortCurves measure(
      VectorRows rows,
      RowFilter present,
      Supplier<? extends VectorSearcher> searchers,
      Supplier<? extends PointDistances> distances,
      Trials trials,
      BuildOptions options) {
    List<EffortCurve> curves = new ArrayList<>();
    if (present.count() == 0) {
      for (int k : MEASURED) {
        curves.add(alone(k, trials.of(k).getFirst(), 1));
      }
      return new EffortCurves(curves);
    }
    List<MemorySegment> queries =
        new SampleQueries(rows, present, searchers.get(), options.seed()).make(sampleSize(rows));
    Workers workers = new Workers(options.withProgress(part -> {}));
    int most = MEASURED[MEASURED.length - 1];
    TrueNeighbors.Task task = new TrueNeighbors.Task(rows, present, queries, most);
    List<Neighbors> truth = List.of(TrueNeighbors.find(task, distances, workers));
    for (int k : MEASURED) {
      List<SearchRequest> requests = new ArrayList<>();
      for (MemorySegment query : queries.subList(0, Math.min(queries.size(), sampleSize(k)))) {
        requests.add(SearchRequest.of(query, k, rows.count()).withCancelled(options.cancelled()));
      }
      curves.add(new Measurement(searchers, requests, truth, workers).of(k, trials.of(k)));
    }
    return new EffortCurves(curves);
  }

  private static int sampleSize(VectorRows rows) {
    double affordable = ELEMENTS_MAX / ((double) rows.count() * rows.dimension());
    return Math.clamp((long) affordable, QUERIES_MIN, QUERIES_MAX);
  }

  private static int sampleSize(int k) {
    return Math.max(QUERIES_MIN, ROWS_WANTED / k);
  }

  /** Searches for the same k rows. */
  private record Measurement(
      Supplier<? extends VectorSearcher> searchers,
      List<SearchRequest> requests,
      List<Neighbors> truth,
      Workers workers) {
    private EffortCurve of(int k, List<Integer> efforts) {
      List<EffortCurve.Point> points = new ArrayList<>();
      double best = 0;
      for (int effort : efforts) {
        // Luck with the sample may let more effort find less: the curve does not show that.
        best = Math.max(best, recall(k, effort));
        points.add(new EffortCurve.Point(effort, best));
        if (best >= RECALL_ENOUGH) {
          break;
        }
      }
      return new EffortCurve(k, requests.size(), points);
    }

    private double recall(int k, int effort) {
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
            recalls[i] = Recall.of(found, truth.get(i), k);
          });
      double missed = requests.isEmpty() ? 0 : 1 - Arrays.stream(recalls).sum() / recalls.length;
      return Math.max(0, 1 - (k < K ? CAUTION_OF_FEW : CAUTION) * missed);
    }
  }

  /**
   * What a search has to try. Within a radius its k is a limit, and mostly far above the rows that
   * there are.
   *
   * @param usual where it does not say
   */
  public int effort(SearchRequest request, int usual) {
    boolean within = request.radius() != Double.POSITIVE_INFINITY;
    return switch (request.effort()) {
      case Effort.Default _ -> usual;
      case Effort.Fixed(int value) -> value;
      case Effort.Recall(double target) ->
          effort(target, within ? Math.min(request.k(), K) : request.k());
    };
  }

  /**
   * The least effort that finds so much of the k nearest. Between those k that were measured, and
   * beyond the greatest, its logarithm is on a straight line over that of k.
   */
  public int effort(double recall, int k) {
    EffortCurve before = curves.getFirst();
    if (k <= before.k() || curves.size() == 1) {
      return before.effort(recall);
    }
    int at = 1;
    while (at < curves.size() - 1 && curves.get(at).k() < k) {
      at++;
    }
    before = curves.get(at - 1);
    EffortCurve after = curves.get(at);
    double less = before.effort(recall);
    double more = after.effort(recall);
    double part = Math.log((double) k / before.k()) / Math.log((double) after.k() / before.k());
    double effort = less * Math.pow(more / less, part);
    // More rows never take less.
    return (int)
        Math.min(Integer.MAX_VALUE, Math.ceil((part > 1 ? Math.max(more, effort) : effort) - 1e-9));
  }

  /** The recall of an effort, of the {@link #K} nearest. */
  public double recall(int effort) {
    for (EffortCurve curve : curves) {
      if (curve.k() >= K) {
        return curve.recall(effort);
      }
    }
    return curves.getLast().recall(effort);
  }

  /** Queries that it rests on, at most. */
  public int queries() {
    return curves.stream().mapToInt(EffortCurve::queries).max().orElse(0);
  }

  /** Its section of the written form. */
  public IndexForm.Section section() {
    long bytes = curves.stream().mapToLong(EffortCurve::bytes).sum();
    MemorySegment section = NativeMemory.allocate(bytes).asSlice(0, bytes);
    long at = 0;
    for (EffortCurve curve : curves) {
      curve.write(section, at);
      at += curve.bytes();
    }
    return new IndexForm.Section(SECTION, section);
  }

  /**
   * Reads the section.
   *
   * @throws DamagedIndexException when it is not what was written
   */
  public static EffortCurves read(IndexForm form) {
    MemorySegment section = form.section(SECTION);
    List<EffortCurve> curves = new ArrayList<>();
    int k = 0;
    long at = 0;
    do {
      EffortCurve curve = EffortCurve.read(section, at);
      if (curve.k() <= k || curve.k() > MEASURED[MEASURED.length - 1]) {
        throw new DamagedIndexException(
            "section " + SECTION + " has a curve of the " + curve.k() + " nearest behind " + k);
      }
      curves.add(curve);
      k = curve.k();
      at += curve.bytes();
    } while (at < section.byteSize());
    return new EffortCurves(curves);
  }
}
