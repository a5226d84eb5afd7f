package io.quiver.storage.scheduling;

import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Platform threads and the machine's clocks. */
final class SystemScheduler implements Scheduler {
  static final SystemScheduler INSTANCE = new SystemScheduler();

  private SystemScheduler() {}

  @Override
  public Instant instant() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public ThreadFactory threads(String name) {
    return Thread.ofPlatform().name(name).daemon().factory();
  }

  @Override
  public <T> T callAtLowPriority(String name, Supplier<T> work) {
    return LowPriority.call(name, work);
  }

  @Override
  public boolean hasLowPriority() {
    return LowPriority.isAvailable();
  }

  @Override
  public int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
  public long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
    return condition.awaitNanos(nanos);
  }

  @Override
  public boolean tryLock(Lock lock, long nanos) throws InterruptedException {
    return lock.tryLock(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }
}
