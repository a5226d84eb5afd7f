package io.quiver.storage.log;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Appends to a log. Safe for many threads; records are in the order of the calls.
 *
 * <p>A record that cannot be written (53100 where there is no room, else 58030) is gone from the
 * log for good before anybody is told, so that no crash brings it back. With it fail all that were
 * appended behind it, and every append until {@link #resume}: whoever appended meanwhile built on
 * what is not in the log. The failure is final where a force fails, or what was half written cannot
 * be removed: then only opening the log anew may cure it.
 */
public interface LogWriter extends AutoCloseable {
  /**
   * Adds one atomic record, which a thread of the log writes at once. Its future completes when the
   * record is durable, in the order of the positions: whoever hangs work on it must be quick.
   *
   * <p>It fails with 58030 or 53100 when the log cannot be written, and with 55P03 once another
   * writer has opened the shard, or this one was closed.
   *
   * @param pieces of the record, in their order, which must not change until the future is done
   */
  CompletableFuture<Lsn> append(List<MemorySegment> pieces);

  /**
   * As {@link #append}, but the record stays in memory until someone {@linkplain #await waits} for
   * it or a later one, or for {@link LogOptions#forceDelayMillis} once it was {@linkplain #release
   * released}.
   */
  CompletableFuture<Lsn> appendDeferred(List<MemorySegment> pieces);

  /**
   * Waits until a record is durable, and has it made so now, by this thread where no other one
   * writes.
   *
   * @param appended of this writer
   * @throws java.util.concurrent.CompletionException around why it failed; a released record may be
   *     written later all the same
   */
  Lsn await(CompletableFuture<Lsn> appended);

  /**
   * Leaves a deferred record to the log: nobody needs to wait for it. Where it cannot be written it
   * does not fail, but is tried again, until the writer is closed or fails for good.
   *
   * @return false when the record has failed already, when a record before it is neither durable
   *     nor released, or when a record has waited for longer than twice the delay and is not
   *     durable yet: then {@link #await} it
   */
  boolean release(CompletableFuture<Lsn> appended);

  /**
   * Takes appends again after records have failed. The caller has undone what they stand for.
   *
   * @return false when the failure is final
   */
  boolean resume();

  /** Adds a record of one piece. */
  default CompletableFuture<Lsn> append(MemorySegment record) {
    return append(List.of(record));
  }

  /** Makes durable what was appended before, then stops. */
  @Override
  void close();
}
