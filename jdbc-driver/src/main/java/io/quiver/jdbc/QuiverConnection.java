package io.quiver.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.InternalProperty;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.UnregisteredDriver;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.apache.calcite.avatica.util.Casing;

/** A connection to a server or to a database in this process. */
final class QuiverConnection extends AvaticaConnection {
  /** Raised when the messages between driver and server change their meaning. */
  static final String PROTOCOL = "1";

  private final Backend backend;

  QuiverConnection(
      UnregisteredDriver driver,
      AvaticaFactory factory,
      String url,
      Properties info,
      Backend backend) {
    super(driver, factory, url, info);
    this.backend = backend;
    properties.put(InternalProperty.UNQUOTED_CASING, Casing.TO_LOWER);
    properties.put(InternalProperty.QUOTED_CASING, Casing.UNCHANGED);
  }

  @Override
  public void openConnection() {
    Map<String, String> greeting = new HashMap<>();
    greeting.put("quiver.protocol", PROTOCOL);
    String user = info.getProperty("user");
    if (user != null) {
      greeting.put("user", user);
    }
    meta.openConnection(handle, greeting);
  }

  Backend backend() {
    return backend;
  }

  /** Asks the backend; an error that it answers with becomes an exception. */
  Service.Response tell(Service.Request request) throws SQLException {
    Service.Response response = backend.call(request);
    if (response instanceof Service.ErrorResponse error) {
      throw new SQLException(error.errorMessage, error.sqlState, error.errorCode);
    }
    return response;
  }

  /** Besides the usual: the engine's session, where the database is in this process. */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    Object session = backend.session(id);
    return type.isInstance(session) ? type.cast(session) : super.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(backend.session(id)) || super.isWrapperFor(type);
  }

  BackendMeta meta() {
    return (BackendMeta) meta;
  }

  /** Declares the exception that {@link BackendMeta} throws, so that it can be caught. */
  long[] executeBatch(Meta.StatementHandle statement, List<List<TypedValue>> entries)
      throws SQLException {
    return meta().executeBatch(statement, entries).updateCounts;
  }

  /** Drops the rows that a statement has left; nothing depends on whether that succeeds. */
  void discard(Meta.StatementHandle statement) {
    try {
      if (!isClosed()) {
        backend.cancel(statement.connectionId, statement.id);
      }
    } catch (SQLException e) {
      // The server is away, and the rows with it.
    }
  }

  /** Opens the result set of an answer that has rows. */
  AvaticaResultSet resultSet(
      AvaticaStatement statement, Meta.Signature signature, Service.ResultSetResponse answer)
      throws SQLException {
    Meta.Signature described = answer.signature == null ? signature : answer.signature;
    QuiverResultSet rows =
        (QuiverResultSet)
            factory.newResultSet(
                statement,
                new QueryState(described.sql),
                described,
                getTimeZone(),
                answer.firstFrame);
    return rows.execute();
  }

  @Override
  public void close() throws SQLException {
    if (isClosed()) {
      return;
    }
    try {
      super.close();
    } catch (SQLException e) {
      // Whoever closes a connection to a server that is gone has what he wants.
      if (!SqlStates.isConnectionFailure(e)) {
        throw e;
      }
    } finally {
      backend.close();
    }
  }

  /** Closes without a word to the server, which rolls back when the session expires. */
  @Override
  public void abort(Executor executor) throws SQLException {
    executor.execute(() -> {
      try {
        close();
      } catch (SQLException e) {
        backend.close();
      }
    });
  }

  @Override
  public boolean isValid(int timeout) throws SQLException {
    if (timeout < 0) {
      throw new SQLException("a timeout is not negative, found " + timeout, "22023");
    }
    if (isClosed()) {
      return false;
    }
    try {
      tell(new Service.DatabasePropertyRequest(id));
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public void commit() throws SQLException {
    refuseWithAutoCommit("commit");
    super.commit();
  }

  @Override
  public void rollback() throws SQLException {
    refuseWithAutoCommit("rollback");
    super.rollback();
  }

  private void refuseWithAutoCommit(String what) throws SQLException {
    if (getAutoCommit()) {
      throw new SQLException(what + " needs auto-commit to be off", "25P01");
    }
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    if (level == Connection.TRANSACTION_READ_UNCOMMITTED) {
      // The standard lets a database give more than was asked for.
      super.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      return;
    }
    super.setTransactionIsolation(level);
  }

  @Override
  public String nativeSQL(String sql) {
    return sql;
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int generatedKeys) throws SQLException {
    refuseGeneratedKeys(generatedKeys);
    return prepareStatement(sql);
  }

  static void refuseGeneratedKeys(int generatedKeys) throws SQLException {
    if (generatedKeys != Statement.NO_GENERATED_KEYS) {
      throw new SQLFeatureNotSupportedException(
          "generated keys are not returned", SqlStates.NOT_SUPPORTED);
    }
  }

  @Override
  public Map<String, Class<?>> getTypeMap() {
    return new HashMap<>();
  }
}
