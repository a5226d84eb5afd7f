package io.quiver.storage.index;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bitmap of the rows of each value of one column, in the order of the key, null among them. It
 * holds no values: a row of each bitmap tells them.
 */
public final class BitmapIndex implements ScalarIndex {
  private final int rows;
  private final List<RowBitmap> values;

  /** The first row of each value. */
  private final int[] samples;

  private BitmapIndex(int rows, List<RowBitmap> values) {
    this.rows = rows;
    this.values = List.copyOf(values);
    this.samples = values.stream().mapToInt(RowBitmap::first).toArray();
  }

  /**
   * The index of rows in the order of their keys, or null where they have too many values.
   *
   * @param valuesMax null counted
   */
  static @Nullable BitmapIndex of(Column column, int[] sorted, int valuesMax) {
    List<RowBitmap> values = new ArrayList<>();
    for (int from = 0; from < sorted.length; ) {
      int to = from + 1;
      while (to < sorted.length && equal(column, sorted[from], sorted[to])) {
        to++;
      }
      if (values.size() == valuesMax) {
        return null;
      }
      // Rows of one value are in the order of their positions.
      values.add(RowBitmap.of(Arrays.copyOfRange(sorted, from, to), to - from));
      from = to;
    }
    return new BitmapIndex(sorted.length, values);
  }

  private static boolean equal(Column column, int row, int other) {
    boolean isNull = column.isNull(row);
    return isNull == column.isNull(other)
        && (isNull || ColumnComparator.compare(column, row, column, other) == 0);
  }

  /** Reads what {@link IndexFile} describes as form 2. */
  static BitmapIndex read(ByteReader in, int rows) {
    int number = in.getCount(4);
    List<RowBitmap> values = new ArrayList<>();
    long count = 0;
    for (int i = 0; i < number; i++) {
      RowBitmap value = RowBitmap.read(in, rows);
      if (value.count() == 0) {
        throw in.damaged("a value of an index has no row");
      }
      count += value.count();
      values.add(value);
    }
    in.expectEnd();
    if (count != rows) {
      throw in.damaged("an index of " + rows + " rows has " + count);
    }
    return new BitmapIndex(rows, values);
  }

  @Override
  public Kind kind() {
    return Kind.BITMAP;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public long bytes() {
    return values.stream().mapToLong(RowBitmap::bytes).sum();
  }

  List<RowBitmap> values() {
    return values;
  }

  private record Union(List<RowBitmap> parts) implements Matches {
    @Override
    public long count() {
      return parts.stream().mapToLong(RowBitmap::count).sum();
    }

    @Override
    public RowBitmap rows() {
      RowBitmap all = RowBitmap.EMPTY;
      for (RowBitmap part : parts) {
        all = all.or(part);
      }
      return all;
    }
  }

  @Override
  public Matches find(List<Column> columns, List<ColumnPredicate> conditions) {
    Column column = columns.getFirst();
    ColumnPredicate condition = conditions.getFirst();
    List<RowBitmap> found = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      if (condition.test(column, samples[i])) {
        found.add(values.get(i));
      }
    }
    return new Union(found);
  }

  @Override
  public OrderedRows ordered(List<Column> columns, boolean reversed, boolean nullsFirst) {
    List<RowBitmap> order = new ArrayList<>();
    RowBitmap nulls = null;
    for (int i = 0; i < samples.length; i++) {
      int at = reversed ? samples.length - 1 - i : i;
      if (columns.getFirst().isNull(samples[at])) {
        nulls = values.get(at);
      } else {
        order.add(values.get(at));
      }
    }
    if (nulls != null) {
      order.add(nullsFirst ? 0 : order.size(), nulls);
    }
    return new Walk(order);
  }

  private static final class Walk implements OrderedRows {
    private final List<RowBitmap> order;
    private int value;
    private int from;

    Walk(List<RowBitmap> order) {
      this.order = order;
    }

    @Override
    public int next(int[] out) {
      while (value < order.size()) {
        int count = order.get(value).fill(from, out);
        if (count > 0) {
          from = out[count - 1] + 1;
          return count;
        }
        value++;
        from = 0;
      }
      return 0;
    }
  }
}
