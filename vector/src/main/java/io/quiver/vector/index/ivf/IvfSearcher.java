package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CancellationException;

/**
 * Probes lists from the nearest on, keeps the candidates with the least estimates, and ranks them
 * by their exact distances until no further one is likely to be among the k nearest.
 */
final class IvfSearcher implements VectorSearcher {
  /** Where fewer rows pass, exact distances to all of them cost less than lists do. */
  private static final int EXACT_ROWS_MAX = 5_000;

  /** Rows whose exact distances are computed at a time. */
  private static final int BATCH = 8;

  /** Lists that are scanned between two looks at the cancel flag. */
  private static final int LISTS_UNCANCELLED = 16;

  /** Typical errors by which an estimate must exceed the k-th distance to end the ranking. */
  private static final float ERRORS = 1.5f;

  /** The same for a radius, which no other candidate makes good for. */
  private static final float ERRORS_AT_RADIUS = 6;

  private final IvfIndex index;
  private final RowPoint point;
  private final ProbeOrder order;
  private final BlockScan scan;
  private final Candidates candidates = new Candidates();
  private final NearestRows nearest = new NearestRows();
  private final int[] numbers = new int[BATCH];
  private final double[] distances = new double[BATCH];
  private int[] matches = new int[0];
  private double[] matchDistances = new double[0];
  private SearchStatistics statistics = SearchStatistics.NONE;

  private double querySquared;
  private float deviation;
  private int probed;
  private long seen;
  private long exact;
  private long estimates;

  IvfSearcher(IvfIndex index) {
    this.index = index;
    point = index.newPoint();
    order = new ProbeOrder(index.centroids(), point);
    scan = index.code().scan(point);
  }

  @Override
  public SearchStatistics statistics() {
    return statistics;
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    VectorRows rows = index.rows();
    if (request.filter().rows() != rows.count()) {
      throw new IllegalArgumentException(
          "the filter is over %d rows, the index over %d"
              .formatted(request.filter().rows(), rows.count()));
    }
    checkCancelled(request);
    probed = 0;
    seen = 0;
    exact = 0;
    estimates = 0;
    nearest.reset(request.k(), request.radius());
    RowFilter filter = request.filter();
    boolean few = !filter.isAll() && filter.count() <= exactRowsMax(request);
    if (few) {
      rankAll(request);
    } else {
      probe(request);
    }
    nearest.drainTo(into);
    statistics = new SearchStatistics(few ? "exact" : "lists", probed, exact, estimates, 0);
  }

  private int exactRowsMax(SearchRequest request) {
    int cheap = index.present().count() / index.code().estimatesPerDistance();
    return Math.min(EXACT_ROWS_MAX, cheap + 2 * index.code().candidates(request.k()));
  }

  /** Exact distances to all rows that pass. */
  private void rankAll(SearchRequest request) {
    int count = request.filter().count();
    if (matches.length < count) {
      matches = new int[count];
      matchDistances = new double[count];
    }
    int found = index.present().collect(request.filter(), matches);
    VectorRows rows = index.rows();
    DistanceKernels.get(rows.encoding())
        .distances(rows.metric(), request.query(), rows.block(), matches, found, matchDistances);
    nearest.offer(matches, matchDistances, found);
    exact += found;
  }

  private void probe(SearchRequest request) {
    querySquared = point.query(request.query());
    int lists = index.centroids().count();
    int probes = Math.min(lists, index.probes(request.effort()));
    order.start(probes);
    scan.query(request.query(), querySquared);
    float radius = (float) Math.max(0, index.euclidean().squared(request.radius(), querySquared));
    long wanted = wantedRows(request.filter(), probes);
    int qualify = Math.min(request.k(), request.filter().count());
    while (true) {
      if (probed == 0) {
        candidates.reset(index.code().candidates(request.k()), Float.POSITIVE_INFINITY);
      }
      while (probed < lists && (probed < probes || seen < wanted)) {
        scanList(request, radius);
      }
      rank(request);
      if (nearest.size() >= qualify || probed == lists) {
        return;
      }
      // Too few lists held k rows that qualify: twice as many, and in the end all.
      probes = Math.min(lists, 2 * probed);
      nearest.reset(request.k(), request.radius());
    }
  }

  /**
   * Rows that pass which a search should see: under a filter the nearest are farther away, where
   * more lists are about as near.
   */
  private long wantedRows(RowFilter filter, int probes) {
    double all = index.present().count();
    double part = Math.min(1, filter.count() / Math.max(1, all));
    double usual = all * probes / index.centroids().count();
    return (long) Math.min(filter.count(), usual * Math.pow(part, 0.35));
  }

  private void scanList(SearchRequest request, float radius) {
    if (probed % LISTS_UNCANCELLED == 0) {
      checkCancelled(request);
    }
    order.next();
    scan.list(order.list(), order.squared());
    if (probed == 0) {
      deviation = scan.deviation();
    }
    probed++;
    InvertedLists lists = index.lists();
    int slots = index.code().slots();
    RowFilter filter = request.filter();
    float limit =
        radius == Float.POSITIVE_INFINITY
            ? radius
            : Math.nextUp(radius * (1 + 1e-5f) + ERRORS_AT_RADIUS * scan.deviation());
    for (int block : lists.blocks(order.list())) {
      MemorySegment memory = lists.memory(block);
      long position = lists.position(block);
      long passing = -1;
      if (filter.isAll()) {
        seen += slots;
      } else {
        passing = passing(filter, memory, position);
        seen += Long.bitCount(passing);
        if (passing == 0) {
          continue;
        }
      }
      estimates += slots;
      float threshold = Math.min(limit, candidates.threshold());
      long below = scan.block(memory, position, threshold) & passing;
      for (; below != 0; below &= below - 1) {
        int slot = Long.numberOfTrailingZeros(below);
        int row = lists.row(memory, position, slot);
        if (row >= 0) {
          candidates.add(scan.estimate(slot), row);
        }
      }
    }
  }

  /** The slots whose rows pass the filter. */
  private long passing(RowFilter filter, MemorySegment memory, long position) {
    InvertedLists lists = index.lists();
    long passing = 0;
    for (int slot = 0; slot < index.code().slots(); slot++) {
      int row = lists.row(memory, position, slot);
      if (row >= 0 && filter.passes(row)) {
        passing |= 1L << slot;
      }
    }
    return passing;
  }

  /** Exact distances to the candidates, best estimates first, while they may matter. */
  private void rank(SearchRequest request) {
    VectorRows rows = index.rows();
    DistanceKernels kernels = DistanceKernels.get(rows.encoding());
    int count = candidates.sort();
    for (int i = 0; i < count; i += BATCH) {
      if (nearest.size() == request.k()) {
        double bound = index.euclidean().squared(nearest.bound(), querySquared);
        if (candidates.estimate(i) > bound * (1 + 1e-5) + ERRORS * deviation) {
          return;
        }
      }
      int some = Math.min(BATCH, count - i);
      for (int j = 0; j < some; j++) {
        numbers[j] = candidates.number(i + j);
      }
      kernels.distances(rows.metric(), request.query(), rows.block(), numbers, some, distances);
      nearest.offer(numbers, distances, some);
      exact += some;
    }
  }

  private static void checkCancelled(SearchRequest request) {
    if (request.cancelled().getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }
}
