package io.quiver.storage.index;

import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.recall.RecallMonitor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An index of the vectors of one segment, or of the first rows of a block in memory, deleted rows
 * and rows without a vector included: whoever searches filters them out. That of a partial index
 * has some of the rows, and numbers them anew. Safe for many threads, each with a searcher of its
 * own.
 */
public final class SegmentVectorIndex {
  /** Searchers that are kept; more make room for themselves and are forgotten. */
  private static final int IDLE_MAX = 32;

  /** Of so many searches, one is repeated exactly. */
  private static final int CHECKED_ONE_OF = 100;

  /** What the monitor compares with; nobody asks it to. */
  private static final double RECALL_WANTED = 0.95;

  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorIndex index;
  private final int rowCount;
  private final @Nullable RowBitmap some;

  /** What the rows of a partial index are in the segment, ascending; empty for one of all rows. */
  private final int[] positions;

  private final Origin origin;
  private final RecallMonitor monitor;
  private volatile @Nullable Runnable sampled;
  private final ArrayBlockingQueue<VectorSearcher> idle = new ArrayBlockingQueue<>(IDLE_MAX);

  /**
   * What is known of how it was made.
   *
   * @param fileBytes the length of its file
   * @param buildMillis how long the build took
   * @param reason why {@code auto} chose as it did; empty for other kinds
   */
  public record Origin(long fileBytes, long buildMillis, String reason) {}

  /**
   * @param rowCount rows that it was made of, the first
   * @param some those of them that it has, in their order, of a copy of whose vectors it is; null
   *     for all
   */
  public SegmentVectorIndex(
      VectorIndex index, int rowCount, @Nullable RowBitmap some, Origin origin) {
    this.index = index;
    this.rowCount = rowCount;
    this.some = some;
    this.positions = new int[some == null ? 0 : some.count()];
    this.origin = origin;
    this.monitor = new RecallMonitor(index.rows(), CHECKED_ONE_OF, RECALL_WANTED);
    if (some != null) {
      some.fill(0, positions);
    }
  }

  /** The segment's rows that it has, or null for all. */
  public @Nullable RowBitmap some() {
    return some;
  }

  /** Bytes that it keeps in memory, with the vectors of its own that a partial index has. */
  public long memoryBytes() {
    long vectors =
        (long) positions.length * index.rows().encoding().bytes(index.rows().dimension());
    return index.memoryBytes() + vectors + 4L * positions.length;
  }

  /** Calls someone when a search waits to be repeated exactly; without that, none is kept. */
  public void onSample(@Nullable Runnable listener) {
    sampled = listener;
  }

  /** Tells of a search by the index, of which one in a hundred is repeated exactly. */
  public void served(SearchRequest request, Neighbors found) {
    Runnable listener = sampled;
    if (listener != null && monitor.served(request, found)) {
      listener.run();
    }
  }

  /**
   * Repeats a search that waits, which measures all rows; one thread at a time.
   *
   * @return false when none waits
   */
  public boolean checkOne() {
    return monitor.checkOne();
  }

  /** What it really found in the last searches that were repeated. */
  public RecallMonitor.Estimate recall() {
    return monitor.estimate();
  }

  /** What a filter of the segment's rows is for those of the index. */
  public RowFilter own(RowFilter ofSegment) {
    if (some == null) {
      return ofSegment;
    }
    MemorySegment bits = Arena.ofAuto().allocate(8 * ((positions.length + 64L) >> 6), 64);
    for (int row = 0; row < positions.length; row++) {
      if (ofSegment.passes(positions[row])) {
        long at = 8L * (row >>> 6);
        bits.set(WORD, at, bits.get(WORD, at) | 1L << row);
      }
    }
    return RowFilter.of(bits, positions.length);
  }

  /** Makes of rows of the index, in place, those of the segment. */
  public void toSegment(int[] rows) {
    for (int i = 0; some != null && i < rows.length; i++) {
      rows[i] = positions[rows[i]];
    }
  }

  public VectorIndex index() {
    return index;
  }

  /**
   * How many rows it was made of: of a block in memory, the first of those that are there. A
   * partial index has those of them that fulfil its condition.
   */
  public int rowCount() {
    return rowCount;
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
