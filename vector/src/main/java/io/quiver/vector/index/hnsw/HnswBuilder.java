package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import java.util.function.IntUnaryOperator;

/** Builds the graph over rows that are all there. */
final class HnswBuilder {
  /** Rows that one thread links first: with fewer, threads would not find each other's. */
  private static final int FIRST = 256;

  private static final int CHUNK = 16;

  /** Of the whole work, what reading all rows takes. */
  private static final double PREPARE_SHARE = 0.01;

  private final IndexSpec.Hnsw spec;
  private final BuildOptions options;

  HnswBuilder(IndexSpec.Hnsw spec, BuildOptions options) {
    this.spec = spec;
    this.options = options;
  }

  HnswIndex build(VectorRows rows) {
    int count = rows.count();
    checkMemory(rows);
    IntUnaryOperator levels = TallNodes.drawn(spec.m(), options.seed());
    GraphRows graphRows = GraphRows.empty(rows);
    HnswGraph graph = HnswGraph.empty(count, spec.m(), levels);
    Workers workers = new Workers(options);
    workers.forEach(
        0,
        count,
        1024,
        PREPARE_SHARE,
        () -> graphRows,
        (own, row) -> {
          if (own.prepare(row)) {
            own.present().add(row);
          }
        });
    link(graphRows, graph, workers);
    return new HnswIndex(spec, graphRows, graph);
  }

  private void link(GraphRows rows, HnswGraph graph, Workers workers) {
    int count = graph.nodes();
    int first = Math.min(FIRST, count);
    double firstShare = (1 - PREPARE_SHARE) * first / Math.max(1, count);
    NodeLinker.Factory linkers = new NodeLinker.Factory(rows, graph, spec.efConstruction());
    workers.forEach(0, first, first, firstShare, linkers, NodeLinker::linkIfPresent);
    workers.forEach(
        first, count, CHUNK, 1 - PREPARE_SHARE - firstShare, linkers, NodeLinker::linkIfPresent);
  }

  private void checkMemory(VectorRows rows) {
    int count = rows.count();
    // The lists above level 0 are drawn; on average there are 1 / (m - 1) of them a row.
    long links = HnswGraph.baseBytes(count, spec.m()) + 8L * count;
    long scratch = (long) options.threads() * (count + (1 << 20));
    if (links + scratch > options.memoryBytesMax()) {
      throw new IllegalArgumentException(
          "building takes about "
              + (links + scratch)
              + " bytes, of which "
              + options.memoryBytesMax()
              + " are allowed");
    }
  }
}
