package io.quiver.engine;

import io.quiver.engine.command.Settings;
import io.quiver.executor.expression.EvaluationContext;
import io.quiver.storage.Store;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/**
 * The transaction that a session is in, if it is in one, and when it begins and ends. Owned by its
 * session.
 */
final class SessionTransaction {
  private final Store store;
  private final SessionRows rows;
  private final Settings settings;
  private @Nullable OpenTransaction open;
  private boolean autoCommit = true;

  SessionTransaction(Store store, SessionRows rows, Settings settings) {
    this.store = store;
    this.rows = rows;
    this.settings = settings;
  }

  boolean autoCommit() {
    return autoCommit;
  }

  void setAutoCommit(boolean autoCommit) {
    if (autoCommit && !this.autoCommit) {
      commit();
    }
    this.autoCommit = autoCommit;
  }

  /** The open transaction, or null. */
  @Nullable Transaction current() {
    OpenTransaction current = open;
    return current == null ? null : current.transaction();
  }

  boolean isFailed() {
    OpenTransaction current = open;
    return current != null && current.isFailed();
  }

  /** How what is committed now is to be committed. */
  CommitMode commitMode() {
    return settings.commitMode();
  }

  /** A failure in a transaction is the transaction's. */
  void fail() {
    OpenTransaction failing = open;
    if (failing != null) {
      failing.fail();
    }
  }

  /**
   * Checks that statements may run.
   *
   * @throws QuiverException 25P02
   */
  void checkNotFailed() {
    OpenTransaction current = open;
    if (current != null) {
      current.checkNotFailed();
    }
  }

  /** A statement runs in this transaction, which is the open one from now on. */
  void use(Transaction current) {
    OpenTransaction opened = open;
    if (opened == null) {
      opened = new OpenTransaction(current, settings);
      open = opened;
    }
    opened.use();
  }

  /** What storage wants evaluated is evaluated as this statement would. */
  void evaluateAs(EvaluationContext statement) {
    rows.begin(statement);
  }

  /** A transaction of the session's kind, which nobody has adopted. */
  Transaction begin() {
    return begin(settings.repeatableRead(), settings.readOnly());
  }

  private Transaction begin(boolean repeatable, boolean only) {
    return store.begin(
        repeatable ? IsolationLevel.REPEATABLE_READ : IsolationLevel.READ_COMMITTED, only, rows);
  }

  /** BEGIN: null takes the session's own setting. */
  void beginExplicit(@Nullable Boolean repeatable, @Nullable Boolean only) {
    if (open != null) {
      throw new QuiverException(
          ErrorCode.ACTIVE_TRANSACTION, "a transaction is open; COMMIT or ROLLBACK it first");
    }
    Transaction begun =
        begin(
            repeatable == null ? settings.repeatableRead() : repeatable,
            only == null ? settings.readOnly() : only);
    open = new OpenTransaction(begun, settings);
  }

  /**
   * Checks that no transaction block is open.
   *
   * @throws QuiverException 25001
   */
  void checkNone(String what) {
    if (open != null) {
      throw new QuiverException(
          ErrorCode.ACTIVE_TRANSACTION,
          what + " cannot run inside a transaction; COMMIT or ROLLBACK it first");
    }
  }

  /** SET TRANSACTION: null leaves what it is. */
  void setTransaction(@Nullable Boolean repeatable, @Nullable Boolean only) {
    OpenTransaction current = required("SET TRANSACTION");
    current.checkUnused();
    Transaction before = current.transaction();
    boolean isRepeatable = before.isolation() == IsolationLevel.REPEATABLE_READ;
    current.replace(
        begin(
            repeatable == null ? isRepeatable : repeatable,
            only == null ? before.isReadOnly() : only));
  }

  /** Whether what runs now, or next, reads one snapshot throughout. */
  boolean currentIsRepeatableRead() {
    OpenTransaction current = open;
    return current == null
        ? settings.repeatableRead()
        : current.transaction().isolation() == IsolationLevel.REPEATABLE_READ;
  }

  /** Whether what runs now, or next, changes nothing. */
  boolean currentIsReadOnly() {
    OpenTransaction current = open;
    return current == null ? settings.readOnly() : current.transaction().isReadOnly();
  }

  /** The open transaction; without auto-commit it is opened here. */
  private OpenTransaction required(String what) {
    OpenTransaction current = open;
    if (current == null) {
      if (autoCommit) {
        throw new QuiverException(
            ErrorCode.NO_ACTIVE_TRANSACTION, what + " is for a transaction, and none is open");
      }
      current = new OpenTransaction(begin(), settings);
      open = current;
    }
    return current;
  }

  /** SET LOCAL: the end of the transaction undoes it. */
  void setLocal(String name, @Nullable String value) {
    required("SET LOCAL");
    settings.set(name, value, true);
  }

  /** What a statement would read now; the caller closes it. */
  Snapshot snapshot() {
    OpenTransaction current = open;
    return current == null ? store.snapshot() : current.transaction().snapshot();
  }

  void setSavepoint(String name) {
    OpenTransaction current = required("SAVEPOINT");
    current.checkNotFailed();
    current.setSavepoint(name);
  }

  void rollbackToSavepoint(String name) {
    required("ROLLBACK TO SAVEPOINT").rollbackTo(name);
  }

  void releaseSavepoint(String name) {
    OpenTransaction current = required("RELEASE SAVEPOINT");
    current.checkNotFailed();
    current.release(name);
  }

  void commit() {
    OpenTransaction ending = open;
    open = null;
    if (ending != null) {
      ending.commit();
    }
  }

  void rollback() {
    OpenTransaction ending = open;
    open = null;
    if (ending != null) {
      ending.rollback();
    }
  }
}
