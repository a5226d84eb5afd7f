package io.quiver.jdbc;

import java.sql.ParameterMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement. A vector parameter is a {@code float[]}, {@code double[]}, {@code byte[]}
 * of packed elements, {@code List} of numbers, {@link QuiverVector} or the literal as a {@code
 * String}.
 */
final class QuiverPreparedStatement extends ParameterSetters {
  private final QuiverConnection owner;
  private final StatementState state;
  private boolean returnsKeys;

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
    this.state = new StatementState(this);
    super.setFetchSize(QuiverStatement.FETCH_SIZE);
  }

  /** Says that the statement's rows are its generated keys. */
  QuiverPreparedStatement returningKeys() {
    returnsKeys = true;
    return this;
  }

  @Override
  protected void checkOpen() throws SQLException {
    state.checkOpen(closed);
  }

  @Override
  public boolean isClosed() throws SQLException {
    return closed || owner.isClosed();
  }

  @Override
  public boolean execute() throws SQLException {
    checkOpen();
    closeResult();
    checkAllSet();
    Service.ResultSetResponse answer =
        QueryTimeout.within(
            state.timeoutSeconds(),
            owner.backend(),
            handle,
            () -> owner.meta().execute(handle, getParameterValues(), (Integer) getFetchSize()));
    updateCount = answer.updateCount;
    if (updateCount != -1) {
      return false;
    }
    if (returnsKeys) {
      updateCount = state.takeKeys(owner, handle, described(answer), answer);
      return false;
    }
    openResultSet = owner.resultSet(this, getSignature(), answer);
    return true;
  }

  private Meta.Signature described(Service.ResultSetResponse answer) {
    return answer.signature == null ? getSignature() : answer.signature;
  }

  private void closeResult() throws SQLException {
    updateCount = -1;
    state.forgetKeys();
    if (openResultSet != null) {
      openResultSet.close();
      openResultSet = null;
    }
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
    if (execute()) {
      closeResult();
      throw new SQLException("the statement gives rows", SqlStates.TOO_MANY_ROWS);
    }
    return updateCount;
  }

  @Override
  public void addBatch() throws SQLException {
    checkOpen();
    checkAllSet();
    // A copy, because the next setter changes the array.
    parameterValueBatch.add(Arrays.asList(slots.clone()));
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    closeResult();
    List<List<TypedValue>> entries = new ArrayList<>(parameterValueBatch);
    parameterValueBatch.clear();
    if (entries.isEmpty()) {
      return new long[0];
    }
    try {
      return QueryTimeout.within(
          state.timeoutSeconds(),
          owner.backend(),
          handle,
          () -> returnsKeys ? batchWithKeys(entries) : owner.executeBatch(handle, entries));
    } catch (SQLException e) {
      throw QuiverStatement.batchFailure(e, entries.size());
    }
  }

  /** One by one, because a batch's answer has no room for rows; still all or nothing. */
  private long[] batchWithKeys(List<List<TypedValue>> entries) throws SQLException {
    boolean own = owner.getAutoCommit();
    if (own) {
      owner.setAutoCommit(false);
    }
    boolean complete = false;
    try {
      List<Object> keys = new ArrayList<>();
      long[] counts = new long[entries.size()];
      Meta.Signature signature = getSignature();
      for (int i = 0; i < counts.length; i++) {
        int before = keys.size();
        Service.ResultSetResponse answer =
            owner.meta().execute(handle, entries.get(i), (Integer) getFetchSize());
        signature = described(answer);
        StatementState.addKeys(owner, handle, signature, answer, keys);
        counts[i] = (long) keys.size() - before;
      }
      if (own) {
        owner.commit();
      }
      complete = true;
      state.setKeys(signature, keys);
      return counts;
    } finally {
      if (own) {
        if (!complete) {
          owner.rollback();
        }
        owner.setAutoCommit(true);
      }
    }
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    checkOpen();
    return state.keys();
  }

  private void checkAllSet() throws SQLException {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == null) {
        throw new SQLException("parameter " + (i + 1) + " is not set", SqlStates.UNSET_PARAMETER);
      }
    }
  }

  /** Null for a statement that gives no rows. */
  @Override
  @SuppressWarnings("NullAway") // as JDBC wants
  public @Nullable ResultSetMetaData getMetaData() throws SQLException {
    checkOpen();
    return returnsKeys || getSignature().columns.isEmpty() ? null : super.getMetaData();
  }

  @Override
  public ParameterMetaData getParameterMetaData() throws SQLException {
    checkOpen();
    return this;
  }

  @Override
  public int isNullable(int index) throws SQLException {
    getParameter(index);
    return ParameterMetaData.parameterNullableUnknown;
  }

  /** From any thread, while another waits in an execute method: so without a lock. */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void cancel() throws SQLException {
    checkOpen();
    owner.backend().cancel(handle.connectionId, handle.id);
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    parameterValueBatch.clear();
  }

  private static SQLException isPrepared() {
    return new SQLException(
        "a prepared statement has its text already; use a plain one for another",
        SqlStates.WRONG_OBJECT);
  }

  @Override
  protected void executeInternal(String sql) throws SQLException {
    throw isPrepared();
  }

  @Override
  public boolean execute(String sql) throws SQLException {
    throw isPrepared();
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    throw isPrepared();
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    throw isPrepared();
  }

  @Override
  public void addBatch(String sql) throws SQLException {
    throw isPrepared();
  }

  @Override
  public boolean execute(String sql, int keys) throws SQLException {
    throw isPrepared();
  }

  @Override
  public boolean execute(String sql, int[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public boolean execute(String sql, String[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public int executeUpdate(String sql, int keys) throws SQLException {
    throw isPrepared();
  }

  @Override
  public int executeUpdate(String sql, int[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public int executeUpdate(String sql, String[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public long executeLargeUpdate(String sql, int keys) throws SQLException {
    throw isPrepared();
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columns) throws SQLException {
    throw isPrepared();
  }

  @Override
  public boolean getMoreResults(int current) throws SQLException {
    checkOpen();
    StatementState.checkMoreResults(current);
    closeResult();
    return false;
  }

  @Override
  public void setFetchSize(int rows) throws SQLException {
    checkOpen();
    super.setFetchSize(QuiverStatement.checkedFetchSize(rows));
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    checkOpen();
    super.setFetchDirection(QuiverStatement.checkedDirection(direction));
  }

  @Override
  public int getFetchDirection() throws SQLException {
    return state.direction(super.getFetchDirection());
  }

  @Override
  public void setLargeMaxRows(long rows) throws SQLException {
    checkOpen();
    super.setLargeMaxRows(StatementState.notNegative(rows, "maxRows"));
  }

  @Override
  public void setMaxFieldSize(int bytes) throws SQLException {
    checkOpen();
    StatementState.checkMaxFieldSize(bytes);
  }

  @Override
  public void setQueryTimeout(int seconds) throws SQLException {
    checkOpen();
    state.setTimeoutSeconds(seconds);
  }

  @Override
  public int getQueryTimeout() throws SQLException {
    checkOpen();
    return state.timeoutSeconds();
  }

  @Override
  public void setEscapeProcessing(boolean enable) throws SQLException {
    checkOpen();
    // There are no escapes to process.
  }

  @Override
  public void setCursorName(String name) throws SQLException {
    checkOpen();
    throw SqlStates.unsupported("a named cursor");
  }

  @Override
  public void setPoolable(boolean poolable) throws SQLException {
    checkOpen();
    state.setPoolable(poolable);
  }

  @Override
  public boolean isPoolable() throws SQLException {
    checkOpen();
    return state.isPoolable();
  }

  @Override
  public AvaticaConnection getConnection() throws SQLException {
    checkOpen();
    return owner;
  }

  @Override
  public boolean isWrapperFor(@Nullable Class<?> type) {
    return type != null && type.isInstance(this);
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return QuiverConnection.unwrap(this, type);
  }
}
