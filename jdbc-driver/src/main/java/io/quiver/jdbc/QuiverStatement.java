package io.quiver.jdbc;

import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/** A statement whose text comes when it is executed. */
final class QuiverStatement extends AvaticaStatement {
  /** Rows that one answer brings at most, unless the user says otherwise. */
  static final int FETCH_SIZE = 2_048;

  private final QuiverConnection owner;
  private final StatementState state;
  private final List<String> batch = new ArrayList<>();

  QuiverStatement(
      QuiverConnection owner,
      Meta.@Nullable StatementHandle handle,
      int type,
      int concurrency,
      int holdability)
      throws SQLException {
    super(owner, handle, type, concurrency, holdability);
    this.owner = owner;
    this.state = new StatementState(this);
    super.setFetchSize(FETCH_SIZE);
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
  protected void executeInternal(String sql) throws SQLException {
    run(sql, GeneratedKeys.NONE);
  }

  private boolean run(String sql, GeneratedKeys keys) throws SQLException {
    checkOpen();
    if (sql == null) {
      throw SqlStates.invalid("a statement has a text, found null");
    }
    closeResult();
    String returning = keys.rewrite(owner, sql);
    Service.ResultSetResponse answer =
        QueryTimeout.within(
            state.timeoutSeconds(),
            owner.backend(),
            handle,
            () ->
                owner.meta().execute(handle, returning == null ? sql : returning, getFetchSize()));
    updateCount = answer.updateCount;
    if (updateCount != -1) {
      return false;
    }
    if (returning != null) {
      updateCount = state.takeKeys(owner, handle, answer.signature, answer);
      return false;
    }
    setSignature(answer.signature);
    openResultSet = owner.resultSet(this, answer.signature, answer);
    return true;
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
  public boolean execute(String sql) throws SQLException {
    return run(sql, GeneratedKeys.NONE);
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    if (!run(sql, GeneratedKeys.NONE)) {
      throw new SQLException("the statement gives no rows", SqlStates.NO_ROWS);
    }
    return openResultSet;
  }

  @Override
  public long executeLargeUpdate(String sql) throws SQLException {
    return update(sql, GeneratedKeys.NONE);
  }

  private long update(String sql, GeneratedKeys keys) throws SQLException {
    if (run(sql, keys)) {
      closeResult();
      throw new SQLException("the statement gives rows", SqlStates.TOO_MANY_ROWS);
    }
    return updateCount;
  }

  @Override
  public boolean execute(String sql, int keys) throws SQLException {
    return run(sql, GeneratedKeys.of(keys));
  }

  @Override
  public boolean execute(String sql, int[] columns) throws SQLException {
    return run(sql, GeneratedKeys.of(columns));
  }

  @Override
  public boolean execute(String sql, String[] columns) throws SQLException {
    return run(sql, GeneratedKeys.of(columns));
  }

  @Override
  public int executeUpdate(String sql, int keys) throws SQLException {
    return StatementState.saturated(update(sql, GeneratedKeys.of(keys)));
  }

  @Override
  public int executeUpdate(String sql, int[] columns) throws SQLException {
    return StatementState.saturated(update(sql, GeneratedKeys.of(columns)));
  }

  @Override
  public int executeUpdate(String sql, String[] columns) throws SQLException {
    return StatementState.saturated(update(sql, GeneratedKeys.of(columns)));
  }

  @Override
  public long executeLargeUpdate(String sql, int keys) throws SQLException {
    return update(sql, GeneratedKeys.of(keys));
  }

  @Override
  public long executeLargeUpdate(String sql, int[] columns) throws SQLException {
    return update(sql, GeneratedKeys.of(columns));
  }

  @Override
  public long executeLargeUpdate(String sql, String[] columns) throws SQLException {
    return update(sql, GeneratedKeys.of(columns));
  }

  @Override
  public ResultSet getGeneratedKeys() throws SQLException {
    checkOpen();
    return state.keys();
  }

  @Override
  public void addBatch(String sql) throws SQLException {
    checkOpen();
    if (sql == null) {
      throw SqlStates.invalid("a statement has a text, found null");
    }
    batch.add(sql);
  }

  @Override
  public void clearBatch() throws SQLException {
    checkOpen();
    batch.clear();
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    checkOpen();
    closeResult();
    List<String> texts = List.copyOf(batch);
    batch.clear();
    if (texts.isEmpty()) {
      return new long[0];
    }
    try {
      return QueryTimeout.within(
          state.timeoutSeconds(),
          owner.backend(),
          handle,
          () -> owner.meta().prepareAndExecuteBatch(handle, texts).updateCounts);
    } catch (SQLException e) {
      throw batchFailure(e, texts.size());
    }
  }

  /** A batch is all or nothing, so one failure fails all entries. */
  static SQLException batchFailure(SQLException e, int entries) {
    long[] counts = new long[entries];
    Arrays.fill(counts, Statement.EXECUTE_FAILED);
    return new BatchUpdateException(e.getMessage(), e.getSQLState(), e.getErrorCode(), counts, e);
  }

  /** From any thread, while another waits in an execute method: so without a lock. */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void cancel() throws SQLException {
    checkOpen();
    owner.backend().cancel(handle.connectionId, handle.id);
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
    super.setFetchSize(checkedFetchSize(rows));
  }

  /** 0 stands for the driver's own choice. */
  static int checkedFetchSize(int rows) throws SQLException {
    if (rows < 0) {
      throw SqlStates.invalid("a fetch size is not negative, found " + rows);
    }
    return rows == 0 ? FETCH_SIZE : rows;
  }

  /** A hint; there is one way to fetch. */
  static int checkedDirection(int direction) throws SQLException {
    if (direction < ResultSet.FETCH_FORWARD || direction > ResultSet.FETCH_UNKNOWN) {
      throw SqlStates.invalid("a fetch direction is one of ResultSet's, found " + direction);
    }
    return direction;
  }

  @Override
  public void setFetchDirection(int direction) throws SQLException {
    checkOpen();
    super.setFetchDirection(checkedDirection(direction));
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
