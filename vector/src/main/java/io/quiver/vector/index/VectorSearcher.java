package io.quiver.vector.index;

import java.util.List;

/**
 * Searches one index, with memory of its own that each search uses again. It belongs to one thread
 * at a time; searchers of an index share nothing.
 */
public interface VectorSearcher {
  /**
   * Finds the nearest rows. An index that is not exact may miss some of them, but as many rows as
   * qualify, at most k, always come back.
   *
   * @param into is cleared first
   * @throws java.util.concurrent.CancellationException when the request is cancelled
   */
  void search(SearchRequest request, Neighbors into);

  /** Several searches, which may share the reading of rows. */
  default void search(List<SearchRequest> requests, List<Neighbors> into) {
    for (int i = 0; i < requests.size(); i++) {
      search(requests.get(i), into.get(i));
    }
  }

  /**
   * Goes on where it stopped, until no row that qualifies is left: for a LIMIT above which another
   * operator drops rows. The searcher serves nothing else meanwhile. The request's k is how many
   * rows a call returns.
   */
  default NeighborIterator iterator(SearchRequest request) {
    return new ResumedSearch(this, request);
  }

  /** What the last search did. */
  SearchStatistics statistics();
}
