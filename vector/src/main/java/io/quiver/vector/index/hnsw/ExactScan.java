package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Ranks rows by their exact distances: the last candidates of a search, or all rows that match. It
 * belongs to one thread.
 */
final class ExactScan {
  private static final int BATCH = 256;

  private final VectorRows rows;
  private final RowSet present;
  private int[] batch = new int[BATCH];
  private double[] distances = new double[BATCH];
  private int pending;
  private long computed;

  ExactScan(GraphRows rows) {
    this.rows = rows.rows();
    this.present = rows.present();
  }

  /** Distances computed since {@link #resetCount}. */
  long computed() {
    return computed;
  }

  void resetCount() {
    computed = 0;
  }

  /** Adds a row to those that {@link #rank} looks at. */
  void add(int row) {
    if (pending == batch.length) {
      batch = Arrays.copyOf(batch, 2 * pending);
      distances = new double[2 * pending];
    }
    batch[pending++] = row;
  }

  /** Offers the rows that were added. */
  void rank(SearchRequest request, NearestRows nearest) {
    DistanceKernels.get(rows.encoding())
        .distances(rows.metric(), request.query(), rows.block(), batch, pending, distances);
    nearest.offer(batch, distances, pending);
    computed += pending;
    pending = 0;
  }

  /** Offers all rows that are present and pass the filter. */
  void scan(SearchRequest request, NearestRows nearest) {
    RowFilter filter = request.filter();
    for (int i = 0; i < (rows.count() + 63) >>> 6; i++) {
      for (long word = filter.word(i) & present.word(i); word != 0; word &= word - 1) {
        add(64 * i + Long.numberOfTrailingZeros(word));
      }
      if (pending >= BATCH - 64) {
        if (request.cancelled().getAsBoolean()) {
          pending = 0;
          throw new CancellationException("the search was cancelled");
        }
        rank(request, nearest);
      }
    }
    rank(request, nearest);
  }
}
