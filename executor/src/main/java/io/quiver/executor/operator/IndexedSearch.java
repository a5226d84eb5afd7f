package io.quiver.executor.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
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
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** A search of an index takes about as long as to measure so many rows. */
  private static final long ROWS_A_SEARCH = 512;

  private final ExecutionContext context;
  private final IndexChoice.Verdict choice;
  private final PlanNode.VectorSearch search;
  private final SearchSettings settings;
  private final IndexDefinition index;
  private final ColumnId column;

  /** What the rows of a partial index must fulfil beside its condition; null for other indexes. */
  private final @Nullable RowSelector partial;

  private final Neighbors neighbors = new Neighbors();
  private @Nullable MemorySegment bits;

  /** Rows of the last segment that its index has: the first. */
  private int covered;

  /** Those of them that are live and pass the filter, with or without a vector. */
  private long passed;

  private long missed;
  private int repeated;

  private final TreeSet<String> plans = new TreeSet<>();
  private int segments;
  private int served;
  private long visited;
  private long distances;
  private long estimates;
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

  /** What the index of a segment has found. */
  static final class Found {
    private final SegmentVectorIndex by;
    private final int[] rows;
    private final int covered;
    private final long passed;
    private final boolean more;

    private Found(SegmentVectorIndex by, int[] rows, int covered, long passed, boolean more) {
      this.by = by;
      this.rows = rows;
      this.covered = covered;
      this.passed = passed;
      this.more = more;
    }

    /** Ascending. */
    int[] rows() {
      return rows;
    }

    /** How many of the segment's rows, the first, its index has: others are to be measured. */
    int covered() {
      return covered;
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
   * Finds the nearest rows of a segment among those that its index has.
   *
   * @param candidates what a scalar index has found for the filter, or null
   * @return null where the segment has no index
   */
  @Nullable Found find(
      SegmentView segment,
      Column query,
      RowSelector selector,
      @Nullable RowBitmap candidates,
      int k) {
    segments++;
    SegmentVectorIndex known = context.snapshot().vectorIndex(index, segment);
    if (known == null) {
      unindexed += segment.rowCount();
      return null;
    }
    served++;
    Found found = find(known, segment, query, selector, candidates, k);
    unindexed += segment.rowCount() - found.covered;
    missed += found.missed();
    return found;
  }

  /** Finds more of a segment's nearest rows than before. */
  Found findMore(
      Found before,
      SegmentView segment,
      Column query,
      RowSelector selector,
      @Nullable RowBitmap candidates,
      int k) {
    repeated++;
    Found found = find(before.by, segment, query, selector, candidates, k);
    missed += found.missed() - before.missed();
    return found;
  }

  private Found find(
      SegmentVectorIndex known,
      SegmentView segment,
      Column query,
      RowSelector selector,
      @Nullable RowBitmap candidates,
      int k) {
    passed = 0;
    covered = Math.min(known.rowCount(), segment.rowCount());
    RowFilter filter =
        partial == null
            ? filter(segment, known.rowCount(), selector, candidates)
            : partialFilter(known, segment, partial, candidates);
    if (filter.count() == 0) {
      return new Found(known, new int[0], covered, passed, false);
    }
    boolean lists = known.index().spec() instanceof IndexSpec.Ivf;
    SearchRequest request =
        new SearchRequest(
            query.getVector(0),
            Math.min(k, filter.count()),
            settings.effort(lists),
            Double.POSITIVE_INFINITY,
            filter,
            context.cancelled());
    try {
      known.search(searcher -> {
        searcher.search(request, neighbors);
        count(searcher.statistics());
        return neighbors;
      });
    } catch (CancellationException e) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled", e);
    }
    known.served(request, neighbors);
    int[] rows = neighbors.rows();
    known.toSegment(rows);
    Arrays.sort(rows);
    return new Found(known, rows, covered, passed, rows.length < filter.count());
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
    unindexed += other.unindexed;
  }

  /** How many rows would be measured in the time that a segment takes. */
  long work(SegmentView segment) {
    SegmentVectorIndex known = context.snapshot().vectorIndex(index, segment);
    return known == null
        ? segment.rowCount()
        : ROWS_A_SEARCH + Math.max(0, segment.rowCount() - known.rowCount());
  }

  /** How many rows are live and pass the filter, but were not found: some without a vector. */
  long missed() {
    return missed;
  }

  /**
   * What may come back of the rows that are covered.
   *
   * @param rows that the index has; the segment may have fewer
   */
  private RowFilter filter(
      SegmentView segment, int rows, RowSelector selector, @Nullable RowBitmap candidates) {
    Column vectors = segment.column(column);
    MemorySegment live = segment.live();
    if (candidates == null && selector.keepsLive() && covered == rows) {
      MemorySegment present = vectors.mayHaveNulls() ? vectors.validity() : null;
      MemorySegment bits = both(live, present, rows);
      if (bits == null) {
        passed = rows;
        return RowFilter.all(rows);
      }
      if (rows == segment.rowCount()) {
        passed = segment.liveRowCount();
        return RowFilter.of(bits, rows);
      }
    }
    MemorySegment words = cleared(rows);
    int[] passing = new int[Math.min(rows, Batch.ROWS)];
    if (candidates != null) {
      int next = 0;
      for (int n = candidates.fill(next, passing); n > 0; n = candidates.fill(next, passing)) {
        context.checkCancelled();
        next = passing[n - 1] + 1;
        int within = n;
        while (within > 0 && passing[within - 1] >= covered) {
          within--;
        }
        set(words, vectors, passing, 0, selector.keep(segment, passing, within));
        if (within < n) {
          break;
        }
      }
      return RowFilter.of(words, rows);
    }
    for (int from = 0; from < covered; from += Batch.ROWS) {
      context.checkCancelled();
      int count = Math.min(Batch.ROWS, covered - from);
      set(words, vectors, passing, from, selector.select(from, count, passing));
    }
    return RowFilter.of(words, rows);
  }

  /** The rows whose bits are set in both, where null has all. */
  private @Nullable MemorySegment both(
      @Nullable MemorySegment live, @Nullable MemorySegment present, int rows) {
    if (present == null) {
      return live;
    }
    MemorySegment words = cleared(rows);
    int bytes = (rows + 7) >> 3;
    for (int at = 0; at < bytes; at++) {
      int beyond = Math.max(0, 8 * at + 8 - rows);
      int bits = (live == null ? 0xFF : live.get(JAVA_BYTE, at)) & present.get(JAVA_BYTE, at);
      words.set(JAVA_BYTE, at, (byte) (bits & 0xFF >> beyond));
    }
    return words;
  }

  /** The rows of a partial index that may come back, by their numbers there. */
  private RowFilter partialFilter(
      SegmentVectorIndex known,
      SegmentView segment,
      RowSelector rest,
      @Nullable RowBitmap candidates) {
    RowBitmap own = Objects.requireNonNull(known.some());
    boolean all = candidates == null && rest.keepsLive() && segment.live() == null;
    if (all && covered == known.rowCount() && !segment.column(column).mayHaveNulls()) {
      passed = own.count();
      return RowFilter.all(own.count());
    }
    RowBitmap asked = candidates == null ? own : own.and(candidates);
    return known.own(filter(segment, known.rowCount(), rest, asked));
  }

  private void set(MemorySegment words, Column vectors, int[] passing, int from, int count) {
    passed += count;
    for (int i = 0; i < count; i++) {
      int row = from + passing[i];
      if (!vectors.isNull(row)) {
        long at = 8L * (row >>> 6);
        words.set(WORD, at, words.get(WORD, at) | 1L << row);
      }
    }
  }

  private MemorySegment cleared(int rows) {
    long bytes = 8 * ((rows + 63L) >> 6);
    MemorySegment known = bits;
    if (known == null || known.byteSize() < bytes) {
      known = Arena.ofAuto().allocate(bytes, 64);
      bits = known;
      return known;
    }
    known.fill((byte) 0);
    return known;
  }

  private void count(SearchStatistics statistics) {
    plans.add(statistics.plan());
    visited += statistics.visited();
    distances += statistics.distances();
    estimates += statistics.estimates();
  }

  /** What came of it, as EXPLAIN ANALYZE shows it. */
  String note() {
    if (served == 0) {
      return "index=" + index.name() + " not built: exact";
    }
    return "index="
        + index.name()
        + " segments="
        + served
        + "/"
        + segments
        + (repeated > 0 ? " repeated=" + repeated : "")
        + " strategy="
        + String.join("+", plans)
        + " visited="
        + visited
        + " distances="
        + distances
        + " estimates="
        + estimates
        + (unindexed > 0 ? " rows not indexed=" + unindexed : "");
  }
}
