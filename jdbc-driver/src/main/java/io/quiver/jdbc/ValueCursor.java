package io.quiver.jdbc;

import java.util.ArrayList;
import java.util.Calendar;
import java.util.Iterator;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.util.ArrayImpl;
import org.apache.calcite.avatica.util.Cursor;
import org.jspecify.annotations.Nullable;

/** Steps through rows, each a list of values. Owned by one thread, as its result set is. */
final class ValueCursor implements Cursor {
  private final Iterator<Object> rows;
  private boolean complete;
  private boolean wasNull;
  private @Nullable List<?> row;

  /**
   * A cursor before the first row.
   *
   * @param complete whether all rows are here already
   */
  ValueCursor(Iterator<Object> rows, boolean complete) {
    this.rows = rows;
    this.complete = complete;
  }

  /** Whether nothing is left at the server. */
  boolean complete() {
    return complete;
  }

  /** The current row's value as it travelled. */
  @Nullable Object value(int ordinal) {
    if (row == null) {
      throw new IllegalStateException("there is no current row; call next() first");
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
      accessors.add(new ValueAccessor(this, accessors.size(), column.type.id));
    }
    return accessors;
  }

  @Override
  public boolean next() {
    if (!rows.hasNext()) {
      row = null;
      complete = true;
      return false;
    }
    row = (List<?>) rows.next();
    return true;
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
