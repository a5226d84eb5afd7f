package io.quiver.storage.predicate;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;

/**
 * An end of a range.
 *
 * @param value one row, not null, of the column's type but for a length or a precision
 * @param inclusive whether the value itself lies in the range
 */
public record Bound(Column value, boolean inclusive) {
  public Bound {
    if (value.length() != 1 || value.isNull(0)) {
      throw new IllegalArgumentException("a bound is one value that is not null");
    }
  }

  /** Whether a row's value, which is not null, is on the upper side of this lower end. */
  public boolean admitsFromBelow(Column column, int row) {
    int order = ColumnComparator.compare(value, 0, column, row);
    return order < 0 || (order == 0 && inclusive);
  }

  /** Whether a row's value, which is not null, is on the lower side of this upper end. */
  public boolean admitsFromAbove(Column column, int row) {
    int order = ColumnComparator.compare(value, 0, column, row);
    return order > 0 || (order == 0 && inclusive);
  }
}
