package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * One query on its way through the lists: scans them from the nearest on, keeps the candidates with
 * the least estimates, and ranks those by their exact distances. It belongs to one thread and is
 * used again.
 */
final class Probe {
  /**
   * Always the same ones, so that what is measured at a build does not depend on which kernels the
   * JVM has compiled by then.
   */
  static final DistanceKernels KERNELS = DistanceKernels.choose(true);

  /** Rows whose exact distances are computed at a time. */
  private static final int BATCH = 8;

  /** Candidates that are sorted at a time: mostly the first ones suffice. */
  private static final int SORTED = 64;

  /**
   * Typical errors by which an estimate must exceed the k-th distance to end the ranking: more
   * where more lists are probed, since a search that tries harder shall not lose to its estimates
   * what it has found.
   */
  private static final float ERRORS = 0.6f;

  private static final float ERRORS_MORE = 0.17f;

  /** The same under a filter, where the nearest that pass may be far off and equally far. */
  private static final float ERRORS_FILTERED = 2.8f;

  /** The same by which the k-th estimate may be too low. */
  private static final float ERRORS_OF_KTH = 1.2f;

  /** The same for first estimates, to end the reading of the rest of the codes. */
  private static final float REFINED_ERRORS = 2;

  /** The same for a radius, which no other candidate makes good for. */
  private static final float ERRORS_AT_RADIUS = 6;

  /** The same for a bound: what is lost near it is lost as other rows are. */
  private static final float ERRORS_AT_BOUND = 1.5f;

  /** The part by which floats may be wrong that are exact otherwise. */
  private static final double ROUNDING = 1e-5;

  private final IvfIndex index;
  private final RowPoint point;
  private final ProbeOrder order;
  private final BlockScan scan;
  private final Candidates candidates = new Candidates();
  private final Candidates refined = new Candidates();
  private final int[] numbers = new int[BATCH];
  private final double[] distances = new double[BATCH];

  /** Where each candidate stands, as block times slots plus slot, and its list's distance. */
  private int[] places = new int[1 << 10];

  private float[] listsSquared = new float[1 << 10];
  private int kept;

  /** The k-th estimate when it was last looked at, unless all candidates are wanted. */
  private float kth;

  private boolean bounded;
  private float errors;

  private SearchRequest request;
  private double querySquared;
  private float radius;
  private float bound;

  /** Whether a list was so far away that its estimates are none. */
  private boolean overflowed;

  private int probed;
  private long exact;
  private long estimates;

  Probe(IvfIndex index) {
    this.index = index;
    point = index.newPoint();
    order = new ProbeOrder(index.centroids(), point);
    scan = index.code().scan(point);
    request = SearchRequest.of(MemorySegment.NULL, 1, 0);
  }

  /**
   * Begins.
   *
   * @param probes lists that are likely to be scanned
   * @param candidatesWanted how many the ranking may look at
   */
  void start(SearchRequest newRequest, int probes, int candidatesWanted) {
    request = newRequest;
    querySquared = point.query(request.query());
    order.start(Math.min(probes, index.centroids().count()));
    scan.query(request.query(), querySquared);
    radius = (float) Math.max(0, index.euclidean().squared(request.radius(), querySquared));
    bound = (float) Math.max(0, index.euclidean().squared(request.bound(), querySquared));
    overflowed = !(point.rotatedSquared() < Float.MAX_VALUE);
    candidates.reset(candidatesWanted, Float.POSITIVE_INFINITY);
    errors = newRequest.filter().isAll() ? errors(probes) : ERRORS_FILTERED;
    // Under a filter the best of many far estimates says little about the k-th distance.
    bounded = candidatesWanted < Integer.MAX_VALUE && newRequest.filter().isAll();
    kth = Float.POSITIVE_INFINITY;
    kept = 0;
    probed = 0;
    exact = 0;
    estimates = 0;
  }

  /** Lists that were scanned. */
  int probed() {
    return probed;
  }

  /** Whether the query has a distance to anything. */
  boolean isDefined() {
    return querySquared != 0 || index.rows().metric() != Metric.COSINE;
  }

  /** Whether distances were met that a float does not hold, so that estimates find nothing. */
  boolean overflowed() {
    return overflowed;
  }

  /**
   * Whether rows that qualify may be too far away for an estimate: within a radius or bound that a
   * float holds there are none, unless the query is so far from everything.
   */
  boolean mayHaveMissed() {
    return isDefined() && (overflowed || !(Math.min(radius, bound) < Float.MAX_VALUE));
  }

  /** Exact distances that were computed. */
  long exact() {
    return exact;
  }

  /** Slots whose distances were estimated. */
  long estimates() {
    return estimates;
  }

  /** Goes on to the next list, which {@link #scanList} scans; returns false when there is none. */
  boolean next() {
    if (!order.next()) {
      return false;
    }
    probed++;
    return true;
  }

  /** Goes to the list of a rank below that of the likely ones, which {@link #scanList} scans. */
  void seek(int rank) {
    order.seek(rank);
    probed++;
  }

  /** The order of the lists. */
  ProbeOrder order() {
    return order;
  }

  void scanList() {
    float squared = order.squared();
    overflowed |= !(squared < Float.MAX_VALUE);
    scan.list(order.list(), squared);
    InvertedLists lists = index.lists();
    int slots = index.code().slots();
    RowFilter filter = request.filter();
    float limit = limit(squared);
    for (int block : lists.blocks(order.list())) {
      MemorySegment memory = lists.memory(block);
      long position = lists.position(block);
      long passing = -1;
      if (!filter.isAll()) {
        passing = passing(filter, memory, position);
        if (passing == 0) {
          continue;
        }
      }
      estimates += slots;
      float threshold = Math.min(limit, candidates.threshold());
      long below = scan.block(memory, position, threshold) & passing;
      for (; below != 0; below &= below - 1) {
        int slot = Long.numberOfTrailingZeros(below);
        if (lists.row(memory, position, slot) >= 0) {
          keep(scan.estimate(slot), block * slots + slot);
        }
      }
    }
    tighten();
  }

  /** What no estimate of a list may exceed to be worth a look. */
  private float limit(float squared) {
    float limit = Float.POSITIVE_INFINITY;
    float deviation = scan.deviation(squared);
    if (radius < limit) {
      limit = radius * (1 + (float) ROUNDING) + ERRORS_AT_RADIUS * deviation;
    }
    if (bound < limit) {
      limit = Math.min(limit, bound * (1 + (float) ROUNDING) + ERRORS_AT_BOUND * deviation);
    }
    if (kth < limit) {
      limit = Math.min(limit, kth * (1 + (float) ROUNDING) + (errors + ERRORS_OF_KTH) * deviation);
    }
    return Math.nextUp(limit);
  }

  /** Looks which estimate is the k-th so far: after one list, two, four, and so on. */
  private void tighten() {
    if (bounded && (probed & (probed - 1)) == 0 && candidates.size() >= request.k()) {
      kth = candidates.estimateOf(request.k() - 1);
    }
  }

  /** Keeps a slot as a candidate, with the distance of its list. */
  private void keep(float estimate, int place) {
    if (kept == places.length) {
      places = Arrays.copyOf(places, 2 * kept);
      listsSquared = Arrays.copyOf(listsSquared, 2 * kept);
    }
    places[kept] = place;
    listsSquared[kept] = order.squared();
    candidates.add(estimate, kept++);
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

  /**
   * How far this probe has come: the cosine that the direction from the last list's centroid to a
   * row would need with that to the query, for the row to be as near as the k-th candidate. It
   * grows from list to list, and what is unlikely in one search is so in another.
   */
  double reach() {
    double kth = candidates.estimateOf(Math.min(request.k(), candidates.size()) - 1);
    return reach(kth);
  }

  /** The same for a k-th distance that is known. */
  double reach(double kth) {
    double residual = index.centroids().typicalResidual();
    double squared = order.squared();
    double cosine = (squared + residual * residual - kth) / (2 * Math.sqrt(squared) * residual);
    return Double.isNaN(cosine) ? -1 : cosine;
  }

  /** The squared distance that a distance of the metric stands for. */
  double squared(double distance) {
    return index.euclidean().squared(distance, querySquared);
  }

  /** Candidates that are kept now. */
  int candidates() {
    return candidates.size();
  }

  /** Exact distances to the candidates, best estimates first, while they may matter. */
  void rank(NearestRows nearest) {
    boolean refines = scan.refines();
    if (refines) {
      refine(index.code().refined(Math.min(request.k(), BlockCode.K_MAX)));
    }
    Candidates best = refines ? refined : candidates;
    int count = Math.min(best.size(), best.wanted());
    int sorted = 0;
    int waiting = 0;
    for (int i = 0; i < count; i++) {
      if (i == sorted) {
        sorted = best.sortFrom(i, SORTED);
      }
      int number = best.number(i);
      if (waiting == 0 && nearest.size() == request.k()) {
        double bound = squared(nearest.bound()) * (1 + ROUNDING);
        if (best.estimate(i) > bound + errors * deviation(refines, order.squared())) {
          break;
        }
        if (best.estimate(i) > bound + errors * deviation(refines, listsSquared[number])) {
          continue;
        }
      }
      int row = row(places[number]);
      // A slot whose row was taken out meanwhile.
      if (row >= 0) {
        numbers[waiting++] = row;
      }
      if (waiting == BATCH) {
        rankWaiting(nearest, waiting);
        waiting = 0;
      }
    }
    rankWaiting(nearest, waiting);
  }

  private static float errors(int probes) {
    return ERRORS + ERRORS_MORE * (float) (Math.log(probes) / Math.log(2));
  }

  private float deviation(boolean ofRefined, float squared) {
    return ofRefined ? scan.refinedDeviation(squared) : scan.deviation(squared);
  }

  /** Exact distances to the best candidates, which then are none any more. */
  void take(int count, NearestRows nearest) {
    int some = Math.min(count, candidates.sortAll());
    int waiting = 0;
    for (int i = 0; i < some; i++) {
      int row = row(places[candidates.number(i)]);
      if (row >= 0) {
        numbers[waiting++] = row;
      }
      if (waiting == BATCH || i == some - 1) {
        rankWaiting(nearest, waiting);
        waiting = 0;
      }
    }
    candidates.drop(some);
  }

  private int row(int place) {
    int slots = index.code().slots();
    InvertedLists lists = index.lists();
    int block = place / slots;
    return lists.row(lists.memory(block), lists.position(block), place % slots);
  }

  private void rankWaiting(NearestRows nearest, int count) {
    VectorRows rows = index.rows();
    KERNELS.distances(rows.metric(), request.query(), rows.block(), numbers, count, distances);
    nearest.offer(numbers, distances, count);
    exact += count;
  }

  /** Reads the rest of the candidates' codes, while that may bring one among the best. */
  private void refine(int wanted) {
    refined.reset(wanted, Float.POSITIVE_INFINITY);
    int slots = index.code().slots();
    InvertedLists lists = index.lists();
    float deviation = scan.deviation(order.squared());
    int count = Math.min(candidates.size(), candidates.wanted());
    int sorted = 0;
    for (int i = 0; i < count; i++) {
      if (i == sorted) {
        sorted = candidates.sortFrom(i, SORTED);
      }
      if (candidates.estimate(i) > refined.threshold() + REFINED_ERRORS * deviation) {
        break;
      }
      int number = candidates.number(i);
      int block = places[number] / slots;
      float estimate =
          scan.refine(
              lists.memory(block),
              lists.position(block),
              places[number] % slots,
              listsSquared[number]);
      refined.add(estimate, number);
    }
  }
}
