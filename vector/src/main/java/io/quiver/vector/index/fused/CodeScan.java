package io.quiver.vector.index.fused;

import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.RabitqQuery;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Finds the nearest rows by {@link CodeRows}: one thread's memory for it.
 *
 * <p>A code gives a lower bound of a row's distance, which holds but for a few in a hundred of the
 * rows that it decides about. The rows with the least bounds are computed exactly first; whichever
 * of the others has a bound above the k-th distance of these is out, and the rest are computed too.
 * Gao and Long, SIGMOD 2024, section 4.
 */
final class CodeScan {
  /**
   * The standard deviation of an estimate in units of {@code slope * |q - c|}: each of the products
   * that a code stands for has the deviation {@code |q - c| sqrt(1 - 2 / pi)} around its mean.
   */
  private static final float DEVIATION = 0.603f;

  /** Deviations between an estimate and the bound: so many, and more for a greater effort. */
  private static final float SLACK = 1.4f;

  private static final float SLACK_DOUBLING = 0.1f;

  /** Bounds after which distances are computed, so that most others need not be kept. */
  private static final int PROBE = 512;

  /** Rows computed at once, for each that is wanted, and at least. */
  private static final int FIRST_FACTOR = 2;

  private static final int FIRST_MIN = 32;

  /** Blocks between two looks at the cancel flag. */
  private static final int CANCEL_INTERVAL = 1024;

  private final CodeRows rows;
  private final RowSet present;
  private final RabitqQuery table;
  private final NearestKeys first = new NearestKeys();
  private final NearestKeys probe = new NearestKeys();
  private long[] bounds = new long[1024];
  private int boundCount;
  private long exactCount;

  CodeScan(CodeRows rows, RowSet present) {
    this.rows = rows;
    this.present = present;
    table = new RabitqQuery(rows.codes());
  }

  /**
   * Finds.
   *
   * @param effort as for a graph: the more, the fewer are missed
   * @param walk has the query and its rotated point
   * @param nearest takes the rows; its limit says how many are wanted
   */
  void run(
      SearchRequest request,
      int effort,
      FusedWalk walk,
      ExactDistances exact,
      NearestKeys nearest) {
    float slack = SLACK + SLACK_DOUBLING * (31 - Integer.numberOfLeadingZeros(effort));
    float toCentre = prepare(walk, slack);
    first.reset(Math.max(FIRST_MIN, FIRST_FACTOR * nearest.limit()));
    boundCount = 0;
    exactCount = 0;
    bound(request, toCentre, walk, exact);
    computeFirst(walk, exact, nearest);
    long computed = first.size() == 0 ? Long.MIN_VALUE : first.last();
    for (int i = 0; i < boundCount; i++) {
      long key = bounds[i];
      boolean open = !nearest.isFull() || NodeKey.distance(key) <= NodeKey.distance(nearest.last());
      if (key > computed && open) {
        offer(NodeKey.node(key), walk, exact, nearest);
      }
    }
  }

  /** Bounds of the last search. */
  int boundCount() {
    return boundCount;
  }

  /** Distances that the last search computed. */
  long exactCount() {
    return exactCount;
  }

  private void offer(int row, FusedWalk walk, ExactDistances exact, NearestKeys nearest) {
    nearest.offer(NodeKey.of(exact.squared(walk.query(), walk.queryAt(), row), row));
    exactCount++;
  }

  /** Computes the rows with the least bounds. */
  private void computeFirst(FusedWalk walk, ExactDistances exact, NearestKeys nearest) {
    for (int i = 0; i < first.size(); i++) {
      offer(NodeKey.node(first.key(i)), walk, exact, nearest);
    }
  }

  /** Computes the bounds of all rows that may come back. */
  private void bound(SearchRequest request, float toCentre, FusedWalk walk, ExactDistances exact) {
    RowFilter filter = request.filter();
    Rabitq codes = rows.codes();
    float limit = Float.MAX_VALUE;
    boolean probed = false;
    int blocks = Math.ceilDiv(filter.rows(), Rabitq.SLOTS);
    for (int block = 0; block < blocks; block++) {
      int passing = (int) (filter.word(block >> 1) >>> (Rabitq.SLOTS * (block & 1)));
      if (passing == 0) {
        continue;
      }
      passing &= codes.estimate(rows.blocks(), rows.block(block), table, limit);
      for (; passing != 0; passing &= passing - 1) {
        int slot = Integer.numberOfTrailingZeros(passing);
        int row = Rabitq.SLOTS * block + slot;
        if (present.isComplete() || present.contains(row)) {
          add(NodeKey.of(Math.max(0, toCentre + table.estimate(slot)), row));
        }
      }
      if (!probed && boundCount >= Math.max(PROBE, 4 * first.limit())) {
        probed = true;
        probe.reset(first.limit() / FIRST_FACTOR);
        computeFirst(walk, exact, probe);
        limit = NodeKey.distance(probe.last()) - toCentre;
      }
      if (block % CANCEL_INTERVAL == 0 && request.cancelled().getAsBoolean()) {
        throw new CancellationException("the search was cancelled");
      }
    }
  }

  private void add(long key) {
    if (boundCount == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * boundCount);
    }
    bounds[boundCount++] = key;
    first.offer(key);
  }

  /** Takes the query and returns its squared distance to the centre. */
  private float prepare(FusedWalk walk, float slack) {
    table.set(walk.query(), walk.rotatedAt());
    float toCentre =
        FusedKernels.l2Squared(
            walk.query(),
            walk.rotatedAt(),
            rows.centre(),
            rows.centreAt(),
            rows.codes().codeBits());
    // Slopes are negative, so a greater product means a smaller distance.
    table.raise(slack * DEVIATION * (float) Math.sqrt(toCentre));
    return toCentre;
  }
}
