package io.quiver.flight;

import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.engine.StatementKind;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a change for many rows of parameters: all or nothing, so one transaction, and one wait for
 * the disk.
 */
final class BoundChange {
  private final Session session;
  private final PreparedStatement statement;
  private boolean own;
  private long count;

  BoundChange(Session session, PreparedStatement statement) {
    if (statement.hasRows() && !statement.kind().changesRows()) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "the statement gives rows; execute it as a query");
    }
    this.session = session;
    this.statement = statement;
  }

  /**
   * Runs it for each row of the stream.
   *
   * @return how many rows were inserted, updated or deleted
   */
  long run(FlightStream stream) {
    ReceivedBatches received = new ReceivedBatches(stream);
    if (statement.kind() == StatementKind.INSERT) {
      OptionalLong inserted = session.insertAll(statement, received.columns(), received::next);
      if (inserted.isPresent()) {
        return inserted.getAsLong();
      }
    }
    return run(() -> {
      Batch batch = received.next();
      return batch == null ? null : ArrowParameters.rows(batch);
    });
  }

  /**
   * Runs it row by row.
   *
   * @param batches gives rows of parameters until it gives null
   * @return how many rows were inserted, updated or deleted
   */
  long run(Supplier<@Nullable List<List<@Nullable Object>>> batches) {
    boolean complete = false;
    try {
      List<List<@Nullable Object>> batch = batches.get();
      while (batch != null) {
        List<List<@Nullable Object>> following = batches.get();
        if (following != null || batch.size() > 1) {
          begin();
        }
        batch.forEach(this::execute);
        batch = following;
      }
      if (own) {
        session.commit();
      }
      complete = true;
      return count;
    } finally {
      if (own) {
        if (!complete) {
          session.rollback();
        }
        session.setAutoCommit(true);
      }
    }
  }

  private void begin() {
    if (!own && session.autoCommit() && !session.inTransaction() && changesRows()) {
      session.setAutoCommit(false);
      own = true;
    }
  }

  private boolean changesRows() {
    return switch (statement.kind()) {
      case INSERT, UPDATE, DELETE -> true;
      case QUERY, DDL, TRANSACTION, OTHER -> false;
    };
  }

  private void execute(List<@Nullable Object> parameters) {
    try (QueryResult result = session.execute(statement, parameters)) {
      count += Math.max(0, result.updateCount());
    }
  }
}
