package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.KeyOrder;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a scan in the order of an index, which looks at no others. It merges the
 * segments, each in its index's order, those without one sorted, and stops when enough live rows
 * have passed the filter. Rows that are equal come in the order of a scan, as {@link TopKOperator}
 * gives them.
 *
 * <p>Where no index has the order, many rows are wanted, or few rows pass the filter, another
 * operator gives the rows in its place.
 */
final class OrderedScanOperator implements Operator {
  /** More rows than this are gathered and sorted sooner than they are merged. */
  private static final int ROWS_MAX = 8_192;

  /** As many rows of a segment are looked at first. */
  private static final int FIRST_ROWS = 16;

  /** Walking further than this part of the table costs more than scanning it. */
  private static final int WALKED_PART = 16;

  private final ExecutionContext context;
  private final PlanNode.TopK top;
  private final Shape shape;
  private final Operator otherwise;
  private final Reservation reservation;
  private boolean opened;
  private @Nullable List<Found> rows;
  private List<CompiledExpression> outputs = List.of();
  private int position;
  private long walked;
  private long walkedMost;
  private @Nullable IndexDefinition used;

  private OrderedScanOperator(
      ExecutionContext context, PlanNode.TopK top, Shape shape, Operator otherwise) {
    this.context = context;
    this.top = top;
    this.shape = shape;
    this.otherwise = otherwise;
    this.reservation = new Reservation(context.memory());
  }

  /** A scan, what is made of its rows, and the columns of the table by which these are ordered. */
  private record Shape(
      PlanNode.Scan scan, @Nullable List<Expression> outputs, List<ColumnId> keys) {}

  /** A row of a segment. */
  private record Found(SegmentView segment, int row) {}

  /** An index that has the order, or has it the other way round. */
  private record Order(IndexDefinition index, boolean reversed, List<IndexDefinition.Key> keys) {}

  /** The operator where an index may have the order; else the other one itself. */
  static Operator over(PlanNode.TopK top, ExecutionContext context, Operator otherwise) {
    Shape shape = shape(top);
    return shape == null || order(top, shape, context.snapshot().catalog()) == null
        ? otherwise
        : new OrderedScanOperator(context, top, shape, otherwise);
  }

  /** The index that may give the first rows in their order, or null. */
  static @Nullable IndexDefinition index(PlanNode.TopK top, Catalog catalog) {
    Shape shape = shape(top);
    Order order = shape == null ? null : order(top, shape, catalog);
    return order == null ? null : order.index();
  }

  private static @Nullable Shape shape(PlanNode.TopK top) {
    PlanNode.Scan scan;
    List<Expression> outputs = null;
    if (top.input() instanceof PlanNode.Project project
        && project.input() instanceof PlanNode.Scan below) {
      scan = below;
      outputs = project.expressions();
    } else if (top.input() instanceof PlanNode.Scan below) {
      scan = below;
    } else {
      return null;
    }
    List<ColumnId> keys = new ArrayList<>();
    for (SortKey key : top.keys()) {
      if (outputs == null) {
        keys.add(scan.columns().get(key.column()));
      } else if (outputs.get(key.column()) instanceof Expression.InputColumn column) {
        keys.add(scan.columns().get(column.index()));
      } else {
        return null;
      }
    }
    return new Shape(scan, outputs, keys);
  }

  private static @Nullable Order order(PlanNode.TopK top, Shape shape, Catalog catalog) {
    TableDefinition table = catalog.table(shape.scan().table());
    if (table == null) {
      return null;
    }
    for (IndexDefinition index : catalog.indexesOf(table.id())) {
      if (index.isBuilt() && index.keys().size() >= shape.keys().size()) {
        for (boolean reversed : new boolean[] {false, true}) {
          if (gives(index, reversed, top.keys(), shape.keys(), table)) {
            return new Order(index, reversed, keys(top.keys(), shape.keys()));
          }
        }
      }
    }
    return null;
  }

  /** Of the first column an index can move the nulls to either end, of others it cannot. */
  private static boolean gives(
      IndexDefinition index,
      boolean reversed,
      List<SortKey> wanted,
      List<ColumnId> columns,
      TableDefinition table) {
    for (int i = 0; i < columns.size(); i++) {
      IndexDefinition.Key key = index.keys().get(i);
      if (!key.column().equals(columns.get(i))) {
        return false;
      }
      boolean nullsMatter = i > 0 && table.column(key.column()).nullable();
      if ((key.descending() != reversed) != wanted.get(i).descending()
          || (nullsMatter && (key.nullsFirst() != reversed) != wanted.get(i).nullsFirst())) {
        return false;
      }
    }
    return true;
  }

  private static List<IndexDefinition.Key> keys(List<SortKey> wanted, List<ColumnId> columns) {
    List<IndexDefinition.Key> keys = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      SortKey key = wanted.get(i);
      keys.add(new IndexDefinition.Key(columns.get(i), key.descending(), key.nullsFirst()));
    }
    return keys;
  }

  @Override
  public @Nullable Batch next() {
    context.checkCancelled();
    if (!opened) {
      opened = true;
      rows = find();
    }
    List<Found> found = rows;
    if (found == null) {
      return otherwise.next();
    }
    int count = Math.min(Batch.ROWS, found.size() - position);
    if (count <= 0) {
      return null;
    }
    Batch batch = gather(found.subList(position, position + count));
    position += count;
    return batch;
  }

  private @Nullable List<Found> find() {
    Order order = order(top, shape, context.snapshot().catalog());
    RowRange range = RowRange.of(top.offset(), top.fetch(), context);
    TableSnapshot table = context.snapshot().table(shape.scan().table());
    if (order == null || range.total() == 0 || range.total() > ROWS_MAX) {
      return null;
    }
    List<SegmentRows> segments = open(table, order, (int) range.total());
    if (segments == null) {
      return null;
    }
    PriorityQueue<SegmentRows> next =
        new PriorityQueue<>((a, b) -> SegmentRows.compare(order.keys(), a, b));
    walkedMost = Math.max(table.rowCount() / WALKED_PART, 2L * Batch.ROWS);
    for (SegmentRows segment : segments) {
      if (segment.advance()) {
        next.add(segment);
      }
    }
    reservation.grow(Long.BYTES * 4 * range.total());
    List<Found> found = new ArrayList<>();
    while (found.size() < range.total() && !next.isEmpty()) {
      SegmentRows first = next.poll();
      found.add(new Found(first.segment, first.row()));
      if (first.advance()) {
        next.add(first);
      }
    }
    if (walked > walkedMost) {
      return null;
    }
    used = order.index();
    if (shape.outputs() != null) {
      outputs =
          shape.outputs().stream()
              .map(output -> ExpressionEvaluator.compile(output, context.evaluation()))
              .toList();
    }
    int from = (int) Math.min(range.offset(), found.size());
    return found.subList(from, found.size());
  }

  /** The rows of each segment in order; null where no segment has its index. */
  private @Nullable List<SegmentRows> open(TableSnapshot table, Order order, int wanted) {
    List<SegmentRows> segments = new ArrayList<>();
    boolean any = false;
    RowSelector selector =
        new RowSelector(shape.scan().columns(), shape.scan().filter(), context, new SkipCounter());
    for (SegmentView segment : table.segments()) {
      if (segment.liveRowCount() == 0) {
        continue;
      }
      List<Column> columns = new ArrayList<>();
      order.index().keys().forEach(key -> columns.add(segment.column(key.column())));
      ScalarIndex index = context.snapshot().index(order.index(), segment);
      any |= index != null;
      boolean nullsFirst = order.keys().getFirst().nullsFirst();
      ScalarIndex.OrderedRows ordered =
          index == null ? null : index.ordered(columns, order.reversed(), nullsFirst);
      segments.add(new SegmentRows(segments.size(), segment, columns, ordered, selector, wanted));
    }
    if (!any) {
      return null;
    }
    segments.forEach(segment -> segment.sortWithout(order.keys()));
    return segments;
  }

  /** The rows of a segment that are live and pass the filter, one after the other. */
  private final class SegmentRows {
    private final int number;
    private final SegmentView segment;
    private final List<Column> keys;
    private final RowSelector selector;
    private ScalarIndex.@Nullable OrderedRows ordered;
    private int[] rows;
    private int count;
    private int at = -1;
    private final int wanted;

    SegmentRows(
        int number,
        SegmentView segment,
        List<Column> keys,
        ScalarIndex.@Nullable OrderedRows ordered,
        RowSelector selector,
        int wanted) {
      this.number = number;
      this.segment = segment;
      this.keys = keys;
      this.ordered = ordered;
      this.selector = selector;
      this.wanted = wanted;
      this.rows = new int[Math.min(Batch.ROWS, Math.max(FIRST_ROWS, wanted))];
    }

    /** Finds and sorts the first rows of a segment that has no index. */
    void sortWithout(List<IndexDefinition.Key> order) {
      if (ordered != null) {
        return;
      }
      int[] batch = new int[Batch.ROWS];
      // The worst of those that are kept is on top.
      Comparator<Integer> best =
          (a, b) -> {
            int byKey = KeyOrder.compare(order, keys, a, keys, b);
            return byKey != 0 ? byKey : Integer.compare(a, b);
          };
      PriorityQueue<Integer> kept = new PriorityQueue<>(best.reversed());
      int end = selector.open(segment) ? segment.rowCount() : 0;
      for (int from = 0; from < end; from += Batch.ROWS) {
        context.checkCancelled();
        int size = Math.min(Batch.ROWS, end - from);
        int selected = selector.select(from, size, batch);
        for (int i = 0; i < selected; i++) {
          kept.add(from + batch[i]);
          if (kept.size() > wanted) {
            kept.poll();
          }
        }
      }
      rows = kept.stream().sorted(best).mapToInt(Integer::intValue).toArray();
      count = rows.length;
    }

    int row() {
      return rows[at];
    }

    /** Goes to the next row; false at the end, and once it has been walked too far. */
    boolean advance() {
      at++;
      while (at == count && ordered != null && walked <= walkedMost) {
        context.checkCancelled();
        int read = ordered.next(rows);
        if (read == 0) {
          ordered = null;
        }
        walked += read;
        count = selector.keep(segment, rows, read);
        at = 0;
        if (count == 0 && rows.length < Batch.ROWS) {
          rows = new int[Math.min(Batch.ROWS, 4 * rows.length)];
        }
      }
      return at < count;
    }

    static int compare(List<IndexDefinition.Key> order, SegmentRows a, SegmentRows b) {
      int byKey = KeyOrder.compare(order, a.keys, a.row(), b.keys, b.row());
      return byKey != 0 ? byKey : Integer.compare(a.number, b.number);
    }
  }

  private Batch gather(List<Found> found) {
    List<Column> columns = new ArrayList<>(shape.scan().columns().size());
    for (ColumnId id : shape.scan().columns()) {
      ColumnBuilder builder =
          new ColumnBuilder(found.getFirst().segment().column(id).type(), found.size());
      for (Found row : found) {
        builder.appendFrom(row.segment().column(id), row.row());
      }
      columns.add(builder.build());
    }
    Batch batch = new Batch(columns, found.size());
    if (shape.outputs() == null) {
      return batch;
    }
    return new Batch(
        outputs.stream().map(output -> output.evaluate(batch)).toList(), batch.rowCount());
  }

  @Override
  public @Nullable String note() {
    return used == null ? null : "index=" + used.name() + " walked=" + walked;
  }

  @Override
  public void close() {
    reservation.close();
    rows = null;
    otherwise.close();
  }
}
