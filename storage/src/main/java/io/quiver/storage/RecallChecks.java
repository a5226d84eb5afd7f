package io.quiver.storage;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Repeats some of the searches by vector indexes exactly, to know what these really find: on a
 * thread that starts when the first of them waits, at low priority. It rests far longer than it
 * works, so that it never takes more than a twentieth of a core.
 */
final class RecallChecks implements AutoCloseable {
  private static final int REST_PER_WORK = 19;
  private static final long REST_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Scheduler scheduler;
  private final CommitPipeline pipeline;

  /** Guarded by the lock, as is the thread. */
  private boolean closed;

  private @Nullable BackgroundWork thread;

  /** Watches the indexes that are opened or made from now on. */
  RecallChecks(Scheduler scheduler, CommitPipeline pipeline) {
    this.scheduler = scheduler;
    this.pipeline = pipeline;
    pipeline.indexes().vectors().onSample(this::wake);
  }

  private void wake() {
    lock.lock();
    try {
      if (thread != null) {
        thread.wake();
      } else if (!closed) {
        thread =
            new BackgroundWork(
                scheduler,
                "quiver-recall",
                this::checkAll,
                () -> {},
                "searches cannot be repeated exactly; the recall of indexes is not known");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Repeats all searches that wait, of each index one after the other. */
  private void checkAll() {
    List<SegmentVectorIndex> indexes = indexes();
    boolean more = true;
    while (more) {
      more = false;
      for (SegmentVectorIndex index : indexes) {
        long begin = scheduler.nanoTime();
        if (!isClosed() && scheduler.callAtLowPriority("quiver-recall-0", index::checkOne)) {
          more = true;
          rest(REST_PER_WORK * (scheduler.nanoTime() - begin));
        }
      }
    }
  }

  private List<SegmentVectorIndex> indexes() {
    List<SegmentVectorIndex> indexes = new ArrayList<>();
    try (Snapshot snapshot = pipeline.snapshot()) {
      for (IndexDefinition index : snapshot.catalog().indexes()) {
        if (!index.kind().isVector()) {
          continue;
        }
        for (SegmentView segment : snapshot.table(index.table()).segments()) {
          SegmentVectorIndex found = snapshot.vectorIndex(index, segment);
          if (found != null) {
            indexes.add(found);
          }
        }
      }
    }
    return indexes;
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  private void rest(long nanos) {
    long left = Math.min(nanos, REST_NANOS_MAX);
    lock.lock();
    try {
      while (!closed && left > 0) {
        left = scheduler.awaitNanos(lock, changed, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Ends work that is going on after the search that it repeats. */
  @Override
  public void close() {
    BackgroundWork work;
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
      work = thread;
    } finally {
      lock.unlock();
    }
    if (work != null) {
      work.close();
    }
  }
}
