package io.quiver.avatica;

import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/** A statement and the rows that it has left. Owned by its connection's lock. */
final class OpenStatement {
  private final ClientConnection connection;
  private final int id;
  private final @Nullable PreparedStatement prepared;
  private volatile @Nullable ResultRows rows;
  private volatile Cancellation run = new Cancellation();

  OpenStatement(ClientConnection connection, int id, @Nullable PreparedStatement prepared) {
    this.connection = connection;
    this.id = id;
    this.prepared = prepared;
  }

  int id() {
    return id;
  }

  boolean hasRows() {
    return rows != null;
  }

  /** Ends the latest run, or drops the rows that it has left. From any thread. */
  void cancel() {
    run.request();
  }

  /** Only those: a later run may have rows by now. */
  void dropCancelledRows() {
    if (run.getAsBoolean()) {
      closeRows();
    }
  }

  private Cancellation startRun() {
    Cancellation fresh = new Cancellation();
    run = fresh;
    return fresh;
  }

  Service.ExecuteResponse prepareAndExecute(String sql, long maxRows, int firstFrameRows) {
    Cancellation own = startRun();
    return connection.exclusively(() -> {
      closeRows();
      PreparedStatement statement = connection.session().prepare(sql);
      ResultRows.Limits limits = new ResultRows.Limits(maxRows, firstFrameRows);
      return response(run(statement, List.of(), limits, false, own));
    });
  }

  /**
   * As {@link #prepareAndExecute}, or null when the statement is not short; it did nothing then.
   */
  Service.@Nullable ExecuteResponse prepareAndExecuteAtOnce(
      String sql, long maxRows, int firstFrameRows) {
    return connection.ifFree(() -> {
      PreparedStatement statement = connection.session().prepareShort(sql);
      if (statement == null) {
        return null;
      }
      Cancellation own = startRun();
      closeRows();
      ResultRows.Limits limits = new ResultRows.Limits(maxRows, firstFrameRows);
      return response(run(statement, List.of(), limits, false, own));
    });
  }

  /** As {@link #execute}, or null when the statement is not short; it did nothing then. */
  Service.@Nullable ExecuteResponse executeAtOnce(
      @Nullable List<TypedValue> parameters, int firstFrameRows) {
    PreparedStatement statement = prepared();
    return connection.ifFree(
        () -> connection.session().isShort(statement) ? execute(parameters, firstFrameRows) : null);
  }

  Service.ExecuteResponse execute(@Nullable List<TypedValue> parameters, int firstFrameRows) {
    PreparedStatement statement = prepared();
    List<@Nullable Object> values = ParameterValues.of(parameters);
    Cancellation own = startRun();
    return connection.exclusively(() -> {
      closeRows();
      boolean known = connection.isOurDriver();
      ResultRows.Limits limits = new ResultRows.Limits(-1, firstFrameRows);
      return response(run(statement, values, limits, known, own));
    });
  }

  private Service.ResultSetResponse run(
      PreparedStatement statement,
      List<@Nullable Object> parameters,
      ResultRows.Limits limits,
      boolean isDescribed,
      Cancellation own) {
    own.check();
    QueryResult result = connection.session().execute(statement, parameters, own);
    if (!result.hasRows()) {
      long count = result.updateCount();
      result.close();
      return new Service.ResultSetResponse(connection.id(), id, false, null, null, count, null);
    }
    ResultRows opened = new ResultRows(result, limits.rows());
    rows = opened;
    Meta.Frame first = read(opened, 0, limits.firstFrameRows());
    Meta.Signature signature =
        isDescribed && result.schema().equals(statement.result())
            ? null
            : ColumnTypes.signature(statement.sql(), result.schema(), statement.parameterTypes());
    return new Service.ResultSetResponse(connection.id(), id, false, signature, first, -1, null);
  }

  Service.FetchResponse fetch(long offset, int maxRows) {
    return connection.exclusively(() -> {
      ResultRows open = rows;
      if (run.getAsBoolean()) {
        closeRows();
      }
      run.check();
      if (open == null) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE, "statement " + id + " has no rows left");
      }
      return new Service.FetchResponse(read(open, offset, maxRows), false, false, null);
    });
  }

  private Meta.Frame read(ResultRows open, long offset, int maxRows) {
    boolean keep = false;
    try {
      Meta.Frame frame = open.frame(offset, maxRows);
      keep = !frame.done;
      return frame;
    } finally {
      if (!keep) {
        closeRows();
      }
    }
  }

  Service.ExecuteBatchResponse executeBatch(List<List<TypedValue>> entries) {
    PreparedStatement statement = prepared();
    List<List<@Nullable Object>> rows = new ArrayList<>(entries.size());
    for (List<TypedValue> entry : entries) {
      rows.add(ParameterValues.of(entry));
    }
    Cancellation own = startRun();
    return connection.exclusively(() -> {
      closeRows();
      if (connection.session().insertAll(statement, rows, own)) {
        long[] counts = new long[rows.size()];
        Arrays.fill(counts, 1);
        return new Service.ExecuteBatchResponse(connection.id(), id, counts, false, null);
      }
      List<LongSupplier> work = new ArrayList<>(rows.size());
      for (List<@Nullable Object> values : rows) {
        work.add(() -> update(statement, values, own));
      }
      return batch(work);
    });
  }

  Service.ExecuteBatchResponse prepareAndExecuteBatch(List<String> texts) {
    List<LongSupplier> work = new ArrayList<>();
    Cancellation own = startRun();
    for (String text : texts) {
      work.add(() -> update(connection.session().prepare(text), List.of(), own));
    }
    return batch(work);
  }

  /** All or nothing: one transaction, so one wait for the disk. */
  private Service.ExecuteBatchResponse batch(List<LongSupplier> entries) {
    return connection.exclusively(() -> {
      closeRows();
      Session session = connection.session();
      boolean own = session.autoCommit() && !session.inTransaction();
      if (own) {
        session.setAutoCommit(false);
      }
      boolean complete = false;
      try {
        long[] counts = new long[entries.size()];
        for (int i = 0; i < counts.length; i++) {
          counts[i] = entry(entries.get(i), i);
        }
        if (own) {
          session.commit();
        }
        complete = true;
        return new Service.ExecuteBatchResponse(connection.id(), id, counts, false, null);
      } finally {
        if (own) {
          if (!complete) {
            session.rollback();
          }
          session.setAutoCommit(true);
        }
      }
    });
  }

  private static long entry(LongSupplier entry, int position) {
    try {
      return entry.getAsLong();
    } catch (QuiverException e) {
      throw new QuiverException(
          e.code(), e.getMessage() + " (entry " + (position + 1) + " of the batch)", e);
    }
  }

  private long update(
      PreparedStatement statement, List<@Nullable Object> values, Cancellation own) {
    own.check();
    try (QueryResult result = connection.session().execute(statement, values, own)) {
      if (result.hasRows() && !result.kind().changesRows()) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE, "a batch takes no statements that give rows");
      }
      return result.updateCount();
    }
  }

  private PreparedStatement prepared() {
    if (prepared == null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "statement " + id + " was not prepared");
    }
    return prepared;
  }

  private static Service.ExecuteResponse response(Service.ResultSetResponse result) {
    return new Service.ExecuteResponse(List.of(result), false, null);
  }

  void closeRows() {
    ResultRows open = rows;
    rows = null;
    if (open != null) {
      open.close();
    }
  }
}
