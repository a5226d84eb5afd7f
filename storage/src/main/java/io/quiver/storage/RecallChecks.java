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

/**
 * Repeats some of the searches by vector indexes exactly, to know what these really find. It rests
 * far longer than it works, so that it never takes more than a twentieth of a core.
 */
final class RecallChecks {
  private static final int REST_PER_WORK = 19;
  private static final long REST_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Scheduler scheduler;
  private final CommitPipeline pipeline;

  /** Guarded by the lock. */
  private boolean closed;

  RecallChecks(Scheduler scheduler, CommitPipeline pipeline) {
    this.scheduler = scheduler;
    this.pipeline = pipeline;
  }

  /** Repeats all searches that wait, of each index one after the other. */
  void checkAll() {
    List<SegmentVectorIndex> indexes = indexes();
    boolean more = true;
    while (more) {
      more = false;
      for (SegmentVectorIndex index : indexes) {
        long begin = scheduler.nanoTime();
        if (!isClosed() && index.checkOne()) {
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
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
