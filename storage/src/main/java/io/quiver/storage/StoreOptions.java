package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.scheduling.Scheduler;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Where a store lies, and how it behaves. Start from {@link #of}.
 *
 * @param random names segments and salts log files
 * @param memTableBytes how large the rows in memory become before they are written to segments
 * @param background whether threads do so and compact segments; otherwise only {@link Store#flush}
 *     and {@link Store#optimize}
 * @param log how the log behaves
 * @param scheduler the threads and clocks that the store uses
 * @param memory where the columns of segments are when they are read
 * @param cacheBytes how many bytes of segments are copied into memory at most
 * @param builds what builds of vector indexes may take
 */
public record StoreOptions(
    FileSystem files,
    RandomGenerator random,
    long memTableBytes,
    boolean background,
    LogOptions log,
    Limits limits,
    Scheduler scheduler,
    StorageMemory memory,
    long cacheBytes,
    BuildLimits builds) {
  public StoreOptions {
    checkPositive("memTableBytes", memTableBytes);
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("cacheBytes is not negative, found " + cacheBytes);
    }
  }

  /** The usual limits and log, and the machine's threads and clocks. */
  public StoreOptions(
      FileSystem files, RandomGenerator random, long memTableBytes, boolean background) {
    this(
        files,
        random,
        memTableBytes,
        background,
        LogOptions.DEFAULT,
        Limits.USUAL,
        Scheduler.system(),
        StorageMemory.RESIDENT,
        usualCacheBytes(),
        BuildLimits.usual());
  }

  /** Half of what the heap may take, and of what memory outside of it may take by default. */
  public static long usualCacheBytes() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  /**
   * When memory is written to segments even if it is not full, and how segments are made.
   *
   * @param memTableRows how many rows are in memory at most before they are written
   * @param memTableAge how long a change stays out of segments at most
   * @param segmentBytes merging makes no segment larger than about this
   * @param compactionBytesPerSecond how fast merging writes while nothing urges it
   * @param bulkBytes how many bytes of new rows of a table a transaction keeps in memory: as soon
   *     as they are more, they are written straight to a segment, and as many again may be gathered
   *     meanwhile
   */
  public record Limits(
      long memTableRows,
      Duration memTableAge,
      long segmentBytes,
      long compactionBytesPerSecond,
      long bulkBytes) {
    public static final Limits USUAL =
        new Limits(4_000_000, Duration.ofMinutes(5), 256L << 20, 128L << 20, 32L << 20);

    public Limits {
      checkPositive("memTableRows", memTableRows);
      checkPositive("memTableAge", memTableAge.toNanos());
      checkPositive("segmentBytes", segmentBytes);
      checkPositive("compactionBytesPerSecond", compactionBytesPerSecond);
      checkPositive("bulkBytes", bulkBytes);
    }
  }

  /** 64 MiB of rows in memory, flushed in the background. */
  public static StoreOptions of(FileSystem files) {
    return new StoreOptions(files, new SecureRandom(), 64L << 20, true);
  }

  public StoreOptions withMemTableBytes(long bytes) {
    return with(bytes, log, limits, scheduler, memory, cacheBytes);
  }

  /** With the columns of segments copied as far as the cache goes, or mapped. */
  public StoreOptions withMemory(StorageMemory other) {
    return with(memTableBytes, log, limits, scheduler, other, cacheBytes);
  }

  /** With so many bytes of segments copied into memory at most. */
  public StoreOptions withCacheBytes(long bytes) {
    return with(memTableBytes, log, limits, scheduler, memory, bytes);
  }

  /** With other limits of the builds of vector indexes. */
  public StoreOptions withBuilds(BuildLimits other) {
    return new StoreOptions(
        files,
        random,
        memTableBytes,
        background,
        log,
        limits,
        scheduler,
        memory,
        cacheBytes,
        other);
  }

  public StoreOptions withLog(LogOptions other) {
    return with(memTableBytes, other, limits, scheduler, memory, cacheBytes);
  }

  public StoreOptions withLimits(Limits other) {
    return with(memTableBytes, log, other, scheduler, memory, cacheBytes);
  }

  private StoreOptions with(
      long otherMemTableBytes,
      LogOptions otherLog,
      Limits otherLimits,
      Scheduler otherScheduler,
      StorageMemory otherMemory,
      long otherCacheBytes) {
    return new StoreOptions(
        files,
        random,
        otherMemTableBytes,
        background,
        otherLog,
        otherLimits,
        otherScheduler,
        otherMemory,
        otherCacheBytes,
        builds);
  }

  public StoreOptions withBulkBytes(long bytes) {
    return withLimits(
        new Limits(
            limits.memTableRows,
            limits.memTableAge,
            limits.segmentBytes,
            limits.compactionBytesPerSecond,
            bytes));
  }

  public StoreOptions withScheduler(Scheduler other) {
    return with(memTableBytes, log, limits, other, memory, cacheBytes);
  }

  private static void checkPositive(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is positive, found " + value);
    }
  }
}
