package io.quiver.storage.log;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A record in a writer's queue, and its future. The lock of its writer guards changes. */
final class Appended extends CompletableFuture<Lsn> {
  private final List<MemorySegment> pieces;
  private final long bytes;
  private final long since = System.nanoTime();

  /** Whether nobody waits for it, and it is tried again where it cannot be written. */
  boolean released;

  /** Whether it is known what it came to, though the future may learn that in a moment only. */
  volatile boolean settled;

  /**
   * @param bytes of all pieces
   */
  Appended(List<MemorySegment> pieces, long bytes) {
    this.pieces = pieces;
    this.bytes = bytes;
  }

  List<MemorySegment> pieces() {
    return pieces;
  }

  long bytes() {
    return bytes;
  }

  /** When it was appended, by the clock of nanoseconds. */
  long since() {
    return since;
  }
}
