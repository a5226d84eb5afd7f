package io.quiver.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.BackpressureStrategy;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.BasicFlightSqlProducer;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginTransactionRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginTransactionResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionEndTransactionRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Answers Flight SQL's commands with sessions of the engine. Results are streamed on threads of our
 * own: gRPC's executor runs one call of a stream at a time, and would wait for itself.
 */
final class QuiverFlightProducer extends BasicFlightSqlProducer {
  private static final long CLIENT_WAIT_MILLIS = 10L * 60 * 1_000;

  private final FlightSessions sessions;
  private final FlightCatalog catalog;
  private final BufferAllocator allocator;
  private final ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor();

  QuiverFlightProducer(Database database, BufferAllocator allocator) {
    this.sessions = new FlightSessions(database);
    this.catalog = new FlightCatalog();
    this.allocator = allocator;
  }

  // Statements

  @Override
  public FlightInfo getFlightInfoStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() -> {
      Session session = sessions.session(cookie(context), command.getTransactionId());
      PreparedStatement statement = session.prepare(command.getQuery());
      ByteString handle = sessions.register(cookie(context), command.getTransactionId(), statement);
      return generateFlightInfo(
          TicketStatementQuery.newBuilder().setStatementHandle(handle).build(),
          descriptor,
          ArrowTypes.schema(statement.result()));
    });
  }

  @Override
  public SchemaResult getSchemaStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() ->
        new SchemaResult(
            ArrowTypes.schema(
                sessions
                    .session(cookie(context), command.getTransactionId())
                    .prepare(command.getQuery())
                    .result())));
  }

  @Override
  public void getStreamStatement(
      TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
    stream(ticket.getStatementHandle(), true, listener);
  }

  @Override
  public Runnable acceptPutStatement(
      CommandStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> listener) {
    return () ->
        put(
            listener,
            () -> {
              Session session = sessions.session(cookie(context), command.getTransactionId());
              return execute(session, session.prepare(command.getQuery()), List.of(List.of()));
            });
  }

  // Prepared statements

  @Override
  public void createPreparedStatement(
      ActionCreatePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    answer(
        listener,
        () -> {
          PreparedStatement statement =
              sessions
                  .session(cookie(context), request.getTransactionId())
                  .prepare(request.getQuery());
          ByteString handle =
              sessions.register(cookie(context), request.getTransactionId(), statement);
          return result(
              ActionCreatePreparedStatementResult.newBuilder()
                  .setPreparedStatementHandle(handle)
                  .setDatasetSchema(serialized(ArrowTypes.schema(statement.result())))
                  .setParameterSchema(serialized(ArrowTypes.parameters(statement.parameterTypes())))
                  .build());
        });
  }

  @Override
  public void closePreparedStatement(
      ActionClosePreparedStatementRequest request,
      CallContext context,
      StreamListener<Result> listener) {
    sessions.closeHandle(request.getPreparedStatementHandle());
    listener.onCompleted();
  }

  @Override
  public Runnable acceptPutPreparedStatementQuery(
      CommandPreparedStatementQuery command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> listener) {
    return () -> {
      try {
        bind(sessions.handle(command.getPreparedStatementHandle()), stream);
        listener.onCompleted();
      } catch (RuntimeException e) {
        listener.onError(FlightErrors.translate(e));
      }
    };
  }

  @Override
  public Runnable acceptPutPreparedStatementUpdate(
      CommandPreparedStatementUpdate command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> listener) {
    return () ->
        put(
            listener,
            () -> {
              FlightSessions.Handle handle = sessions.handle(command.getPreparedStatementHandle());
              bind(handle, stream);
              return execute(sessions.session(handle), handle.statement(), handle.bound());
            });
  }

  @Override
  public FlightInfo getFlightInfoPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() ->
        generateFlightInfo(
            command,
            descriptor,
            ArrowTypes.schema(
                sessions.handle(command.getPreparedStatementHandle()).statement().result())));
  }

  @Override
  public void getStreamPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
    stream(command.getPreparedStatementHandle(), false, listener);
  }

  // Transactions and sessions

  @Override
  public void beginTransaction(
      ActionBeginTransactionRequest request,
      CallContext context,
      StreamListener<ActionBeginTransactionResult> listener) {
    answer(
        listener,
        () -> ActionBeginTransactionResult.newBuilder().setTransactionId(sessions.begin()).build());
  }

  @Override
  public void endTransaction(
      ActionEndTransactionRequest request, CallContext context, StreamListener<Result> listener) {
    try {
      boolean commit =
          request.getAction() == ActionEndTransactionRequest.EndTransaction.END_TRANSACTION_COMMIT;
      sessions.end(request.getTransactionId(), commit);
      listener.onCompleted();
    } catch (RuntimeException e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  @Override
  public void closeSession(
      CloseSessionRequest request,
      CallContext context,
      StreamListener<CloseSessionResult> listener) {
    answer(
        listener,
        () -> {
          sessions.close(cookie(context));
          return new CloseSessionResult(CloseSessionResult.Status.CLOSED);
        });
  }

  // Catalog

  @Override
  public void getStreamSqlInfo(
      CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
    catalog.sqlInfo(command, listener);
  }

  @Override
  public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_CATALOGS_SCHEMA,
        listener,
        root -> catalog.catalogs(sessions.session(cookie(context), ByteString.EMPTY), root));
  }

  @Override
  public void getStreamSchemas(
      CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_SCHEMAS_SCHEMA,
        listener,
        root ->
            catalog.schemas(command, sessions.session(cookie(context), ByteString.EMPTY), root));
  }

  @Override
  public void getStreamTables(
      CommandGetTables command, CallContext context, ServerStreamListener listener) {
    metadata(
        command.getIncludeSchema()
            ? Schemas.GET_TABLES_SCHEMA
            : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA,
        listener,
        root -> catalog.tables(command, sessions.session(cookie(context), ByteString.EMPTY), root));
  }

  @Override
  public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_TABLE_TYPES_SCHEMA, listener, catalog::tableTypes);
  }

  @Override
  public void getStreamPrimaryKeys(
      CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_PRIMARY_KEYS_SCHEMA,
        listener,
        root ->
            catalog.primaryKeys(
                command, sessions.session(cookie(context), ByteString.EMPTY), root));
  }

  @Override
  public void getStreamExportedKeys(
      CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_EXPORTED_KEYS_SCHEMA, listener, root -> {});
  }

  @Override
  public void getStreamImportedKeys(
      CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_IMPORTED_KEYS_SCHEMA, listener, root -> {});
  }

  @Override
  public void getStreamCrossReference(
      CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_CROSS_REFERENCE_SCHEMA, listener, root -> {});
  }

  @Override
  public void listFlights(
      CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
    listener.onCompleted();
  }

  @Override
  protected <T extends Message> List<FlightEndpoint> determineEndpoints(
      T request, FlightDescriptor descriptor, Schema schema) {
    return List.of(new FlightEndpoint(new Ticket(Any.pack(request).toByteArray())));
  }

  @Override
  public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
    try {
      super.doAction(context, action, listener);
    } catch (RuntimeException e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  @Override
  public void close() {
    sessions.close();
    streams.shutdown();
  }

  // How statements run

  private void stream(ByteString handleId, boolean once, ServerStreamListener listener) {
    streams.execute(() -> {
      try {
        FlightSessions.Handle handle = sessions.handle(handleId);
        Session session = sessions.session(handle);
        listener.setOnCancelHandler(session::cancel);
        send(session, handle, listener);
        listener.completed();
      } catch (Throwable e) {
        listener.error(FlightErrors.translate(e));
      } finally {
        if (once) {
          sessions.closeHandle(handleId);
        }
      }
    });
  }

  private void send(Session session, FlightSessions.Handle handle, ServerStreamListener listener) {
    Schema schema = ArrowTypes.schema(handle.statement().result());
    BackpressureStrategy client = new BackpressureStrategy.CallbackBackpressureStrategy();
    client.register(listener);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      listener.start(root);
      boolean sent = false;
      for (List<@Nullable Object> parameters : handle.bound()) {
        try (QueryResult result = session.execute(handle.statement(), parameters)) {
          for (Batch batch = result.next(); batch != null; batch = result.next()) {
            if (client.waitForListener(CLIENT_WAIT_MILLIS)
                != BackpressureStrategy.WaitResult.READY) {
              return;
            }
            ArrowBatches.load(batch, root, allocator);
            listener.putNext();
            sent = true;
          }
        }
      }
      if (!sent) {
        // Arrow's JDBC driver takes the columns of a result from its first batch.
        root.setRowCount(0);
        listener.putNext();
      }
    }
  }

  private static long execute(
      Session session, PreparedStatement statement, List<List<@Nullable Object>> rows) {
    long count = 0;
    for (List<@Nullable Object> parameters : rows) {
      try (QueryResult result = session.execute(statement, parameters)) {
        count += Math.max(0, result.updateCount());
      }
    }
    return count;
  }

  private static void bind(FlightSessions.Handle handle, FlightStream stream) {
    List<List<@Nullable Object>> rows = new java.util.ArrayList<>();
    while (stream.next()) {
      rows.addAll(ArrowParameters.rows(stream.getRoot()));
    }
    handle.bind(rows);
  }

  private void put(StreamListener<PutResult> listener, Work<Long> work) {
    try {
      byte[] count =
          DoPutUpdateResult.newBuilder().setRecordCount(work.run()).build().toByteArray();
      try (ArrowBuf buffer = allocator.buffer(count.length)) {
        buffer.writeBytes(count);
        listener.onNext(PutResult.metadata(buffer));
      }
      listener.onCompleted();
    } catch (Throwable e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  private void metadata(
      Schema schema,
      ServerStreamListener listener,
      java.util.function.Consumer<VectorSchemaRoot> fill) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
      fill.accept(root);
      listener.start(root);
      listener.putNext();
      listener.completed();
    } catch (RuntimeException e) {
      listener.error(FlightErrors.translate(e));
    }
  }

  private static <T> void answer(StreamListener<T> listener, Work<T> work) {
    try {
      listener.onNext(work.run());
      listener.onCompleted();
    } catch (Throwable e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  private static <T> T translated(Work<T> work) {
    try {
      return work.run();
    } catch (RuntimeException e) {
      throw FlightErrors.translate(e);
    }
  }

  private static Result result(Message message) {
    return new Result(Any.pack(message).toByteArray());
  }

  private static ByteString serialized(Schema schema) {
    return ByteString.copyFrom(ArrowTypes.serialized(schema));
  }

  private static String cookie(CallContext context) {
    return context.getMiddleware(SessionCookie.KEY).id();
  }

  /** Something that an answer waits for. */
  private interface Work<T> {
    T run();
  }
}
