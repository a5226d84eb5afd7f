package io.quiver.jdbc;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.ZoneId;
import java.util.Calendar;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement. A vector parameter is a {@code float[]}, {@code double[]}, {@code byte[]}
 * of packed little-endian floats, {@code List} of numbers, {@link QuiverVector} or the literal as a
 * {@code String}.
 */
final class QuiverPreparedStatement extends NarrowPreparedStatement {
  private final QuiverConnection owner;

  QuiverPreparedStatement(
      QuiverConnection owner,
      Meta.@Nullable StatementHandle handle,
      Meta.Signature signature,
      int type,
      int concurrency,
      int holdability)
      throws SQLException {
    super(owner, handle, signature, type, concurrency, holdability);
    this.owner = owner;
    super.setFetchSize(QuiverStatement.FETCH_SIZE);
  }

  @Override
  public boolean execute() throws SQLException {
    checkOpen();
    updateCount = -1;
    if (openResultSet != null) {
      openResultSet.close();
      openResultSet = null;
    }
    checkAllSet();
    Service.ResultSetResponse answer =
        QueryTimeout.within(
            getQueryTimeout(),
            owner.backend(),
            handle,
            () -> owner.meta().execute(handle, getParameterValues(), (Integer) getFetchSize()));
    updateCount = answer.updateCount;
    if (updateCount != -1) {
      return false;
    }
    openResultSet = owner.resultSet(this, getSignature(), answer);
    return true;
  }

  @Override
  public ResultSet executeQuery() throws SQLException {
    if (!execute()) {
      throw new SQLException("the statement gives no rows", SqlStates.NO_ROWS);
    }
    return openResultSet;
  }

  @Override
  public long executeLargeUpdate() throws SQLException {
    execute();
    return updateCount;
  }

  @Override
  public void addBatch() throws SQLException {
    checkAllSet();
    super.addBatch();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    try {
      return parameterValueBatch.isEmpty()
          ? new long[0]
          : owner.executeBatch(handle, parameterValueBatch);
    } catch (SQLException e) {
      throw QuiverStatement.batchFailure(e);
    } finally {
      clearBatch();
    }
  }

  private void checkAllSet() throws SQLException {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == null) {
        throw new SQLException("parameter " + (i + 1) + " is not set", SqlStates.UNSET_PARAMETER);
      }
    }
  }

  /** From any thread, while another waits in an execute method: so without a lock. */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void cancel() throws SQLException {
    checkOpen();
    owner.backend().cancel(handle.connectionId, handle.id);
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    super.setFetchSize(QuiverStatement.checkedFetchSize(rows));
  }

  private void set(int index, TypedValue value) throws SQLException {
    checkOpen();
    if (index < 1 || index > slots.length) {
      throw new SQLException(
          "the statement has " + slots.length + " parameters, found number " + index,
          SqlStates.UNSET_PARAMETER);
    }
    slots[index - 1] = value;
  }

  @Override
  public void setObject(int index, @Nullable Object value) throws SQLException {
    set(index, Parameter.of(value));
  }

  @Override
  public void setObject(int index, @Nullable Object value, int sqlType) throws SQLException {
    boolean asText = sqlType == Types.VARCHAR || sqlType == Types.CHAR;
    boolean isPlain = value instanceof Number || value instanceof Boolean;
    setObject(index, asText && isPlain ? String.valueOf(value) : value);
  }

  @Override
  public void setObject(int index, @Nullable Object value, int sqlType, int scale)
      throws SQLException {
    setObject(index, value, sqlType);
  }

  @Override
  public void setObject(int index, @Nullable Object value, SQLType sqlType) throws SQLException {
    setObject(index, value, sqlType.getVendorTypeNumber());
  }

  @Override
  public void setBytes(int index, byte @Nullable [] value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setBigDecimal(int index, @Nullable BigDecimal value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setString(int index, @Nullable String value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setNString(int index, @Nullable String value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setArray(int index, @Nullable Array value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setDate(int index, @Nullable Date value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public void setTimestamp(int index, @Nullable Timestamp value) throws SQLException {
    setObject(index, value);
  }

  /** The date that the instant has in the calendar's time zone. */
  @Override
  public void setDate(int index, @Nullable Date value, Calendar calendar) throws SQLException {
    setObject(
        index,
        value == null
            ? null
            : new Timestamp(value.getTime()).toInstant().atZone(zone(calendar)).toLocalDate());
  }

  /** The date and time that the instant has in the calendar's time zone. */
  @Override
  public void setTimestamp(int index, @Nullable Timestamp value, Calendar calendar)
      throws SQLException {
    setObject(
        index, value == null ? null : value.toInstant().atZone(zone(calendar)).toLocalDateTime());
  }

  private static ZoneId zone(@Nullable Calendar calendar) {
    return calendar == null ? ZoneId.systemDefault() : calendar.getTimeZone().toZoneId();
  }
}
