package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what a commit has in conflict with the commits before it: 40001, 23505 or 42P07. */
final class RowConflicts {
  private RowConflicts() {}

  /**
   * Adds rows to what a transaction changes, unless what is or will be visible has their keys.
   *
   * @param committed the table's keys
   */
  static void append(
      CommitPipeline pipeline, TableChanges target, Batch rows, List<KeyGuard> committed) {
    TableId table = target.definition().id();
    while (true) {
      long undone = pipeline.undone();
      try {
        target.append(rows, committed);
        return;
      } catch (QuiverException e) {
        if (e.code() != ErrorCode.UNIQUE_VIOLATION || committed.isEmpty()) {
          throw e;
        }
        TableState newest = pipeline.memTable().newest().tables().get(table);
        pipeline.awaitNewest();
        if (pipeline.undone() == undone) {
          // Where another transaction has updated the row that this one replaces, that is it.
          checkLive(newest, target.sortedDeletes());
          throw e;
        }
      }
    }
  }

  /** Checks that rows which a transaction is about to delete have been deleted by nobody else. */
  static void checkDeletes(CommitPipeline pipeline, TableChanges target, long[] rowIds) {
    TableState newest = pipeline.memTable().newest().tables().get(target.definition().id());
    for (long rowId : rowIds) {
      boolean committed = rowId < TableChanges.FIRST_OWN_ROW_ID;
      if (committed && !target.deletes(rowId)) {
        conflicting(pipeline, () -> checkLive(newest, rowId));
      }
    }
  }

  /** Lets a conflict be seen only when the next snapshot has what it was with. */
  static void conflicting(CommitPipeline pipeline, Runnable check) {
    try {
      check.run();
    } catch (QuiverException conflict) {
      pipeline.awaitNewest();
      throw conflict;
    }
  }

  /** Checks a commit against the newest state. */
  static void check(MemTable memTable, CommitRecord record) {
    DatabaseState newest = memTable.newest();
    CatalogConflicts.check(newest, record);
    Map<TableId, long[]> deleted = new HashMap<>();
    for (CommitRecord.Deletes deletes : record.deletes()) {
      TableState table = newest.tables().get(deletes.table());
      checkLive(table, deletes.rowIds());
      deleted.put(deletes.table(), deletes.rowIds());
    }
    KeyConflicts.check(memTable, record, deleted);
    ForeignKeyConflicts.check(memTable, record, deleted);
  }

  /** Checks that rows have been deleted by nobody in the newest state. */
  static void checkLive(@Nullable TableState table, long[] rowIds) {
    if (table == null) {
      throw conflict("a table that this one changes");
    }
    for (long rowId : rowIds) {
      checkLive(table, rowId);
    }
  }

  static void checkLive(@Nullable TableState table, long rowId) {
    if (table == null) {
      throw conflict("a table that this one changes");
    }
    if (!table.isLive(rowId)) {
      throw changedRow(table.definition());
    }
  }

  /** Checks that rows which hold keys are in a snapshot, or of the transaction itself. */
  static void checkSeen(TableSnapshot seen, long[] holders) {
    for (long holder : holders) {
      boolean committed = holder >= 0 && holder < TableChanges.FIRST_OWN_ROW_ID;
      if (committed && !seen.isLive(holder)) {
        throw changedRow(seen.definition());
      }
    }
  }

  /** For a statement that, on a newer snapshot, finds the row and updates or leaves it. */
  static QuiverException rival(QuiverException duplicate) {
    return new QuiverException(
        ErrorCode.SERIALIZATION_FAILURE,
        "another transaction has added a row meanwhile: " + duplicate.getMessage(),
        duplicate);
  }

  static QuiverException changedRow(TableDefinition table) {
    return new QuiverException(
        ErrorCode.SERIALIZATION_FAILURE,
        "a row of table \""
            + table.name()
            + "\" has been changed by another transaction since this one read it");
  }

  static QuiverException duplicateTable(String name) {
    return new QuiverException(
        ErrorCode.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
  }

  static QuiverException altered(TableDefinition table) {
    return new QuiverException(
        ErrorCode.SERIALIZATION_FAILURE,
        "another transaction has altered table \"" + table.name() + "\"");
  }

  static QuiverException conflict(String what) {
    return new QuiverException(
        ErrorCode.SERIALIZATION_FAILURE, "another transaction has dropped " + what);
  }
}
