package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.recall.EffortCurves;

/** Searches an index that grows with codes: by the rows until there are codes, then by these. */
final class GrowingSearcher implements VectorSearcher {
  private final IndexSpec.Hnsw spec;
  private final HnswGraph graph;
  private final EffortCurves efforts;
  private final GrowingCodes codes;
  private boolean byCodes;
  private HnswSearcher searcher;

  GrowingSearcher(IndexSpec.Hnsw spec, HnswGraph graph, EffortCurves efforts, GrowingCodes codes) {
    this.spec = spec;
    this.graph = graph;
    this.efforts = efforts;
    this.codes = codes;
    GraphRows now = codes.rows();
    searcher = new HnswSearcher(spec, now, graph, efforts);
    byCodes = now.codes() != null;
  }

  private HnswSearcher current() {
    if (!byCodes) {
      GraphRows now = codes.rows();
      if (now.codes() != null) {
        searcher = new HnswSearcher(spec, now, graph, efforts);
        byCodes = true;
      }
    }
    return searcher;
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    current().search(request, into);
  }

  @Override
  public NeighborIterator iterator(SearchRequest request) {
    return current().iterator(request);
  }

  @Override
  public SearchStatistics statistics() {
    return searcher.statistics();
  }
}
