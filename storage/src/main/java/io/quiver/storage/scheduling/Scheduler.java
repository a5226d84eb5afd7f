package io.quiver.storage.scheduling;

import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * The threads that a store starts, the clocks that it reads, and its waits that end with time:
 * those of the machine, or simulated ones. What waits for another thread alone (a lock, a
 * condition, a future) needs none of this. Safe for many threads.
 *
 * <p>As an {@link InstantSource} it tells the date; durations are measured by {@link #nanoTime}.
 */
public interface Scheduler extends InstantSource {
  /** The machine's threads and clocks. */
  static Scheduler system() {
    return SystemScheduler.INSTANCE;
  }

  /** Nanoseconds since some moment: differences mean something. */
  long nanoTime();

  /** Makes threads that do not keep the process alive, all of one name. */
  ThreadFactory threads(String name);

  /** Starts a thread that does not keep the process alive. */
  default Thread start(String name, Runnable work) {
    Thread thread = threads(name).newThread(work);
    thread.start();
    return thread;
  }

  /**
   * Does some work and waits for it. Where it can be, the work is done by another thread, which
   * takes what those of usual priority leave of the processors, as do threads that it starts: it
   * must hold no lock that they wait for.
   *
   * @param name of the thread
   */
  default <T> T callAtLowPriority(String name, Supplier<T> work) {
    return work.get();
  }

  /** Whether {@link #callAtLowPriority} does what it is there for. */
  default boolean hasLowPriority() {
    return false;
  }

  /** How many threads can run at the same time. */
  int processors();

  /**
   * Waits until a condition is signalled, or for a time, or for no reason.
   *
   * @param lock which the condition is of, and which the caller holds
   * @return about the nanoseconds that are left
   */
  long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException;

  /** Takes a lock if it is free within a time. */
  boolean tryLock(Lock lock, long nanos) throws InterruptedException;

  /** Waits for a time, or less. */
  void pause(long nanos);
}
