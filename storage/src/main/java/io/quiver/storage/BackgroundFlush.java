package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Flushes on a thread of its own when what is in memory has become large or old, and bounds it:
 * commits that add rows are slowed down when it is twice as large as what starts a flush, and wait
 * from four times on. Only where a flush fails they are refused then; it is tried again and again,
 * so that they go on when there is room. The lock guards all fields.
 */
final class BackgroundFlush implements AutoCloseable {
  /** Commits wait when memory holds this many times what starts a flush. */
  private static final int MEMORY_FACTOR = 4;

  /** Commits are slowed down when memory holds this many times what starts a flush. */
  private static final int SLOW_FACTOR = 2;

  /** How long a commit is slowed down at most. */
  private static final long SLOW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(10);

  /** How long after a failed flush the next one comes. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final System.Logger LOG = System.getLogger(BackgroundFlush.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Scheduler scheduler;
  private final Flusher flusher;
  private final InstalledManifest installed;
  private final CommitPipeline pipeline;
  private final long memTableBytes;
  private final long memTableRows;
  private final long ageNanosMax;
  private final BackgroundThread thread;
  private boolean wanted;
  private boolean closed;
  private @Nullable Throwable failure;

  /**
   * When the oldest change was committed that no flush has written; means something if unwritten.
   */
  private long unwrittenSince;

  private volatile boolean unwritten;

  BackgroundFlush(
      Flusher flusher, InstalledManifest installed, CommitPipeline pipeline, StoreOptions options) {
    this.scheduler = options.scheduler();
    this.flusher = flusher;
    this.installed = installed;
    this.pipeline = pipeline;
    this.memTableBytes = options.memTableBytes();
    this.memTableRows = options.limits().memTableRows();
    this.ageNanosMax = options.limits().memTableAge().toNanos();
    this.thread = BackgroundThread.start(scheduler, "quiver-flush", this::run);
    pipeline.beforeRows(this::admit);
    pipeline.onCommit(this::committed);
    committed(pipeline.visible());
  }

  /**
   * Lets a commit that adds rows pass when there is room for it in memory, and waits for that.
   *
   * @throws QuiverException 53100, 53200 when memory is full and cannot be written
   */
  private void admit() {
    if (!isOver(MEMORY_FACTOR)) {
      return;
    }
    lock.lock();
    try {
      while (!closed && isOver(MEMORY_FACTOR)) {
        Throwable cause = failure;
        if (cause != null) {
          throw full(cause);
        }
        wanted = true;
        changed.signalAll();
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isOver(int factor) {
    DatabaseState state = pipeline.visible();
    return state.memoryBytes() / factor > memTableBytes;
  }

  private static QuiverException full(Throwable cause) {
    boolean disk = cause instanceof QuiverException e && e.code() == ErrorCode.DISK_FULL;
    return new QuiverException(
        disk ? ErrorCode.DISK_FULL : ErrorCode.OUT_OF_MEMORY,
        "the memory for rows is full, since they cannot be written to segments: "
            + cause.getMessage(),
        cause);
  }

  private void committed(DatabaseState state) {
    boolean full =
        state.memoryBytes() > memTableBytes
            || installed.holdsDropped(state.catalog())
            || state.memory().rows() > memTableRows;
    if (!full && unwritten) {
      return;
    }
    lock.lock();
    try {
      if (!unwritten && installed.isBehind(state)) {
        unwritten = true;
        unwrittenSince = scheduler.nanoTime();
        changed.signalAll();
      }
      if (full) {
        wanted = true;
        changed.signalAll();
        slowDown();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits the longer the fuller memory is, or until a flush has ended. */
  private void slowDown() {
    double over = (double) pipeline.visible().memoryBytes() / memTableBytes - SLOW_FACTOR;
    double share = Math.min(1, over / (MEMORY_FACTOR - SLOW_FACTOR));
    long left = (long) (SLOW_NANOS_MAX * share);
    try {
      while (left > 0 && wanted && !closed && failure == null) {
        left = scheduler.awaitNanos(lock, changed, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
        flusher.flush();
      } catch (RuntimeException | Error e) {
        // An error, too: commits wait for this thread.
        problem = e;
      }
      ended(problem);
    }
  }

  /** Tells who waits how a flush ended, and the log when that is news. */
  void ended(@Nullable Throwable problem) {
    Throwable before;
    lock.lock();
    try {
      before = failure;
      failure = problem;
      wanted = false;
      // What was committed during the flush is as old as the flush at most.
      unwritten = installed.isBehind(pipeline.visible());
      unwrittenSince = scheduler.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (problem != null && before == null) {
      LOG.log(
          System.Logger.Level.ERROR,
          "rows cannot be written to segments; they stay in memory and in the log",
          problem);
    } else if (problem == null && before != null) {
      LOG.log(System.Logger.Level.INFO, "rows can be written to segments again");
    }
  }

  /**
   * Waits until a flush is wanted, what is in memory is old, or a failed flush is to be tried
   * again; false at the end.
   */
  private boolean awaitWork() {
    lock.lock();
    try {
      if (failure != null) {
        for (long left = RETRY_NANOS; left > 0 && !closed; ) {
          left = scheduler.awaitNanos(lock, changed, left);
        }
        return !closed;
      }
      while (!wanted && !closed) {
        if (!unwritten) {
          changed.await();
          continue;
        }
        long left = unwrittenSince + ageNanosMax - scheduler.nanoTime();
        if (left <= 0) {
          return true;
        }
        scheduler.awaitNanos(lock, changed, left);
      }
      return !closed;
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if someone does, a flush does no harm.
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a flush that is running. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.join();
  }
}
