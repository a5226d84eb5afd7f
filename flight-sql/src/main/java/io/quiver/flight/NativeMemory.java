package io.quiver.flight;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Memory for Arrow's buffers, from the JDK. Arrow's own ways cast to Netty's Unsafe buffers, which
 * Netty no longer makes on a Java 25 without special flags.
 *
 * <p>A buffer that is given back waits for the next one of its size: every batch of a result wants
 * the same sizes again, and closing an arena stops all threads for a moment.
 */
final class NativeMemory extends AllocationManager {
  private static final int ALIGNMENT = 64;

  private final Chunk chunk;
  private final Pool pool;

  private NativeMemory(BufferAllocator allocator, Chunk chunk, Pool pool) {
    super(allocator);
    this.chunk = chunk;
    this.pool = pool;
  }

  /** A pool of its own. */
  static Factory factory() {
    Pool pool = new Pool();
    return new Factory() {
      @Override
      public AllocationManager create(BufferAllocator allocator, long size) {
        return new NativeMemory(allocator, pool.take(size), pool);
      }

      @Override
      public ArrowBuf empty() {
        return new ArrowBuf(ReferenceManager.NO_OP, null, 0, pool.emptyAddress());
      }
    };
  }

  @Override
  public long getSize() {
    return chunk.memory.byteSize();
  }

  @Override
  protected long memoryAddress() {
    return chunk.memory.address();
  }

  @Override
  protected void release0() {
    pool.give(chunk);
  }

  private record Chunk(Arena arena, MemorySegment memory) {}

  /** Safe for many threads: all is guarded by this. */
  private static final class Pool {
    private static final long IDLE_BYTES_MAX = 64L << 20;

    private final MemorySegment empty = Arena.ofAuto().allocate(ALIGNMENT, ALIGNMENT);
    private final Map<Long, Deque<Chunk>> idle = new HashMap<>();
    private long idleBytes;

    long emptyAddress() {
      return empty.address();
    }

    Chunk take(long size) {
      synchronized (this) {
        Deque<Chunk> waiting = idle.get(size);
        Chunk chunk = waiting == null ? null : waiting.pollLast();
        if (chunk != null) {
          idleBytes -= size;
          return chunk;
        }
      }
      Arena arena = Arena.ofShared();
      return new Chunk(arena, arena.allocate(size, ALIGNMENT));
    }

    void give(Chunk chunk) {
      long size = chunk.memory.byteSize();
      synchronized (this) {
        if (idleBytes + size <= IDLE_BYTES_MAX) {
          idleBytes += size;
          idle.computeIfAbsent(size, bytes -> new ArrayDeque<>()).addLast(chunk);
          return;
        }
      }
      chunk.arena.close();
    }
  }
}
