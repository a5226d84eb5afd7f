package io.quiver.engine;

import io.quiver.engine.command.Settings;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction that lasts over several statements, with its savepoints and the settings that end
 * with it. Owned by its session.
 */
final class OpenTransaction {
  private final Settings settings;
  private final Settings.State settingsBefore;
  private final List<NamedSavepoint> savepoints = new ArrayList<>();
  private Transaction transaction;
  private boolean used;
  private boolean failed;

  OpenTransaction(Transaction transaction, Settings settings) {
    this.transaction = transaction;
    this.settings = settings;
    this.settingsBefore = settings.state();
  }

  private record NamedSavepoint(
      String name, Transaction.Savepoint savepoint, Settings.State settings) {}

  Transaction transaction() {
    return transaction;
  }

  /** A statement reads or writes in it: from now on it stays what it is. */
  void use() {
    used = true;
  }

  void checkUnused() {
    if (used) {
      throw new QuiverException(
          ErrorCode.ACTIVE_TRANSACTION,
          "SET TRANSACTION comes before the first statement of a transaction");
    }
  }

  /** Takes another transaction in the place of one that nobody has used. */
  void replace(Transaction other) {
    transaction.close();
    transaction = other;
    savepoints.clear();
  }

  void fail() {
    failed = true;
  }

  boolean isFailed() {
    return failed;
  }

  void checkNotFailed() {
    if (failed) {
      throw new QuiverException(
          ErrorCode.FAILED_TRANSACTION,
          "a statement of this transaction has failed: ROLLBACK it, or ROLLBACK TO a savepoint");
    }
  }

  void setSavepoint(String name) {
    used = true;
    savepoints.add(new NamedSavepoint(name, transaction.savepoint(), settings.state()));
  }

  void rollbackTo(String name) {
    int position = position(name);
    savepoints.subList(position + 1, savepoints.size()).clear();
    NamedSavepoint found = savepoints.get(position);
    transaction.rollbackTo(found.savepoint());
    settings.restore(found.settings());
    failed = false;
  }

  void release(String name) {
    savepoints.subList(position(name), savepoints.size()).clear();
  }

  private int position(String name) {
    for (int i = savepoints.size() - 1; i >= 0; i--) {
      if (savepoints.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new QuiverException(
        ErrorCode.UNDEFINED_SAVEPOINT, "there is no savepoint \"" + name + "\"");
  }

  /** Ends it either way. */
  void commit() {
    if (failed) {
      rollback();
      throw new QuiverException(
          ErrorCode.FAILED_TRANSACTION,
          "the transaction has been rolled back, because a statement of it had failed");
    }
    boolean committed = false;
    try (Transaction ending = transaction) {
      ending.commit(settings.commitMode());
      committed = true;
    } finally {
      if (committed) {
        settings.dropLocal();
      } else {
        settings.restore(settingsBefore);
      }
    }
  }

  void rollback() {
    settings.restore(settingsBefore);
    try (Transaction ending = transaction) {
      ending.rollback();
    }
  }
}
