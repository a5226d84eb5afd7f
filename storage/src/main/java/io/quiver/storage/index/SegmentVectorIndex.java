package io.quiver.storage.index;

import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Function;

/**
 * An index of the vectors of one segment, or of the first rows of a block in memory, deleted rows
 * and rows without a vector included: whoever searches filters them out. Safe for many threads,
 * each with a searcher of its own.
 */
public final class SegmentVectorIndex {
  /** Searchers that are kept; more make room for themselves and are forgotten. */
  private static final int IDLE_MAX = 32;

  private final VectorIndex index;
  private final Origin origin;
  private final ArrayBlockingQueue<VectorSearcher> idle = new ArrayBlockingQueue<>(IDLE_MAX);

  /**
   * What is known of how it was made.
   *
   * @param fileBytes the length of its file
   * @param buildMillis how long the build took
   * @param reason why {@code auto} chose as it did; empty for other kinds
   */
  public record Origin(long fileBytes, long buildMillis, String reason) {}

  public SegmentVectorIndex(VectorIndex index, Origin origin) {
    this.index = index;
    this.origin = origin;
  }

  public VectorIndex index() {
    return index;
  }

  /** How many rows it has: of a block in memory, the first of those that are there. */
  public int rowCount() {
    return index.rows().count();
  }

  public Origin origin() {
    return origin;
  }

  /** Lends a searcher for one piece of work. */
  public <R> R search(Function<VectorSearcher, R> work) {
    VectorSearcher known = idle.poll();
    VectorSearcher searcher = known == null ? index.searcher() : known;
    R result = work.apply(searcher);
    // One that has thrown is not used again.
    idle.offer(searcher);
    return result;
  }
}
