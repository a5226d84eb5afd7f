package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import java.time.Instant;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** The machine's threads, and dates that pass a thousand times as fast. */
record HurriedScheduler(Scheduler inner) implements Scheduler {
  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(inner.nanoTime() / 1_000);
  }

  @Override
  public long nanoTime() {
    return inner.nanoTime();
  }

  @Override
  public ThreadFactory threads(String name) {
    return inner.threads(name);
  }

  @Override
  public int processors() {
    return inner.processors();
  }

  @Override
  public long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
    return inner.awaitNanos(lock, condition, nanos);
  }

  @Override
  public boolean tryLock(Lock lock, long nanos) throws InterruptedException {
    return inner.tryLock(lock, nanos);
  }

  @Override
  public void pause(long nanos) {
    inner.pause(nanos);
  }
}
