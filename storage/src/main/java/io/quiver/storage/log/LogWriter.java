package io.quiver.storage.log;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Appends to a log. Safe for many threads; records are in the order of the calls. */
public interface LogWriter extends AutoCloseable {
  /**
   * Adds one atomic record. Its future completes when the record is durable, in the order of the
   * positions, on a thread of the log: whoever hangs work on it must be quick.
   *
   * <p>It fails with 58030 or 53100 when the log cannot be written. From then on every append of
   * this writer fails, and the failed records are not durable; opening the log anew may cure it. It
   * fails with 55P03 once another writer has opened the shard, or this one was closed.
   *
   * @param pieces of the record, in their order, which must not change until the future is done
   */
  CompletableFuture<Lsn> append(List<MemorySegment> pieces);

  /**
   * As {@link #append}, but the record may stay in memory for {@link LogOptions#forceDelayMillis},
   * unless someone {@linkplain #await waits} for it or another append makes it durable before.
   */
  CompletableFuture<Lsn> appendDeferred(List<MemorySegment> pieces);

  /**
   * Waits until a record is durable, and has it made so now.
   *
   * @param appended of this writer
   * @throws java.util.concurrent.CompletionException around why it failed
   */
  Lsn await(CompletableFuture<Lsn> appended);

  /** Whether a record has waited for longer than twice the delay, and is not durable yet. */
  boolean isLate();

  /** Adds a record of one piece. */
  default CompletableFuture<Lsn> append(MemorySegment record) {
    return append(List.of(record));
  }

  /** Makes durable what was appended before, then stops. */
  @Override
  void close();
}
