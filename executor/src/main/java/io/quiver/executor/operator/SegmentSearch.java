package io.quiver.executor.operator;

import io.quiver.executor.expression.VectorFunctions;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest rows of segments: of one with an index that fits, by asking it; of others
 * exactly, by the distance to every live row that passes the filter, a block at a time. Owned by
 * one thread, until another takes what it has found.
 */
final class SegmentSearch implements AutoCloseable {
  /** Of so many rows that a scalar index has found, measuring all costs less than a search. */
  private static final int MEASURED_MAX = 4_096;

  private final ExecutionContext context;
  private final PlanNode.VectorSearch search;
  private final List<SegmentView> segments;
  private final long rowCount;
  private final @Nullable Column query;
  private final @Nullable IndexedSearch indexed;
  private final @Nullable IndexLookup lookup;
  private final RowSelector selector;
  private final SkipCounter skips;
  private final Reservation reservation;
  private final NearestRows found;

  /** No row farther away is wanted: others have as many that are nearer. */
  private double farthest = Double.POSITIVE_INFINITY;

  private final List<Partial> partials = new ArrayList<>();
  private int[] rows = new int[0];
  private int[] measured = rows;
  private double[] distances = new double[0];
  private int threads = 1;

  /**
   * @param segments all of the table
   * @param query one row, or null where there is no distance to it
   * @param indexed by which index, or null to measure all rows
   */
  SegmentSearch(
      ExecutionContext context,
      PlanNode.VectorSearch search,
      List<SegmentView> segments,
      @Nullable Column query,
      @Nullable IndexedSearch indexed,
      int wanted,
      SkipCounter skips) {
    this.context = context;
    this.search = search;
    this.segments = segments;
    long sum = 0;
    for (SegmentView segment : segments) {
      sum += segment.rowCount();
    }
    this.rowCount = sum;
    this.query = query;
    this.indexed = indexed;
    this.lookup = IndexLookup.of(search.table(), search.columns(), search.filter(), context);
    this.selector = new RowSelector(search.columns(), search.filter(), context, skips);
    this.skips = skips;
    this.reservation = new Reservation(context.memory());
    this.found = new NearestRows(wanted, reservation);
  }

  /** The same for another thread, which has found nothing yet. */
  SegmentSearch another() {
    SegmentSearch another =
        new SegmentSearch(
            context,
            search,
            segments,
            query,
            indexed == null ? null : indexed.another(),
            found.wanted(),
            new SkipCounter());
    another.farthest = found.farthest();
    return another;
  }

  /** Adds what another has found, and counted. */
  void add(SegmentSearch other) {
    found.addAll(other.found);
    threads += other.threads;
    partials.addAll(other.partials);
    skips.add(other.skips);
    if (indexed != null && other.indexed != null) {
      indexed.add(other.indexed);
    }
    if (lookup != null && other.lookup != null) {
      lookup.add(other.lookup);
    }
  }

  NearestRows found() {
    return found;
  }

  /** How many rows are live and pass the filter, but were not found by an index. */
  long missed() {
    return indexed == null ? 0 : indexed.missed();
  }

  /** What came of it, as EXPLAIN ANALYZE shows it. */
  String note() {
    String note = lookup == null ? "" : lookup.note();
    if (indexed != null) {
      note = note.isEmpty() ? indexed.note() : note + "; " + indexed.note();
    }
    return threads == 1 ? note : (note + " threads=" + threads).strip();
  }

  /** Whether a segment none of whose vectors is nearer than this may have a row that is wanted. */
  boolean mayFind(double bound) {
    return found.mayTake(bound) && !(bound > farthest);
  }

  /**
   * Searches a segment.
   *
   * @param bound no vector of it is nearer
   */
  void search(int number, double bound) {
    SegmentView segment = segments.get(number);
    if (!selector.open(segment)) {
      return;
    }
    if (mayFind(bound)) {
      search(number);
    } else {
      skips.skipSegment(segment.rowCount());
    }
  }

  /**
   * How many of the k nearest rows are looked for among some at first. Where rows lie in segments
   * by chance, about so many as their part of all rows are there, give or take the square root; one
   * more says whether that was so.
   */
  private int firstWanted(int rows) {
    int wanted = found.wanted();
    double part = wanted * ((double) rows / rowCount);
    return (int) Math.min(wanted, 1 + Math.ceil(part + 2 * Math.sqrt(part)));
  }

  /**
   * A segment that was asked for fewer rows than are wanted, and has more.
   *
   * @param farthest distance of those that it has found
   */
  private record Partial(int segment, IndexedSearch.Found found, double farthest) {}

  /** Looks for more where all that was found is among the nearest: what comes next may be, too. */
  void searchAgain() {
    if (query == null || indexed == null) {
      return;
    }
    for (Partial partial : partials) {
      if (found.mayTake(partial.farthest)) {
        SegmentView segment = segments.get(partial.segment);
        selector.openAgain(segment);
        RowBitmap candidates = lookup == null ? null : lookup.rows(segment);
        IndexedSearch.Wanted asked =
            new IndexedSearch.Wanted(query, found.wanted(), found.farthest());
        IndexedSearch.Found more =
            indexed.findMore(partial.found, segment, asked, selector, candidates);
        int[] known = partial.found.rows();
        int[] others =
            Arrays.stream(more.rows()).filter(row -> Arrays.binarySearch(known, row) < 0).toArray();
        offerFound(partial.segment, others);
      }
    }
    partials.clear();
  }

  private void search(int number) {
    SegmentView segment = segments.get(number);
    if (segment.liveRowCount() == 0) {
      return;
    }
    RowBitmap candidates = lookup == null ? null : lookup.rows(segment);
    boolean few = candidates != null && candidates.count() <= MEASURED_MAX;
    int position = 0;
    if (indexed != null && query != null && !few) {
      checkedType(segment.slice(search.vectorColumn(), 0, 0), query);
      List<IndexedSearch.Window> windows = indexed.windows(segment);
      indexed.begin(segment, windows);
      for (IndexedSearch.Window window : windows) {
        measure(number, candidates, position, window.from());
        search(number, window, query, candidates);
        position = window.to();
      }
    }
    measure(number, candidates, position, segment.rowCount());
  }

  /** Searches rows of a segment by an index that has them. */
  private void search(
      int number, IndexedSearch.Window window, Column query, @Nullable RowBitmap candidates) {
    SegmentView segment = segments.get(number);
    IndexedSearch by = Objects.requireNonNull(indexed);
    int wanted = firstWanted(window.to() - window.from());
    IndexedSearch.Wanted asked =
        new IndexedSearch.Wanted(query, wanted, Math.min(farthest, found.farthest()));
    IndexedSearch.Found nearest = by.find(window, segment, asked, selector, candidates);
    double last = offerFound(number, nearest.rows());
    if (wanted < found.wanted() && nearest.more()) {
      partials.add(new Partial(number, nearest, last));
    }
  }

  /** Measures rows of a segment, from one on and before another. */
  private void measure(int number, @Nullable RowBitmap candidates, int first, int last) {
    if (first >= last) {
      return;
    }
    if (candidates != null) {
      measureFound(number, candidates, first, last);
      return;
    }
    SegmentView segment = segments.get(number);
    Column rowIds = null;
    makeRoom(Math.min(Batch.ROWS, last - first));
    for (int from = first; from < last; from += Batch.ROWS) {
      context.checkCancelled();
      int count = Math.min(Batch.ROWS, last - from);
      int selected = selector.select(from, count, rows);
      if (selected == 0) {
        continue;
      }
      rowIds = rowIds == null ? segment.column(ColumnId.ROW_ID) : rowIds;
      measure(segment.slice(search.vectorColumn(), from, count), selected);
      offer(number, rowIds, from, selected);
    }
  }

  /** For so many rows at a time: an index finds few. */
  private void makeRoom(int count) {
    if (rows.length < count) {
      rows = new int[count];
      measured = new int[count];
      distances = new double[count];
    }
  }

  /** Measures what an index has found as every other row is, and returns the greatest distance. */
  private double offerFound(int number, int[] nearest) {
    SegmentView segment = segments.get(number);
    Column rowIds = segment.column(ColumnId.ROW_ID);
    makeRoom(Math.min(nearest.length, Batch.ROWS));
    double farthest = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < nearest.length; from += rows.length) {
      int selected = Math.min(rows.length, nearest.length - from);
      System.arraycopy(nearest, from, rows, 0, selected);
      measure(segment.column(search.vectorColumn()), selected);
      offer(number, rowIds, 0, selected);
      for (int i = 0; i < selected; i++) {
        farthest = Math.max(farthest, distances[i]);
      }
    }
    return farthest;
  }

  /** Measures those of a scalar index's rows that pass the filter, and no others. */
  private void measureFound(int number, RowBitmap candidates, int first, int last) {
    SegmentView segment = segments.get(number);
    Column rowIds = segment.column(ColumnId.ROW_ID);
    makeRoom(Batch.ROWS);
    int next = first;
    for (int count = candidates.fill(next, rows); count > 0; count = candidates.fill(next, rows)) {
      context.checkCancelled();
      next = rows[count - 1] + 1;
      while (count > 0 && rows[count - 1] >= last) {
        count--;
      }
      int selected = selector.keep(segment, rows, count);
      if (selected > 0) {
        measure(segment.column(search.vectorColumn()), selected);
        offer(number, rowIds, 0, selected);
      }
      if (next >= last) {
        break;
      }
    }
  }

  /** Offers the rows that have been measured, which count from one on. */
  private void offer(int number, Column rowIds, int from, int selected) {
    for (int i = 0; i < selected; i++) {
      double distance = distances[i];
      if (found.mayTake(distance)) {
        int row = from + rows[i];
        found.offer(distance, rowIds.getLong(row), number, row);
      }
    }
  }

  /** Fills {@link #distances} for the first {@link #rows}; NaN where there is no distance. */
  private void measure(Column vectors, int selected) {
    if (query == null) {
      Arrays.fill(distances, 0, selected, Double.NaN);
      return;
    }
    SqlType.Vector type = checkedType(vectors, query);
    Encoding encoding = VectorFunctions.encoding(type.element());
    DistanceKernels kernels = DistanceKernels.get(encoding);
    MemorySegment wanted = query.getVector(0);
    RowBlock block = RowBlock.packed(vectors.data(), type.dimension(), encoding);
    if (selected == vectors.length() && !vectors.mayHaveNulls()) {
      kernels.distances(search.metric(), wanted, block, selected, distances);
    } else {
      measureSome(kernels, wanted, block, vectors, selected);
    }
    for (int i = 0; i < selected; i++) {
      // Both zeros are one distance, as everywhere in SQL.
      distances[i] += 0.0;
    }
  }

  private void measureSome(
      DistanceKernels kernels, MemorySegment query, RowBlock block, Column vectors, int selected) {
    int present = 0;
    for (int i = 0; i < selected; i++) {
      measured[present] = rows[i];
      present += vectors.isNull(rows[i]) ? 0 : 1;
    }
    kernels.distances(search.metric(), query, block, measured, present, distances);
    // Spread the results from the end, so that none is overwritten before it has moved.
    for (int i = selected - 1, from = present - 1; i > from; i--) {
      if (from >= 0 && measured[from] == rows[i]) {
        distances[i] = distances[from--];
      } else {
        distances[i] = Double.NaN;
      }
    }
  }

  private static SqlType.Vector checkedType(Column vectors, Column query) {
    if (!(vectors.type() instanceof SqlType.Vector type)
        || !(query.type() instanceof SqlType.Vector found)
        || found.element() != type.element()) {
      throw new IllegalStateException("searched " + vectors.type() + " for " + query.type());
    }
    if (found.dimension() != type.dimension()) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "the column has " + type.dimension() + " dimensions, the value has " + found.dimension());
    }
    return type;
  }

  /** Gives back the memory of what was found. */
  @Override
  public void close() {
    reservation.close();
  }
}
