package io.quiver.types;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Zeroed memory of which each piece lives as long as it is reachable. Small pieces, of all threads,
 * lie in chunks together: an arena of each one's own would cost the collector more than what is in
 * it. So a small piece that stays keeps a chunk.
 */
final class SmallMemory implements SegmentAllocator {
  private static final int CHUNK_BYTES = 1 << 15;
  private static final int SMALL_BYTES = 1 << 12;

  private static volatile Chunk current = new Chunk();

  /** Of what is not small; made when it is asked for. */
  private @Nullable Arena own;

  private static final class Chunk {
    private final MemorySegment memory =
        Arena.ofAuto().allocate(CHUNK_BYTES, ColumnBuilder.ALIGNMENT);
    private final AtomicInteger used = new AtomicInteger();

    /** A piece that nobody else has, or null where there is no room left. */
    private @Nullable MemorySegment take(int bytes, long size) {
      int at = used.get() > CHUNK_BYTES - bytes ? CHUNK_BYTES : used.getAndAdd(bytes);
      return at > CHUNK_BYTES - bytes ? null : memory.asSlice(at, size);
    }
  }

  @Override
  public MemorySegment allocate(long size, long alignment) {
    if (size > SMALL_BYTES || alignment > ColumnBuilder.ALIGNMENT) {
      Arena arena = own == null ? Arena.ofAuto() : own;
      own = arena;
      return arena.allocate(size, alignment);
    }
    int bytes = (int) ((size + ColumnBuilder.ALIGNMENT - 1) & -ColumnBuilder.ALIGNMENT);
    MemorySegment piece = current.take(bytes, size);
    while (piece == null) {
      // Others may do the same: then a chunk is left before it is full.
      Chunk next = new Chunk();
      piece = next.take(bytes, size);
      current = next;
    }
    return piece;
  }
}
