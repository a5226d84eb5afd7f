package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gives a database that lives in memory its indexes on vectors, on threads that start with the
 * first of them: most such databases have none. The lock of this object guards all fields.
 */
final class MemoryIndexing implements AutoCloseable {
  private final Scheduler scheduler;
  private final CommitPipeline pipeline;
  private final MemoryCompaction compaction;
  private final VectorIndexing vectors;
  private final CarriedIndexes carried;
  private @Nullable BackgroundWork thread;
  private @Nullable BackgroundWork interim;
  private volatile boolean closed;

  MemoryIndexing(
      Scheduler scheduler,
      CommitPipeline pipeline,
      MemoryCompaction compaction,
      VectorIndexing vectors) {
    this.scheduler = scheduler;
    this.pipeline = pipeline;
    this.compaction = compaction;
    this.vectors = vectors;
    this.carried = new CarriedIndexes(vectors.builds(), pipeline);
    pipeline.onCommit(new ChangeWatch(pipeline.visible(), this::wake, this::wake)::committed);
    pipeline.indexes().vectors().onWanted(this::wake);
    pipeline.indexes().vectors().backlog().onBuilder(scheduler, this::works);
  }

  private synchronized boolean works() {
    return !closed && (thread == null || thread.failure() == null);
  }

  VectorIndexing vectors() {
    return vectors;
  }

  private void wake() {
    DatabaseState state = pipeline.visible();
    if (state.catalog().indexes().stream().anyMatch(index -> index.kind().isVector())) {
      wakeThread();
    }
  }

  private synchronized void wakeThread() {
    if (thread != null) {
      thread.wake();
    } else if (!closed) {
      interim = InterimIndexing.start(scheduler, pipeline, vectors);
      thread =
          new BackgroundWork(
              scheduler,
              "quiver-vector-index",
              this::buildMissing,
              vectors::close,
              "vector indexes cannot be built; searches are exact, and it is tried again");
    }
  }

  /**
   * Makes all that is missing, then few large indexes of many small ones. Blocks without an index
   * are merged first: what is merged is built once less.
   */
  void buildMissing() {
    boolean more = true;
    while (more) {
      vectors.buildMissing(() -> compaction.mergeUnindexed(carried, vectors::checkOpen));
      more = compaction.mergeIndexed(carried, vectors::checkOpen);
    }
  }

  @Override
  public void close() {
    List<BackgroundWork> all;
    synchronized (this) {
      closed = true;
      all = Stream.of(thread, interim).filter(Objects::nonNull).toList();
    }
    all.forEach(BackgroundWork::close);
  }
}
