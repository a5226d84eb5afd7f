package io.quiver.vector.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Reads what an index keeps on disk. Whoever owns the file implements it, best past the page cache;
 * many threads may read at once.
 */
public interface BlockReader {
  /** Offsets and lengths are multiples of this many bytes, and memory is aligned to it. */
  int BLOCK_BYTES = 4096;

  /** Bytes that there are to read. */
  long byteSize();

  /** Fills the memory with what stands at the offset. */
  void read(long offset, MemorySegment into) throws IOException;

  /**
   * Fills several pieces of memory. A reader over a disk that serves many requests at once sends
   * them together.
   */
  default void read(long[] offsets, MemorySegment[] into, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      read(offsets[i], into[i]);
    }
  }
}
