package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The positions of a segment's rows, or of a run of the rows of a block, in the order of their
 * keys; equal keys by position.
 */
public final class SortedIndex implements ScalarIndex {
  /** From so many spans on, further columns of the key narrow nothing down. */
  private static final int SPANS_MAX = 1_024;

  /** Where more than one of so many rows matches, bits are set instead of sorting positions. */
  private static final int DENSE = 64;

  private final List<IndexDefinition.Key> keys;
  private final PackedPositions positions;

  SortedIndex(List<IndexDefinition.Key> keys, PackedPositions positions) {
    this.keys = List.copyOf(keys);
    this.positions = positions;
  }

  @Override
  public Kind kind() {
    return Kind.SORTED;
  }

  @Override
  public int rows() {
    return positions.count();
  }

  @Override
  public long bytes() {
    return positions.bytes().byteSize();
  }

  PackedPositions positions() {
    return positions;
  }

  /** Positions {@code from} up to {@code to} of the order. */
  private record Span(int from, int to) {
    int size() {
      return to - from;
    }
  }

  private record Spans(PackedPositions positions, List<Span> spans) implements Matches {
    @Override
    public long count() {
      return spans.stream().mapToLong(Span::size).sum();
    }

    @Override
    public RowBitmap rows() {
      long count = count();
      int limit = 1 << positions.bits();
      if (count > limit / DENSE) {
        long[] bits = new long[(limit + 63) >> 6];
        for (Span span : spans) {
          for (int i = span.from(); i < span.to(); i++) {
            int position = positions.get(i);
            bits[position >> 6] |= 1L << position;
          }
        }
        return RowBitmap.ofBits(bits);
      }
      int[] found = new int[(int) count];
      int size = 0;
      for (Span span : spans) {
        for (int i = span.from(); i < span.to(); i++) {
          found[size++] = positions.get(i);
        }
      }
      Arrays.sort(found);
      return RowBitmap.of(found, size);
    }
  }

  @Override
  public Matches find(List<Column> columns, List<ColumnPredicate> conditions) {
    List<Span> spans = List.of(new Span(0, rows()));
    for (int i = 0; i < conditions.size() && i < keys.size(); i++) {
      ColumnPredicate condition = conditions.get(i);
      List<Span> narrower = new ArrayList<>();
      for (Span span : spans) {
        narrow(span, i, columns.get(i), condition, narrower);
      }
      spans = narrower;
      if (condition instanceof ColumnPredicate.Range || spans.size() > SPANS_MAX) {
        break;
      }
    }
    return new Spans(positions, spans);
  }

  /** Adds what is wanted of a span in which all columns of the key before one are equal. */
  private void narrow(
      Span span, int number, Column column, ColumnPredicate condition, List<Span> into) {
    Span values = values(span, number, column);
    boolean descending = keys.get(number).descending();
    switch (condition) {
      case ColumnPredicate.Never never -> {}
      case ColumnPredicate.IsNull isNull -> {
        if (values.size() < span.size()) {
          into.add(nulls(span, values));
        }
      }
      case ColumnPredicate.Range(Bound low, Bound high) -> {
        IntPredicate below = row -> low != null && !low.admitsFromBelow(column, row);
        IntPredicate above = row -> high != null && !high.admitsFromAbove(column, row);
        add(values, descending ? above : below, descending ? below : above, into);
      }
      case ColumnPredicate.OneOf(Column wanted) -> {
        for (int i = 0; i < wanted.length(); i++) {
          int at = descending ? wanted.length() - 1 - i : i;
          int sign = descending ? -1 : 1;
          add(
              values,
              row -> sign * ColumnComparator.compare(column, row, wanted, at) < 0,
              row -> sign * ColumnComparator.compare(column, row, wanted, at) > 0,
              into);
        }
      }
    }
  }

  /** Adds the part of a span whose rows are neither before nor behind what is wanted. */
  private void add(Span values, IntPredicate before, IntPredicate behind, List<Span> into) {
    int from = first(values.from(), values.to(), before.negate());
    int to = first(from, values.to(), behind);
    if (from < to) {
      into.add(new Span(from, to));
    }
  }

  /** The part of a span in which a column is not null. */
  private Span values(Span span, int number, Column column) {
    if (!column.mayHaveNulls()) {
      return span;
    }
    return keys.get(number).nullsFirst()
        ? new Span(first(span.from(), span.to(), row -> !column.isNull(row)), span.to())
        : new Span(span.from(), first(span.from(), span.to(), column::isNull));
  }

  private static Span nulls(Span span, Span values) {
    return values.from() > span.from()
        ? new Span(span.from(), values.from())
        : new Span(values.to(), span.to());
  }

  /** The first place of a span whose row, and so those of all places behind it, is as wanted. */
  private int first(int from, int to, IntPredicate wanted) {
    int low = from;
    int high = to;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (wanted.test(positions.get(middle))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  public OrderedRows ordered(List<Column> columns, boolean reversed, boolean nullsFirst) {
    Span all = new Span(0, rows());
    Span values = values(all, 0, columns.getFirst());
    Span nulls = nulls(all, values);
    return new Walk(columns, reversed, nullsFirst ? nulls : values, nullsFirst ? values : nulls);
  }

  /**
   * Goes through one span and then another. Backward it goes from one group of equal keys to the
   * one before it, and forward in each.
   */
  private final class Walk implements OrderedRows {
    private final List<Column> columns;
    private final boolean reversed;
    private final Span second;
    private boolean inFirst = true;

    /** What is left of the span, the group apart. */
    private Span left;

    /** The rows that come next. */
    private Span group = new Span(0, 0);

    Walk(List<Column> columns, boolean reversed, Span first, Span second) {
      this.columns = columns;
      this.reversed = reversed;
      this.left = first;
      this.second = second;
    }

    @Override
    public int next(int[] out) {
      int count = 0;
      while (count < out.length) {
        if (group.size() == 0 && !nextGroup()) {
          break;
        }
        int taken = Math.min(out.length - count, group.size());
        for (int i = 0; i < taken; i++) {
          out[count++] = positions.get(group.from() + i);
        }
        group = new Span(group.from() + taken, group.to());
      }
      return count;
    }

    private boolean nextGroup() {
      if (left.size() == 0 && inFirst) {
        inFirst = false;
        left = second;
      }
      if (left.size() == 0) {
        return false;
      }
      int from = reversed ? groupStart(positions.get(left.to() - 1)) : left.from();
      group = new Span(from, left.to());
      left = new Span(left.from(), from);
      return true;
    }

    private int groupStart(int last) {
      // Most groups are small: look near the end before everywhere.
      int step = 1;
      int from = left.to() - 1;
      while (from > left.from() && equal(positions.get(from - 1), last)) {
        from = Math.max(left.from(), from - step);
        step *= 2;
        if (!equal(positions.get(from), last)) {
          break;
        }
      }
      return first(from, left.to(), row -> equal(row, last));
    }

    private boolean equal(int row, int other) {
      for (Column column : columns) {
        boolean isNull = column.isNull(row);
        if (isNull != column.isNull(other)
            || (!isNull && ColumnComparator.compare(column, row, column, other) != 0)) {
          return false;
        }
      }
      return true;
    }
  }
}
