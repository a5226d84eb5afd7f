package io.quiver.flight;

import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import org.apache.arrow.flight.BackpressureStrategy.CallbackBackpressureStrategy;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Sends rows as fast as their client takes them. A client that goes away ends its own statement and
 * no other. Used by one thread; the cancelling comes from another.
 */
final class ResultStream extends CallbackBackpressureStrategy {
  private static final long CLIENT_WAIT_MILLIS = 10L * 60 * 1_000;

  /** Some clients refuse messages of 16 MiB, so that wide vectors travel in several. */
  private static final long MESSAGE_BYTES = 4L << 20;

  private final ServerStreamListener listener;
  private final BufferAllocator allocator;
  private volatile @Nullable QueryResult running;
  private volatile boolean cancelled;

  ResultStream(ServerStreamListener listener, BufferAllocator allocator) {
    this.listener = listener;
    this.allocator = allocator;
    register(listener);
  }

  @Override
  protected void cancelCallback() {
    cancelled = true;
    QueryResult result = running;
    if (result != null) {
      result.cancel();
    }
  }

  /** Ends the statement, and the wait for its client, when the server closes. */
  void end() {
    cancelCallback();
    interruptWait();
  }

  @Override
  protected boolean shouldContinueWaiting(ServerStreamListener client, long remaining) {
    return !cancelled && super.shouldContinueWaiting(client, remaining);
  }

  /** Runs the statement once for each row of parameters, and sends all it gives. */
  void send(
      FlightSessions.Use use,
      PreparedStatement statement,
      List<List<@Nullable Object>> parameterRows) {
    try (VectorSchemaRoot root =
        VectorSchemaRoot.create(ArrowTypes.schema(statement.result()), allocator)) {
      listener.start(root);
      for (List<@Nullable Object> parameters : parameterRows) {
        try (QueryResult result =
            use.exclusively(() -> use.session().execute(statement, parameters))) {
          send(result, root);
        } finally {
          running = null;
        }
      }
    }
  }

  private void send(QueryResult result, VectorSchemaRoot root) {
    running = result;
    if (cancelled) {
      result.cancel();
    }
    for (Batch batch = result.next(); batch != null; batch = result.next()) {
      int rows = rowsInMessage(batch);
      for (int from = 0; from < batch.rowCount(); from += rows) {
        awaitClient();
        int count = Math.min(rows, batch.rowCount() - from);
        ArrowBatches.load(batch.slice(from, count), root, allocator);
        listener.putNext();
      }
    }
  }

  private void awaitClient() {
    if (cancelled) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the result has been cancelled");
    }
    switch (waitForListener(CLIENT_WAIT_MILLIS)) {
      case READY -> {}
      case CANCELLED ->
          throw new QuiverException(ErrorCode.QUERY_CANCELED, "the client has gone away");
      case TIMEOUT ->
          throw new QuiverException(
              ErrorCode.QUERY_CANCELED,
              "the client has taken nothing for " + CLIENT_WAIT_MILLIS / 1_000 + " s");
      case OTHER -> throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the server is closing");
    }
  }

  /** A multiple of 8, where slices may start. */
  private static int rowsInMessage(Batch batch) {
    long rowBytes = Math.max(1, batch.sizeInBytes() / batch.rowCount());
    return Math.clamp((MESSAGE_BYTES / rowBytes) & ~7L, 8, Batch.ROWS);
  }
}
