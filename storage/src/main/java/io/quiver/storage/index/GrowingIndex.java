package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The index of the rows of a block that grows at its end: sorted runs, which become fewer and
 * longer as in a log-structured merge-tree (O'Neil, Cheng, Gawlick, O'Neil: The Log-Structured
 * Merge-Tree, 1996). Readers make the runs; a writer knows nothing of them.
 *
 * <p>Runs are of 1,024 rows and of these times a power of four, the longer ones first, as many of
 * each as the digit of their number in the base of four says. So each row is sorted again a few
 * times at most, and a few runs are asked. A run is of rows that some view has, and which therefore
 * never change. Safe for many threads.
 */
public final class GrowingIndex {
  private static final int RUN_ROWS = 1_024;
  private static final int FACTOR = 4;

  private final IndexDefinition index;
  private final ReentrantLock sorting = new ReentrantLock();
  private volatile List<SortedRuns.Run> runs = List.of();

  public GrowingIndex(IndexDefinition index) {
    this.index = index;
  }

  /**
   * The index of the first rows of the block; null where too few of them are in runs. They may be
   * fewer than others have seen.
   *
   * @param columns those of the key with these rows
   */
  public @Nullable ScalarIndex view(List<Column> columns, int rows) {
    if (rows - end(runs) >= RUN_ROWS && sorting.tryLock()) {
      try {
        runs = grown(runs, columns, rows);
      } finally {
        sorting.unlock();
      }
    }
    List<SortedRuns.Run> known = runs;
    int used = known.size();
    while (used > 0 && known.get(used - 1).to() > rows) {
      used--;
    }
    List<SortedRuns.Run> within = known.subList(0, used);
    // Else another thread sorts, or the runs have become longer than what this view has.
    return rows - end(within) < RUN_ROWS
        ? new SortedRuns(index.keys(), within, end(within), rows)
        : null;
  }

  /** How many of the first rows of the block are in runs. */
  public int rows(int rows) {
    return Math.min(rows, end(runs));
  }

  /** Bytes of its runs in memory. */
  public long bytes() {
    return runs.stream().mapToLong(run -> run.index().bytes()).sum();
  }

  private static int end(List<SortedRuns.Run> runs) {
    return runs.isEmpty() ? 0 : runs.getLast().to();
  }

  private List<SortedRuns.Run> grown(List<SortedRuns.Run> known, List<Column> columns, int rows) {
    List<SortedRuns.Run> next = new ArrayList<>();
    int from = 0;
    for (int left = rows / RUN_ROWS; left > 0; ) {
      int units = 1;
      while (units <= left / FACTOR) {
        units *= FACTOR;
      }
      left -= units;
      int to = from + units * RUN_ROWS;
      boolean same =
          known.size() > next.size()
              && known.get(next.size()).from() == from
              && known.get(next.size()).to() == to;
      next.add(same ? known.get(next.size()) : sorted(columns, from, to));
      from = to;
    }
    return List.copyOf(next);
  }

  private SortedRuns.Run sorted(List<Column> columns, int from, int to) {
    int[] positions = SortedRuns.sort(index.keys(), columns, from, to);
    return new SortedRuns.Run(
        from, to, new SortedIndex(index.keys(), PackedPositions.of(positions, to)));
  }
}
