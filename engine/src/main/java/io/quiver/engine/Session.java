package io.quiver.engine;

import io.quiver.engine.StatementResolver.Resolved;
import io.quiver.engine.command.Settings;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.operator.QueryMemory;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection's conversation with a database. One statement at a time, from any thread; {@link
 * #cancel} alone may come from another at any moment.
 *
 * <p>Outside BEGIN ... COMMIT each statement is its own transaction, unless auto-commit is off:
 * then the first statement opens one, which lasts until {@link #commit} or {@link #rollback}. A
 * statement that fails takes back its own changes alone and leaves the transaction open.
 */
public final class Session implements AutoCloseable {
  /** A statement that meets another writer is run again on a new snapshot, this often. */
  private static final int CONFLICT_RETRIES_MAX = 100;

  private final Database database;
  private final Principal principal;
  private final Settings settings;
  private final Commands commands;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Execution> executions = ConcurrentHashMap.newKeySet();
  private final Set<StreamingResult> openResults = ConcurrentHashMap.newKeySet();
  private @Nullable Transaction transaction;
  private boolean autoCommit = true;
  private boolean readOnly;
  private volatile boolean closed;

  Session(Database database, Principal principal, Settings settings) {
    this.database = database;
    this.principal = principal;
    this.settings = settings;
    this.commands = new Commands(database, this, settings);
  }

  /**
   * Parses, validates and plans.
   *
   * @throws QuiverException 42601 with line and column, 42P01, 42703, 0A000, ...
   */
  public PreparedStatement prepare(String sql) {
    return locked(() -> {
      try (Snapshot snapshot = currentSnapshot()) {
        return switch (database.resolver().resolve(sql, snapshot.catalog())) {
          case Resolved.Planned planned ->
              new PreparedStatement(
                  sql,
                  planned.kind(),
                  planned.kind().hasRows() ? planned.plan().result() : Commands.NO_ROWS,
                  planned.plan().parameterTypes());
          case Resolved.Command command ->
              commands.prepare(sql, command.statement(), snapshot.catalog());
        };
      }
    });
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
    return locked(() -> run(statement.sql(), parameters, cancelled));
  }

  /** Prepares and executes a statement without parameters. */
  public QueryResult execute(String sql) {
    return locked(() -> run(sql, List.of(), () -> false));
  }

  private QueryResult run(
      String sql, List<? extends @Nullable Object> parameters, BooleanSupplier cancelled) {
    Execution execution = new Execution(settings.statementTimeoutMillis(), cancelled);
    executions.add(execution);
    boolean streaming = false;
    try {
      for (int attempt = 0; ; attempt++) {
        try {
          QueryResult result = attempt(sql, parameters, execution);
          streaming = result instanceof StreamingResult;
          return result;
        } catch (QuiverException conflict) {
          if (!mayRetry(conflict, execution, attempt)) {
            throw conflict;
          }
          backOff(attempt);
        }
      }
    } finally {
      if (!streaming) {
        executions.remove(execution);
      }
    }
  }

  /**
   * The first tries follow at once; then rivals for one row part by chance, up to 6 ms at a time.
   */
  private static void backOff(int attempt) {
    if (attempt >= 3) {
      long mostNanos = 100_000L << Math.min(attempt - 3, 6);
      LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(mostNanos));
    }
  }

  /** One run on one snapshot, in the open transaction or in one of its own. */
  private QueryResult attempt(
      String sql, List<? extends @Nullable Object> parameters, Execution execution) {
    Transaction open = transaction;
    Transaction current = open == null ? begin() : open;
    boolean own = open == null && autoCommit;
    Snapshot snapshot = null;
    boolean kept = false;
    boolean adopted = open != null;
    try {
      snapshot = current.snapshot();
      switch (database.resolver().resolve(sql, snapshot.catalog())) {
        case Resolved.Command command -> {
          return commands.run(command.statement(), parameters, execution);
        }
        case Resolved.Planned planned -> {
          if (open == null && !autoCommit) {
            transaction = current;
            adopted = true;
          }
          ExecutionContext context =
              context(current, snapshot, execution, parameters(planned, parameters));
          if (planned.kind().hasRows()) {
            QueryResult result = stream(planned, context, own ? current : null, execution);
            kept = true;
            return result;
          }
          return change(planned, context, own, execution);
        }
      }
    } finally {
      if (!kept) {
        if (snapshot != null) {
          snapshot.close();
        }
        if (!adopted) {
          current.close();
        }
      }
    }
  }

  private StreamingResult stream(
      Resolved.Planned planned,
      ExecutionContext context,
      @Nullable Transaction own,
      Execution execution) {
    Operator operator = OperatorBuilder.build(planned.plan().plan(), context);
    StreamingResult result =
        new StreamingResult(
            planned.plan().result(),
            operator,
            () -> {
              context.snapshot().close();
              if (own != null) {
                own.close();
              }
            },
            execution::cancel,
            (ended, rows, succeeded) -> {
              openResults.remove(ended);
              executions.remove(execution);
              count(planned, execution, rows, succeeded);
            });
    openResults.add(result);
    return result;
  }

  private QueryResult change(
      Resolved.Planned planned, ExecutionContext context, boolean own, Execution execution) {
    Transaction current = context.transaction();
    execution.startChange();
    boolean succeeded = false;
    long rows = 0;
    current.beginStatement();
    try {
      try (Operator operator = OperatorBuilder.build(planned.plan().plan(), context)) {
        for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
          rows += batch.column(0).getLong(0);
        }
      }
      if (own) {
        current.commit();
      }
      succeeded = true;
    } finally {
      if (!succeeded && !own) {
        current.undoStatement();
      }
      count(planned, execution, rows, succeeded);
    }
    return Results.count(planned.kind(), rows);
  }

  private ExecutionContext context(
      Transaction current,
      Snapshot snapshot,
      Execution execution,
      List<@Nullable Object> parameters) {
    return new ExecutionContext(
        snapshot,
        current,
        parameters,
        new QueryMemory(settings.queryMemoryBytes()),
        execution,
        database.clock().instant(),
        new ExecutionContext.SessionNames(
            database.name(), principal.name(), "Quiver " + Database.version()),
        table -> commands.systemTable(table, snapshot.catalog()));
  }

  private static List<@Nullable Object> parameters(
      Resolved.Planned planned, List<? extends @Nullable Object> parameters) {
    List<@Nullable Object> all =
        new ArrayList<>(ParameterBinding.bind(planned.plan().parameterTypes(), parameters));
    all.addAll(planned.hoisted());
    return all;
  }

  private static void count(
      Resolved.Planned planned, Execution execution, long rows, boolean succeeded) {
    PlanCache.Plans entry = planned.entry();
    if (entry == null) {
      return;
    }
    if (succeeded) {
      entry.executed(execution.elapsedNanos(), rows);
    } else {
      entry.failed(execution.elapsedNanos());
    }
  }

  /** A conflict is nobody's fault under READ COMMITTED, unless the transaction read before. */
  private boolean mayRetry(QuiverException conflict, Execution execution, int attempt) {
    return conflict.code() == ErrorCode.SERIALIZATION_FAILURE
        && execution.isChange()
        && !execution.getAsBoolean()
        && attempt < CONFLICT_RETRIES_MAX
        && (transaction == null || transaction.isolation() == IsolationLevel.READ_COMMITTED);
  }

  /** Runs EXPLAIN ANALYZE's statement and the like: reads and writes in a context of its own. */
  <T> T withContext(
      Execution execution, List<@Nullable Object> parameters, Function<ExecutionContext, T> body) {
    Transaction open = transaction;
    Transaction current = open == null ? begin() : open;
    boolean done = false;
    current.beginStatement();
    try (Snapshot snapshot = current.snapshot()) {
      T value = body.apply(context(current, snapshot, execution, parameters));
      if (open == null && autoCommit) {
        current.commit();
      } else {
        transaction = current;
      }
      done = true;
      return value;
    } finally {
      if (open == null && (autoCommit || !done)) {
        current.close();
      } else if (!done) {
        current.undoStatement();
      }
    }
  }

  private Transaction begin() {
    return begin(settings.repeatableRead(), readOnly);
  }

  private Transaction begin(boolean repeatable, boolean only) {
    return database
        .store()
        .begin(repeatable ? IsolationLevel.REPEATABLE_READ : IsolationLevel.READ_COMMITTED, only);
  }

  /** BEGIN: null takes the session's own setting. */
  void beginExplicit(@Nullable Boolean repeatable, @Nullable Boolean only) {
    if (transaction != null) {
      throw new QuiverException(
          ErrorCode.ACTIVE_TRANSACTION, "a transaction is open; COMMIT or ROLLBACK it first");
    }
    transaction =
        begin(
            repeatable == null ? settings.repeatableRead() : repeatable,
            only == null ? readOnly : only);
  }

  private Snapshot currentSnapshot() {
    Transaction open = transaction;
    return open == null ? database.store().snapshot() : open.snapshot();
  }

  public boolean autoCommit() {
    return autoCommit;
  }

  /** Turning it on commits an open transaction, as JDBC wants. */
  public void setAutoCommit(boolean autoCommit) {
    locked(() -> {
      if (autoCommit && !this.autoCommit) {
        commit();
      }
      this.autoCommit = autoCommit;
      return this;
    });
  }

  /** True between BEGIN, or the first statement without auto-commit, and the end. */
  public boolean inTransaction() {
    return transaction != null;
  }

  /**
   * Makes the transaction's changes durable and visible. Nothing to do is no error.
   *
   * @throws QuiverException 40001 or 23505 on a conflict; the transaction is rolled back then
   */
  public void commit() {
    locked(() -> {
      Transaction ending = transaction;
      transaction = null;
      if (ending != null) {
        try (ending) {
          ending.commit();
        }
      }
      return this;
    });
  }

  /** Nothing to do is no error. */
  public void rollback() {
    locked(() -> {
      Transaction ending = transaction;
      transaction = null;
      if (ending != null) {
        try (ending) {
          ending.rollback();
        }
      }
      return this;
    });
  }

  public boolean readOnly() {
    return readOnly;
  }

  /** Holds from the next transaction on. */
  public void setReadOnly(boolean readOnly) {
    this.readOnly = readOnly;
  }

  /** True for REPEATABLE READ, false for READ COMMITTED. */
  public boolean repeatableRead() {
    return settings.repeatableRead();
  }

  /** Holds from the next transaction on. */
  public void setRepeatableRead(boolean repeatableRead) {
    settings.setRepeatableRead(repeatableRead);
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
      try (Snapshot snapshot = currentSnapshot()) {
        Catalog catalog = snapshot.catalog();
        return TableInfo.all(catalog);
      }
    });
  }

  /** Ends what runs, if anything does, with 57014 within a second. From any thread. */
  public void cancel() {
    executions.forEach(Execution::cancel);
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
        List.copyOf(openResults).forEach(StreamingResult::close);
        rollback();
        closed = true;
        database.disconnected(this);
      }
    } finally {
      lock.unlock();
    }
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
