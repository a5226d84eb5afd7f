package io.quiver.storage.log;

/**
 * How a log behaves.
 *
 * @param fileBytesMax a file that has become so large is not written further
 * @param forceDelayMillis how long a record that nobody waits for may stay in memory
 */
public record LogOptions(long fileBytesMax, long forceDelayMillis) {
  /** Files of 64 MiB; 50 ms. */
  public static final LogOptions DEFAULT = new LogOptions(64L << 20, 50);

  public LogOptions {
    if (fileBytesMax < 1 || forceDelayMillis < 0) {
      throw new IllegalArgumentException(
          "fileBytesMax is positive and forceDelayMillis not negative, found "
              + fileBytesMax
              + " and "
              + forceDelayMillis);
    }
  }

  public LogOptions withFileBytesMax(long bytes) {
    return new LogOptions(bytes, forceDelayMillis);
  }

  public LogOptions withForceDelayMillis(long millis) {
    return new LogOptions(fileBytesMax, millis);
  }
}
