package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a snapshot and gathers changes, which become durable and visible together at commit.
 *
 * <p>Owned by one session; one thread uses it at a time. After {@link #commit} or {@link #rollback}
 * only {@link #close} may be called.
 */
public interface Transaction extends AutoCloseable {
  IsolationLevel isolation();

  boolean isReadOnly();

  /** True once it has changed a row or the catalog. */
  boolean hasWrites();

  /** Bytes of the rows that it has appended and keeps in memory until it ends. */
  long memoryBytes();

  /**
   * Waits for rows that are on their way out of memory, after which {@link #memoryBytes} counts
   * them no more.
   *
   * @throws io.quiver.types.QuiverException 58030 or 53100 where they cannot be written
   */
  void awaitWritten();

  /**
   * The snapshot that a statement reads: the transaction's own uncommitted changes included, as
   * they are now (so that INSERT ... SELECT from the same table ends). Under READ COMMITTED each
   * call sees all that is committed by now. The caller closes it.
   */
  Snapshot snapshot();

  /**
   * The catalog of the last {@link #snapshot}, with what the transaction has done to it since: what
   * a statement that changes it goes by, so that a definition which another transaction has changed
   * after that snapshot is a conflict, and is not overwritten.
   */
  Catalog statementCatalog();

  /** Marks the start of a statement; {@link #undoStatement} goes back to it. */
  void beginStatement();

  /**
   * Ends a statement that has succeeded: rows follow the keys that they reference, as their foreign
   * keys say, and the foreign keys are checked.
   *
   * @throws io.quiver.types.QuiverException 23503 when a row references a key that is not there
   */
  void endStatement();

  /** Takes back all changes since {@link #beginStatement}: a failed statement leaves none. */
  void undoStatement();

  /** What has been changed by now. It costs little, and nothing to forget. */
  Savepoint savepoint();

  /**
   * Takes back all changes since a savepoint, which stays good for another time. Savepoints made
   * after it are not good any more. Identities that were given stay given.
   *
   * @param savepoint of this transaction
   */
  void rollbackTo(Savepoint savepoint);

  /**
   * Adds rows.
   *
   * @param rows the table's columns, all of them, in the order of its definition
   * @throws io.quiver.types.QuiverException 23502 for a null in a NOT NULL column; 23505 when a row
   *     with the same primary key is visible, committed by another since, or appended before; 22000
   *     for a vector of another dimension; 25006 when read-only
   */
  void append(TableId table, Batch rows);

  /** In the answer of {@link #appendNew}: the key was free, so the row has been added. */
  long FREE = -1;

  /**
   * Adds those rows whose keys are free. Where another transaction commits such a key before this
   * one does, its commit ends with 40001, so that the statement is run again and finds it.
   *
   * @param rows the table's columns, all of them, in the order of its definition
   * @param seen what the statement reads; a row of the answer that is not in it was added by the
   *     statement itself
   * @param key the columns of the key that may be taken, in its order, or null where any may; that
   *     another one is taken is 23505
   * @return one a row: {@link #FREE}, or the row id of the row that has the key
   * @throws io.quiver.types.QuiverException 40001 when the key is that of a row which another
   *     transaction has added since; else as {@link #append}
   */
  long[] appendNew(TableId table, Batch rows, Snapshot seen, @Nullable List<ColumnId> key);

  /**
   * Deletes rows by their {@link ColumnId#ROW_ID}. A row named twice, or already deleted by this
   * transaction, counts once.
   *
   * @return how many rows it deleted
   * @throws io.quiver.types.QuiverException 40001 when another transaction has deleted one of the
   *     rows since this one's snapshot (first updater wins)
   */
  long delete(TableId table, long[] rowIds);

  /**
   * Deletes rows in whose place others are appended next, so that what references them can follow.
   *
   * @param next one a row id, or null where the rows are deleted for good
   */
  long delete(TableId table, long[] rowIds, @Nullable Batch next);

  /** The next value of a table's identity; never given twice, a rollback leaves a gap. */
  long nextIdentity(TableId table);

  /** Makes sure that the identity goes on after a value that a user gave. */
  void advanceIdentity(TableId table, long used);

  /**
   * Makes the identity go on with a value, with or without rows.
   *
   * @throws io.quiver.types.QuiverException 22023 where it may have been given already, 25006
   */
  void restartIdentity(TableId table, long next);

  /**
   * The next value of a sequence; never given twice, a rollback leaves a gap.
   *
   * @throws io.quiver.types.QuiverException 2200H when there is none left; 25006 when read-only
   */
  long nextValue(TableId sequence);

  /**
   * Sets a sequence, at once and for all, whatever becomes of the transaction.
   *
   * @param given whether the value counts as given, or is the next one
   */
  void setValue(TableId sequence, long value, boolean given);

  /**
   * Creates a table. The ids of the table and its columns are assigned here; those in the argument
   * are ignored, the primary key is named by position.
   *
   * @throws io.quiver.types.QuiverException 42P07 when the name is taken
   */
  TableDefinition createTable(NewTable table);

  /** Its indexes go with it. */
  void dropTable(TableId table);

  /**
   * Gives a table another definition. Rows are not rewritten: those that were stored before a
   * column was added have its {@link ColumnDefinition#initial} value.
   *
   * @param altered made from the definition that this transaction sees
   * @throws io.quiver.types.QuiverException 23502 when a column that takes no nulls any more has
   *     one; 42P07 when the name is taken
   */
  void alterTable(TableDefinition altered);

  /** An id for a view or a sequence. */
  TableId newView();

  /** An id for an index. */
  IndexId newIndex();

  /** Changes a schema, a view or an index. The caller has checked names and dependencies. */
  void change(CatalogChange change);

  /** Commits and waits for the disk. */
  default CommitVersion commit() {
    return commit(CommitMode.SYNCHRONOUS);
  }

  /**
   * Makes the changes durable and visible. When it returns from a synchronous commit, they survive
   * a crash.
   *
   * @throws io.quiver.types.QuiverException 40001 or 23505 on a conflict with a commit made
   *     meanwhile, 58030 when the log cannot be written; nothing of the transaction is visible then
   */
  CommitVersion commit(CommitMode mode);

  void rollback();

  /** Rolls back if neither {@link #commit} nor {@link #rollback} was called. */
  @Override
  void close();

  /**
   * What CREATE TABLE asks for.
   *
   * @param columns with ids that are ignored
   * @param constraints whose columns have their positions in {@code columns} as ids
   */
  record NewTable(
      String schemaName,
      String name,
      List<ColumnDefinition> columns,
      List<Constraint> constraints) {
    public NewTable {
      columns = List.copyOf(columns);
      constraints = List.copyOf(constraints);
    }

    /** With a primary key alone, of these positions; empty for none. */
    public static NewTable keyed(
        String schemaName, String name, List<ColumnDefinition> columns, List<Integer> primaryKey) {
      List<ColumnId> key = primaryKey.stream().map(ColumnId::new).toList();
      return new NewTable(
          schemaName,
          name,
          columns,
          key.isEmpty() ? List.of() : List.of(new Constraint.PrimaryKey(name + "_pkey", key)));
    }

    public Schema schema() {
      return new Schema(columns.stream().map(ColumnDefinition::field).toList());
    }
  }

  /** A moment of one transaction to go back to; means nothing to another one. */
  interface Savepoint {}
}
