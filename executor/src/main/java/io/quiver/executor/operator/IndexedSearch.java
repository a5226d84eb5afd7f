package io.quiver.executor.operator;

import io.quiver.executor.expression.RowBits;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.index.InterimIndex;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Searches segments through their vector indexes. What may come back goes in as bits: rows that are
 * live, pass the filter, and have a vector. Owned by the operator's thread.
 */
final class IndexedSearch {
  /** A search of an index takes about as long as to measure so many rows. */
  private static final long ROWS_A_SEARCH = 512;

  /**
   * Of codes more rows are asked for than are wanted: twice as many and some where no greater
   * recall is aimed at, else four times.
   */
  private static final double CODED_RECALL = 0.95;

  private static final int CODED_MORE = 10;

  /** The same by inner product, where rows differ in length and their codes are rougher. */
  private static final int CODED_TIMES_BY_PRODUCT = 8;

  private final ExecutionContext context;
  private final IndexChoice.Verdict choice;
  private final PlanNode.VectorSearch search;
  private final SearchSettings settings;
  private final IndexDefinition index;
  private final ColumnId column;

  /** What the rows of a partial index must fulfil beside its condition; null for other indexes. */
  private final @Nullable RowSelector partial;

  private final Neighbors neighbors = new Neighbors();
  private final RowBits selected = new RowBits();
  private final FilterBits passing = new FilterBits();

  /** Rows searched last that are live and pass the filter, with or without a vector. */
  private long passed;

  private long missed;
  private int repeated;

  private final TreeSet<String> plans = new TreeSet<>();
  private int segments;
  private int served;
  private long visited;
  private long distances;
  private long estimates;
  private long coded;
  private long unindexed;

  private IndexedSearch(
      ExecutionContext context, IndexChoice.Verdict choice, PlanNode.VectorSearch search) {
    this.context = context;
    this.choice = choice;
    this.search = search;
    this.settings = context.search().with(search.use());
    this.index = choice.index();
    this.column = search.vectorColumn();
    this.partial =
        choice.rest() == null
            ? null
            : new RowSelector(search.columns(), choice.rest().filter(), context, new SkipCounter());
  }

  /** The search through the index that fits, or null where none does. */
  static @Nullable IndexedSearch of(PlanNode.VectorSearch search, ExecutionContext context) {
    if (context.search().with(search.use()).isExact()) {
      return null;
    }
    List<IndexChoice.Verdict> indexes =
        IndexChoice.of(search, context.snapshot(), context.search(), context.evaluation());
    IndexChoice.Verdict best = indexes.isEmpty() ? null : indexes.getFirst();
    if (best != null && best.fits()) {
      return new IndexedSearch(context, best, search);
    }
    for (IndexChoice.Verdict verdict : indexes) {
      if (verdict.index().id().equals(search.use().only())) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "index \""
                + verdict.index().name()
                + "\", which the statement names, cannot serve it: "
                + verdict.unfit());
      }
    }
    return null;
  }

  /**
   * Some rows of a segment, and an index that has them.
   *
   * @param interim what serves these rows until the index has them, or null for the index
   * @param first the segment's row that is the index's first
   * @param from the first that is searched
   * @param to the one behind the last that is searched
   */
  record Window(
      SegmentVectorIndex index, InterimIndex.@Nullable Run interim, int first, int from, int to) {
    private boolean isCodes() {
      return interim != null && interim.isCodes();
    }

    private boolean isWhole() {
      return from == first && to - first == index.rowCount();
    }
  }

  /**
   * What is looked for.
   *
   * @param query its only row
   * @param k how many are wanted
   * @param bound as many as are wanted in all are known at most this far away
   */
  record Wanted(Column query, int k, double bound) {}

  /** What the index of a segment has found. */
  static final class Found {
    private final Window window;
    private final int[] rows;
    private final long passed;
    private final boolean more;

    private Found(Window window, int[] rows, long passed, boolean more) {
      this.window = window;
      this.rows = rows;
      this.passed = passed;
      this.more = more;
    }

    /** Ascending. */
    int[] rows() {
      return rows;
    }

    /** Whether others qualify, but for that no more were wanted. */
    boolean more() {
      return more;
    }

    /** Rows that are live and pass the filter, but were not found: some without a vector. */
    private long missed() {
      return passed - rows.length;
    }
  }

  /**
   * What is to be searched of a segment: the rows that its index has, the first, and then those of
   * runs, until it has them. Rows in none of them are to be measured.
   */
  List<Window> windows(SegmentView segment) {
    // In this order: what is in no run any more is in the index.
    List<InterimIndex.Run> runs = context.snapshot().interimIndex(index, segment);
    SegmentVectorIndex known = context.snapshot().vectorIndex(index, segment);
    List<Window> windows = new ArrayList<>();
    int rows = segment.rowCount();
    int position = 0;
    if (known != null) {
      position = Math.min(known.rowCount(), rows);
      windows.add(new Window(known, null, 0, 0, position));
    }
    for (InterimIndex.Run run : runs) {
      int from = Math.max(position, run.range().from());
      int end = run.range().to();
      // Columns are measured from such rows on.
      int to = end < rows ? end - end % Byte.SIZE : rows;
      if (from < to) {
        windows.add(new Window(run.index(), run, run.range().from(), from, to));
        position = to;
      }
    }
    return windows;
  }

  /** Counts a segment that is to be searched. */
  void begin(SegmentView segment, List<Window> windows) {
    segments++;
    unindexed += segment.rowCount();
    for (Window window : windows) {
      unindexed -= window.to - window.from;
    }
  }

  /**
   * Finds the nearest rows of a segment among those that its index has.
   *
   * @param candidates what a scalar index has found for the filter, or null
   */
  Found find(
      Window window,
      SegmentView segment,
      Wanted wanted,
      RowSelector selector,
      @Nullable RowBitmap candidates) {
    if (window.interim != null) {
      coded += window.to - window.from;
    } else {
      served++;
    }
    Found found = search(window, segment, wanted, selector, candidates);
    missed += found.missed();
    return found;
  }

  /** Finds more of a segment's nearest rows than before. */
  Found findMore(
      Found before,
      SegmentView segment,
      Wanted wanted,
      RowSelector selector,
      @Nullable RowBitmap candidates) {
    repeated++;
    Found found = search(before.window, segment, wanted, selector, candidates);
    missed += found.missed() - before.missed();
    return found;
  }

  private Found search(
      Window window,
      SegmentView segment,
      Wanted wanted,
      RowSelector selector,
      @Nullable RowBitmap candidates) {
    passed = 0;
    SegmentVectorIndex known = window.index;
    RowFilter filter =
        partial == null
            ? filter(segment, window, selector, candidates)
            : partialFilter(window, segment, partial, candidates);
    if (filter.count() == 0) {
      return new Found(window, new int[0], passed, false);
    }
    boolean lists = known.index().spec() instanceof IndexSpec.Ivf;
    boolean codes = window.isCodes();
    int k = Math.min(codes ? more(wanted.k) : wanted.k, filter.count());
    double bound = codes ? bound(wanted) : Double.POSITIVE_INFINITY;
    SearchRequest request =
        new SearchRequest(
            wanted.query.getVector(0),
            k,
            settings.effort(lists),
            Double.POSITIVE_INFINITY,
            bound,
            filter,
            context.cancelled());
    try {
      known.search(searcher -> {
        searcher.search(request, neighbors);
        count(searcher.statistics(), window);
        return neighbors;
      });
    } catch (CancellationException e) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled", e);
    }
    if (!codes) {
      known.served(request, neighbors);
    }
    int[] rows = neighbors.rows();
    known.toSegment(rows);
    for (int i = 0; i < rows.length; i++) {
      rows[i] += window.first;
    }
    Arrays.sort(rows);
    boolean more =
        rows.length < filter.count() && (rows.length == k || bound == Double.POSITIVE_INFINITY);
    return new Found(window, rows, passed, more);
  }

  /** In the index's distances, which may only be ordered as the query's. */
  private double bound(Wanted wanted) {
    Metric indexed = IndexSpecs.metric(Objects.requireNonNull(index.distance()));
    return indexed == search.metric() ? wanted.bound : Double.POSITIVE_INFINITY;
  }

  private int more(int k) {
    long times = settings.recallTarget() > CODED_RECALL ? 4 : 2;
    if (search.metric() == Metric.NEGATIVE_INNER_PRODUCT) {
      times = CODED_TIMES_BY_PRODUCT;
    }
    return (int) Math.min(times * k + CODED_MORE, Integer.MAX_VALUE);
  }

  /** The same for another thread, which has not searched yet. */
  IndexedSearch another() {
    return new IndexedSearch(context, choice, search);
  }

  /** Adds what another has counted. */
  void add(IndexedSearch other) {
    plans.addAll(other.plans);
    segments += other.segments;
    served += other.served;
    repeated += other.repeated;
    missed += other.missed;
    visited += other.visited;
    distances += other.distances;
    estimates += other.estimates;
    coded += other.coded;
    unindexed += other.unindexed;
  }

  /** How many rows would be measured in the time that a segment takes. */
  long work(SegmentView segment) {
    long rows = segment.rowCount();
    for (Window window : windows(segment)) {
      rows += ROWS_A_SEARCH + window.from - window.to;
    }
    return rows;
  }

  /** How many rows are live and pass the filter, but were not found: some without a vector. */
  long missed() {
    return missed;
  }

  /** What may come back of a window's rows, by their numbers in the index. */
  private RowFilter filter(
      SegmentView segment, Window window, RowSelector selector, @Nullable RowBitmap candidates) {
    int rows = window.index.rowCount();
    Column vectors = segment.column(column);
    MemorySegment live = segment.live();
    boolean unfiltered = candidates == null && selector.keepsLive();
    if (unfiltered && live == null && !vectors.mayHaveNulls() && window.from == window.first) {
      passed = (long) window.to - window.from;
      return RowFilter.first(window.to - window.from, rows);
    }
    if (unfiltered && window.isWhole() && rows == segment.rowCount()) {
      MemorySegment present = vectors.validity();
      passed = segment.liveRowCount();
      if (present == null) {
        return RowFilter.of(Objects.requireNonNull(live), rows);
      }
      passing.clear(rows);
      passing.addBoth(live, present);
      return passing.filter();
    }
    passing.clear(rows);
    if (candidates != null) {
      addCandidates(segment, window, selector, candidates);
    } else {
      addSelected(segment, window, selector);
    }
    return passing.filter();
  }

  private void addCandidates(
      SegmentView segment, Window window, RowSelector selector, RowBitmap candidates) {
    Column vectors = segment.column(column);
    int[] some = new int[Batch.ROWS];
    int next = window.from;
    for (int n = candidates.fill(next, some); n > 0; n = candidates.fill(next, some)) {
      context.checkCancelled();
      next = some[n - 1] + 1;
      int within = n;
      while (within > 0 && some[within - 1] >= window.to) {
        within--;
      }
      int kept = selector.keep(segment, some, within);
      passed += kept;
      for (int i = 0; i < kept; i++) {
        if (!vectors.isNull(some[i])) {
          passing.add(some[i] - window.first);
        }
      }
      if (within < n) {
        return;
      }
    }
  }

  private void addSelected(SegmentView segment, Window window, RowSelector selector) {
    MemorySegment present = segment.column(column).validity();
    for (int from = window.from; from < window.to; from += Batch.ROWS) {
      context.checkCancelled();
      selector.select(from, Math.min(Batch.ROWS, window.to - from), selected);
      passed += selected.count();
      if (present != null) {
        selected.and(present, from);
      }
      passing.add(selected, from - window.first);
    }
  }

  /** The rows of a partial index that may come back, by their numbers there. */
  private RowFilter partialFilter(
      Window window, SegmentView segment, RowSelector rest, @Nullable RowBitmap candidates) {
    SegmentVectorIndex known = window.index;
    RowBitmap own = Objects.requireNonNull(known.some());
    boolean all = candidates == null && rest.keepsLive() && segment.live() == null;
    if (all && window.isWhole() && !segment.column(column).mayHaveNulls()) {
      passed = own.count();
      return RowFilter.all(own.count());
    }
    RowBitmap asked = candidates == null ? own : own.and(candidates);
    return known.own(filter(segment, window, rest, asked));
  }

  private void count(SearchStatistics statistics, Window window) {
    if (window.interim == null) {
      plans.add(statistics.plan());
    }
    visited += statistics.visited();
    distances += statistics.distances();
    estimates += statistics.estimates();
  }

  /** What came of it, as EXPLAIN ANALYZE shows it. */
  String note() {
    if (served == 0 && coded == 0) {
      return "index=" + index.name() + " not built: exact";
    }
    return "index="
        + index.name()
        + " segments="
        + served
        + "/"
        + segments
        + (repeated > 0 ? " repeated=" + repeated : "")
        + (plans.isEmpty() ? "" : " strategy=" + String.join("+", plans))
        + " visited="
        + visited
        + " distances="
        + distances
        + " estimates="
        + estimates
        + (coded > 0 ? " interim rows=" + coded : "")
        + (unindexed > 0 ? " rows not indexed=" + unindexed : "");
  }
}
