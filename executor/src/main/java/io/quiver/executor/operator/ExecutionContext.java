package io.quiver.executor.operator;

import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Sequences;
import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All that one execution of a plan reads besides the plan.
 *
 * @param snapshot what scans read, for the whole execution
 * @param transaction what changes go to
 * @param parameters the values of {@code Expression.Parameter}, converted to their types
 * @param outer the values of {@code Expression.OuterColumn}
 * @param cancelled true once the statement is to end
 * @param statementTime what CURRENT_TIMESTAMP gives
 * @param session names for CURRENT_CATALOG and CURRENT_USER, and sequences
 * @param systemTables makes the rows of a system table
 * @param skipsRows whether statistics may say which rows need not be read
 * @param search how searches go about it
 */
public record ExecutionContext(
    Snapshot snapshot,
    Transaction transaction,
    List<@Nullable Object> parameters,
    List<@Nullable Object> outer,
    QueryMemory memory,
    BooleanSupplier cancelled,
    Instant statementTime,
    SessionNames session,
    Function<SystemTable, Batch> systemTables,
    boolean skipsRows,
    SearchSettings search) {
  /** Outside of any correlated part of a plan. */
  public ExecutionContext(
      Snapshot snapshot,
      Transaction transaction,
      List<@Nullable Object> parameters,
      QueryMemory memory,
      BooleanSupplier cancelled,
      Instant statementTime,
      SessionNames session,
      Function<SystemTable, Batch> systemTables) {
    this(
        snapshot,
        transaction,
        parameters,
        List.of(),
        memory,
        cancelled,
        statementTime,
        session,
        systemTables,
        true,
        SearchSettings.DEFAULT);
  }

  /** What a statement can ask about where it runs. */
  public record SessionNames(
      String catalog, String user, String version, ZoneId timeZone, Sequences sequences) {
    /** In UTC, without sequences. */
    public SessionNames(String catalog, String user, String version) {
      this(catalog, user, version, ZoneOffset.UTC, Sequences.NONE);
    }
  }

  /** The same, with or without looking at statistics. */
  public ExecutionContext withSkipsRows(boolean skips) {
    return with(parameters, outer, skips, search);
  }

  /** The same, with other settings of searches. */
  public ExecutionContext withSearch(SearchSettings other) {
    return with(parameters, outer, skipsRows, other);
  }

  /** The same, with other parameters. */
  public ExecutionContext withParameters(List<@Nullable Object> values) {
    return with(values, outer, skipsRows, search);
  }

  /** The same, for one more outer row. */
  ExecutionContext withOuter(List<@Nullable Object> values) {
    List<@Nullable Object> all = new ArrayList<>(outer);
    all.addAll(values);
    return with(parameters, all, skipsRows, search);
  }

  private ExecutionContext with(
      List<@Nullable Object> newParameters,
      List<@Nullable Object> newOuter,
      boolean skips,
      SearchSettings settings) {
    return new ExecutionContext(
        snapshot,
        transaction,
        newParameters,
        newOuter,
        memory,
        cancelled,
        statementTime,
        session,
        systemTables,
        skips,
        settings);
  }

  /** What expressions read of this. */
  public EvaluationContext evaluation() {
    return new EvaluationContext(
        parameters,
        outer,
        statementTime,
        session.catalog(),
        session.user(),
        session.version(),
        session.timeZone(),
        session.sequences(),
        cancelled);
  }

  /**
   * Waits for the keys of a table before they are looked up: after opening they are still read.
   *
   * @throws QuiverException 57014
   */
  public void awaitKeys(TableId table) {
    snapshot.awaitKeys(table, this::checkCancelled);
  }

  /**
   * As {@link #awaitKeys}, before rows of a table change: the keys that they reference, too.
   *
   * @throws QuiverException 57014
   */
  public void awaitKeysToChange(TableId table) {
    awaitKeys(table);
    TableDefinition definition = snapshot.catalog().table(table);
    if (definition != null) {
      for (Constraint.ForeignKey key : definition.constraints(Constraint.ForeignKey.class)) {
        awaitKeys(key.referenced());
      }
    }
  }

  /**
   * Waits, before a transaction's first statement adds rows to a table, where writers are ahead of
   * its vector indexes.
   *
   * @throws QuiverException 57014
   */
  public void awaitIndexes(TableId table) {
    if (!transaction.hasWrites()) {
      snapshot.awaitIndexes(table, search.unindexedRowsMax(), this::checkCancelled);
    }
  }

  /**
   * Ends the statement if it was cancelled.
   *
   * @throws QuiverException 57014
   */
  public void checkCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
    }
  }
}
