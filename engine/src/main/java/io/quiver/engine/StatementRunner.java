package io.quiver.engine;

import io.quiver.engine.StatementResolver.Resolved;
import io.quiver.engine.command.Settings;
import io.quiver.engine.copy.BulkLoad;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.operator.QueryMemory;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.sql.Statement.TableName;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of one session, each in the open transaction or in one of its own. {@link
 * #cancel} may come from any thread.
 */
final class StatementRunner {
  /** A statement that meets another writer is run again on a new snapshot, this often. */
  private static final int CONFLICT_RETRIES_MAX = 100;

  private final Database database;
  private final Principal principal;
  private final Settings settings;
  private final SessionTransaction transaction;
  private final Commands commands;
  private final SessionSequences sequences = new SessionSequences();
  private final Set<Execution> executions = ConcurrentHashMap.newKeySet();
  private final Set<StreamingResult> openResults = ConcurrentHashMap.newKeySet();

  StatementRunner(
      Database database,
      Principal principal,
      Settings settings,
      SessionTransaction transaction,
      Copies copies) {
    this.database = database;
    this.principal = principal;
    this.settings = settings;
    this.transaction = transaction;
    this.commands = new Commands(database, this, settings, transaction, copies);
  }

  Commands commands() {
    return commands;
  }

  /** Ends what runs, if anything does. From any thread. */
  void cancel() {
    executions.forEach(Execution::cancel);
  }

  void closeResults() {
    List.copyOf(openResults).forEach(StreamingResult::close);
  }

  /** Runs a statement, again where another transaction was faster. */
  QueryResult run(
      StatementText text, List<? extends @Nullable Object> parameters, BooleanSupplier cancelled) {
    Execution execution = new Execution(settings.statementTimeoutMillis(), cancelled);
    executions.add(execution);
    boolean streaming = false;
    boolean succeeded = false;
    try {
      for (int attempt = 0; ; attempt++) {
        try {
          QueryResult result = attempt(text, parameters, execution);
          streaming = result instanceof StreamingResult;
          succeeded = true;
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
      if (!succeeded) {
        transaction.fail();
      }
    }
  }

  /**
   * Runs an INSERT of one row for many rows of parameters as one statement: all of them or none.
   *
   * @return false when nothing was done, because the statement is no such INSERT or because it
   *     failed: run one by one, the entries say which of them is to blame
   */
  boolean insertAll(
      StatementText text,
      List<? extends List<? extends @Nullable Object>> rows,
      BooleanSupplier cancelled) {
    if (transaction.isFailed()) {
      return false;
    }
    Execution execution = new Execution(settings.statementTimeoutMillis(), cancelled);
    executions.add(execution);
    try {
      return withContext(
          execution,
          List.of(),
          context -> {
            if (!(resolve(text, context) instanceof Resolved.Planned planned)
                || !BatchInsert.isPossible(planned.plan())) {
              return false;
            }
            List<SqlType> types = planned.plan().parameterTypes();
            List<List<@Nullable Object>> bound = new ArrayList<>(rows.size());
            for (List<? extends @Nullable Object> row : rows) {
              bound.add(ParameterBinding.bind(types, row, settings.timeZone()));
            }
            BoundRows columns = new BoundRows(types, bound);
            return insertAll(planned, columns.schema(), columns::next, context).isPresent();
          });
    } catch (QuiverException e) {
      return false;
    } finally {
      executions.remove(execution);
    }
  }

  /**
   * Runs an INSERT of one row for many rows of parameters as one statement: all of them or none.
   *
   * @return rows added; empty when nothing was done and no batch taken, because the statement is no
   *     such INSERT or its parameters want to be converted one by one
   */
  OptionalLong insertAll(
      StatementText text,
      Schema columns,
      Supplier<@Nullable Batch> batches,
      BooleanSupplier cancelled) {
    return loading(
        cancelled,
        context ->
            resolve(text, context) instanceof Resolved.Planned planned
                ? insertAll(planned, columns, batches, context)
                : OptionalLong.empty());
  }

  private static OptionalLong insertAll(
      Resolved.Planned planned,
      Schema columns,
      Supplier<@Nullable Batch> batches,
      ExecutionContext context) {
    BatchInsert insert = BatchInsert.of(planned.plan(), columns, context.snapshot().catalog());
    if (insert == null) {
      return OptionalLong.empty();
    }
    List<@Nullable Object> literals = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      literals.add(null);
    }
    literals.addAll(planned.hoisted());
    return OptionalLong.of(insert.run(batches, context.withParameters(literals)));
  }

  private Resolved resolve(StatementText text, ExecutionContext context) {
    return database.resolver().resolve(text, context.snapshot(), settings.searchPath());
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
      StatementText text, List<? extends @Nullable Object> parameters, Execution execution) {
    if (transaction.isFailed()) {
      // What ends it needs no snapshot, which there may be none of: a table may have changed.
      Statement ending = SqlParser.parse(text.sql());
      commands.checkNotFailed(ending);
      return commands.run(ending, parameters, execution);
    }
    Transaction opened = transaction.current();
    Transaction current = opened == null ? transaction.begin() : opened;
    boolean own = opened == null && transaction.autoCommit();
    Snapshot snapshot = null;
    boolean kept = false;
    boolean adopted = opened != null;
    try {
      snapshot = current.snapshot();
      switch (database.resolver().resolve(text, snapshot, settings.searchPath())) {
        case Resolved.Command command -> {
          commands.checkNotFailed(command.statement());
          return commands.run(command.statement(), parameters, execution);
        }
        case Resolved.Planned planned -> {
          transaction.checkNotFailed();
          if (!own) {
            adopted = true;
            transaction.use(current);
          }
          ExecutionContext context =
              context(current, snapshot, execution, parameters(planned, parameters));
          if (!planned.kind().changesRows()) {
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
              if (!succeeded && own == null) {
                transaction.fail();
              }
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
    boolean returning = planned.hasRows();
    List<Batch> returned = new ArrayList<>();
    transaction.evaluateAs(context.evaluation());
    current.beginStatement();
    try {
      try (Operator operator = OperatorBuilder.build(planned.plan().plan(), context)) {
        for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
          if (returning) {
            returned.add(batch);
            rows += batch.rowCount();
          } else {
            rows += batch.column(0).getLong(0);
          }
        }
      }
      current.endStatement();
      if (own) {
        current.commit(transaction.commitMode());
      }
      succeeded = true;
    } finally {
      if (!succeeded && !own) {
        current.undoStatement();
      }
      count(planned, execution, rows, succeeded);
    }
    return returning
        ? Results.returned(planned.kind(), planned.plan().result(), returned, rows)
        : Results.count(planned.kind(), rows);
  }

  private ExecutionContext context(
      Transaction current,
      Snapshot snapshot,
      Execution execution,
      List<@Nullable Object> parameters) {
    ExecutionContext all =
        new ExecutionContext(
                snapshot,
                current,
                parameters,
                new QueryMemory(settings.queryMemoryBytes()),
                execution,
                database.clock().instant(),
                new ExecutionContext.SessionNames(
                    database.name(),
                    principal.name(),
                    "Quiver " + Database.version(),
                    settings.timeZone().normalized(),
                    sequences.in(commands.names(snapshot.catalog()), current)),
                table -> commands.systemTable(table, snapshot))
            .withSearch(settings.search());
    return settings.skipsRows() ? all : all.withSkipsRows(false);
  }

  private List<@Nullable Object> parameters(
      Resolved.Planned planned, List<? extends @Nullable Object> parameters) {
    List<@Nullable Object> all =
        new ArrayList<>(
            ParameterBinding.bind(
                planned.plan().parameterTypes(), parameters, settings.timeZone()));
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
    Transaction current = transaction.current();
    return conflict.code() == ErrorCode.SERIALIZATION_FAILURE
        && execution.isChange()
        && !execution.getAsBoolean()
        && attempt < CONFLICT_RETRIES_MAX
        && (current == null || current.isolation() == IsolationLevel.READ_COMMITTED);
  }

  /** Appends batches to a table, all of them or none; a stream cannot be run again. */
  long load(TableName name, Schema columns, Supplier<@Nullable Batch> batches) {
    return loading(
        () -> false,
        context ->
            BulkLoad.run(
                commands.names(context.snapshot().catalog()).existingTable(name),
                columns,
                batches,
                context,
                database.planner()));
  }

  /** Runs a statement that takes its rows from a stream. */
  private <T> T loading(BooleanSupplier cancelled, Function<ExecutionContext, T> body) {
    transaction.checkNotFailed();
    Execution execution = new Execution(settings.statementTimeoutMillis(), cancelled);
    executions.add(execution);
    boolean succeeded = false;
    try {
      T result = withContext(execution, List.of(), body);
      succeeded = true;
      return result;
    } finally {
      executions.remove(execution);
      if (!succeeded) {
        transaction.fail();
      }
    }
  }

  /** Runs EXPLAIN ANALYZE's statement and the like: reads and writes in a context of its own. */
  <T> T withContext(
      Execution execution, List<@Nullable Object> parameters, Function<ExecutionContext, T> body) {
    Transaction opened = transaction.current();
    Transaction current = opened == null ? transaction.begin() : opened;
    boolean own = opened == null && transaction.autoCommit();
    boolean done = false;
    current.beginStatement();
    try (Snapshot snapshot = current.snapshot()) {
      T value = body.apply(context(current, snapshot, execution, parameters));
      current.endStatement();
      if (own) {
        current.commit(transaction.commitMode());
      } else {
        transaction.use(current);
      }
      done = true;
      return value;
    } finally {
      if (opened == null && (own || !done)) {
        current.close();
      } else if (!done) {
        current.undoStatement();
      }
    }
  }
}
