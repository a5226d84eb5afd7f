package io.quiver.jdbc;

import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Iterator;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
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
final class QuiverResultSet extends AvaticaResultSet {
  private final long maxRows;
  private @Nullable ValueCursor values;
  private long rowsRead;

  QuiverResultSet(
      AvaticaStatement statement,
      QueryState state,
      Meta.Signature signature,
      ResultSetMetaData metaData,
      TimeZone timeZone,
      Meta.Frame firstFrame)
      throws SQLException {
    super(statement, state, signature, metaData, timeZone, firstFrame);
    this.maxRows = statement.getLargeMaxRows();
  }

  @Override
  protected AvaticaResultSet execute() throws SQLException {
    QuiverConnection owner = (QuiverConnection) statement.getConnection();
    Iterator<Object> rows =
        owner
            .meta()
            .createIterable(statement.handle, state, signature, Collections.emptyList(), firstFrame)
            .iterator();
    values = new ValueCursor(rows, firstFrame != null && firstFrame.done);
    return execute2(values, columnMetaDataList);
  }

  @Override
  public boolean next() throws SQLException {
    checkOpen();
    if (maxRows > 0 && rowsRead >= maxRows) {
      return false;
    }
    rowsRead++;
    return super.next();
  }

  /** Tells the server when rows are left there, so that it does not keep their snapshot. */
  @Override
  public void close() {
    boolean leavesRows = !isClosedQuietly() && values != null && !values.complete();
    super.close();
    if (leavesRows) {
      ((QuiverConnection) statement.connection).discard(statement.handle);
    }
  }

  private boolean isClosedQuietly() {
    try {
      return isClosed();
    } catch (SQLException e) {
      throw new IllegalStateException("isClosed never throws", e);
    }
  }

  @Override
  public @Nullable Object getObject(int column) throws SQLException {
    checkOpen();
    if (column < 1 || column > accessorList.size()) {
      throw new SQLException(
          "the result has " + accessorList.size() + " columns, found number " + column, "22023");
    }
    return accessorList.get(column - 1).getObject();
  }
}
