package io.quiver.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.quiver.engine.PreparedStatement;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Answers Flight SQL's commands with sessions of the engine. Results are streamed on threads of our
 * own: gRPC's executor runs one call of a stream at a time, and would wait for itself.
 */
final class QuiverFlightProducer extends SessionProducer {
  private final FlightSessions sessions;
  private final BufferAllocator allocator;
  private final Map<ResultStream, ByteString> running = new ConcurrentHashMap<>();
  private final ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor();

  QuiverFlightProducer(FlightSessions sessions, ServerInfo info, BufferAllocator allocator) {
    super(sessions, info, allocator);
    this.sessions = sessions;
    this.allocator = allocator;
  }

  // Statements

  @Override
  public FlightInfo getFlightInfoStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() -> {
      try (FlightSessions.Use use = use(context, command.getTransactionId())) {
        PreparedStatement statement = use.session().prepare(command.getQuery());
        if (!statement.hasRows()) {
          return changed(descriptor, change(use, statement, List.of(List.of())));
        }
        ByteString handle = sessions.register(use, statement);
        return generateFlightInfo(
            TicketStatementQuery.newBuilder().setStatementHandle(handle).build(),
            descriptor,
            ArrowTypes.schema(statement.result()));
      }
    });
  }

  @Override
  public SchemaResult getSchemaStatement(
      CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() -> {
      try (FlightSessions.Use use = use(context, command.getTransactionId())) {
        PreparedStatement statement = use.session().prepare(command.getQuery());
        return new SchemaResult(ArrowTypes.schema(statement.result()));
      }
    });
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
              try (FlightSessions.Use use = use(context, command.getTransactionId())) {
                PreparedStatement statement = use.session().prepare(command.getQuery());
                return change(use, statement, List.of(List.of()));
              }
            });
  }

  @Override
  public Runnable acceptPutStatementBulkIngest(
      CommandStatementIngest command,
      CallContext context,
      FlightStream stream,
      StreamListener<PutResult> listener) {
    return () ->
        put(
            listener,
            () -> {
              try (FlightSessions.Use use = use(context, command.getTransactionId())) {
                return use.exclusively(() -> Ingestion.run(use.session(), command, stream));
              }
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
          try (FlightSessions.Use use = use(context, request.getTransactionId())) {
            PreparedStatement statement = use.session().prepare(request.getQuery());
            Schema parameters = ArrowTypes.parameters(statement.parameterTypes());
            return result(
                ActionCreatePreparedStatementResult.newBuilder()
                    .setPreparedStatementHandle(sessions.register(use, statement))
                    .setDatasetSchema(serialized(ArrowTypes.schema(statement.result())))
                    .setParameterSchema(serialized(parameters))
                    .build());
          }
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
        sessions.handle(command.getPreparedStatementHandle()).bind(ArrowParameters.all(stream));
        listener.onCompleted();
      } catch (RuntimeException | Error e) {
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
              try (FlightSessions.Use use = sessions.use(handle)) {
                if (ArrowParameters.areNone(stream)) {
                  return change(use, handle.statement(), List.of(List.of()));
                }
                return use.exclusively(
                    () -> new BoundChange(use.session(), handle.statement()).run(stream));
              }
            });
  }

  @Override
  public FlightInfo getFlightInfoPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() -> {
      FlightSessions.Handle handle = sessions.handle(command.getPreparedStatementHandle());
      if (!handle.statement().hasRows()) {
        try (FlightSessions.Use use = sessions.use(handle)) {
          return changed(descriptor, change(use, handle.statement(), handle.bound()));
        }
      }
      return generateFlightInfo(
          command, descriptor, ArrowTypes.schema(handle.statement().result()));
    });
  }

  @Override
  public SchemaResult getSchemaPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
    return translated(() ->
        new SchemaResult(
            ArrowTypes.schema(
                sessions.handle(command.getPreparedStatementHandle()).statement().result())));
  }

  @Override
  public void getStreamPreparedStatement(
      CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
    stream(command.getPreparedStatementHandle(), false, listener);
  }

  // Cancelling

  /** Ends the statement of an info: what runs of it, and what its client has not yet fetched. */
  @Override
  public void cancelFlightInfo(
      CancelFlightInfoRequest request, CallContext context, StreamListener<CancelStatus> listener) {
    answer(listener, () -> cancel(request.getInfo()));
  }

  private CancelStatus cancel(FlightInfo flight) {
    CancelStatus status = CancelStatus.NOT_CANCELLABLE;
    for (FlightEndpoint endpoint : flight.getEndpoints()) {
      ByteString handle = statement(endpoint.getTicket());
      if (handle.isEmpty()) {
        continue;
      }
      boolean known = sessions.closeHandle(handle);
      for (Map.Entry<ResultStream, ByteString> stream : running.entrySet()) {
        if (stream.getValue().equals(handle)) {
          stream.getKey().end();
          known = true;
        }
      }
      if (known) {
        status = CancelStatus.CANCELLED;
      }
    }
    return status;
  }

  /** The handle of the statement whose rows a ticket fetches, or nothing. */
  private static ByteString statement(Ticket ticket) {
    try {
      Any command = Any.parseFrom(ticket.getBytes());
      if (command.is(TicketStatementQuery.class)) {
        return command.unpack(TicketStatementQuery.class).getStatementHandle();
      }
      if (command.is(CommandPreparedStatementQuery.class)) {
        return command.unpack(CommandPreparedStatementQuery.class).getPreparedStatementHandle();
      }
      return ByteString.EMPTY;
    } catch (InvalidProtocolBufferException e) {
      throw new QuiverException(
          ErrorCode.PROTOCOL_VIOLATION, "the ticket is none of this server's", e);
    }
  }

  // The rest of the protocol

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
    } catch (RuntimeException | Error e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  void closeIdle(Duration limit) {
    sessions.closeIdle(limit);
  }

  /** Cancels what runs, and closes the sessions. */
  @Override
  public void close() {
    sessions.close();
    running.keySet().forEach(ResultStream::end);
    streams.shutdown();
  }

  boolean awaitStreams(Duration limit) throws InterruptedException {
    return streams.awaitTermination(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  // How statements run

  private void stream(ByteString handleId, boolean once, ServerStreamListener listener) {
    ResultStream stream = new ResultStream(listener, allocator);
    running.put(stream, handleId);
    streams.execute(() -> {
      Throwable failure = null;
      try {
        FlightSessions.Handle handle = sessions.handle(handleId);
        try (FlightSessions.Use use = sessions.use(handle)) {
          stream.send(use, handle.statement(), handle.bound());
        }
      } catch (Throwable e) {
        failure = e;
      }
      // Before its client hears of the end, and may ask what became of the statement.
      running.remove(stream);
      if (once) {
        sessions.closeHandle(handleId);
      }
      if (failure == null) {
        listener.completed();
      } else {
        listener.error(FlightErrors.translate(failure));
      }
    });
  }

  private static long change(
      FlightSessions.Use use, PreparedStatement statement, List<List<@Nullable Object>> rows) {
    Iterator<List<List<@Nullable Object>>> batches = List.of(rows).iterator();
    return use.exclusively(() ->
        new BoundChange(use.session(), statement)
            .run(() -> batches.hasNext() ? batches.next() : null));
  }

  /**
   * What is left to say of a change that has been made. It is made when its client asks for the
   * info: clients that do not know a change from a query fetch the rows later, or never.
   */
  private static FlightInfo changed(FlightDescriptor descriptor, long count) {
    return new FlightInfo(new Schema(List.of()), descriptor, List.of(), 0, count);
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

  private static <T> T translated(Work<T> work) {
    try {
      return work.run();
    } catch (RuntimeException | Error e) {
      throw FlightErrors.translate(e);
    }
  }

  private static ByteString serialized(Schema schema) {
    return ByteString.copyFrom(ArrowTypes.serialized(schema));
  }
}
