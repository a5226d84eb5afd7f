package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;

/**
 * What the builds of vector indexes may take together.
 *
 * @param threads that work on them at the same time
 * @param memoryBytes beyond the vectors: a build begins when what it takes is free
 */
public record BuildLimits(int threads, long memoryBytes) {
  /** As many threads as anyone has processors for. */
  public static final int THREADS_MAX = 1_024;

  public static final long MEMORY_BYTES_MIN = 1 << 20;

  public BuildLimits {
    if (threads < 1 || threads > THREADS_MAX) {
      throw new IllegalArgumentException(
          "builds have 1 to " + THREADS_MAX + " threads, found " + threads);
    }
    if (memoryBytes < MEMORY_BYTES_MIN) {
      throw new IllegalArgumentException(
          "builds have at least " + MEMORY_BYTES_MIN + " bytes, found " + memoryBytes);
    }
  }

  /**
   * All processors where builds have a lower priority than what else there is to do, half of them
   * elsewhere, one at least; and half of what the Java heap may take, which is also what memory
   * outside of it may take by default: an eighth of the machine where nothing was said.
   */
  public static BuildLimits usual() {
    Scheduler scheduler = Scheduler.system();
    int processors = scheduler.processors();
    return new BuildLimits(
        scheduler.hasLowPriority()
            ? Math.min(processors, THREADS_MAX)
            : Math.clamp(processors / 2, 1, THREADS_MAX),
        Math.max(MEMORY_BYTES_MIN, Runtime.getRuntime().maxMemory() / 2));
  }

  public BuildLimits withThreads(int other) {
    return new BuildLimits(other, memoryBytes);
  }

  public BuildLimits withMemoryBytes(long other) {
    return new BuildLimits(threads, other);
  }
}
