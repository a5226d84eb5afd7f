package io.quiver.storage.transaction;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.segment.SegmentDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Segments that nothing names any more, and that snapshots may still read: their files go when
 * nobody does. Safe for many threads.
 */
public final class RetiredSegments {
  private final ReentrantLock lock = new ReentrantLock();
  private final FileSystem files;
  private final CommitPipeline pipeline;
  private final List<Retired> retired = new ArrayList<>();

  public RetiredSegments(FileSystem files, CommitPipeline pipeline) {
    this.files = files;
    this.pipeline = pipeline;
  }

  private record Retired(UUID segment, long from, long until) {}

  /** Takes a segment that was part of the tables from one arrangement on and up to another. */
  public void add(UUID segment, long from, long until) {
    lock.lock();
    try {
      retired.add(new Retired(segment, from, until));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes what no snapshot needs.
   *
   * @throws io.quiver.types.QuiverException 58030; what is left goes another time
   */
  public void sweep() {
    lock.lock();
    try {
      for (Retired each : List.copyOf(retired)) {
        if (!pipeline.isRead(each.from(), each.until())) {
          SegmentDirectory.delete(files, each.segment());
          retired.remove(each);
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
