package io.quiver.vector.index.ivf;

import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import java.util.Arrays;
import java.util.List;

/**
 * Several searches side by side: after each has scanned its nearest list, which tells it what is
 * worth a look, they take turns on each list that some of them probe, while it is in the cache. It
 * belongs to one thread.
 */
final class IvfBatch {
  /** Searches side by side. */
  static final int SEARCHES_MAX = 16;

  /** A visit is a list, a search, and the rank that the list has for it. */
  private static final int SEARCH_SHIFT = 24;

  private static final int LIST_SHIFT = 32;
  private static final int RANK_MASK = (1 << SEARCH_SHIFT) - 1;

  private static final int VISITS_UNCANCELLED = 64;

  private final IvfIndex index;
  private final Probe[] probes = new Probe[SEARCHES_MAX];
  private final int[] lists = new int[SEARCHES_MAX];
  private final NearestRows nearest = new NearestRows();
  private long[] visits = new long[1 << 10];

  IvfBatch(IvfIndex index) {
    this.index = index;
    Arrays.setAll(probes, i -> new Probe(index));
  }

  /**
   * Searches without filters.
   *
   * @param requests at most {@link #SEARCHES_MAX}
   * @param into holds fewer rows than wanted where the lists that were probed did not have more
   */
  void search(List<SearchRequest> requests, List<Neighbors> into) {
    int count = 0;
    for (int i = 0; i < requests.size(); i++) {
      SearchRequest request = requests.get(i);
      request.checkCancelled();
      lists[i] = Math.min(index.centroids().count(), index.probes(request));
      Probe probe = probes[i];
      probe.start(request, lists[i], index.candidates(request.k()));
      probe.seek(0);
      probe.scanList();
      while (visits.length < count + lists[i]) {
        visits = Arrays.copyOf(visits, 2 * visits.length);
      }
      for (int rank = 1; rank < lists[i]; rank++) {
        probe.order().seek(rank);
        visits[count++] =
            (long) probe.order().list() << LIST_SHIFT | (long) i << SEARCH_SHIFT | rank;
      }
    }
    Arrays.sort(visits, 0, count);
    for (int i = 0; i < count; i++) {
      int search = (int) visits[i] >>> SEARCH_SHIFT;
      if (i % VISITS_UNCANCELLED == 0) {
        requests.get(search).checkCancelled();
      }
      probes[search].seek((int) visits[i] & RANK_MASK);
      probes[search].scanList();
    }
    for (int i = 0; i < requests.size(); i++) {
      nearest.reset(requests.get(i).k(), requests.get(i).radius());
      probes[i].order().seek(lists[i] - 1);
      probes[i].rank(nearest);
      nearest.drainTo(into.get(i));
    }
  }
}
