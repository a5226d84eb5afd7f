package io.quiver.engine;

import io.quiver.engine.StatementResolver.Resolved;
import io.quiver.engine.command.InformationSchema;
import io.quiver.engine.command.Settings;
import io.quiver.engine.copy.CopyProgress;
import io.quiver.formats.FileAccess;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection's conversation with a database. One statement at a time, from any thread; {@link
 * #cancel} alone may come from another at any moment.
 *
 * <p>Outside BEGIN ... COMMIT each statement is its own transaction, unless auto-commit is off:
 * then the first statement opens one, which lasts until {@link #commit} or {@link #rollback}. In a
 * transaction in which a statement has failed, all others fail with 25P02 until it is rolled back,
 * as a whole or to a savepoint.
 */
public final class Session implements AutoCloseable {
  private final Database database;
  private final Principal principal;
  private final Settings settings;
  private final SessionTransaction transaction;
  private final Copies copies;
  private final StatementRunner runner;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean closed;

  Session(Database database, Principal principal, Settings settings, FileAccess files) {
    this.database = database;
    this.principal = principal;
    this.settings = settings;
    SessionRows rows = new SessionRows(database.checks(), database.planner());
    this.transaction = new SessionTransaction(database.store(), rows, settings);
    this.copies = new Copies(files);
    this.runner = new StatementRunner(database, principal, settings, transaction, copies);
  }

  /**
   * Parses, validates and plans.
   *
   * @throws QuiverException 42601 with line and column, 42P01, 42703, 0A000, ...
   */
  public PreparedStatement prepare(String sql) {
    return locked(() -> {
      StatementText text = StatementText.of(sql);
      boolean prepared = false;
      try (Snapshot snapshot = transaction.snapshot()) {
        PreparedStatement statement =
            switch (database.resolver().resolve(text, snapshot, settings.searchPath())) {
              case Resolved.Planned planned -> {
                transaction.checkNotFailed();
                yield prepared(text, planned);
              }
              case Resolved.Command command ->
                  runner.commands().prepare(text, command.statement(), snapshot.catalog());
            };
        prepared = true;
        return statement;
      } finally {
        if (!prepared) {
          transaction.fail();
        }
      }
    });
  }

  private static PreparedStatement prepared(StatementText text, Resolved.Planned planned) {
    return new PreparedStatement(
        text,
        planned.kind(),
        planned.hasRows() ? planned.plan().result() : Commands.NO_ROWS,
        planned.plan().parameterTypes());
  }

  /**
   * Prepares a statement whose execution is expected to end within some ten microseconds: it only
   * reads, its plan is known, and it needs a few rows by key or a search of a small table.
   *
   * @return null for any other, wrong ones included, and where another thread uses the session
   */
  public @Nullable PreparedStatement prepareShort(String sql) {
    if (sql.length() > ShortPlans.TEXT_LENGTH_MAX) {
      return null;
    }
    return ifFree(() -> {
      StatementText text = StatementText.of(sql);
      Resolved.Planned planned = shortPlan(text);
      return planned == null ? null : prepared(text, planned);
    });
  }

  /** Whether {@link #prepareShort} would give this statement now. */
  public boolean isShort(PreparedStatement statement) {
    return statement.kind() == StatementKind.QUERY
        && ifFree(() -> shortPlan(statement.text())) != null;
  }

  private Resolved.@Nullable Planned shortPlan(StatementText text) {
    if (transaction.isFailed()) {
      return null;
    }
    try (Snapshot snapshot = transaction.snapshot()) {
      Resolved.Planned planned = database.resolver().cached(text, snapshot, settings.searchPath());
      return planned != null && ShortPlans.isShort(planned.plan().plan(), snapshot)
          ? planned
          : null;
    }
  }

  private <T> @Nullable T ifFree(Supplier<@Nullable T> body) {
    if (!lock.tryLock()) {
      return null;
    }
    try {
      return closed ? null : body.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs a prepared statement.
   *
   * @param parameters one a {@code ?}. Beside the Java value that {@link io.quiver.types.SqlType}
   *     names, any {@code Number} for a number, {@code String} for anything that can be cast from
   *     text, {@code java.sql.Date} and {@code Timestamp}, and for a vector {@code float[]}, {@code
   *     double[]}, {@code byte[]} (packed little-endian floats), {@code List<Number>} or {@code
   *     String}
   * @throws QuiverException what the statement gives, or 22023 for another count of parameters,
   *     42804 for a value of another type, 22P02 for a text that does not convert
   */
  public QueryResult execute(
      PreparedStatement statement, List<? extends @Nullable Object> parameters) {
    return execute(statement, parameters, () -> false);
  }

  /**
   * Runs a prepared statement that ends once the caller says so, its rows included. {@link #cancel}
   * ends all that the session runs, and knows nothing of a statement that has not begun.
   *
   * @param cancelled polled until the result is closed, so it is cheap
   */
  public QueryResult execute(
      PreparedStatement statement,
      List<? extends @Nullable Object> parameters,
      BooleanSupplier cancelled) {
    return locked(() -> runner.run(statement.text(), parameters, cancelled));
  }

  /**
   * Runs an INSERT of one row for many rows of parameters, all of them or none, much faster than
   * one by one.
   *
   * @return false when nothing was done, because the statement is no such INSERT or an entry fails;
   *     {@link #execute} with each entry tells which, and why
   */
  public boolean insertAll(
      PreparedStatement statement,
      List<? extends List<? extends @Nullable Object>> rows,
      BooleanSupplier cancelled) {
    return locked(() -> runner.insertAll(statement.text(), rows, cancelled));
  }

  /**
   * Runs an INSERT of one row for many rows of parameters that come as columns, all of them or
   * none.
   *
   * @param columns one a {@code ?}
   * @param batches until it gives null; what a batch holds may be reused after the next call
   * @return rows added; empty when nothing was done and no batch taken, because the statement is no
   *     such INSERT, or because a column wants to be converted value by value: {@link #execute}
   *     does
   * @throws QuiverException what the statement gives; 22023 for another count of parameters
   */
  public OptionalLong insertAll(
      PreparedStatement statement, Schema columns, Supplier<@Nullable Batch> batches) {
    return locked(() -> runner.insertAll(statement.text(), columns, batches, () -> false));
  }

  /** Prepares and executes a statement without parameters. */
  public QueryResult execute(String sql) {
    return locked(() -> runner.run(StatementText.of(sql), List.of(), () -> false));
  }

  /**
   * Appends rows to a table in bulk, as one statement: all of them or none.
   *
   * @param schemaName null where the search path decides
   * @param columns of the batches, which fill the table's columns of their names and are cast to
   *     their types; the table's others get what INSERT would give them
   * @param batches until it gives null; what a batch holds may be reused after the next call
   * @return rows added
   * @throws QuiverException what INSERT would give; 42703 for a column that the table lacks
   */
  public long load(
      @Nullable String schemaName,
      String tableName,
      Schema columns,
      Supplier<@Nullable Batch> batches) {
    return locked(
        () -> runner.load(new Statement.TableName(schemaName, tableName), columns, batches));
  }

  public boolean autoCommit() {
    return transaction.autoCommit();
  }

  /** Turning it on commits an open transaction, as JDBC wants. */
  public void setAutoCommit(boolean autoCommit) {
    change(() -> transaction.setAutoCommit(autoCommit));
  }

  /** True between BEGIN, or the first statement without auto-commit, and the end. */
  public boolean inTransaction() {
    return transaction.current() != null;
  }

  /** True once a statement has failed in the open transaction: only a rollback helps. */
  public boolean isTransactionFailed() {
    return transaction.isFailed();
  }

  /**
   * Makes the transaction's changes durable and visible. Nothing to do is no error.
   *
   * @throws QuiverException 40001 or 23505 on a conflict, 25P02 when a statement has failed; the
   *     transaction is rolled back then
   */
  public void commit() {
    change(transaction::commit);
  }

  /** Nothing to do is no error. */
  public void rollback() {
    change(transaction::rollback);
  }

  /**
   * Marks this moment of the transaction: what SAVEPOINT does, and {@code Connection.setSavepoint}.
   * A name may be used again: it means the newest savepoint of that name. Without auto-commit this
   * opens a transaction where none is.
   *
   * @throws QuiverException 25P01 with auto-commit and no transaction, 25P02 in a failed one
   */
  public void setSavepoint(String name) {
    change(() -> transaction.setSavepoint(name));
  }

  /**
   * Takes back all that was done after a savepoint, a failure included. The savepoint stays, those
   * after it are gone.
   *
   * @throws QuiverException 25P01 when no transaction is open, 3B001 for an unknown name
   */
  public void rollbackToSavepoint(String name) {
    change(() -> transaction.rollbackToSavepoint(name));
  }

  /**
   * Forgets a savepoint and those after it; what was done stays.
   *
   * @throws QuiverException 25P01 when no transaction is open, 25P02 in a failed one, 3B001 for an
   *     unknown name
   */
  public void releaseSavepoint(String name) {
    change(() -> transaction.releaseSavepoint(name));
  }

  public boolean readOnly() {
    return settings.readOnly();
  }

  /** Holds from the next transaction on. */
  public void setReadOnly(boolean readOnly) {
    settings.setReadOnly(readOnly);
  }

  /** True for REPEATABLE READ, false for READ COMMITTED. */
  public boolean repeatableRead() {
    return settings.repeatableRead();
  }

  /** Holds from the next transaction on. */
  public void setRepeatableRead(boolean repeatableRead) {
    settings.setRepeatableRead(repeatableRead);
  }

  /** Who is told how far a COPY has come, from now on. */
  public void setCopyListener(CopyProgress.Listener listener) {
    copies.setListener(listener);
  }

  public Principal principal() {
    return principal;
  }

  /** The database's name. */
  public String catalog() {
    return database.name();
  }

  /** All tables that this session may see, system tables included, by schema and name. */
  public List<TableInfo> tables() {
    return locked(() -> {
      try (Snapshot snapshot = transaction.snapshot()) {
        Catalog catalog = snapshot.catalog();
        return TableInfo.all(catalog);
      }
    });
  }

  /** All foreign keys, by the tables that they reference. */
  public List<ForeignKeyInfo> foreignKeys() {
    return locked(() -> {
      try (Snapshot snapshot = transaction.snapshot()) {
        return ForeignKeyInfo.all(snapshot.catalog());
      }
    });
  }

  /** All schemas by name, empty ones and those of the system included. */
  public List<String> schemas() {
    return locked(() -> {
      try (Snapshot snapshot = transaction.snapshot()) {
        return InformationSchema.schemas(snapshot.catalog());
      }
    });
  }

  /** The first schema of the search path that exists, where new tables go; null where none does. */
  public @Nullable String schema() {
    return locked(() -> {
      List<String> all = schemas();
      return settings.searchPath().stream().filter(all::contains).findFirst().orElse(null);
    });
  }

  /**
   * Makes a schema the only one of the search path, as SET search_path does.
   *
   * @throws QuiverException 3F000 where it does not exist
   */
  public void setSchema(String schema) {
    change(() -> {
      if (!schemas().contains(schema)) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_SCHEMA, "schema \"" + schema + "\" does not exist");
      }
      settings.setSearchPath(List.of(schema));
    });
  }

  /** Ends what runs, if anything does, with 57014 within a second. From any thread. */
  public void cancel() {
    runner.cancel();
  }

  /** Rolls back, and closes open results. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    cancel();
    lock.lock();
    try {
      if (!closed) {
        runner.closeResults();
        transaction.rollback();
        closed = true;
        database.disconnected(this);
      }
    } finally {
      lock.unlock();
    }
  }

  private void change(Runnable body) {
    locked(() -> {
      body.run();
      return this;
    });
  }

  private <T> T locked(java.util.function.Supplier<T> body) {
    lock.lock();
    try {
      if (closed) {
        throw new QuiverException(
            ErrorCode.CONNECTION_DOES_NOT_EXIST, "the session has been closed");
      }
      return body.get();
    } finally {
      lock.unlock();
    }
  }
}
