package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Does some work on a thread of its own, after opening and whenever it is woken. After a failure it
 * waits before it tries again. The lock guards all fields.
 */
final class BackgroundWork implements AutoCloseable {
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RETRY_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

  private static final System.Logger LOG = System.getLogger(BackgroundWork.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Scheduler scheduler;
  private final Runnable work;
  private final Runnable end;
  private final String complaint;
  private final BackgroundThread thread;
  private boolean wanted = true;
  private boolean closed;
  private long retryNanos = RETRY_NANOS;
  private @Nullable Throwable failure;

  /**
   * @param end makes work that is going on end soon
   * @param complaint what the log says when the work fails
   */
  BackgroundWork(Scheduler scheduler, String name, Runnable work, Runnable end, String complaint) {
    this.scheduler = scheduler;
    this.work = work;
    this.end = end;
    this.complaint = complaint;
    this.thread = BackgroundThread.start(scheduler, name, this::run);
  }

  /** There may be something to do. */
  void wake() {
    lock.lock();
    try {
      wanted = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Nullable Throwable failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitWork()) {
      Throwable problem = null;
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        // An error, too: who looks at the jobs sees it, and space may come back later.
        problem = e;
      }
      ended(problem);
    }
  }

  private void ended(@Nullable Throwable problem) {
    Throwable before;
    boolean closing;
    lock.lock();
    try {
      closing = closed;
      before = failure;
      failure = problem;
      retryNanos = problem == null ? RETRY_NANOS : retryNanos;
    } finally {
      lock.unlock();
    }
    if (problem != null && before == null && !closing) {
      LOG.log(System.Logger.Level.ERROR, complaint, problem);
    }
  }

  /** Waits until there is something to do, or a failure is long enough ago; false at the end. */
  private boolean awaitWork() {
    lock.lock();
    try {
      if (failure == null) {
        while (!closed && !wanted) {
          changed.awaitUninterruptibly();
        }
      } else {
        // Waking it does not make failed work run again before its time.
        long left = retryNanos;
        retryNanos = Math.min(2 * retryNanos, RETRY_NANOS_MAX);
        while (!closed && left > 0) {
          left = scheduler.awaitNanos(lock, changed, left);
        }
      }
      wanted = false;
      return !closed;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if someone does, it has been long enough.
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends work that is going on. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    end.run();
    thread.join();
  }
}
