package io.quiver.vector.index.ivf;

import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.ScanLimit;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Searches an {@link IvfIndex}: exactly among few rows that pass a filter, and otherwise list by
 * list, until it has been through as many as the effort asks for. Under a filter that is too few,
 * since the nearest rows that pass are farther away; it then goes on until the next list is as
 * unlikely to have a nearer one as it is at this effort without a filter.
 */
final class IvfSearcher implements VectorSearcher {
  /** Where fewer rows pass, exact distances to all of them cost less than lists do. */
  private static final int EXACT_ROWS_MAX = 5_000;

  /** Rows that are ranked exactly between two looks at the cancel flag. */
  private static final int MATCHES = 1024;

  /** Lists that are scanned between two looks at the cancel flag. */
  private static final int LISTS_UNCANCELLED = 16;

  /** Lists are scanned between two looks at how far a filtered search has come: a part of all. */
  private static final int LOOK_EVERY = 8;

  /**
   * Candidates that a filtered search keeps at least: the nearest rows that pass may be far away,
   * at distances that differ by less than the errors of their estimates.
   */
  private static final int FILTERED_CANDIDATES = 4096;

  /** Smaller lists stay in the processor's cache from one search to the next. */
  private static final long BATCH_BYTES_MIN = 64L << 20;

  /** Searches again that changes of the index may cause. */
  private static final int ATTEMPTS_MAX = 3;

  private final int exactRowsMax = ScanLimit.rows(EXACT_ROWS_MAX);
  private final IvfIndex index;
  private final Probe probe;
  private final long batchBytesMin;
  private @Nullable IvfBatch batch;
  private final NearestRows nearest = new NearestRows();
  private final int[] matches = new int[MATCHES];
  private final double[] matchDistances = new double[MATCHES];
  private double reach;
  private SearchStatistics statistics = SearchStatistics.NONE;

  IvfSearcher(IvfIndex index) {
    this(index, BATCH_BYTES_MIN);
  }

  /**
   * @param batchBytesMin from this size of the lists on, several searches share their scans
   */
  IvfSearcher(IvfIndex index, long batchBytesMin) {
    this.index = index;
    this.batchBytesMin = batchBytesMin;
    probe = new Probe(index);
  }

  @Override
  public SearchStatistics statistics() {
    return statistics;
  }

  /** How far the last search came: see {@link Probe#reach()}. */
  double reach() {
    return reach;
  }

  @Override
  public void search(SearchRequest wanted, Neighbors into) {
    SearchRequest request = checked(wanted);
    RowFilter filter = request.filter();
    if (!filter.isAll() && filter.count() <= exactRowsMax(request)) {
      rankAll(request, into);
      return;
    }
    long changes;
    int attempt = 0;
    do {
      changes = index.changes();
      probe(request);
      nearest.drainTo(into);
      // A row that went and came again in another list may have been met twice, or its place in
      // the candidates have been lost.
    } while (changes != index.changes() && ++attempt < ATTEMPTS_MAX && !isSound(request, into));
    dropDuplicates(into);
    statistics = new SearchStatistics("lists", probe.probed(), probe.exact(), probe.estimates(), 0);
    if (probe.mayHaveMissed() && into.size() < request.k()) {
      rankAll(request, into);
    }
  }

  @Override
  public void search(List<SearchRequest> requests, List<Neighbors> into) {
    for (int from = 0; from < requests.size(); ) {
      int to = from;
      while (to < requests.size()
          && to - from < IvfBatch.SEARCHES_MAX
          && shares(requests.get(to))) {
        to++;
      }
      if (to - from < 2) {
        search(requests.get(from), into.get(from));
        from++;
        continue;
      }
      if (batch == null) {
        batch = new IvfBatch(index);
      }
      long changes = index.changes();
      batch.search(
          requests.subList(from, to).stream().map(this::checked).toList(), into.subList(from, to));
      boolean changed = changes != index.changes();
      for (int i = from; i < to; i++) {
        int qualify = Math.min(requests.get(i).k(), index.present().count());
        if (changed || into.get(i).size() < qualify) {
          search(requests.get(i), into.get(i));
        }
      }
      from = to;
    }
  }

  private boolean shares(SearchRequest request) {
    return request.filter().isAll() && index.lists().memoryBytes() >= batchBytesMin;
  }

  /** The request, which wants no more rows than there are. */
  private SearchRequest checked(SearchRequest request) {
    VectorRows rows = index.rows();
    request.checkFilter(rows.count());
    request.checkCancelled();
    return request.k() <= rows.count() ? request : request.withK(Math.max(1, rows.count()));
  }

  private int exactRowsMax(SearchRequest request) {
    int cheap = index.present().count() / index.code().estimatesPerDistance();
    return Math.min(exactRowsMax, cheap + 2 * index.candidates(request.k()));
  }

  /** Exact distances to all rows that pass. */
  private void rankAll(SearchRequest request, Neighbors into) {
    nearest.reset(request.k(), request.radius());
    long ranked = 0;
    int waiting = 0;
    for (int i = 0; i < index.present().words(); i++) {
      for (long word = request.filter().word(i) & index.present().word(i);
          word != 0;
          word &= word - 1) {
        matches[waiting++] = 64 * i + Long.numberOfTrailingZeros(word);
      }
      if (waiting > MATCHES - 64) {
        request.checkCancelled();
        rank(request, waiting);
        ranked += waiting;
        waiting = 0;
      }
    }
    rank(request, waiting);
    nearest.drainTo(into);
    statistics = new SearchStatistics("exact", 0, ranked + waiting, 0, 0);
  }

  private void rank(SearchRequest request, int count) {
    VectorRows rows = index.rows();
    Probe.KERNELS.distances(
        rows.metric(), request.query(), rows.block(), matches, count, matchDistances);
    nearest.offer(matches, matchDistances, count);
  }

  private void probe(SearchRequest request) {
    int lists = index.centroids().count();
    int probes = Math.min(lists, index.probes(request));
    int qualify = qualify(request);
    int candidates = index.candidates(request.k());
    if (!request.filter().isAll()) {
      candidates = Math.max(candidates, FILTERED_CANDIDATES);
    }
    probe.start(request, probes, candidates);
    nearest.reset(request.k(), request.radius());
    while (probe.isDefined()) {
      scan(request, probes);
      if (!request.filter().isAll()) {
        goOn(request, index.reaches().reach(probes));
      }
      nearest.reset(request.k(), request.radius());
      probe.rank(nearest);
      if (nearest.size() >= qualify || probe.probed() == lists) {
        break;
      }
      // Too few lists held k rows that qualify: twice as many, and in the end all.
      probes = Math.min(lists, 2 * probe.probed());
    }
    reach = nearest.size() == request.k() ? probe.reach(probe.squared(nearest.bound())) : -1;
  }

  private void scan(SearchRequest request, int probes) {
    while (probe.probed() < probes && probe.next()) {
      if (probe.probed() % LISTS_UNCANCELLED == 0) {
        request.checkCancelled();
      }
      probe.scanList();
    }
  }

  /** Scans further lists, as long as they may well have rows that are nearer. */
  private void goOn(SearchRequest request, double wanted) {
    int lists = index.centroids().count();
    while (probe.probed() < lists && (probe.candidates() < request.k() || probe.reach() < wanted)) {
      scan(request, Math.min(lists, probe.probed() + 1 + probe.probed() / LOOK_EVERY));
    }
  }

  /** How many rows must be found at least. */
  private static int qualify(SearchRequest request) {
    boolean bounded = request.bound() < Double.POSITIVE_INFINITY;
    return bounded ? 0 : Math.min(request.k(), request.filter().count());
  }

  private boolean isSound(SearchRequest request, Neighbors found) {
    int qualify = qualify(request);
    int before = found.size();
    return before >= qualify && !hasDuplicates(found);
  }

  private static boolean hasDuplicates(Neighbors found) {
    for (int i = 1; i < found.size(); i++) {
      // The distances of the same row are the same, and so they are neighbours in order.
      if (found.row(i) == found.row(i - 1)) {
        return true;
      }
    }
    return false;
  }

  private static void dropDuplicates(Neighbors found) {
    if (!hasDuplicates(found)) {
      return;
    }
    int size = found.size();
    int[] rows = found.rows();
    double[] distances = new double[size];
    for (int i = 0; i < size; i++) {
      distances[i] = found.distance(i);
    }
    found.clear();
    for (int i = 0; i < size; i++) {
      if (i == 0 || rows[i] != rows[i - 1]) {
        found.add(rows[i], distances[i]);
      }
    }
  }

  @Override
  public NeighborIterator iterator(SearchRequest wanted) {
    SearchRequest request = checked(wanted);
    IvfIterator lists = new IvfIterator(index, probe, request);
    // Going on from list to list would lose rows; searching again does not.
    return probe.overflowed() ? VectorSearcher.super.iterator(request) : lists;
  }
}
