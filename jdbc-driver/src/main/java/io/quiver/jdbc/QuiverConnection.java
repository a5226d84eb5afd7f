package io.quiver.jdbc;

import java.sql.Array;
import java.sql.ClientInfoStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
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
import org.jspecify.annotations.Nullable;

/** A connection to a server or to a database in this process. */
final class QuiverConnection extends NarrowConnection {
  /** Raised when the messages between driver and server change their meaning. */
  static final String PROTOCOL = "1";

  /** What {@link #setClientInfo} knows. */
  static final List<String> CLIENT_INFO =
      List.of("ApplicationName", "ClientHostname", "ClientUser");

  private final Backend backend;
  private final Properties clientInfo = new Properties();
  private int networkTimeoutMillis;
  private int savepoints;

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
      throw SqlStates.failure(error.errorMessage, error.sqlState, error.errorCode);
    }
    return response;
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
  public void abort(@Nullable Executor executor) throws SQLException {
    if (executor == null) {
      throw SqlStates.invalid("abort needs an executor");
    }
    if (isClosed()) {
      return;
    }
    executor.execute(() -> {
      try {
        close();
      } catch (SQLException e) {
        backend.close();
      }
    });
  }

  static SQLException closedConnection() {
    return new SQLException("the connection is closed", SqlStates.CONNECTION_DOES_NOT_EXIST);
  }

  @Override
  protected void checkOpen() throws SQLException {
    if (isClosed()) {
      throw closedConnection();
    }
  }

  /** One small request, which the server answers without touching the session. */
  @Override
  public boolean isValid(int timeout) throws SQLException {
    StatementState.notNegative(timeout, "a timeout");
    if (isClosed()) {
      return false;
    }
    int before = networkTimeoutMillis;
    int limit = (int) Math.min(Integer.MAX_VALUE, timeout * 1_000L);
    try {
      if (limit > 0 && (before == 0 || limit < before)) {
        backend.setNetworkTimeout(limit);
      }
      tell(new Service.DatabasePropertyRequest(id));
      return true;
    } catch (SQLException e) {
      return false;
    } finally {
      backend.setNetworkTimeout(before);
    }
  }

  /**
   * How long an answer may take; 0 for as long as it likes. In this process there is no network.
   */
  @Override
  public void setNetworkTimeout(@Nullable Executor executor, int millis) throws SQLException {
    checkOpen();
    networkTimeoutMillis = (int) StatementState.notNegative(millis, "a network timeout");
    backend.setNetworkTimeout(millis);
  }

  @Override
  public int getNetworkTimeout() throws SQLException {
    checkOpen();
    return networkTimeoutMillis;
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
      throw new SQLException(what + " needs auto-commit to be off", SqlStates.NO_TRANSACTION);
    }
  }

  @Override
  public Savepoint setSavepoint() throws SQLException {
    return mark(QuiverSavepoint.unnamed(++savepoints));
  }

  @Override
  public Savepoint setSavepoint(@Nullable String name) throws SQLException {
    if (name == null || name.isEmpty()) {
      throw SqlStates.invalid("a savepoint has a name, found none");
    }
    return mark(QuiverSavepoint.named(name));
  }

  private Savepoint mark(QuiverSavepoint savepoint) throws SQLException {
    refuseWithAutoCommit("a savepoint");
    command("SAVEPOINT " + savepoint.quoted());
    return savepoint;
  }

  @Override
  public void rollback(@Nullable Savepoint savepoint) throws SQLException {
    refuseWithAutoCommit("rollback");
    command("ROLLBACK TO SAVEPOINT " + QuiverSavepoint.of(savepoint).quoted());
  }

  @Override
  public void releaseSavepoint(@Nullable Savepoint savepoint) throws SQLException {
    refuseWithAutoCommit("a savepoint");
    QuiverSavepoint own = QuiverSavepoint.of(savepoint);
    command("RELEASE SAVEPOINT " + own.quoted());
    own.release();
  }

  private void command(String sql) throws SQLException {
    try (Statement statement = createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void setTransactionIsolation(int level) throws SQLException {
    // The standard lets a database give more than was asked for.
    super.setTransactionIsolation(
        level == Connection.TRANSACTION_READ_UNCOMMITTED
            ? Connection.TRANSACTION_READ_COMMITTED
            : level);
  }

  @Override
  public @Nullable String getSchema() throws SQLException {
    checkOpen();
    return meta().schema(handle);
  }

  /** A result keeps its snapshot, so it outlives the transaction that opened it. */
  @Override
  public void setHoldability(int holdability) throws SQLException {
    checkOpen();
    checkHoldability(holdability);
  }

  @Override
  public int getHoldability() throws SQLException {
    checkOpen();
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  private static void checkHoldability(int holdability) throws SQLException {
    if (holdability == ResultSet.CLOSE_CURSORS_AT_COMMIT) {
      throw SqlStates.unsupported("closing results at commit");
    }
    if (holdability != ResultSet.HOLD_CURSORS_OVER_COMMIT) {
      throw SqlStates.invalid("a holdability is one of ResultSet's, found " + holdability);
    }
  }

  private static void checkResult(int type, int concurrency, int holdability) throws SQLException {
    if (type == ResultSet.TYPE_SCROLL_SENSITIVE) {
      throw SqlStates.unsupported("a TYPE_SCROLL_SENSITIVE result");
    }
    if (type != ResultSet.TYPE_FORWARD_ONLY && type != ResultSet.TYPE_SCROLL_INSENSITIVE) {
      throw SqlStates.invalid("a result's type is one of ResultSet's, found " + type);
    }
    if (concurrency == ResultSet.CONCUR_UPDATABLE) {
      throw SqlStates.unsupported("a CONCUR_UPDATABLE result");
    }
    if (concurrency != ResultSet.CONCUR_READ_ONLY) {
      throw SqlStates.invalid("a concurrency is one of ResultSet's, found " + concurrency);
    }
    checkHoldability(holdability);
  }

  @Override
  public AvaticaStatement createStatement() throws SQLException {
    return createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
  }

  @Override
  public AvaticaStatement createStatement(int type, int concurrency) throws SQLException {
    return createStatement(type, concurrency, ResultSet.HOLD_CURSORS_OVER_COMMIT);
  }

  @Override
  public AvaticaStatement createStatement(int type, int concurrency, int holdability)
      throws SQLException {
    checkOpen();
    checkResult(type, concurrency, holdability);
    return super.createStatement(type, concurrency, holdability);
  }

  @Override
  public PreparedStatement prepareStatement(String sql) throws SQLException {
    return prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int type, int concurrency)
      throws SQLException {
    return prepareStatement(sql, type, concurrency, ResultSet.HOLD_CURSORS_OVER_COMMIT);
  }

  @Override
  public PreparedStatement prepareStatement(
      @Nullable String sql, int type, int concurrency, int holdability) throws SQLException {
    checkOpen();
    checkResult(type, concurrency, holdability);
    if (sql == null) {
      throw SqlStates.invalid("a statement has a text, found null");
    }
    return super.prepareStatement(sql, type, concurrency, holdability);
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int generatedKeys) throws SQLException {
    return prepareStatement(sql, GeneratedKeys.of(generatedKeys));
  }

  @Override
  public PreparedStatement prepareStatement(String sql, int[] columns) throws SQLException {
    return prepareStatement(sql, GeneratedKeys.of(columns));
  }

  @Override
  public PreparedStatement prepareStatement(String sql, String[] columns) throws SQLException {
    return prepareStatement(sql, GeneratedKeys.of(columns));
  }

  private PreparedStatement prepareStatement(String sql, GeneratedKeys keys) throws SQLException {
    checkOpen();
    String returning = sql == null ? null : keys.rewrite(this, sql);
    return returning == null
        ? prepareStatement(sql)
        : ((QuiverPreparedStatement) prepareStatement(returning)).returningKeys();
  }

  @Override
  public String nativeSQL(String sql) throws SQLException {
    checkOpen();
    return sql;
  }

  @Override
  public Array createArrayOf(@Nullable String typeName, Object @Nullable [] elements)
      throws SQLException {
    checkOpen();
    if (typeName == null) {
      throw SqlStates.invalid("an array needs the name of its elements' type");
    }
    return QuiverArray.of(typeName, elements);
  }

  /** Kept for whoever asks this connection again; the server is not told. */
  @Override
  public void setClientInfo(@Nullable String name, @Nullable String value)
      throws SQLClientInfoException {
    try {
      checkOpen();
      if (name == null || !CLIENT_INFO.contains(name)) {
        throw SqlStates.invalid("client info is one of " + CLIENT_INFO + ", found " + name);
      }
    } catch (SQLException e) {
      Map<String, ClientInfoStatus> failed =
          name == null ? Map.of() : Map.of(name, ClientInfoStatus.REASON_UNKNOWN_PROPERTY);
      throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), failed, e);
    }
    if (value == null) {
      clientInfo.remove(name);
    } else {
      clientInfo.setProperty(name, value);
    }
  }

  @Override
  public void setClientInfo(@Nullable Properties wanted) throws SQLClientInfoException {
    for (String name : CLIENT_INFO) {
      setClientInfo(name, wanted == null ? null : wanted.getProperty(name));
    }
  }

  @Override
  public @Nullable String getClientInfo(@Nullable String name) throws SQLException {
    checkOpen();
    return name == null ? null : clientInfo.getProperty(name);
  }

  @Override
  public Properties getClientInfo() throws SQLException {
    checkOpen();
    Properties copy = new Properties();
    copy.putAll(clientInfo);
    return copy;
  }

  @Override
  public boolean isWrapperFor(@Nullable Class<?> type) {
    return type != null && (type.isInstance(this) || type.isInstance(backend.session(id)));
  }

  /** Besides the usual: the engine's session, where the database is in this process. */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    Object session = type == null ? null : backend.session(id);
    return type != null && type.isInstance(session) ? type.cast(session) : unwrap(this, type);
  }

  /** The object itself, where it is of that class. */
  static <T> T unwrap(Object object, @Nullable Class<T> type) throws SQLException {
    if (type == null || !type.isInstance(object)) {
      throw SqlStates.invalid(
          "a "
              + object.getClass().getSimpleName()
              + " is no "
              + (type == null ? null : type.getName()));
    }
    return type.cast(object);
  }
}
