package io.quiver.executor.operator;

import io.quiver.executor.plan.IndexUse;
import io.quiver.vector.index.Effort;

/**
 * How a search over an index goes about it.
 *
 * @param efSearch candidates that a graph keeps; 0 for as many as the recall target needs
 * @param probes lists that an inverted file looks into; 0 for as many as the recall target needs
 * @param recallTarget of the k nearest, the part that is to be found; with 1 no index is used
 * @param unindexedRowsMax how many rows writers may be ahead of an index before they wait: rows
 *     that it has not are measured one by one; 0 is any number
 * @param threads that may work on one search while processors are idle; 0 is any number
 */
public record SearchSettings(
    int efSearch, int probes, double recallTarget, int unindexedRowsMax, int threads) {
  public static final SearchSettings DEFAULT = new SearchSettings(0, 0, 0.95, 200_000, 0);

  /** The same but for what a statement says, which wins over the session. */
  public SearchSettings with(IndexUse use) {
    if (use.recall() > 0) {
      return new SearchSettings(
          use.efSearch(), use.probes(), use.recall(), unindexedRowsMax, threads);
    }
    return new SearchSettings(
        use.efSearch() > 0 ? use.efSearch() : efSearch,
        use.probes() > 0 ? use.probes() : probes,
        recallTarget,
        unindexedRowsMax,
        threads);
  }

  /** Whether no index is used. */
  public boolean isExact() {
    return recallTarget >= 1;
  }

  /** Whether the recall target says how far a search by a kind of index goes. */
  boolean aimsAtRecall(boolean lists) {
    return (lists ? probes : efSearch) == 0;
  }

  /** For a kind of index. */
  Effort effort(boolean lists) {
    int own = lists ? probes : efSearch;
    return own > 0 ? Effort.of(own) : Effort.recall(recallTarget);
  }
}
