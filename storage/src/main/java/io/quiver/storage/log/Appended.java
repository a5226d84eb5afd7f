package io.quiver.storage.log;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A record in a writer's queue, and its future. The lock of its writer guards changes. */
final class Appended extends CompletableFuture<Lsn> {
  private final List<MemorySegment> pieces;
  private final long bytes;
  private final long since;

  /** Whether nobody waits for it, and it is tried again where it cannot be written. */
  boolean released;

  /** Whether it is known what it came to, though the future may learn that in a moment only. */
  volatile boolean settled;

  /**
   * @param since when it was appended, by the clock of nanoseconds
   * @throws QuiverException 54000 when it is too large
   */
  Appended(List<MemorySegment> pieces, long since) {
    this.pieces = pieces;
    this.since = since;
    long sum = 0;
    for (MemorySegment piece : pieces) {
      sum += piece.byteSize();
    }
    this.bytes = sum;
    if (bytes > LogFormat.PAYLOAD_BYTES_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a log record holds at most " + LogFormat.PAYLOAD_BYTES_MAX + " bytes, found " + bytes);
    }
  }

  List<MemorySegment> pieces() {
    return pieces;
  }

  /** Of all pieces. */
  long bytes() {
    return bytes;
  }

  /** When it was appended, by the clock of nanoseconds. */
  long since() {
    return since;
  }
}
