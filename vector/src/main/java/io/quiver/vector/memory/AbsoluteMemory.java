package io.quiver.vector.memory;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One segment over all memory, through which kernels read by absolute address where native access
 * is enabled. Bounds and liveness are checked once a block, by {@link #start}.
 */
public final class AbsoluteMemory {
  /** All memory from address 0 on; null where native access is not enabled. */
  public static final @Nullable MemorySegment ALL = allMemory();

  private AbsoluteMemory() {}

  @SuppressWarnings("restricted")
  private static @Nullable MemorySegment allMemory() {
    // Without the permission the JVM would print a warning into the application's output.
    return AbsoluteMemory.class.getModule().isNativeAccessEnabled()
        ? MemorySegment.NULL.reinterpret(Long.MAX_VALUE)
        : null;
  }

  /** What the kernels read from, given the segment itself. */
  public static MemorySegment all(MemorySegment memory) {
    return ALL != null ? ALL : memory;
  }

  /** Where the kernels find so many bytes, once it is sure that they lie in the segment. */
  public static long start(MemorySegment memory, long position, long bytes) {
    Objects.checkFromIndexSize(position, bytes, memory.byteSize());
    if (ALL == null) {
      return position;
    }
    if (!memory.isNative() || !memory.scope().isAlive()) {
      throw new IllegalStateException("kernels read native memory that is open");
    }
    return memory.address() + position;
  }

  /** Keeps both from being freed before this point. */
  // Not in a finally block: after an exception nothing is read any more.
  @SuppressWarnings("ReachabilityFenceUsage")
  public static void keepAlive(MemorySegment a, MemorySegment b) {
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
  }
}
