package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.log.LogOptions;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Where a store lies, and how it behaves. Start from {@link #of}.
 *
 * @param random names segments and salts log files
 * @param memTableBytes how large the rows in memory become before they are written to segments
 * @param backgroundFlush whether a thread does so; otherwise only {@link Store#flush}
 * @param bulkBytes how many bytes of new rows of a table a transaction keeps in memory: as soon as
 *     they are more, it writes them straight to a segment
 * @param log how the log behaves
 */
public record StoreOptions(
    FileSystem files,
    RandomGenerator random,
    long memTableBytes,
    boolean backgroundFlush,
    long bulkBytes,
    LogOptions log) {
  private static final long BULK_BYTES = 32L << 20;

  public StoreOptions {
    if (bulkBytes < 1) {
      throw new IllegalArgumentException("bulkBytes is positive, found " + bulkBytes);
    }
    if (memTableBytes < 1) {
      throw new IllegalArgumentException("memTableBytes is positive, found " + memTableBytes);
    }
  }

  /** With a log as usual, and 32 MiB of a transaction's rows in memory. */
  public StoreOptions(
      FileSystem files, RandomGenerator random, long memTableBytes, boolean backgroundFlush) {
    this(files, random, memTableBytes, backgroundFlush, BULK_BYTES, LogOptions.DEFAULT);
  }

  /** 64 MiB of rows in memory, flushed in the background. */
  public static StoreOptions of(FileSystem files) {
    return new StoreOptions(files, new SecureRandom(), 64L << 20, true);
  }

  public StoreOptions withMemTableBytes(long bytes) {
    return new StoreOptions(files, random, bytes, backgroundFlush, bulkBytes, log);
  }

  public StoreOptions withBulkBytes(long bytes) {
    return new StoreOptions(files, random, memTableBytes, backgroundFlush, bytes, log);
  }

  public StoreOptions withLog(LogOptions options) {
    return new StoreOptions(files, random, memTableBytes, backgroundFlush, bulkBytes, options);
  }
}
