package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.index.InterimIndex;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.index.SegmentVectorIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * An index of a segment's rows, deleted ones included; null where it cannot be used, or not yet.
   *
   * @param index of this snapshot's catalog
   * @param segment of this snapshot
   */
  default @Nullable ScalarIndex index(IndexDefinition index, SegmentView segment) {
    return null;
  }

  /**
   * An index of a segment's vectors, those of deleted rows included; null where it cannot be used,
   * or not yet.
   *
   * @param index of this snapshot's catalog
   * @param segment of this snapshot
   */
  default @Nullable SegmentVectorIndex vectorIndex(IndexDefinition index, SegmentView segment) {
    return null;
  }

  /**
   * What serves searches for rows of a segment that an index on vectors has not yet, in the order
   * of the rows. To be asked for before {@link #vectorIndex}, in whose favour it goes.
   *
   * @param index of this snapshot's catalog
   * @param segment of this snapshot
   */
  default List<InterimIndex.Run> interimIndex(IndexDefinition index, SegmentView segment) {
    return List.of();
  }

  /** How long rows have waited for an index on vectors; null where none has been measured. */
  default IndexLag.@Nullable Waited waited(IndexDefinition index) {
    return null;
  }

  /** How far an index is built. */
  default SegmentIndexes.Extent extent(IndexDefinition index) {
    return SegmentIndexes.Extent.NONE;
  }

  /**
   * Where a sequence of this snapshot's catalog goes on: the catalog is ahead of it by values that
   * are reserved and not given yet.
   */
  default SequenceDefinition.Position position(SequenceDefinition sequence) {
    return sequence.position();
  }

  /**
   * Waits until the keys of a table are read, which happens after opening: from then on, looking
   * one up waits for nothing.
   *
   * @param checkCancelled called now and then, by several threads; what it throws ends the waiting
   */
  default void awaitKeys(TableId table, Runnable checkCancelled) {}

  /**
   * Waits, before a statement adds rows to a table, where writers are ahead of its vector indexes.
   *
   * @param rowsMax how many rows they may be ahead; 0 is any number
   * @param checkCancelled called now and then; what it throws ends the waiting
   */
  default void awaitIndexes(TableId table, long rowsMax, Runnable checkCancelled) {}

  @Override
  void close();
}
