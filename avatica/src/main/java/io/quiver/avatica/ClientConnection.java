package io.quiver.avatica;

import io.quiver.engine.PreparedStatement;
import io.quiver.engine.Session;
import io.quiver.engine.TableInfo;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.calcite.avatica.ConnectionPropertiesImpl;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/**
 * One Avatica connection: a session and its open statements.
 *
 * <p>The lock owns the session and every result of it. Cancel alone goes past it, to the {@link
 * Cancellation} of a statement's run.
 */
final class ClientConnection {
  private static final int STATEMENTS_MAX = 10_000;
  private static final long QUIET_POLL_MILLIS = 10;
  private final String id;
  private final Session session;
  private final boolean isOurDriver;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger nextStatement = new AtomicInteger();
  private final Map<Integer, OpenStatement> statements = new ConcurrentHashMap<>();
  private volatile long lastUsedNanos = System.nanoTime();
  private volatile boolean closed;

  ClientConnection(String id, Session session, boolean isOurDriver) {
    this.id = id;
    this.session = session;
    this.isOurDriver = isOurDriver;
  }

  String id() {
    return id;
  }

  Session session() {
    return session;
  }

  /** Our driver knows a statement's columns from its preparation. */
  boolean isOurDriver() {
    return isOurDriver;
  }

  void touch() {
    lastUsedNanos = System.nanoTime();
  }

  /** Works with the session, when all earlier requests are done. */
  <T> T exclusively(Supplier<T> work) {
    lock.lock();
    try {
      if (closed) {
        throw new QuiverException(ErrorCode.CONNECTION_DOES_NOT_EXIST, "the connection was closed");
      }
      return work.get();
    } finally {
      touch();
      lock.unlock();
    }
  }

  /** As {@link #exclusively}, but null at once when an earlier request is not done. */
  <T> @Nullable T ifFree(Supplier<@Nullable T> work) {
    if (!lock.tryLock()) {
      return null;
    }
    try {
      return closed ? null : work.get();
    } finally {
      touch();
      lock.unlock();
    }
  }

  private void exclusively(Runnable work) {
    exclusively(() -> {
      work.run();
      return true;
    });
  }

  Service.CreateStatementResponse createStatement() {
    return new Service.CreateStatementResponse(id, register(null).id(), null);
  }

  Service.PrepareResponse prepare(String sql) {
    return exclusively(() -> {
      PreparedStatement prepared = session.prepare(sql);
      OpenStatement statement = register(prepared);
      return new Service.PrepareResponse(
          new Meta.StatementHandle(id, statement.id(), ColumnTypes.signature(prepared)), null);
    });
  }

  private OpenStatement register(@Nullable PreparedStatement prepared) {
    if (statements.size() >= STATEMENTS_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a connection has at most " + STATEMENTS_MAX + " open statements; close some");
    }
    OpenStatement statement = new OpenStatement(this, nextStatement.getAndIncrement(), prepared);
    statements.put(statement.id(), statement);
    return statement;
  }

  OpenStatement statement(int statementId) {
    OpenStatement statement = statements.get(statementId);
    if (statement == null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "statement " + statementId + " is not open");
    }
    return statement;
  }

  void closeStatement(int statementId) {
    OpenStatement statement = statements.remove(statementId);
    if (statement != null && statement.hasRows()) {
      exclusively(statement::closeRows);
    }
  }

  Service.ConnectionSyncResponse synchronize(Meta.ConnectionProperties change) {
    return exclusively(() -> {
      apply(change);
      return new Service.ConnectionSyncResponse(state(), null);
    });
  }

  private void apply(Meta.ConnectionProperties change) {
    if (change.getTransactionIsolation() != null) {
      session.setRepeatableRead(isRepeatableRead(change.getTransactionIsolation()));
    }
    if (change.isReadOnly() != null) {
      session.setReadOnly(change.isReadOnly());
    }
    if (change.getCatalog() != null && !change.getCatalog().equals(session.catalog())) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "the catalog is " + session.catalog() + ", found " + change.getCatalog());
    }
    if (change.getSchema() != null) {
      session.setSchema(change.getSchema());
    }
    if (change.isAutoCommit() != null && change.isAutoCommit() != session.autoCommit()) {
      session.setAutoCommit(change.isAutoCommit());
    }
  }

  private static boolean isRepeatableRead(int level) {
    return switch (level) {
      case Connection.TRANSACTION_READ_COMMITTED -> false;
      case Connection.TRANSACTION_REPEATABLE_READ -> true;
      default ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "isolation is READ COMMITTED or REPEATABLE READ, found JDBC's level " + level);
    };
  }

  private ConnectionPropertiesImpl state() {
    int isolation =
        session.repeatableRead()
            ? Connection.TRANSACTION_REPEATABLE_READ
            : Connection.TRANSACTION_READ_COMMITTED;
    return new ConnectionPropertiesImpl(
        session.autoCommit(), session.readOnly(), isolation, session.catalog(), session.schema());
  }

  void commit() {
    exclusively(session::commit);
  }

  void rollback() {
    exclusively(session::rollback);
  }

  List<TableInfo> tables() {
    return exclusively(session::tables);
  }

  /** The catalog's name when a metadata call asks for this one or for any, else null. */
  @Nullable String catalog(@Nullable String wanted) {
    String catalog = session.catalog();
    return wanted == null || wanted.isEmpty() || wanted.equals(catalog) ? catalog : null;
  }

  /** A result that is complete; its statement exists in its id alone. */
  Service.ResultSetResponse metadata(MetadataRows rows) {
    return new Service.ResultSetResponse(
        id, nextStatement.getAndIncrement(), true, rows.signature(), rows.frame(), -1, null);
  }

  void cancel(int statementId) {
    OpenStatement statement = statements.get(statementId);
    if (statement == null) {
      return;
    }
    statement.cancel();
    // Its rows are the lock's. Where another statement runs now, the next request drops them.
    if (statement.hasRows() && lock.tryLock()) {
      try {
        statement.dropCancelledRows();
      } finally {
        lock.unlock();
      }
    }
  }

  boolean isIdleFor(Duration limit) {
    return !lock.isLocked() && System.nanoTime() - lastUsedNanos > limit.toNanos();
  }

  /** Waits until nothing runs and no rows are left to fetch, or the time is over. */
  void awaitQuiet(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    try {
      while (System.nanoTime() < deadline && (lock.isLocked() || hasRows())) {
        Thread.sleep(QUIET_POLL_MILLIS);
      }
    } catch (InterruptedException e) {
      // Whoever shuts down is in a hurry now.
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasRows() {
    return statements.values().stream().anyMatch(OpenStatement::hasRows);
  }

  /** Cancels what runs and closes the session. */
  void close() {
    closed = true;
    statements.values().forEach(OpenStatement::cancel);
    session.cancel();
    lock.lock();
    try {
      statements.values().forEach(OpenStatement::closeRows);
      statements.clear();
      session.close();
    } finally {
      lock.unlock();
    }
  }
}
