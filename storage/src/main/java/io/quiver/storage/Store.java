package io.quiver.storage;

import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.IndexConditions;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowConditions;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A database on a directory or in memory: log, growing and sealed segments, catalog. */
public interface Store extends AutoCloseable {
  /** The newest committed state. The caller closes it. */
  Snapshot snapshot();

  /**
   * Begins a transaction.
   *
   * @param conditions evaluates CHECK constraints
   */
  Transaction begin(IsolationLevel isolation, boolean readOnly, RowConditions conditions);

  /** Begins one that adds no rows to tables with CHECK constraints. */
  default Transaction begin(IsolationLevel isolation, boolean readOnly) {
    return begin(isolation, readOnly, RowConditions.NONE);
  }

  /** Says who evaluates the conditions of partial indexes, which are not built before. */
  default void evaluateBy(IndexConditions conditions) {}

  /** Writes what is in memory to segments, and drops the log behind it. */
  void flush();

  /** Flushes, and removes files that no reader needs any more. */
  void checkpoint();

  /**
   * Merges the segments of a table so that all but the last are full and none has rows that were
   * deleted before, and waits for it.
   *
   * @param cancelled looked at every few milliseconds; true ends the work, and nothing of it stays
   *     but segments that are merged already
   * @throws io.quiver.types.QuiverException 57014 when it is cancelled, 42P01 when the table has
   *     been dropped; 58030, 53100 when the disk cannot be read or written
   */
  void optimize(TableId table, BooleanSupplier cancelled);

  /**
   * Brings what a table has in files into memory, as far as there is room, and waits for it. A
   * hint: what was used before gives way, and nothing keeps what is loaded from giving way later.
   *
   * @param columns none is all, and the table's indexes
   * @param cancelled looked at for each column of a segment; true ends the work
   * @throws io.quiver.types.QuiverException 57014 when it is cancelled, 42P01 when the table has
   *     been dropped
   */
  void load(TableId table, List<ColumnId> columns, BooleanSupplier cancelled);

  /**
   * Lets go of what is kept in memory of a table's files; who reads it goes on.
   *
   * @throws io.quiver.types.QuiverException 42P01 when the table has been dropped
   */
  void release(TableId table);

  /**
   * Makes indexes of segments anew, and waits for it; the old ones serve meanwhile.
   *
   * @param index one of the table's, or null for all
   * @param cancelled looked at often; true ends the work, and what is made already stays
   * @throws io.quiver.types.QuiverException 57014 when it is cancelled or the build is killed,
   *     42P01 when the table has been dropped, 53200 when a build takes more memory than builds
   *     may; 58030, 53100 when the disk cannot be read or written
   */
  void reindex(TableId table, @Nullable IndexId index, BooleanSupplier cancelled);

  /** The builds of vector indexes that go on or wait. */
  List<VectorIndexBuild> indexBuilds();

  /**
   * Ends such a build soon. Its index is not begun again before someone asks for it or the database
   * is opened again.
   *
   * @return false where there is none of this number
   */
  boolean killIndexBuild(long id);

  /** What builds of vector indexes may take. */
  BuildLimits buildLimits();

  /** Sets what those that begin from now on may take. */
  void limitBuilds(BuildLimits limits);

  /** What the store does beside statements, and the last hundred things that it has done. */
  List<Job> jobs();

  /** What is kept in memory of files; nothing of a database that lives in memory. */
  List<CacheUsage> cacheUsage();

  /** How many bytes of files are kept in memory at most. */
  long cacheBytes();

  /**
   * Ends background work, makes asynchronous commits durable and releases the directory; committed
   * rows stay as they are.
   *
   * @throws IllegalStateException when that did not work, with the reasons suppressed; asynchronous
   *     commits may be lost then
   */
  @Override
  void close();
}
