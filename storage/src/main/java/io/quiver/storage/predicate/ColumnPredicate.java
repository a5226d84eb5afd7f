package io.quiver.storage.predicate;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import java.lang.foreign.Arena;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the values of one column must be. Values are in the order of {@link ColumnComparator}. One
 * predicate can say all that is demanded of a column: two that must hold are one again.
 */
public sealed interface ColumnPredicate {
  /** Whether a row's value qualifies. */
  boolean test(Column column, int row);

  /** No value, nor null. */
  record Never() implements ColumnPredicate {
    @Override
    public boolean test(Column column, int row) {
      return false;
    }
  }

  /** Null, and nothing else. */
  record IsNull() implements ColumnPredicate {
    @Override
    public boolean test(Column column, int row) {
      return column.isNull(row);
    }
  }

  /**
   * Not null, and between two ends. The texts with some prefix are a range too: their upper end is
   * in the order of bytes, and need be no UTF-8.
   *
   * @param low null for none
   * @param high null for none
   */
  record Range(@Nullable Bound low, @Nullable Bound high) implements ColumnPredicate {
    /** Any value but null. */
    public static final Range NOT_NULL = new Range(null, null);

    /** The range: {@link Never} where nothing can lie in it, {@link OneOf} where one value can. */
    public static ColumnPredicate of(@Nullable Bound low, @Nullable Bound high) {
      if (low == null || high == null) {
        return new Range(low, high);
      }
      int order = ColumnComparator.compare(low.value(), 0, high.value(), 0);
      if (order > 0 || (order == 0 && !(low.inclusive() && high.inclusive()))) {
        return new Never();
      }
      return order == 0 ? new OneOf(low.value()) : new Range(low, high);
    }

    @Override
    public boolean test(Column column, int row) {
      return !column.isNull(row)
          && (low == null || low.admitsFromBelow(column, row))
          && (high == null || high.admitsFromAbove(column, row));
    }

    private ColumnPredicate and(Range other) {
      return of(end(low, other.low, true, 1), end(high, other.high, true, -1));
    }

    private ColumnPredicate or(Range other) {
      return of(end(low, other.low, false, 1), end(high, other.high, false, -1));
    }

    /**
     * One of two ends on the same side.
     *
     * @param narrow whether it is the one that admits less
     * @param sign 1 for lower ends, -1 for upper ones
     */
    private static @Nullable Bound end(
        @Nullable Bound a, @Nullable Bound b, boolean narrow, int sign) {
      if (a == null || b == null) {
        return !narrow ? null : a == null ? b : a;
      }
      int order = ColumnComparator.compare(a.value(), 0, b.value(), 0) * sign;
      if (order == 0) {
        order = Boolean.compare(b.inclusive(), a.inclusive());
      }
      return order > 0 == narrow ? a : b;
    }
  }

  /**
   * One of some values.
   *
   * @param values at least one, ascending, each once, none null, of the column's type but for a
   *     length or a precision
   */
  record OneOf(Column values) implements ColumnPredicate {
    /** One of values in any order; nulls among them are left out. */
    public static ColumnPredicate of(Column values) {
      Integer[] order =
          IntStream.range(0, values.length())
              .filter(row -> !values.isNull(row))
              .boxed()
              .sorted((i, j) -> ColumnComparator.compare(values, i, values, j))
              .toArray(Integer[]::new);
      int[] rows = new int[order.length];
      int count = 0;
      for (int row : order) {
        if (count == 0 || ColumnComparator.compare(values, rows[count - 1], values, row) != 0) {
          rows[count++] = row;
        }
      }
      return ofSorted(values, rows, count);
    }

    private static ColumnPredicate ofSorted(Column values, int[] rows, int count) {
      return count == 0 ? new Never() : new OneOf(values.gather(rows, count, Arena.ofAuto()));
    }

    @Override
    public boolean test(Column column, int row) {
      if (column.isNull(row)) {
        return false;
      }
      int at = firstAtLeast(column, row);
      return at < values.length() && ColumnComparator.compare(values, at, column, row) == 0;
    }

    /** The first of the values that is not below a row's value; their number where none is. */
    public int firstAtLeast(Column column, int row) {
      int low = 0;
      int high = values.length();
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (ColumnComparator.compare(values, middle, column, row) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    @Override
    public ColumnPredicate and(ColumnPredicate other) {
      int[] rows =
          IntStream.range(0, values.length()).filter(row -> other.test(values, row)).toArray();
      return ofSorted(values, rows, rows.length);
    }

    private ColumnPredicate or(OneOf other) {
      ColumnBuilder all = new ColumnBuilder(values.type(), values.length() + other.values.length());
      for (Column some : new Column[] {values, other.values}) {
        for (int row = 0; row < some.length(); row++) {
          all.appendFrom(some, row);
        }
      }
      return of(all.build());
    }

    /** From the least to the greatest of the values. */
    public Range hull() {
      return new Range(bound(0), bound(values.length() - 1));
    }

    private Bound bound(int row) {
      return new Bound(values.gather(new int[] {row}, 1, Arena.ofAuto()), true);
    }
  }

  /** What both admit. */
  default ColumnPredicate and(ColumnPredicate other) {
    if (other instanceof OneOf some) {
      return some.and(this);
    }
    if (this instanceof Range a && other instanceof Range b) {
      return a.and(b);
    }
    return this instanceof IsNull && other instanceof IsNull ? this : new Never();
  }

  /** What one of the two admits, and perhaps more; null where that would be everything. */
  default @Nullable ColumnPredicate or(ColumnPredicate other) {
    if (this instanceof Never) {
      return other;
    }
    if (other instanceof Never) {
      return this;
    }
    if (this instanceof OneOf a && other instanceof OneOf b) {
      return a.or(b);
    }
    Range a = range();
    Range b = other.range();
    if (a == null || b == null) {
      return a == null && b == null ? this : null;
    }
    return a.or(b);
  }

  /** The range that holds all values that qualify; null where null does. */
  private @Nullable Range range() {
    return switch (this) {
      case Range range -> range;
      case OneOf some -> some.hull();
      case IsNull isNull -> null;
      case Never never -> throw new IllegalStateException("nothing lies in a range");
    };
  }
}
