package io.quiver.jdbc;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.util.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Rows, which come in frames while they are read.
 *
 * <p>A DATE or TIMESTAMP has no time zone. {@code getObject(i, LocalDate.class)}, {@code
 * getObject(i, LocalDateTime.class)} and {@code getString} give it exactly, to the microsecond.
 * {@code getDate} and {@code getTimestamp} give the object that shows the same wall clock in the
 * JVM's time zone, or in the calendar's; an hour that daylight saving time leaves out has no such
 * object and moves.
 */
final class QuiverResultSet extends ReadingResultSet {
  private final long maxRows;
  private final boolean scrollable;
  private @Nullable ValueCursor values;

  QuiverResultSet(
      @Nullable AvaticaStatement statement,
      QueryState state,
      Meta.Signature signature,
      ResultSetMetaData metaData,
      TimeZone timeZone,
      Meta.Frame firstFrame)
      throws SQLException {
    super(statement, state, signature, metaData, timeZone, firstFrame);
    this.maxRows = statement == null ? 0 : statement.getLargeMaxRows();
    this.scrollable =
        statement == null || statement.getResultSetType() != ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  protected AvaticaResultSet execute() throws SQLException {
    ValueCursor cursor =
        new ValueCursor(rows(), firstFrame == null || firstFrame.done, scrollable, maxRows);
    values = cursor;
    return execute2(cursor, columnMetaDataList);
  }

  private Iterator<Object> rows() throws SQLException {
    if (firstFrame != null && firstFrame.done) {
      return firstFrame.rows.iterator();
    }
    return owner()
        .meta()
        .createIterable(statement.handle, state, signature, Collections.emptyList(), firstFrame)
        .iterator();
  }

  private QuiverConnection owner() {
    return (QuiverConnection) statement.connection;
  }

  @Override
  protected void checkOpen() throws SQLException {
    if (isClosed()) {
      throw SqlStates.closed("result");
    }
  }

  private ValueCursor open() throws SQLException {
    checkOpen();
    if (values == null) {
      throw new IllegalStateException("a result was handed out before it was executed");
    }
    return values;
  }

  private ValueCursor scrolling() throws SQLException {
    ValueCursor cursor = open();
    if (!scrollable) {
      throw SqlStates.unsupported("going anywhere but forward in a TYPE_FORWARD_ONLY result");
    }
    return cursor;
  }

  @Override
  Cursor.Accessor accessor(int column) throws SQLException {
    checkOpen();
    if (column < 1 || column > accessorList.size()) {
      throw SqlStates.invalid(
          "the result has " + accessorList.size() + " columns, found number " + column);
    }
    return accessorList.get(column - 1);
  }

  /** The first column of that label, in whatever case. */
  @Override
  public int findColumn(String label) throws SQLException {
    checkOpen();
    List<ColumnMetaData> columns = columnMetaDataList;
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).label.equalsIgnoreCase(label)) {
        return i + 1;
      }
    }
    throw new SQLException("the result has no column '" + label + "'", SqlStates.UNDEFINED_COLUMN);
  }

  @Override
  public boolean next() throws SQLException {
    return open().next();
  }

  @Override
  public boolean wasNull() throws SQLException {
    return open().wasNull();
  }

  @Override
  public boolean previous() throws SQLException {
    return scrolling().move(-1);
  }

  @Override
  public boolean relative(int rows) throws SQLException {
    return scrolling().move(rows);
  }

  @Override
  public boolean absolute(int row) throws SQLException {
    return row < 0 ? scrolling().moveToEnd(row) : scrolling().moveTo(row);
  }

  @Override
  public boolean first() throws SQLException {
    return scrolling().moveTo(1);
  }

  @Override
  public boolean last() throws SQLException {
    return scrolling().moveToEnd(-1);
  }

  @Override
  public void beforeFirst() throws SQLException {
    scrolling().moveTo(0);
  }

  @Override
  public void afterLast() throws SQLException {
    scrolling().moveTo(Integer.MAX_VALUE);
  }

  @Override
  public boolean isBeforeFirst() throws SQLException {
    return open().isBeforeFirst();
  }

  @Override
  public boolean isAfterLast() throws SQLException {
    return open().isAfterLast();
  }

  @Override
  public boolean isFirst() throws SQLException {
    return open().position() == 1;
  }

  @Override
  public boolean isLast() throws SQLException {
    return open().isLast();
  }

  @Override
  public int getRow() throws SQLException {
    return (int) Math.min(Integer.MAX_VALUE, open().position());
  }

  @Override
  public int getType() throws SQLException {
    checkOpen();
    return scrollable ? ResultSet.TYPE_SCROLL_INSENSITIVE : ResultSet.TYPE_FORWARD_ONLY;
  }

  @Override
  public int getConcurrency() throws SQLException {
    checkOpen();
    return ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public int getHoldability() throws SQLException {
    checkOpen();
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    checkOpen();
    super.setFetchDirection(QuiverStatement.checkedDirection(direction));
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    checkOpen();
    super.setFetchSize(QuiverStatement.checkedFetchSize(rows));
  }

  @Override
  @SuppressWarnings("NullAway") // JDBC: null where no statement made it
  public @Nullable AvaticaStatement getStatement() throws SQLException {
    checkOpen();
    return statement;
  }

  @Override
  public String getCursorName() throws SQLException {
    checkOpen();
    throw SqlStates.unsupported("a named cursor");
  }

  @Override
  public boolean isWrapperFor(@Nullable Class<?> type) {
    return type != null && type.isInstance(this);
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return QuiverConnection.unwrap(this, type);
  }

  /** Tells the server when rows are left there, so that it does not keep their snapshot. */
  @Override
  public void close() {
    boolean leavesRows = !isClosedQuietly() && values != null && !values.complete();
    super.close();
    if (leavesRows && statement != null) {
      owner().discard(statement.handle);
    }
  }

  private boolean isClosedQuietly() {
    try {
      return isClosed();
    } catch (SQLException e) {
      throw new IllegalStateException("isClosed never throws", e);
    }
  }
}
