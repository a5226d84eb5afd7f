package io.quiver.storage.codec;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;

/**
 * Small pieces of memory cut from larger ones, each of which lives as long as one of its pieces is
 * reachable: for many pieces that are let go together, since the garbage collector has to do with
 * each memory of its own. Owned by one thread.
 */
public final class SharedMemory implements SegmentAllocator {
  private static final long SHARED_BYTES = 256L << 10;

  /** What is larger than this part gets memory of its own. */
  private static final int OWN_PART = 16;

  private MemorySegment shared = MemorySegment.NULL;
  private long used;

  @Override
  public MemorySegment allocate(long bytes, long alignment) {
    if (bytes > SHARED_BYTES / OWN_PART) {
      return Arena.ofAuto().allocate(bytes, alignment);
    }
    long from = (used + alignment - 1) / alignment * alignment;
    if (from + bytes > shared.byteSize()) {
      shared = Arena.ofAuto().allocate(SHARED_BYTES, alignment);
      from = 0;
    }
    used = from + bytes;
    return shared.asSlice(from, bytes);
  }
}
