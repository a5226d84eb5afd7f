package io.quiver.storage.log;

/**
 * A durable sequence of records for each shard. Open the writer before reading on recovery: opening
 * settles what the log's end is.
 */
public interface Log extends AutoCloseable {
  /**
   * Opens the shard for writing, and fences every earlier writer: their appends fail from now on. A
   * record that was durable before stays; one that a crash has torn is gone for good.
   *
   * @param epoch greater than that of every writer before
   * @throws io.quiver.types.QuiverException 55P03 when a writer of this or a later epoch has been
   *     there
   * @throws io.quiver.types.CorruptionException for damage that no crash explains
   */
  LogWriter open(ShardId shard, long epoch);

  /**
   * Reads the records that come after a position.
   *
   * @param from {@link Lsn#START} for all that are kept
   * @param tail true to see records that become durable later, too
   * @throws io.quiver.types.CorruptionException when records after {@code from} are gone, or the
   *     log ends before it
   */
  LogReader read(ShardId shard, Lsn from, boolean tail);

  /**
   * Allows the log to forget the records up to a position, itself included. It may keep some.
   *
   * @param epoch that of the caller's writer; 55P03 when there has been a later one
   */
  void truncate(ShardId shard, Lsn upTo, long epoch);

  /** Closes the writers. */
  @Override
  void close();
}
