package io.quiver.avatica;

import io.quiver.engine.Database;
import io.quiver.engine.Principal;
import io.quiver.engine.Session;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/**
 * Answers Avatica's requests with the sessions of a database, one a connection. Safe for many
 * threads; requests of one connection wait for each other.
 */
public final class AvaticaService implements Protocol, AutoCloseable {
  /** The messages' version; a client of another one is refused when it connects. */
  static final String PROTOCOL = "1";

  private static final int CONNECTIONS_MAX = 10_000;

  private final Database database;
  private final Function<Principal, Session> sessions;
  private final Map<String, ClientConnection> connections = new ConcurrentHashMap<>();
  private final Failures failures = new Failures();
  private volatile boolean closed;

  private AvaticaService(Database database, Function<Principal, Session> sessions) {
    this.database = database;
    this.sessions = sessions;
  }

  /** For clients in this process. */
  public static AvaticaService embedded(Database database) {
    return new AvaticaService(database, database::connect);
  }

  /** For clients on the network. */
  public static AvaticaService remote(Database database) {
    return new AvaticaService(database, database::connectRemote);
  }

  @Override
  public Exchange read(byte[] request) {
    Service.Request decoded;
    try {
      decoded = WireFormat.decode(request);
    } catch (QuiverException e) {
      return new Exchange() {
        @Override
        public Answer answerAtOnce() {
          return answer();
        }

        @Override
        public Answer answer() {
          return WireFormat.encode(failures.describe(e));
        }
      };
    }
    return new Exchange() {
      @Override
      public @Nullable Answer answerAtOnce() {
        Service.Response response = AvaticaService.this.answerAtOnce(decoded);
        return response == null ? null : WireFormat.encode(response);
      }

      @Override
      public Answer answer() {
        return WireFormat.encode(AvaticaService.this.answer(decoded));
      }
    };
  }

  private Service.@Nullable Response answerAtOnce(Service.Request request) {
    if (closed) {
      return null;
    }
    try {
      return switch (request) {
        case Service.CreateStatementRequest _, Service.DatabasePropertyRequest _ ->
            dispatch(request);
        case Service.ExecuteRequest r ->
            statement(r.statementHandle).executeAtOnce(r.parameterValues, r.maxRowCount);
        case Service.PrepareAndExecuteRequest r ->
            connection(r.connectionId)
                .statement(r.statementId)
                .prepareAndExecuteAtOnce(r.sql, r.maxRowCount, r.maxRowsInFirstFrame);
        default -> null;
      };
    } catch (RuntimeException | Error e) {
      return failures.describe(e);
    }
  }

  /** Runs a request. A failure is an {@link Service.ErrorResponse}, never an exception. */
  public Service.Response answer(Service.Request request) {
    try {
      return dispatch(request);
    } catch (RuntimeException | Error e) {
      return failures.describe(e);
    }
  }

  private Service.Response dispatch(Service.Request request) {
    if (closed) {
      refuseToStart(request);
    }
    return switch (request) {
      case Service.ExecuteRequest r ->
          statement(r.statementHandle).execute(r.parameterValues, r.maxRowCount);
      case Service.FetchRequest r ->
          connection(r.connectionId).statement(r.statementId).fetch(r.offset, r.fetchMaxRowCount);
      case Service.PrepareAndExecuteRequest r ->
          connection(r.connectionId)
              .statement(r.statementId)
              .prepareAndExecute(r.sql, r.maxRowCount, r.maxRowsInFirstFrame);
      case Service.PrepareRequest r -> connection(r.connectionId).prepare(r.sql);
      case Service.ExecuteBatchRequest r ->
          connection(r.connectionId).statement(r.statementId).executeBatch(r.parameterValues);
      case Service.PrepareAndExecuteBatchRequest r ->
          connection(r.connectionId).statement(r.statementId).prepareAndExecuteBatch(r.sqlCommands);
      case Service.CreateStatementRequest r -> connection(r.connectionId).createStatement();
      case Service.CloseStatementRequest r -> {
        connection(r.connectionId).closeStatement(r.statementId);
        yield new Service.CloseStatementResponse();
      }
      case Service.OpenConnectionRequest r -> {
        open(r.connectionId, r.info == null ? Map.of() : r.info);
        yield new Service.OpenConnectionResponse();
      }
      case Service.CloseConnectionRequest r -> {
        close(r.connectionId);
        yield new Service.CloseConnectionResponse();
      }
      case Service.ConnectionSyncRequest r -> connection(r.connectionId).synchronize(r.connProps);
      case Service.CommitRequest r -> {
        connection(r.connectionId).commit();
        yield WireFormat.COMMITTED;
      }
      case Service.RollbackRequest r -> {
        connection(r.connectionId).rollback();
        yield WireFormat.ROLLED_BACK;
      }
      case Service.SyncResultsRequest r ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED, "results are not executed a second time");
      default -> describe(request);
    };
  }

  /** While the service closes, what runs may end, and its rows may be fetched. */
  private static void refuseToStart(Service.Request request) {
    switch (request) {
      case Service.ExecuteRequest _,
          Service.PrepareAndExecuteRequest _,
          Service.PrepareRequest _,
          Service.ExecuteBatchRequest _,
          Service.PrepareAndExecuteBatchRequest _,
          Service.OpenConnectionRequest _ ->
          throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the server is shutting down");
      default -> {
        // It ends something.
      }
    }
  }

  private Service.Response describe(Service.Request request) {
    return switch (request) {
      case Service.TablesRequest r -> {
        ClientConnection connection = connection(r.connectionId);
        yield connection.metadata(
            MetadataRows.tables(
                connection.tables(),
                connection.catalog(r.catalog),
                Meta.Pat.of(r.schemaPattern),
                Meta.Pat.of(r.tableNamePattern),
                r.typeList == null ? List.of() : r.typeList));
      }
      case Service.ColumnsRequest r -> {
        ClientConnection connection = connection(r.connectionId);
        yield connection.metadata(
            MetadataRows.columns(
                connection.tables(),
                connection.catalog(r.catalog),
                Meta.Pat.of(r.schemaPattern),
                Meta.Pat.of(r.tableNamePattern),
                Meta.Pat.of(r.columnNamePattern)));
      }
      case Service.SchemasRequest r -> {
        ClientConnection connection = connection(r.connectionId);
        yield connection.metadata(
            MetadataRows.schemas(
                connection.tables(), connection.catalog(r.catalog), Meta.Pat.of(r.schemaPattern)));
      }
      case Service.CatalogsRequest r -> {
        ClientConnection connection = connection(r.connectionId);
        yield connection.metadata(MetadataRows.catalogs(database.name()));
      }
      case Service.TableTypesRequest r ->
          connection(r.connectionId).metadata(MetadataRows.tableTypes());
      case Service.TypeInfoRequest r ->
          connection(r.connectionId).metadata(MetadataRows.typeInfo());
      case Service.DatabasePropertyRequest r -> {
        connection(r.connectionId).touch();
        yield new Service.DatabasePropertyResponse(MetadataRows.databaseProperties(), null);
      }
      default ->
          throw new QuiverException(
              ErrorCode.PROTOCOL_VIOLATION, "no answer to " + request.getClass().getSimpleName());
    };
  }

  private void open(String id, Map<String, String> info) {
    String protocol = info.getOrDefault("quiver.protocol", PROTOCOL);
    if (!protocol.equals(PROTOCOL)) {
      throw new QuiverException(
          ErrorCode.PROTOCOL_VIOLATION,
          "this server speaks version " + PROTOCOL + " of the protocol, the driver " + protocol);
    }
    if (connections.size() >= CONNECTIONS_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED, "at most " + CONNECTIONS_MAX + " connections are open");
    }
    String user = info.get("user");
    ClientConnection connection =
        new ClientConnection(
            id,
            sessions.apply(user == null || user.isEmpty() ? Principal.OWNER : new Principal(user)),
            info.containsKey("quiver.protocol"));
    if (connections.putIfAbsent(id, connection) != null) {
      connection.close();
      throw new QuiverException(
          ErrorCode.PROTOCOL_VIOLATION, "connection " + id + " is open already");
    }
    if (closed) {
      close(id);
      throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the server is shutting down");
    }
  }

  private void close(String id) {
    ClientConnection connection = connections.remove(id);
    if (connection != null) {
      connection.close();
    }
  }

  private ClientConnection connection(String id) {
    ClientConnection connection = id == null ? null : connections.get(id);
    if (connection == null) {
      throw new QuiverException(
          ErrorCode.CONNECTION_DOES_NOT_EXIST,
          "the connection is not open: it was closed, or expired, or the server was restarted");
    }
    return connection;
  }

  private OpenStatement statement(Meta.StatementHandle handle) {
    return connection(handle.connectionId).statement(handle.id);
  }

  @Override
  public void cancel(String connectionId, int statementId) {
    ClientConnection connection = connections.get(connectionId);
    if (connection != null) {
      connection.cancel(statementId);
    }
  }

  /** The session of a connection, or null where there is no such connection. */
  @Nullable Session session(String connectionId) {
    ClientConnection connection = connections.get(connectionId);
    return connection == null ? null : connection.session();
  }

  /** How many connections are open. */
  public int connectionCount() {
    return connections.size();
  }

  /** Closes the connections that nobody has used for this long. */
  public void closeIdle(Duration limit) {
    for (ClientConnection connection : connections.values()) {
      if (connection.isIdleFor(limit)) {
        close(connection.id());
      }
    }
  }

  /** Takes no new connections, lets what runs end within the grace, then cancels it. */
  public void close(Duration grace) {
    closed = true;
    long deadline = System.nanoTime() + grace.toNanos();
    for (ClientConnection connection : connections.values()) {
      connection.awaitQuiet(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
    for (String id : connections.keySet()) {
      close(id);
    }
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
