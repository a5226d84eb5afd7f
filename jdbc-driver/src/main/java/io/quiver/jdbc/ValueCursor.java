package io.quiver.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Iterator;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.util.ArrayImpl;
import org.apache.calcite.avatica.util.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Steps through rows, each a list of values. Owned by one thread, as its result set is.
 *
 * <p>A scrollable one keeps the rows that it has passed, and those alone: going to row 10 reads ten
 * rows, going to the last one reads all.
 */
final class ValueCursor implements Cursor {
  private final Iterator<Object> rows;
  private final @Nullable List<List<?>> passed;
  private final long rowsMax;
  private boolean complete;
  private boolean wasNull;
  private long rowsRead;
  private long position;
  private boolean afterLast;
  private @Nullable List<?> row;

  /**
   * A cursor before the first row.
   *
   * @param complete whether all rows are here already
   * @param rowsMax after which the rows end; 0 for no limit
   */
  ValueCursor(Iterator<Object> rows, boolean complete, boolean scrollable, long rowsMax) {
    this.rows = rows;
    this.complete = complete;
    this.passed = scrollable ? new ArrayList<>() : null;
    this.rowsMax = rowsMax == 0 ? Long.MAX_VALUE : rowsMax;
  }

  /** Whether nothing is left at the server. */
  boolean complete() {
    return complete;
  }

  /** The current row's number from 1, or 0. */
  long position() {
    return row == null ? 0 : position;
  }

  boolean isAfterLast() {
    return afterLast && rowsRead > 0;
  }

  boolean isBeforeFirst() {
    return position == 0 && !afterLast && (rowsRead > 0 || hasMore());
  }

  boolean isLast() {
    return row != null && position == rowsRead && !hasMore();
  }

  private boolean hasMore() {
    return rowsRead < rowsMax && rows.hasNext();
  }

  /**
   * The current row's value as it travelled.
   *
   * @throws SQLException 24000 when there is no current row
   */
  @Nullable Object value(int ordinal) throws SQLException {
    if (row == null) {
      throw new SQLException(
          "there is no current row; call next() first", SqlStates.NO_CURRENT_ROW);
    }
    Object value = row.get(ordinal);
    wasNull = value == null;
    return value;
  }

  @Override
  public List<Accessor> createAccessors(
      List<ColumnMetaData> columns, Calendar calendar, ArrayImpl.Factory factory) {
    List<Accessor> accessors = new ArrayList<>();
    for (ColumnMetaData column : columns) {
      accessors.add(new ValueAccessor(this, accessors.size(), WireType.of(column.type.name)));
    }
    return accessors;
  }

  @Override
  public boolean next() {
    if (passed != null) {
      return moveTo(afterLast ? position : position + 1);
    }
    if (!hasMore()) {
      if (row != null) {
        position++;
      }
      row = null;
      complete = true;
      afterLast = true;
      return false;
    }
    row = (List<?>) rows.next();
    rowsRead++;
    position = rowsRead;
    return true;
  }

  /** Goes to a row from 1; false where it lies before the first or after the last. */
  boolean moveTo(long wanted) {
    List<List<?>> kept = kept();
    while (kept.size() < wanted && hasMore()) {
      kept.add((List<?>) rows.next());
      rowsRead++;
    }
    afterLast = wanted > kept.size();
    if (afterLast) {
      complete = true;
    }
    position = Math.max(0, Math.min(wanted, kept.size() + 1L));
    row = wanted >= 1 && !afterLast ? kept.get((int) wanted - 1) : null;
    return row != null;
  }

  /** Goes to a row counted from the end: -1 is the last. */
  boolean moveToEnd(long fromEnd) {
    List<List<?>> kept = kept();
    moveTo(Integer.MAX_VALUE);
    return moveTo(Math.max(0, kept.size() + 1 + fromEnd));
  }

  /** Steps forward, or back where it is negative. */
  boolean move(long steps) {
    return moveTo(Math.max(0, position + steps));
  }

  private List<List<?>> kept() {
    if (passed == null) {
      throw new IllegalStateException("the cursor only goes forward");
    }
    return passed;
  }

  @Override
  public boolean wasNull() {
    return wasNull;
  }

  @Override
  public void close() {
    row = null;
  }
}
