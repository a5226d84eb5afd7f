package io.quiver.vector.index.recall;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** An index of a recall that is known: of all rows it knows as many percent as the effort says. */
final class PartialSearcher implements VectorSearcher {
  private final VectorSearcher exact;
  private final int[] percentile;
  private final Map<Integer, RowFilter> known = new HashMap<>();

  PartialSearcher(VectorRows rows, long seed) {
    exact = new FlatIndex(rows).searcher();
    percentile = new Random(seed).ints(rows.count(), 0, 100).toArray();
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    int percent = request.effort() instanceof Effort.Fixed(int value) ? value : 100;
    RowFilter part =
        known.computeIfAbsent(
            percent, p -> RowFilter.matching(percentile.length, row -> percentile[row] < p));
    exact.search(request.withFilter(request.filter().and(part)), into);
  }

  @Override
  public SearchStatistics statistics() {
    return exact.statistics();
  }
}
