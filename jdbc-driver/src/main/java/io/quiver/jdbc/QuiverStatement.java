package io.quiver.jdbc;

import java.sql.BatchUpdateException;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/** A statement whose text comes when it is executed. */
final class QuiverStatement extends AvaticaStatement {
  /** Rows that one answer brings at most, unless the user says otherwise. */
  static final int FETCH_SIZE = 2_048;

  private final QuiverConnection owner;

  QuiverStatement(
      QuiverConnection owner,
      Meta.@Nullable StatementHandle handle,
      int type,
      int concurrency,
      int holdability)
      throws SQLException {
    super(owner, handle, type, concurrency, holdability);
    this.owner = owner;
    super.setFetchSize(FETCH_SIZE);
  }

  @Override
  protected void executeInternal(String sql) throws SQLException {
    closeResult();
    Service.ResultSetResponse answer =
        QueryTimeout.within(
            getQueryTimeout(),
            owner.backend(),
            handle,
            () -> owner.meta().execute(handle, sql, getFetchSize()));
    updateCount = answer.updateCount;
    if (updateCount == -1) {
      setSignature(answer.signature);
      openResultSet = owner.resultSet(this, answer.signature, answer);
    }
  }

  private void closeResult() {
    updateCount = -1;
    if (openResultSet != null) {
      openResultSet.close();
      openResultSet = null;
    }
  }

  @Override
  public ResultSet executeQuery(String sql) throws SQLException {
    checkOpen();
    executeInternal(sql);
    if (openResultSet == null) {
      throw new SQLException("the statement gives no rows", SqlStates.NO_ROWS);
    }
    return openResultSet;
  }

  @Override
  public long[] executeLargeBatch() throws SQLException {
    try {
      return super.executeLargeBatch();
    } catch (SQLException e) {
      throw batchFailure(e);
    }
  }

  /** A batch is all or nothing, so there are no counts to report. */
  static SQLException batchFailure(SQLException e) {
    return new BatchUpdateException(
        e.getMessage(), e.getSQLState(), e.getErrorCode(), new long[0], e);
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
    super.setFetchSize(checkedFetchSize(rows));
  }

  /** 0 stands for the driver's own choice. */
  static int checkedFetchSize(int rows) throws SQLException {
    if (rows < 0) {
      throw new SQLException("a fetch size is not negative, found " + rows, "22023");
    }
    return rows == 0 ? FETCH_SIZE : rows;
  }

  @Override
  public int executeUpdate(String sql, int generatedKeys) throws SQLException {
    QuiverConnection.refuseGeneratedKeys(generatedKeys);
    return executeUpdate(sql);
  }

  @Override
  public boolean execute(String sql, int generatedKeys) throws SQLException {
    QuiverConnection.refuseGeneratedKeys(generatedKeys);
    return execute(sql);
  }

  @Override
  public void setEscapeProcessing(boolean enable) {
    // There are no escapes to process.
  }

  @Override
  public void setPoolable(boolean poolable) {
    // A hint, which is not followed.
  }
}
