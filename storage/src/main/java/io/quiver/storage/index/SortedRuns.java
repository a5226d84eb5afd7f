package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * An index of the rows of a growing block up to one of its views: sorted runs one after the other,
 * and few rows behind them which are looked at one by one.
 */
public final class SortedRuns implements ScalarIndex {
  private static final int FIRST_ROWS = 16;
  private static final int READ_ROWS_MAX = 1_024;

  private final List<IndexDefinition.Key> keys;
  private final List<Run> runs;

  /** The first row that is in no run. */
  private final int end;

  private final int rows;

  SortedRuns(List<IndexDefinition.Key> keys, List<Run> runs, int end, int rows) {
    this.keys = keys;
    this.runs = List.copyOf(runs);
    this.end = end;
    this.rows = rows;
  }

  /**
   * Rows {@code from} up to {@code to} of the block.
   *
   * @param index gives positions in the block
   */
  record Run(int from, int to, SortedIndex index) {}

  /** The positions of rows {@code from} up to {@code to} in the order of their keys. */
  static int[] sort(List<IndexDefinition.Key> keys, List<Column> columns, int from, int to) {
    List<Column> slices = columns.stream().map(column -> column.slice(from, to - from)).toList();
    int[] positions = PositionSort.sort(slices, keys, to - from, () -> {});
    for (int i = 0; i < positions.length; i++) {
      positions[i] += from;
    }
    return positions;
  }

  @Override
  public Kind kind() {
    return Kind.SORTED;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    return runs.stream().mapToLong(run -> run.index().bytes()).sum();
  }

  private record Union(List<Matches> parts, RowBitmap rest) implements Matches {
    @Override
    public long count() {
      return parts.stream().mapToLong(Matches::count).sum() + rest.count();
    }

    @Override
    public RowBitmap rows() {
      RowBitmap all = rest;
      for (Matches part : parts) {
        all = all.or(part.rows());
      }
      return all;
    }
  }

  @Override
  public Matches find(List<Column> columns, List<ColumnPredicate> conditions) {
    List<Matches> parts = new ArrayList<>(runs.size());
    for (Run run : runs) {
      Matches found = run.index().find(columns, conditions);
      if (found.count() > 0) {
        parts.add(found);
      }
    }
    int[] rest = new int[rows - end];
    int count = 0;
    for (int row = end; row < rows; row++) {
      rest[count] = row;
      count += conditions.getFirst().test(columns.getFirst(), row) ? 1 : 0;
    }
    for (int i = 1; i < conditions.size(); i++) {
      int kept = 0;
      for (int j = 0; j < count; j++) {
        rest[kept] = rest[j];
        kept += conditions.get(i).test(columns.get(i), rest[j]) ? 1 : 0;
      }
      count = kept;
    }
    return new Union(parts, RowBitmap.of(rest, count));
  }

  @Override
  public OrderedRows ordered(List<Column> columns, boolean reversed, boolean nullsFirst) {
    List<OrderedRows> parts = new ArrayList<>();
    for (Run run : runs) {
      parts.add(run.index().ordered(columns, reversed, nullsFirst));
    }
    if (end < rows) {
      int[] positions = sort(keys, columns, end, rows);
      SortedIndex rest = new SortedIndex(keys, PackedPositions.of(positions, rows));
      parts.add(rest.ordered(columns, reversed, nullsFirst));
    }
    return new Merge(columns, wanted(reversed, nullsFirst), parts);
  }

  /** The order in which rows are given. */
  private List<IndexDefinition.Key> wanted(boolean reversed, boolean nullsFirst) {
    List<IndexDefinition.Key> wanted = new ArrayList<>();
    for (IndexDefinition.Key key : keys) {
      boolean first = wanted.isEmpty() ? nullsFirst : key.nullsFirst() != reversed;
      wanted.add(new IndexDefinition.Key(key.column(), key.descending() != reversed, first));
    }
    return wanted;
  }

  /** Merges the rows of some runs, which come in one order. */
  private static final class Merge implements OrderedRows {
    private final PriorityQueue<Cursor> next;

    Merge(List<Column> columns, List<IndexDefinition.Key> order, List<OrderedRows> parts) {
      // Of equal keys, the runs have their rows by position, and so do they themselves.
      next =
          new PriorityQueue<>((a, b) -> {
            int byKey = KeyOrder.compare(order, columns, a.row(), columns, b.row());
            return byKey != 0 ? byKey : Integer.compare(a.row(), b.row());
          });
      for (OrderedRows part : parts) {
        Cursor cursor = new Cursor(part);
        if (cursor.advance()) {
          next.add(cursor);
        }
      }
    }

    @Override
    public int next(int[] out) {
      int count = 0;
      while (count < out.length && !next.isEmpty()) {
        Cursor first = next.poll();
        out[count++] = first.row();
        if (first.advance()) {
          next.add(first);
        }
      }
      return count;
    }
  }

  /** The rows of one run, read some at a time, more and more. */
  private static final class Cursor {
    private final OrderedRows source;
    private int[] read = new int[0];
    private int count;
    private int at = -1;

    Cursor(OrderedRows source) {
      this.source = source;
    }

    int row() {
      return read[at];
    }

    boolean advance() {
      at++;
      if (at == count) {
        int size = Math.max(FIRST_ROWS, 4 * read.length);
        read = read.length == READ_ROWS_MAX ? read : new int[Math.min(READ_ROWS_MAX, size)];
        count = source.next(read);
        at = 0;
      }
      return at < count;
    }
  }
}
