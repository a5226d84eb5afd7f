package io.quiver.vector.index;

import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;

/**
 * How an index is built.
 *
 * @param threads that work at the same time
 * @param memoryBytesMax beyond the rows, index included; a build that needs more fails at once
 * @param seed of all that is random; with one thread the same rows then give the same index
 * @param progress is told the part that is done, from 0 to 1
 * @param cancelled asked now and then; a build that is cancelled throws
 */
public record BuildOptions(
    int threads,
    long memoryBytesMax,
    long seed,
    DoubleConsumer progress,
    BooleanSupplier cancelled) {
  public BuildOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads are " + threads + ", there must be at least 1");
    }
  }

  /** So many threads, without any other limit. */
  public static BuildOptions threads(int threads) {
    return new BuildOptions(threads, Long.MAX_VALUE, 1, part -> {}, () -> false);
  }

  public BuildOptions withMemory(long bytesMax) {
    return new BuildOptions(threads, bytesMax, seed, progress, cancelled);
  }

  public BuildOptions withSeed(long newSeed) {
    return new BuildOptions(threads, memoryBytesMax, newSeed, progress, cancelled);
  }

  public BuildOptions withProgress(DoubleConsumer newProgress) {
    return new BuildOptions(threads, memoryBytesMax, seed, newProgress, cancelled);
  }

  public BuildOptions withCancelled(BooleanSupplier newCancelled) {
    return new BuildOptions(threads, memoryBytesMax, seed, progress, newCancelled);
  }
}
