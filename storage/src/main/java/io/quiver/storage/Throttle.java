package io.quiver.storage;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Makes one job write no faster than a rate, unless it is urgent. Owned by the job's thread. */
final class Throttle {
  /** A wait looks this often whether it is still wanted. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final double nanosPerByte;
  private final BooleanSupplier urgent;
  private final long start = System.nanoTime();
  private long bytes;

  Throttle(long bytesPerSecond, BooleanSupplier urgent) {
    this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    this.urgent = urgent;
  }

  /**
   * Waits until what has been written so far is no more than the rate allows.
   *
   * @param check called while it waits; what it throws ends the wait
   */
  void wrote(long count, Runnable check) {
    bytes += count;
    while (!urgent.getAsBoolean() && System.nanoTime() - start < bytes * nanosPerByte) {
      check.run();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
