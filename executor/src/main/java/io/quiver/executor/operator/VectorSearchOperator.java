package io.quiver.executor.operator;

import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.expression.VectorFunctions;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.VectorBound;
import io.quiver.storage.statistics.VectorStatistics;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest rows: of a segment with an index that fits, by asking it; of others exactly, by
 * the distance to every live row that passes the filter, a block at a time. Columns are read for
 * the winners alone.
 */
final class VectorSearchOperator implements Operator {
  /** Of so many rows that a scalar index has found, measuring all costs less than a search. */
  private static final int MEASURED_MAX = 4_096;

  private final ExecutionContext context;
  private final PlanNode.VectorSearch search;
  private final Reservation reservation;
  private final SkipCounter skips;
  private int[] rows = new int[0];
  private int[] measured = rows;
  private double[] distances = new double[0];
  private List<SegmentView> segments = List.of();
  private long rowCount;
  private final List<Partial> partials = new ArrayList<>();
  private @Nullable NearestRows nearest;
  private @Nullable IndexLookup lookup;
  private @Nullable IndexedSearch indexed;
  private int position;

  VectorSearchOperator(ExecutionContext context, PlanNode.VectorSearch search, SkipCounter skips) {
    this.context = context;
    this.skips = skips;
    this.search = search;
    this.reservation = new Reservation(context.memory());
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (nearest == null) {
      nearest = search();
    }
    int count = Math.min(Batch.ROWS, nearest.size() - position);
    if (count <= 0) {
      return null;
    }
    Batch batch = gather(nearest, position, count);
    position += count;
    return batch;
  }

  private NearestRows search() {
    RowRange range = RowRange.of(search.offset(), search.fetch(), context);
    TableSnapshot table = context.snapshot().table(search.table());
    long reachable = Math.min(range.total(), table.rowCount());
    NearestRows found =
        new NearestRows((int) Math.min(reachable, Integer.MAX_VALUE - 8), reservation);
    if (reachable == 0) {
      return found;
    }
    segments = table.segments();
    rowCount = segments.stream().mapToLong(SegmentView::rowCount).sum();
    Column query = query();
    RowSelector selector = new RowSelector(search.columns(), search.filter(), context, skips);
    lookup = IndexLookup.of(search.table(), search.columns(), search.filter(), context);
    IndexedSearch fitting = query == null ? null : IndexedSearch.of(search, context);
    indexed = fitting;
    searchAll(query, selector, fitting, found);
    if (fitting != null && found.size() < found.wanted() && fitting.missed() > 0) {
      // Rows without a distance come last, and no index has them.
      found.clear();
      searchAll(query, selector, null, found);
    }
    found.sort();
    position = (int) Math.min(range.offset(), found.size());
    return found;
  }

  private void searchAll(
      @Nullable Column query,
      RowSelector selector,
      @Nullable IndexedSearch fitting,
      NearestRows found) {
    for (Reach reach : nearestFirst(query)) {
      SegmentView segment = segments.get(reach.segment());
      if (!selector.open(segment)) {
        continue;
      }
      if (found.mayTake(reach.bound())) {
        search(reach.segment(), query, selector, fitting, found);
      } else {
        skips.skipSegment(segment.rowCount());
      }
    }
    if (fitting != null && query != null) {
      searchAgain(query, selector, fitting, found);
    }
  }

  /**
   * How many of the k nearest rows are looked for in a segment at first. Where rows lie in segments
   * by chance, about so many as its part of all rows are there, give or take the square root; one
   * more says whether that was so.
   */
  private int firstWanted(SegmentView segment, int wanted) {
    double part = wanted * ((double) segment.rowCount() / rowCount);
    return (int) Math.min(wanted, 1 + Math.ceil(part + 2 * Math.sqrt(part)));
  }

  /**
   * A segment that was asked for fewer rows than are wanted, and has more.
   *
   * @param farthest distance of those that it has found
   */
  private record Partial(int segment, IndexedSearch.Found found, double farthest) {}

  /** Looks for more where all that was found is among the nearest: what comes next may be, too. */
  private void searchAgain(
      Column query, RowSelector selector, IndexedSearch fitting, NearestRows found) {
    for (Partial partial : partials) {
      if (found.mayTake(partial.farthest)) {
        SegmentView segment = segments.get(partial.segment);
        selector.openAgain(segment);
        RowBitmap candidates = lookup == null ? null : lookup.rows(segment);
        IndexedSearch.Found more =
            fitting.findMore(partial.found, segment, query, selector, candidates, found.wanted());
        int[] known = partial.found.rows();
        int[] others =
            Arrays.stream(more.rows()).filter(row -> Arrays.binarySearch(known, row) < 0).toArray();
        offerFound(partial.segment, query, others, found);
      }
    }
    partials.clear();
  }

  /**
   * A segment, and what no distance to one of its vectors is below. Vectors without a distance
   * (null ones and, for a cosine, zero) come after all that have one: no bound keeps them out
   * before as many rows with distances are found as are wanted.
   */
  private record Reach(int segment, double bound) {}

  private List<Reach> nearestFirst(@Nullable Column query) {
    if (segments.size() == 1) {
      return List.of(new Reach(0, Double.NEGATIVE_INFINITY));
    }
    List<Reach> all = new ArrayList<>(segments.size());
    for (int i = 0; i < segments.size(); i++) {
      all.add(new Reach(i, query == null ? Double.NaN : bound(segments.get(i), query)));
    }
    all.sort(Comparator.comparingDouble(Reach::bound));
    return all;
  }

  private double bound(SegmentView segment, Column query) {
    ColumnSummary summary = context.skipsRows() ? segment.summary(search.vectorColumn()) : null;
    if (summary == null || !(query.type() instanceof SqlType.Vector type)) {
      return Double.NEGATIVE_INFINITY;
    }
    VectorStatistics vectors = summary.statistics().vectors();
    return vectors == null || type.element() == SqlType.Element.BINARY
        ? Double.NEGATIVE_INFINITY
        : VectorBound.of(vectors, search.metric(), query.getFloats(0));
  }

  /** The query as a column of one row, or null when it is null. */
  private @Nullable Column query() {
    Column value =
        ExpressionEvaluator.compile(search.query(), context.evaluation()).constantColumn();
    return value.isNull(0) ? null : value;
  }

  private void search(
      int number,
      @Nullable Column query,
      RowSelector selector,
      @Nullable IndexedSearch fitting,
      NearestRows found) {
    SegmentView segment = segments.get(number);
    if (segment.liveRowCount() == 0) {
      return;
    }
    RowBitmap candidates = lookup == null ? null : lookup.rows(segment);
    boolean few = candidates != null && candidates.count() <= MEASURED_MAX;
    int first = 0;
    if (fitting != null && query != null && !few) {
      checkedType(segment.slice(search.vectorColumn(), 0, 0), query);
      int wanted = firstWanted(segment, found.wanted());
      IndexedSearch.Found nearest = fitting.find(segment, query, selector, candidates, wanted);
      if (nearest != null) {
        double farthest = offerFound(number, query, nearest.rows(), found);
        first = nearest.covered();
        if (wanted < found.wanted() && nearest.more()) {
          partials.add(new Partial(number, nearest, farthest));
        }
      }
      if (first == segment.rowCount()) {
        return;
      }
    }
    if (candidates != null) {
      searchFound(number, query, selector, candidates, first, found);
      return;
    }
    Column rowIds = null;
    makeRoom(Batch.ROWS);
    for (int from = first; from < segment.rowCount(); from += Batch.ROWS) {
      context.checkCancelled();
      int count = Math.min(Batch.ROWS, segment.rowCount() - from);
      int selected = selector.select(from, count, rows);
      if (selected == 0) {
        continue;
      }
      rowIds = rowIds == null ? segment.column(ColumnId.ROW_ID) : rowIds;
      measure(query, segment.slice(search.vectorColumn(), from, count), selected);
      offer(number, rowIds, from, selected, found);
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
  private double offerFound(int number, Column query, int[] nearest, NearestRows found) {
    SegmentView segment = segments.get(number);
    Column rowIds = segment.column(ColumnId.ROW_ID);
    makeRoom(Math.min(nearest.length, Batch.ROWS));
    double farthest = Double.NEGATIVE_INFINITY;
    for (int from = 0; from < nearest.length; from += rows.length) {
      int selected = Math.min(rows.length, nearest.length - from);
      System.arraycopy(nearest, from, rows, 0, selected);
      measure(query, segment.column(search.vectorColumn()), selected);
      offer(number, rowIds, 0, selected, found);
      for (int i = 0; i < selected; i++) {
        farthest = Math.max(farthest, distances[i]);
      }
    }
    return farthest;
  }

  /** Measures those of an index's rows that pass the filter, from one on, and no others. */
  private void searchFound(
      int number,
      @Nullable Column query,
      RowSelector selector,
      RowBitmap candidates,
      int first,
      NearestRows found) {
    SegmentView segment = segments.get(number);
    Column rowIds = segment.column(ColumnId.ROW_ID);
    makeRoom(Batch.ROWS);
    int next = first;
    for (int count = candidates.fill(next, rows); count > 0; count = candidates.fill(next, rows)) {
      context.checkCancelled();
      next = rows[count - 1] + 1;
      int selected = selector.keep(segment, rows, count);
      if (selected > 0) {
        measure(query, segment.column(search.vectorColumn()), selected);
        offer(number, rowIds, 0, selected, found);
      }
    }
  }

  /** Offers the rows that have been measured, which count from one on. */
  private void offer(int number, Column rowIds, int from, int selected, NearestRows found) {
    for (int i = 0; i < selected; i++) {
      double distance = distances[i];
      if (found.mayTake(distance)) {
        int row = from + rows[i];
        found.offer(distance, rowIds.getLong(row), number, row);
      }
    }
  }

  @Override
  public @Nullable String note() {
    String note = lookup == null ? "" : lookup.note();
    if (indexed != null) {
      note = note.isEmpty() ? indexed.note() : note + "; " + indexed.note();
    }
    return note.isEmpty() ? null : note;
  }

  /** Fills {@link #distances} for the first {@link #rows}; NaN where there is no distance. */
  private void measure(@Nullable Column query, Column vectors, int selected) {
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

  private Batch gather(NearestRows found, int from, int count) {
    List<Column> columns = new ArrayList<>(search.columns().size() + 1);
    for (ColumnId id : search.columns()) {
      columns.add(gather(id, found, from, count));
    }
    ColumnBuilder builder = new ColumnBuilder(SqlType.DOUBLE, count);
    for (int i = from; i < from + count; i++) {
      double distance = found.distance(i);
      if (Double.isNaN(distance)) {
        builder.appendNull();
      } else {
        builder.appendDouble(distance);
      }
    }
    columns.add(builder.build());
    return new Batch(columns, count);
  }

  private Column gather(ColumnId id, NearestRows found, int from, int count) {
    @Nullable Column[] parts = new Column[segments.size()];
    Column first = part(parts, id, found.segment(from));
    ColumnBuilder builder = new ColumnBuilder(first.type(), count);
    for (int i = from; i < from + count; i++) {
      builder.appendFrom(part(parts, id, found.segment(i)), found.row(i));
    }
    return builder.build();
  }

  private Column part(@Nullable Column[] parts, ColumnId id, int segment) {
    Column part = parts[segment];
    if (part == null) {
      part = segments.get(segment).column(id);
      parts[segment] = part;
    }
    return part;
  }

  @Override
  public void close() {
    reservation.close();
    segments = List.of();
  }
}
