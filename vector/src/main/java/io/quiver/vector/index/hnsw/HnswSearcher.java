package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorSearcher;

/** Searches an {@link HnswIndex}. */
final class HnswSearcher implements VectorSearcher {
  private final IndexSpec.Hnsw spec;
  private final GraphRows rows;
  private final HnswGraph graph;
  private final PointDistances distances;
  private final LayerSearch walk;
  private final ExactRanking ranking;
  private SearchStatistics statistics = SearchStatistics.NONE;

  HnswSearcher(IndexSpec.Hnsw spec, GraphRows rows, HnswGraph graph) {
    this.spec = spec;
    this.rows = rows;
    this.graph = graph;
    distances = rows.exact();
    walk = new LayerSearch(graph, distances);
    ranking = new ExactRanking(rows.rows());
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    into.clear();
    int ef =
        switch (request.effort()) {
          case Effort.Default ignored -> spec.efSearch();
          case Effort.Fixed fixed -> fixed.value();
          case Effort.Recall recall -> (int) (spec.efSearch() * recall.target());
        };
    long entry = graph.entry();
    if (entry < 0) {
      return;
    }
    distances.from(request.query());
    int nearest = walk.descend(HnswGraph.entryNode(entry), HnswGraph.entryLevel(entry), 0);
    walk.begin(Math.max(ef, request.k()));
    walk.start(nearest);
    walk.run(0, request.cancelled());
    CandidatePool pool = walk.pool();
    ranking.clear();
    for (int i = 0; i < pool.size() && ranking.size() < request.k(); i++) {
      if (rows.present().contains(pool.node(i))) {
        ranking.add(pool.node(i));
      }
    }
    ranking.finish(request, into);
    distances.keepAlive();
    graph.keepAlive();
  }

  @Override
  public SearchStatistics statistics() {
    return statistics;
  }
}
