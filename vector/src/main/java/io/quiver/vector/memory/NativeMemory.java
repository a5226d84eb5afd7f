package io.quiver.vector.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap for what is read at random: zeroed, aligned to a cache line, and on huge
 * pages where Linux grants them, which spares a graph search most of its TLB misses. Without an
 * arena it lives as long as its segment is reachable.
 */
public final class NativeMemory {
  /** What rows, blocks and codes are aligned to: a cache line, and a 512-bit register. */
  public static final int ALIGNMENT = 64;

  private static final long HUGE_PAGE = 2L << 20;

  private static final @Nullable Mmap MMAP = Mmap.find();

  private NativeMemory() {}

  /** Rounds up to whole cache lines. */
  public static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Zeroed memory of at least so many bytes. */
  public static MemorySegment allocate(long bytes) {
    return allocate(bytes, Arena.ofAuto());
  }

  /** Zeroed memory of at least so many bytes, which lives as long as the arena. */
  public static MemorySegment allocate(long bytes, Arena arena) {
    if (MMAP != null && bytes >= HUGE_PAGE) {
      MemorySegment mapped = MMAP.allocate(bytes, arena);
      if (mapped != null) {
        return mapped;
      }
    }
    return arena.allocate(Math.max(ALIGNMENT, align(bytes)), ALIGNMENT);
  }

  /** Linux's mmap, munmap and madvise. */
  private record Mmap(MethodHandle map, MethodHandle unmap, MethodHandle advise) {
    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    @SuppressWarnings("restricted")
    static @Nullable Mmap find() {
      // Without the permission the JVM would print a warning into the application's output.
      if (AbsoluteMemory.ALL == null || !System.getProperty("os.name").equals("Linux")) {
        return null;
      }
      Linker linker = Linker.nativeLinker();
      Optional<MemorySegment> map = linker.defaultLookup().find("mmap");
      Optional<MemorySegment> unmap = linker.defaultLookup().find("munmap");
      Optional<MemorySegment> advise = linker.defaultLookup().find("madvise");
      if (map.isEmpty() || unmap.isEmpty() || advise.isEmpty()) {
        return null;
      }
      return new Mmap(
          linker.downcallHandle(
              map.get(),
              FunctionDescriptor.of(
                  JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG)),
          linker.downcallHandle(unmap.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)),
          linker.downcallHandle(
              advise.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)));
    }

    /** Returns null where the system has no more to give, which the caller's own way reports. */
    @SuppressWarnings("restricted")
    @Nullable MemorySegment allocate(long bytes, Arena arena) {
      // One huge page more, so that the used part can begin on a boundary.
      long length = (bytes + 2 * HUGE_PAGE - 1) & -HUGE_PAGE;
      try {
        long start = (long) map.invokeExact(0L, length, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
        if (start == -1) {
          return null;
        }
        long aligned = (start + HUGE_PAGE - 1) & -HUGE_PAGE;
        int refused = (int) advise.invokeExact(aligned, length - (aligned - start), MADV_HUGEPAGE);
        if (refused != 0) {
          log("this system refuses huge pages; searches in graphs take somewhat longer");
        }
        return MemorySegment.ofAddress(aligned)
            .reinterpret(bytes, arena, ignored -> unmap(start, length));
      } catch (Throwable e) {
        throw new IllegalStateException("mmap", e);
      }
    }

    private void unmap(long start, long length) {
      try {
        int ignored = (int) unmap.invokeExact(start, length);
      } catch (Throwable e) {
        throw new IllegalStateException("munmap", e);
      }
    }

    private static void log(String message) {
      System.getLogger(NativeMemory.class.getName()).log(Level.DEBUG, message);
    }
  }
}
