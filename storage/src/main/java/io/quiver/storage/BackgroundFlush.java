package io.quiver.storage;

import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Flushes on a thread of its own when the rows in memory have become many, and makes commits wait
 * when they come faster than they can be written. The lock guards all fields.
 */
final class BackgroundFlush implements AutoCloseable {
  /** Commits wait when memory holds this many times what starts a flush. */
  private static final int MEMORY_FACTOR = 4;

  private static final System.Logger LOG = System.getLogger(BackgroundFlush.class.getName());

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Flusher flusher;
  private final InstalledManifest installed;
  private final CommitPipeline pipeline;
  private final long memTableBytes;
  private final Thread thread;
  private boolean wanted;
  private boolean closed;
  private @Nullable Throwable failure;

  BackgroundFlush(
      Flusher flusher, InstalledManifest installed, CommitPipeline pipeline, StoreOptions options) {
    this.flusher = flusher;
    this.installed = installed;
    this.pipeline = pipeline;
    this.memTableBytes = options.memTableBytes();
    this.thread = Thread.ofPlatform().name("quiver-flush").daemon().start(this::run);
    pipeline.onCommit(this::committed);
    committed(pipeline.visible());
  }

  private void committed(DatabaseState state) {
    if (state.memoryBytes() <= memTableBytes && !installed.holdsDropped(state.catalog())) {
      return;
    }
    lock.lock();
    try {
      wanted = true;
      changed.signalAll();
      // After a failure nobody waits: it will show when memory is used up, or when it is cured.
      while (wanted
          && !closed
          && failure == null
          && pipeline.visible().memoryBytes() / MEMORY_FACTOR > memTableBytes) {
        changed.awaitUninterruptibly();
      }
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

  /** Waits until a flush is wanted; false at the end. */
  private boolean awaitWork() {
    lock.lock();
    try {
      while (!wanted && !closed) {
        changed.awaitUninterruptibly();
      }
      return !closed;
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
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
