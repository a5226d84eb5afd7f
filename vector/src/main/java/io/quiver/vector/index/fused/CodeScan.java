package io.quiver.vector.index.fused;

import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.BitCodeDistances;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.RabitqQuery;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Finds the nearest rows by {@link CodeRows}: one thread's memory for it.
 *
 * <p>A code gives a lower bound of a row's distance, which holds but for a few in a hundred of the
 * rows that it decides about. The rows with the least bounds of the first some hundred are computed
 * exactly: of all others, those whose bound is above the k-th distance are out. The rest are
 * computed in the order of their bounds, until these are above it too. Gao and Long, SIGMOD 2024,
 * section 4.
 */
final class CodeScan {
  /**
   * The standard deviation of an estimate in units of {@code slope * |q - c|}: each of the products
   * that a code stands for has the deviation {@code |q - c| sqrt(1 - 2 / pi)} around its mean.
   */
  private static final float DEVIATION = 0.603f;

  /** Deviations between an estimate and the bound: so many, and more for a greater effort. */
  private static final float SLACK = 0.5f;

  private static final float SLACK_DOUBLING = 0.25f;

  /** Bounds after which distances are computed, so that most others need not be kept. */
  private static final int PROBE = 512;

  /** Rows computed then, for each that is wanted, and at least. */
  private static final int FIRST_FACTOR = 2;

  private static final int FIRST_MIN = 20;

  /** Distances that are computed before any is looked at: what one waits for, others may, too. */
  private static final int GROUP = 8;

  /** Rows whose codes are read at once, between two looks at the cancel flag. */
  private static final int BATCH = 1024;

  /** Blocks between two looks at the cancel flag. */
  private static final int CANCEL_INTERVAL = 1024;

  private final CodeRows rows;
  private final RowSet present;
  private final ExactDistances exact;
  private final FusedWalk walk;
  private final RabitqQuery table;
  private final BitCodeDistances single;

  /** The query less the centre. */
  private final MemorySegment residual;

  private final NearestKeys first = new NearestKeys();
  private NearestKeys nearest = new NearestKeys();
  private long[] bounds = new long[1024];
  private int boundCount;
  private boolean probed;

  /** Bounds above this are of no use. */
  private float limit;

  private long estimateCount;
  private long exactCount;

  private final int[] group = new int[GROUP];
  private final float[] distances = new float[GROUP];
  private final int[] batch = new int[BATCH];
  private final float[] estimates = new float[BATCH];

  /**
   * @param walk has the query
   */
  CodeScan(CodeRows rows, RowSet present, FusedWalk walk, ExactDistances exact) {
    this.rows = rows;
    this.present = present;
    this.walk = walk;
    this.exact = exact;
    table = new RabitqQuery(rows.codes());
    single = rows.single();
    residual = NativeMemory.allocate(walk.query().byteSize());
  }

  /**
   * Finds.
   *
   * @param effort as for a graph: the more, the fewer are missed
   * @param one whether to read the codes one by one, or all of them in blocks, for which the walk
   *     must have been prepared
   * @param into takes the rows; its limit says how many are wanted
   */
  void run(SearchRequest request, int effort, boolean one, NearestKeys into) {
    float slack = SLACK + SLACK_DOUBLING * (31 - Integer.numberOfLeadingZeros(effort));
    nearest = into;
    first.reset(Math.max(FIRST_MIN, FIRST_FACTOR * into.limit()));
    boundCount = 0;
    estimateCount = 0;
    exactCount = 0;
    probed = false;
    limit = Float.MAX_VALUE;
    if (one) {
      boundOneByOne(request, slack);
    } else {
      boundBlocks(request, slack);
    }
    if (!probed) {
      probe();
    }
    computeRest();
  }

  /** Estimates of the last search. */
  long estimateCount() {
    return estimateCount;
  }

  /** Distances that the last search computed. */
  long exactCount() {
    return exactCount;
  }

  /** Computes the bounds of all rows that may come back, block by block. */
  private void boundBlocks(SearchRequest request, float slack) {
    RowFilter filter = request.filter();
    Rabitq codes = rows.codes();
    table.set(walk.query(), walk.rotatedAt());
    float toCentre =
        FusedKernels.l2Squared(
            walk.query(), walk.rotatedAt(), rows.centre(), rows.centreAt(), codes.codeBits());
    // Slopes are negative, so a greater product means a smaller distance.
    table.raise(slack * DEVIATION * (float) Math.sqrt(toCentre));
    int blocks = Math.ceilDiv(filter.rows(), Rabitq.SLOTS);
    for (int block = 0; block < blocks; block++) {
      int passing = (int) (passing(filter, block >> 1) >>> (Rabitq.SLOTS * (block & 1)));
      if (passing == 0) {
        continue;
      }
      passing &= codes.estimate(rows.blocks(), rows.block(block), table, limit - toCentre);
      for (; passing != 0; passing &= passing - 1) {
        int slot = Integer.numberOfTrailingZeros(passing);
        add(toCentre + table.estimate(slot), Rabitq.SLOTS * block + slot);
      }
      if (block % CANCEL_INTERVAL == 0) {
        request.checkCancelled();
      }
    }
    estimateCount = filter.rows();
  }

  /** Computes the bounds of all rows that may come back, each from its own code. */
  private void boundOneByOne(SearchRequest request, float slack) {
    RowFilter filter = request.filter();
    rows.lessCentre(walk.query(), residual);
    single.from(residual);
    single.raise(slack * DEVIATION * (float) Math.sqrt(single.base()));
    int waiting = 0;
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = passing(filter, i); word != 0; word &= word - 1) {
        batch[waiting++] = 64 * i + Long.numberOfTrailingZeros(word);
        if (waiting == BATCH) {
          boundBatch(waiting);
          waiting = 0;
          request.checkCancelled();
        }
      }
    }
    boundBatch(waiting);
  }

  /** Of 64 rows, those that may come back. */
  private long passing(RowFilter filter, int word) {
    return filter.word(word) & present.word(word);
  }

  private void boundBatch(int count) {
    single.to(batch, count, estimates);
    for (int i = 0; i < count; i++) {
      if (estimates[i] <= limit) {
        add(estimates[i], batch[i]);
      }
    }
    estimateCount += count;
  }

  private void add(float bound, int row) {
    long key = NodeKey.of(Math.max(0, bound), row);
    if (boundCount == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * boundCount);
    }
    bounds[boundCount++] = key;
    if (!probed) {
      first.offer(key);
      if (boundCount == Math.max(PROBE, 4 * first.limit())) {
        probe();
      }
    }
  }

  /** Computes the rows with the least bounds, and drops the bounds that are of no use then. */
  private void probe() {
    probed = true;
    for (int from = 0; from < first.size(); from += GROUP) {
      int count = Math.min(GROUP, first.size() - from);
      for (int i = 0; i < count; i++) {
        group[i] = NodeKey.node(first.key(from + i));
      }
      compute(count);
    }
    if (nearest.isFull()) {
      limit = NodeKey.distance(nearest.last());
    }
    long computed = first.size() == 0 ? Long.MIN_VALUE : first.last();
    int kept = 0;
    for (int i = 0; i < boundCount; i++) {
      if (bounds[i] > computed && NodeKey.distance(bounds[i]) <= limit) {
        bounds[kept++] = bounds[i];
      }
    }
    boundCount = kept;
  }

  /** Computes what the bounds leave, nearest first. */
  private void computeRest() {
    Arrays.sort(bounds, 0, boundCount);
    for (int from = 0; from < boundCount; from += GROUP) {
      int count = Math.min(GROUP, boundCount - from);
      if (nearest.isFull() && NodeKey.distance(bounds[from]) > NodeKey.distance(nearest.last())) {
        return;
      }
      for (int i = 0; i < count; i++) {
        group[i] = NodeKey.node(bounds[from + i]);
      }
      compute(count);
    }
  }

  /** Computes the rows of the group. */
  private void compute(int count) {
    for (int i = 0; i < count; i++) {
      distances[i] = exact.squared(walk.query(), walk.queryAt(), group[i]);
    }
    for (int i = 0; i < count; i++) {
      nearest.offer(NodeKey.of(distances[i], group[i]));
    }
    exactCount += count;
  }
}
