package io.quiver.jdbc;

import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.ConnectionPropertiesImpl;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.MetaImpl;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * Avatica's client side over a {@link Backend}.
 *
 * <p>An error leaves every method as the {@link SQLException} that the user shall see, though
 * {@link Meta} does not declare it: each caller is a JDBC method, which does, and Avatica wraps
 * unchecked exceptions in noise.
 */
final class BackendMeta extends MetaImpl {
  private final QuiverConnection owner;
  private final ConnectionPropertiesImpl known = new ConnectionPropertiesImpl();
  private @Nullable Map<DatabaseProperty, Object> databaseProperties;

  BackendMeta(QuiverConnection owner) {
    super(owner);
    this.owner = owner;
  }

  @Override
  public void openConnection(ConnectionHandle connection, Map<String, String> info) {
    call(new Service.OpenConnectionRequest(connection.id, info));
    merge(connection, new ConnectionPropertiesImpl());
  }

  @Override
  public void closeConnection(ConnectionHandle connection) {
    call(new Service.CloseConnectionRequest(connection.id));
  }

  /** Sends a change at once, so that a refused one is refused here; answers questions itself. */
  @Override
  public ConnectionProperties connectionSync(
      ConnectionHandle connection, ConnectionProperties change) {
    if (!change.isEmpty() && !isKnown(change)) {
      merge(connection, change);
    }
    return known;
  }

  /** Asks the session, because SET search_path changes it. */
  @Nullable String schema(ConnectionHandle connection) {
    return merge(connection, new ConnectionPropertiesImpl()).getSchema();
  }

  private ConnectionProperties merge(ConnectionHandle connection, ConnectionProperties change) {
    ConnectionProperties now =
        call(
                new Service.ConnectionSyncRequest(connection.id, change),
                Service.ConnectionSyncResponse.class)
            .connProps;
    known.merge(now);
    known.setDirty(false);
    return now;
  }

  private boolean isKnown(ConnectionProperties change) {
    return same(change.isAutoCommit(), known.isAutoCommit())
        && same(change.isReadOnly(), known.isReadOnly())
        && same(change.getTransactionIsolation(), known.getTransactionIsolation())
        && same(change.getCatalog(), known.getCatalog())
        && change.getSchema() == null;
  }

  private static boolean same(@Nullable Object wanted, @Nullable Object now) {
    return wanted == null || wanted.equals(now);
  }

  @Override
  public StatementHandle createStatement(ConnectionHandle connection) {
    Service.CreateStatementResponse response =
        call(
            new Service.CreateStatementRequest(connection.id),
            Service.CreateStatementResponse.class);
    return new StatementHandle(response.connectionId, response.statementId, null);
  }

  /** Where the server or its session is gone, the statement is closed already. */
  @Override
  public void closeStatement(StatementHandle statement) {
    try {
      owner.tell(new Service.CloseStatementRequest(statement.connectionId, statement.id));
    } catch (SQLException e) {
      if (!SqlStates.isConnectionFailure(e)) {
        throw undeclared(e);
      }
    }
  }

  @Override
  public StatementHandle prepare(ConnectionHandle connection, String sql, long maxRowCount) {
    return call(
            new Service.PrepareRequest(connection.id, sql, maxRowCount),
            Service.PrepareResponse.class)
        .statement;
  }

  /** Runs a text. */
  Service.ResultSetResponse execute(StatementHandle statement, String sql, int firstFrameRows) {
    return first(
        statement,
        call(
            new Service.PrepareAndExecuteRequest(
                statement.connectionId, statement.id, sql, -1, firstFrameRows),
            Service.ExecuteResponse.class));
  }

  /** Runs what was prepared. */
  Service.ResultSetResponse execute(
      StatementHandle statement, List<TypedValue> parameters, Integer firstFrameRows) {
    // Without its signature the handle is smaller, and the server knows it anyway.
    StatementHandle bare = new StatementHandle(statement.connectionId, statement.id, null);
    return first(
        statement,
        call(
            new Service.ExecuteRequest(bare, parameters, firstFrameRows),
            Service.ExecuteResponse.class));
  }

  private static Service.ResultSetResponse first(
      StatementHandle statement, Service.ExecuteResponse response) {
    if (response.missingStatement) {
      throw missing(statement);
    }
    return response.results.get(0);
  }

  @Override
  public Frame fetch(StatementHandle statement, long offset, int maxRows) {
    Service.FetchResponse response =
        call(
            new Service.FetchRequest(statement.connectionId, statement.id, offset, maxRows),
            Service.FetchResponse.class);
    if (response.missingStatement || response.missingResults) {
      throw missing(statement);
    }
    return response.frame;
  }

  @Override
  public ExecuteBatchResult prepareAndExecuteBatch(StatementHandle statement, List<String> texts) {
    return batch(
        statement,
        new Service.PrepareAndExecuteBatchRequest(statement.connectionId, statement.id, texts));
  }

  @Override
  public ExecuteBatchResult executeBatch(
      StatementHandle statement, List<List<TypedValue>> parameters) {
    return batch(
        statement,
        new Service.ExecuteBatchRequest(statement.connectionId, statement.id, parameters));
  }

  private ExecuteBatchResult batch(StatementHandle statement, Service.Request request) {
    Service.ExecuteBatchResponse response = call(request, Service.ExecuteBatchResponse.class);
    if (response.missingStatement) {
      throw missing(statement);
    }
    return new ExecuteBatchResult(response.updateCounts);
  }

  @Override
  public void commit(ConnectionHandle connection) {
    call(new Service.CommitRequest(connection.id));
  }

  @Override
  public void rollback(ConnectionHandle connection) {
    call(new Service.RollbackRequest(connection.id));
  }

  @Override
  public synchronized Map<DatabaseProperty, Object> getDatabaseProperties(
      ConnectionHandle connection) {
    if (databaseProperties == null) {
      databaseProperties =
          call(
                  new Service.DatabasePropertyRequest(connection.id),
                  Service.DatabasePropertyResponse.class)
              .map;
    }
    return databaseProperties;
  }

  @Override
  public MetaResultSet getCatalogs(ConnectionHandle connection) {
    return rows(new Service.CatalogsRequest(connection.id));
  }

  @Override
  public MetaResultSet getSchemas(ConnectionHandle connection, String catalog, Pat schema) {
    return rows(new Service.SchemasRequest(connection.id, catalog, schema.s));
  }

  @Override
  public MetaResultSet getTables(
      ConnectionHandle connection, String catalog, Pat schema, Pat table, List<String> types) {
    return rows(new Service.TablesRequest(connection.id, catalog, schema.s, table.s, types));
  }

  @Override
  public MetaResultSet getTableTypes(ConnectionHandle connection) {
    return rows(new Service.TableTypesRequest(connection.id));
  }

  @Override
  public MetaResultSet getTypeInfo(ConnectionHandle connection) {
    return rows(new Service.TypeInfoRequest(connection.id));
  }

  @Override
  public MetaResultSet getColumns(
      ConnectionHandle connection, String catalog, Pat schema, Pat table, Pat column) {
    return rows(new Service.ColumnsRequest(connection.id, catalog, schema.s, table.s, column.s));
  }

  /** Avatica has no message for keys: they come as the column KEY_SEQ behind getColumns' own. */
  @Override
  public MetaResultSet getPrimaryKeys(
      ConnectionHandle connection, String catalog, String schema, String table) {
    Pat exactSchema = Pat.of(PrimaryKeys.literally(schema));
    MetaResultSet columns =
        getColumns(
            connection, catalog, exactSchema, Pat.of(PrimaryKeys.literally(table)), Pat.of(null));
    List<ColumnMetaData> keyColumns = fieldMetaData(MetaPrimaryKey.class).columns;
    Signature signature =
        Signature.create(
            keyColumns, "", Collections.emptyList(), CursorFactory.LIST, StatementType.SELECT);
    return MetaResultSet.create(
        columns.connectionId,
        columns.statementId,
        columns.ownStatement,
        signature,
        new Frame(0, true, PrimaryKeys.of(columns)));
  }

  private MetaResultSet rows(Service.Request request) {
    Service.ResultSetResponse response = call(request, Service.ResultSetResponse.class);
    return MetaResultSet.create(
        response.connectionId,
        response.statementId,
        response.ownStatement,
        response.signature,
        response.firstFrame);
  }

  @Override
  @Deprecated
  public ExecuteResult prepareAndExecute(
      StatementHandle statement, String sql, long maxRowCount, PrepareCallback callback) {
    throw new IllegalStateException("QuiverStatement executes by itself");
  }

  @Override
  public ExecuteResult prepareAndExecute(
      StatementHandle statement,
      String sql,
      long maxRowCount,
      int maxRowsInFirstFrame,
      PrepareCallback callback) {
    throw new IllegalStateException("QuiverStatement executes by itself");
  }

  @Override
  @Deprecated
  public ExecuteResult execute(
      StatementHandle statement, List<TypedValue> parameters, long maxRowCount) {
    throw new IllegalStateException("QuiverPreparedStatement executes by itself");
  }

  @Override
  public ExecuteResult execute(
      StatementHandle statement, List<TypedValue> parameters, int maxRowsInFirstFrame) {
    throw new IllegalStateException("QuiverPreparedStatement executes by itself");
  }

  @Override
  public boolean syncResults(StatementHandle statement, QueryState state, long offset) {
    throw missing(statement);
  }

  private void call(Service.Request request) {
    call(request, Service.Response.class);
  }

  private <R extends Service.Response> R call(Service.Request request, Class<R> type) {
    Service.Response response;
    try {
      response = owner.tell(request);
    } catch (SQLException e) {
      throw undeclared(e);
    }
    if (!type.isInstance(response)) {
      throw undeclared(
          new SQLException(
              "expected a " + type.getSimpleName() + ", the server answered with " + response,
              SqlStates.PROTOCOL_VIOLATION));
    }
    return type.cast(response);
  }

  private static RuntimeException missing(StatementHandle statement) {
    return undeclared(
        new SQLException(
            "statement " + statement.id + " is not open any more", SqlStates.INVALID_STATEMENT));
  }

  private static RuntimeException undeclared(SQLException e) {
    return BackendMeta.<RuntimeException>raise(e);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E raise(Throwable e) throws E {
    throw (E) e;
  }
}
