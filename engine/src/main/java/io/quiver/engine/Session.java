package io.quiver.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection's conversation with a database. One statement at a time, from any thread, one
 * thread at a time; {@link #cancel} alone may come from another at any moment.
 *
 * <p>Outside BEGIN ... COMMIT each statement is its own transaction, unless auto-commit is off:
 * then the first statement opens one, which lasts until {@link #commit} or {@link #rollback}. A
 * statement that fails takes back its own changes alone and leaves the transaction open.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod"})
public final class Session implements AutoCloseable {
  Session() {}

  /**
   * Parses, validates and plans.
   *
   * @throws io.quiver.types.QuiverException 42601 with line and column, 42P01, 42703, 0A000, ...
   */
  public PreparedStatement prepare(String sql) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + sql);
  }

  /**
   * Runs a prepared statement.
   *
   * @param parameters one a {@code ?}. Beside the Java value that {@link io.quiver.types.SqlType}
   *     names, any {@code Number} for a number, {@code String} for anything that can be cast from
   *     text, {@code java.sql.Date} and {@code Timestamp}, and for a vector {@code float[]}, {@code
   *     double[]}, {@code byte[]} (packed little-endian floats), {@code List<Number>} or {@code
   *     String}
   * @throws io.quiver.types.QuiverException what the statement gives, or 22023 for another count of
   *     parameters, 22P02 for a value that does not convert
   */
  public QueryResult execute(
      PreparedStatement statement, List<? extends @Nullable Object> parameters) {
    throw new UnsupportedOperationException(
        "engine arrives with the storage: " + statement + parameters);
  }

  /** Prepares and executes. */
  public QueryResult execute(String sql) {
    return execute(prepare(sql), List.of());
  }

  public boolean autoCommit() {
    return true;
  }

  /** Turning it on commits an open transaction, as JDBC wants. */
  public void setAutoCommit(boolean autoCommit) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + autoCommit);
  }

  /** True between BEGIN, or the first statement without auto-commit, and the end. */
  public boolean inTransaction() {
    return false;
  }

  /** Nothing to do is no error. */
  public void commit() {}

  /** Nothing to do is no error. */
  public void rollback() {}

  public boolean readOnly() {
    return false;
  }

  public void setReadOnly(boolean readOnly) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + readOnly);
  }

  /** True for REPEATABLE READ, false for READ COMMITTED. */
  public boolean repeatableRead() {
    return false;
  }

  public void setRepeatableRead(boolean repeatableRead) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + repeatableRead);
  }

  public Principal principal() {
    return Principal.OWNER;
  }

  /** The database's name. */
  public String catalog() {
    throw new UnsupportedOperationException("engine arrives with the storage");
  }

  /** All tables that this session may see, system tables included, by schema and name. */
  public List<TableInfo> tables() {
    throw new UnsupportedOperationException("engine arrives with the storage");
  }

  /** Ends the running statement, if any, with 57014 within a second. From any thread. */
  public void cancel() {}

  /** Rolls back, and closes open results. */
  @Override
  public void close() {}
}
