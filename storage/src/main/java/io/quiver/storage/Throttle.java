package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Makes one job write no faster than a rate, unless it is urgent. Owned by the job's thread. */
final class Throttle {
  /** A wait looks this often whether it is still wanted. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final double nanosPerByte;
  private final BooleanSupplier urgent;
  private final Scheduler scheduler;
  private final long start;
  private long bytes;

  Throttle(long bytesPerSecond, BooleanSupplier urgent, Scheduler scheduler) {
    this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    this.urgent = urgent;
    this.scheduler = scheduler;
    this.start = scheduler.nanoTime();
  }

  /**
   * Waits until what has been written so far is no more than the rate allows.
   *
   * @param check called while it waits; what it throws ends the wait
   */
  void wrote(long count, Runnable check) {
    bytes += count;
    while (!urgent.getAsBoolean() && scheduler.nanoTime() - start < bytes * nanosPerByte) {
      check.run();
      scheduler.pause(POLL_NANOS);
    }
  }
}
