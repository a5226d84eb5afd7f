package io.quiver.engine;

import io.quiver.engine.command.DefinitionScript;
import io.quiver.engine.command.InformationSchema;
import io.quiver.engine.command.Rows;
import io.quiver.engine.command.Settings;
import io.quiver.engine.command.ShowCommands;
import io.quiver.engine.command.SystemTables;
import io.quiver.engine.command.Truncation;
import io.quiver.engine.command.Upkeep;
import io.quiver.engine.definition.DefinitionContext;
import io.quiver.engine.definition.Definitions;
import io.quiver.engine.definition.Names;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.operator.OperatorProfile;
import io.quiver.executor.plan.PlanPrinter;
import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.PlannedStatement;
import io.quiver.planner.rule.TableSizes;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs what is not planned for one session: each command with its effect on the transaction. */
final class Commands {
  static final Schema NO_ROWS = new Schema(List.of());

  private static final String TRANSACTION_ISOLATION = "transaction_isolation";
  private static final String TRANSACTION_READ_ONLY = "transaction_read_only";
  private static final Schema PLAN = Schema.of(new Field("plan", SqlType.TEXT, false));

  private final Database database;
  private final StatementRunner runner;
  private final Settings settings;
  private final SessionTransaction transaction;
  private final Copies copies;

  Commands(
      Database database,
      StatementRunner runner,
      Settings settings,
      SessionTransaction transaction,
      Copies copies) {
    this.database = database;
    this.runner = runner;
    this.settings = settings;
    this.transaction = transaction;
    this.copies = copies;
  }

  PreparedStatement prepare(StatementText text, Statement statement, Catalog catalog) {
    return switch (statement) {
      case Statement.Query query -> throw planned(statement);
      case Statement.Modify modify -> throw planned(statement);
      case Statement.CreateTableAs create ->
          new PreparedStatement(
              text,
              StatementKind.DDL,
              NO_ROWS,
              database
                  .planner()
                  .plan(create.query(), catalog, settings.searchPath())
                  .parameterTypes());
      case Statement.Definition definition -> noRows(text, StatementKind.DDL);
      case Statement.Begin begin -> noRows(text, StatementKind.TRANSACTION);
      case Statement.Commit commit -> noRows(text, StatementKind.TRANSACTION);
      case Statement.Rollback rollback -> noRows(text, StatementKind.TRANSACTION);
      case Statement.Truncate truncate -> noRows(text, StatementKind.OTHER);
      case Statement.Savepoint savepoint -> noRows(text, StatementKind.TRANSACTION);
      case Statement.RollbackTo rollback -> noRows(text, StatementKind.TRANSACTION);
      case Statement.Release release -> noRows(text, StatementKind.TRANSACTION);
      case Statement.SetTransaction set -> noRows(text, StatementKind.OTHER);
      case Statement.SetOption set -> noRows(text, StatementKind.OTHER);
      case Statement.ResetAll reset -> noRows(text, StatementKind.OTHER);
      case Statement.ShowAll show -> rows(text, ShowCommands.ALL);
      case Statement.Maintenance maintenance -> noRows(text, StatementKind.OTHER);
      case Statement.CopyFrom copy -> noRows(text, StatementKind.INSERT);
      case Statement.CopyTo copy -> noRows(text, StatementKind.OTHER);
      case Statement.ShowObjects show -> rows(text, ShowCommands.schema(show.listing()));
      case Statement.Describe describe -> rows(text, ShowCommands.DESCRIPTION);
      case Statement.ShowOption show -> {
        option(show.name());
        yield rows(text, ShowCommands.option(show.name()));
      }
      case Statement.Explain explain ->
          new PreparedStatement(
              text,
              StatementKind.QUERY,
              PLAN,
              database
                  .resolver()
                  .explained(explain, catalog, TableSizes.UNKNOWN, settings.searchPath())
                  .parameterTypes());
    };
  }

  QueryResult run(
      Statement statement, List<? extends @Nullable Object> parameters, Execution execution) {
    return switch (statement) {
      case Statement.Query query -> throw planned(statement);
      case Statement.Modify modify -> throw planned(statement);
      case Statement.Definition definition -> define(definition, parameters, execution);
      case Statement.Explain explain -> explain(explain, parameters, execution);
      case Statement.Begin begin -> transaction(() -> begin(begin));
      case Statement.Commit commit -> transaction(transaction::commit);
      case Statement.Rollback rollback -> transaction(transaction::rollback);
      case Statement.Truncate truncate -> truncate(truncate, execution);
      case Statement.Savepoint savepoint ->
          transaction(() -> transaction.setSavepoint(savepoint.name()));
      case Statement.RollbackTo rollback ->
          transaction(() -> transaction.rollbackToSavepoint(rollback.name()));
      case Statement.Release release ->
          transaction(() -> transaction.releaseSavepoint(release.name()));
      case Statement.SetTransaction set -> setTransaction(set);
      case Statement.SetOption set -> set(set);
      case Statement.ResetAll reset -> {
        settings.reset();
        yield Results.count(StatementKind.OTHER, 0);
      }
      case Statement.ShowAll show ->
          Results.rows(ShowCommands.ALL, ShowCommands.all(Settings.names(), this::option));
      case Statement.ShowOption show -> showOption(show.name());
      case Statement.ShowObjects show ->
          Results.rows(
              ShowCommands.schema(show.listing()),
              runner.withContext(execution, List.of(), context -> rows(show, context)));
      case Statement.Describe describe ->
          Results.rows(
              ShowCommands.DESCRIPTION,
              read(execution, names -> ShowCommands.describe(describe.name(), names)));
      case Statement.CopyFrom copy ->
          runner.withContext(
              execution,
              List.of(),
              context ->
                  Results.count(
                      StatementKind.INSERT,
                      copies.from(
                          copy, names(context.snapshot().catalog()), context, database.planner())));
      case Statement.CopyTo copy ->
          runner.withContext(
              execution,
              List.of(),
              context ->
                  Results.count(
                      StatementKind.OTHER,
                      copies.to(
                          copy, names(context.snapshot().catalog()), context, database.planner())));
      case Statement.Maintenance maintenance -> maintain(maintenance, execution);
    };
  }

  private QueryResult maintain(Statement.Maintenance maintenance, Execution execution) {
    transaction.checkNone(Upkeep.name(maintenance));
    Names names;
    try (Snapshot snapshot = transaction.snapshot()) {
      names = names(snapshot.catalog());
    }
    Upkeep.run(maintenance, names, database.store(), execution);
    return Results.count(StatementKind.OTHER, 0);
  }

  private QueryResult truncate(Statement.Truncate truncate, Execution execution) {
    // Another transaction may change the rows first: then it is run again, as DELETE is.
    execution.startChange();
    return runner.withContext(
        execution,
        List.of(),
        context -> {
          Truncation.run(truncate, names(context.snapshot().catalog()), context);
          return Results.count(StatementKind.OTHER, 0);
        });
  }

  private void begin(Statement.Begin begin) {
    Statement.Isolation isolation = begin.isolation();
    transaction.beginExplicit(
        isolation == null ? null : isolation == Statement.Isolation.REPEATABLE_READ,
        begin.readOnly());
  }

  private Batch rows(Statement.ShowObjects show, ExecutionContext context) {
    return ShowCommands.rows(
        show,
        names(context.snapshot().catalog()),
        database.planner().functions(),
        context.snapshot());
  }

  private static QueryResult transaction(Runnable body) {
    body.run();
    return Results.count(StatementKind.TRANSACTION, 0);
  }

  private QueryResult showOption(String name) {
    Schema schema = ShowCommands.option(name);
    Rows rows = new Rows(schema);
    rows.add(option(name));
    return Results.rows(schema, rows.batch());
  }

  /**
   * Lets pass what ends or mends a failed transaction.
   *
   * @throws QuiverException 25P02
   */
  void checkNotFailed(Statement statement) {
    boolean ends =
        statement instanceof Statement.Commit
            || statement instanceof Statement.Rollback
            || statement instanceof Statement.RollbackTo;
    if (!ends) {
      transaction.checkNotFailed();
    }
  }

  private QueryResult set(Statement.SetOption set) {
    String value = set.value();
    switch (set.name()) {
      case TRANSACTION_ISOLATION -> {
        boolean repeatable =
            value == null ? settings.repeatableRead() : Settings.isRepeatableRead(value);
        transaction.setTransaction(repeatable, null);
      }
      case TRANSACTION_READ_ONLY -> {
        boolean readOnly = value == null ? settings.readOnly() : Settings.isReadOnly(value);
        transaction.setTransaction(null, readOnly);
      }
      default -> {
        if (set.local()) {
          transaction.setLocal(set.name(), value);
        } else {
          settings.set(set.name(), value, false);
        }
      }
    }
    return Results.count(StatementKind.OTHER, 0);
  }

  private QueryResult setTransaction(Statement.SetTransaction set) {
    Boolean repeatable =
        set.isolation() == null ? null : set.isolation() == Statement.Isolation.REPEATABLE_READ;
    Boolean readOnly = set.readOnly();
    if (!set.session()) {
      transaction.setTransaction(repeatable, readOnly);
      return Results.count(StatementKind.OTHER, 0);
    }
    if (repeatable != null) {
      settings.setRepeatableRead(repeatable);
    }
    if (readOnly != null) {
      settings.setReadOnly(readOnly);
    }
    return Results.count(StatementKind.OTHER, 0);
  }

  /** The text of a setting, or of what the open transaction is. */
  private String option(String name) {
    return switch (name) {
      case TRANSACTION_ISOLATION ->
          transaction.currentIsRepeatableRead() ? "repeatable read" : "read committed";
      case TRANSACTION_READ_ONLY -> transaction.currentIsReadOnly() ? "on" : "off";
      default -> settings.get(name);
    };
  }

  /** The rows of a system table, as of a snapshot. */
  Batch systemTable(SystemTable table, Snapshot snapshot) {
    Catalog catalog = snapshot.catalog();
    Batch standard =
        InformationSchema.rows(
            table, database.name(), catalog, SystemTables.all(), database.planner().functions());
    if (standard != null) {
      return standard;
    }
    if (table.equals(SystemTables.INDEXES)) {
      return SystemTables.indexes(snapshot, null);
    }
    if (table.equals(SystemTables.DEFINITIONS)) {
      return DefinitionScript.rows(snapshot, database.planner());
    }
    if (table.equals(SystemTables.INDEX_BUILDS)) {
      return SystemTables.indexBuilds(database.store().indexBuilds());
    }
    if (table.equals(SystemTables.JOBS)) {
      return SystemTables.jobs(database.store().jobs(), database.clock().instant());
    }
    if (table.equals(SystemTables.CACHE)) {
      return SystemTables.cache(database.store());
    }
    if (table.equals(SystemTables.SETTINGS)) {
      return SystemTables.settings(settings);
    }
    if (table.equals(SystemTables.COPY_ERRORS)) {
      return copies.errors();
    }
    if (table.equals(SystemTables.STATEMENTS)) {
      return database.planCache().statements();
    }
    throw new IllegalStateException("no rows for system table " + table);
  }

  private QueryResult explain(
      Statement.Explain explain, List<? extends @Nullable Object> parameters, Execution execution) {
    return runner.withContext(
        execution,
        List.of(),
        unbound -> {
          Catalog catalog = unbound.snapshot().catalog();
          PlannedStatement planned =
              database
                  .resolver()
                  .explained(
                      explain,
                      catalog,
                      StatementResolver.sizes(unbound.snapshot()),
                      settings.searchPath());
          Rows rows = new Rows(PLAN);
          boolean bound = explain.analyze() || parameters.size() == planned.parameterTypes().size();
          ExecutionContext context =
              !bound
                  ? unbound
                  : unbound.withParameters(
                      ParameterBinding.bind(
                          planned.parameterTypes(), parameters, settings.timeZone()));
          if (explain.analyze()) {
            OperatorProfile profile = new OperatorProfile();
            try (Operator operator = OperatorBuilder.build(planned.plan(), context, profile)) {
              while (operator.next() != null) {
                context.checkCancelled();
              }
            }
            PlanPrinter.print(planned.plan(), id -> name(catalog, id), profile::statistics)
                .forEach(rows::add);
          } else {
            PlanPrinter.print(planned.plan(), id -> name(catalog, id)).forEach(rows::add);
          }
          IndexNotes.of(planned.plan(), context).forEach(rows::add);
          ExactSearches.notes(planned.plan(), catalog).forEach(rows::add);
          return Results.rows(PLAN, rows.batch());
        });
  }

  private static String name(Catalog catalog, TableId id) {
    TableDefinition table = catalog.table(id);
    return table == null ? id.toString() : table.name();
  }

  private QueryResult define(
      Statement.Definition definition,
      List<? extends @Nullable Object> parameters,
      Execution execution) {
    execution.startChange();
    return runner.withContext(
        execution,
        List.of(),
        context -> {
          DefinitionContext defining =
              new DefinitionContext(
                  names(context.snapshot().catalog()),
                  database.planner(),
                  context,
                  types -> ParameterBinding.bind(types, parameters, settings.timeZone()));
          return Results.count(StatementKind.DDL, Definitions.run(definition, defining));
        });
  }

  /** What names mean to the session. */
  Names names(Catalog catalog) {
    return new Names(database.name(), catalog, settings.searchPath());
  }

  private Batch read(Execution execution, Function<Names, Batch> body) {
    return runner.withContext(
        execution, List.of(), context -> body.apply(names(context.snapshot().catalog())));
  }

  private static PreparedStatement noRows(StatementText text, StatementKind kind) {
    return new PreparedStatement(text, kind, NO_ROWS, List.of());
  }

  private static PreparedStatement rows(StatementText text, Schema schema) {
    return new PreparedStatement(text, StatementKind.QUERY, schema, List.of());
  }

  private static IllegalStateException planned(Statement statement) {
    return new IllegalStateException("a planned statement is no command: " + statement);
  }
}
