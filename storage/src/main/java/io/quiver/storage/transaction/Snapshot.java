package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;

/**
 * The database as of one commit, plus what its own transaction has done since. It pins the segments
 * that it reads until it is closed. Safe for many reading threads.
 */
public interface Snapshot extends AutoCloseable {
  CommitVersion version();

  Catalog catalog();

  /**
   * The rows of a table.
   *
   * @throws io.quiver.types.QuiverException 42P01 when the snapshot has no such table
   */
  TableSnapshot table(TableId id);

  @Override
  void close();
}
