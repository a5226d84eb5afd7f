package io.quiver.executor.operator;

import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.VectorBound;
import io.quiver.storage.statistics.VectorStatistics;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the nearest rows of a table, segment by segment; of many segments by several threads, where
 * processors are idle. Columns are read for the winners alone.
 */
final class VectorSearchOperator implements Operator {
  /** Another thread is worth its while from about so many rows on that it measures: 50 us. */
  private static final long ROWS_A_THREAD = 2_048;

  private final ExecutionContext context;
  private final Memberships memberships;
  private final SkipCounter skips;

  /** With the values of its memberships, once they are known. */
  private PlanNode.VectorSearch search;

  private List<SegmentView> segments = List.of();
  private @Nullable SegmentSearch searched;
  private @Nullable NearestRows nearest;
  private String note = "";
  private int position;

  VectorSearchOperator(
      ExecutionContext context,
      PlanNode.VectorSearch search,
      Memberships memberships,
      SkipCounter skips) {
    this.context = context;
    this.memberships = memberships;
    this.skips = skips;
    this.search = search;
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
    int wanted = (int) Math.min(Math.min(range.total(), table.rowCount()), Integer.MAX_VALUE - 8);
    if (wanted == 0) {
      return new NearestRows(0, new Reservation(context.memory()));
    }
    search = memberships.resolve(search);
    segments = table.segments();
    Column query = query();
    IndexedSearch fitting = query == null ? null : IndexedSearch.of(search, context);
    SegmentSearch found = searchAll(query, fitting, wanted);
    note = found.note();
    if (found.found().size() < wanted && found.missed() > 0) {
      // Rows without a distance come last, and no index has them.
      found = searchAll(query, null, wanted);
    }
    found.found().sort();
    position = (int) Math.min(range.offset(), found.found().size());
    return found.found();
  }

  private SegmentSearch searchAll(
      @Nullable Column query, @Nullable IndexedSearch fitting, int wanted) {
    SegmentSearch own = new SegmentSearch(context, search, segments, query, fitting, wanted, skips);
    if (searched != null) {
      searched.close();
    }
    searched = own;
    List<Reach> reaches = nearestFirst(query);
    // What is found in those that may be nearest may keep the others from being measured at all. To
    // ask an index takes too little time to wait for that.
    int nearest = fitting == null ? 0 : reaches.size();
    while (nearest < reaches.size()
        && Double.compare(reaches.get(nearest).bound(), reaches.getFirst().bound()) == 0) {
      nearest++;
    }
    search(own, reaches.subList(0, nearest), fitting);
    if (nearest < reaches.size()) {
      search(own, reaches.subList(nearest, reaches.size()), fitting);
    }
    own.searchAgain();
    return own;
  }

  private void search(SegmentSearch own, List<Reach> reaches, @Nullable IndexedSearch fitting) {
    AtomicInteger next = new AtomicInteger();
    try (SearchThreads threads = SearchThreads.begin(mostThreads(own, reaches, fitting))) {
      threads.run(
          own,
          each -> {
            for (int at = next.getAndIncrement();
                at < reaches.size() && !threads.hasFailed();
                at = next.getAndIncrement()) {
              each.search(reaches.get(at).segment(), reaches.get(at).bound());
            }
          });
    }
  }

  /** How many threads have enough to do, where what they call may be called by several. */
  private int mostThreads(SegmentSearch own, List<Reach> reaches, @Nullable IndexedSearch fitting) {
    int threads = context.search().threads();
    if (reaches.size() < 2 || threads == 1 || !SharedFilters.isSafe(search.filter())) {
      return 1;
    }
    long rows = 0;
    for (Reach reach : reaches) {
      if (own.mayFind(reach.bound())) {
        SegmentView segment = segments.get(reach.segment());
        rows += fitting == null ? segment.rowCount() : fitting.work(segment);
      }
    }
    int most = (int) Math.min(reaches.size(), Math.max(1, rows / ROWS_A_THREAD));
    return threads == 0 ? most : Math.min(most, threads);
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

  @Override
  public @Nullable String note() {
    return note.isEmpty() ? null : note;
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
    if (searched != null) {
      searched.close();
    }
    segments = List.of();
    memberships.close();
  }
}
