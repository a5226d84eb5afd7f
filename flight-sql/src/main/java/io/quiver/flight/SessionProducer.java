package io.quiver.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.quiver.engine.Session;
import java.util.function.Consumer;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginSavepointRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginSavepointResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginTransactionRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionBeginTransactionResult;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionEndSavepointRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionEndTransactionRequest;
import org.apache.arrow.memory.BufferAllocator;

/** Answers what concerns a session as a whole: its options, transactions, savepoints and end. */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
abstract class SessionProducer extends CatalogProducer {
  private final FlightSessions sessions;

  SessionProducer(FlightSessions sessions, ServerInfo info, BufferAllocator allocator) {
    super(info, allocator);
    this.sessions = sessions;
  }

  @Override
  public void setSessionOptions(
      SetSessionOptionsRequest request,
      CallContext context,
      StreamListener<SetSessionOptionsResult> listener) {
    answer(
        listener,
        () -> {
          try (FlightSessions.Use use = use(context, ByteString.EMPTY)) {
            return SessionOptions.set(use.session(), request.getSessionOptions());
          }
        });
  }

  @Override
  public void getSessionOptions(
      GetSessionOptionsRequest request,
      CallContext context,
      StreamListener<GetSessionOptionsResult> listener) {
    answer(
        listener,
        () -> {
          try (FlightSessions.Use use = use(context, ByteString.EMPTY)) {
            return new GetSessionOptionsResult(SessionOptions.get(use.session()));
          }
        });
  }

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
    } catch (RuntimeException | Error e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  @Override
  public void beginSavepoint(
      ActionBeginSavepointRequest request,
      CallContext context,
      StreamListener<ActionBeginSavepointResult> listener) {
    answer(
        listener,
        () ->
            ActionBeginSavepointResult.newBuilder()
                .setSavepointId(sessions.setSavepoint(request.getTransactionId()))
                .build());
  }

  @Override
  public void endSavepoint(
      ActionEndSavepointRequest request, CallContext context, StreamListener<Result> listener) {
    try {
      boolean release =
          request.getAction() == ActionEndSavepointRequest.EndSavepoint.END_SAVEPOINT_RELEASE;
      sessions.endSavepoint(request.getSavepointId(), release);
      listener.onCompleted();
    } catch (RuntimeException | Error e) {
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

  // How answers are given

  final FlightSessions.Use use(CallContext context, ByteString transactionId) {
    return sessions.use(cookie(context), transactionId);
  }

  @Override
  void withSession(CallContext context, Consumer<Session> work) {
    try (FlightSessions.Use use = use(context, ByteString.EMPTY)) {
      work.accept(use.session());
    }
  }

  static <T> void answer(StreamListener<T> listener, Work<T> work) {
    try {
      listener.onNext(work.run());
      listener.onCompleted();
    } catch (Throwable e) {
      listener.onError(FlightErrors.translate(e));
    }
  }

  static Result result(Message message) {
    return new Result(Any.pack(message).toByteArray());
  }

  private static String cookie(CallContext context) {
    return context.getMiddleware(SessionCookie.KEY).id();
  }

  /** Something that an answer waits for. */
  interface Work<T> {
    T run();
  }
}
