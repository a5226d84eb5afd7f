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

  /** Above every address that a kernel reads, and far from where sums with it overflow. */
  private static final long POSITION_MASK = Long.MAX_VALUE >>> 1;

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
    long address = memory.address() + position;
    if (address != known(address) || bytes > Long.MAX_VALUE >>> 2) {
      throw new IllegalStateException("no memory that kernels can read is at " + address);
    }
    return address;
  }

  /**
   * The same position, of which the compiler then knows that it is neither negative nor near the
   * end of all memory: it drops the checks of each access, which cost a loop as much as its
   * arithmetic. For the beginning of a kernel; the knowledge is lost in a call or a field.
   *
   * @param position as {@link #start} returned
   */
  public static long known(long position) {
    return position & POSITION_MASK;
  }

  /** Keeps both from being freed before this point. */
  // Not in a finally block: after an exception nothing is read any more.
  @SuppressWarnings("ReachabilityFenceUsage")
  public static void keepAlive(MemorySegment a, MemorySegment b) {
    Reference.reachabilityFence(a);
    Reference.reachabilityFence(b);
  }
}
