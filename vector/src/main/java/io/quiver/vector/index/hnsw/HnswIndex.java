package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;

/** The index of kind {@code hnsw} with layout {@code compact}. */
public final class HnswIndex implements VectorIndex {
  private final IndexSpec.Hnsw spec;
  private final GraphRows rows;
  private final HnswGraph graph;

  HnswIndex(IndexSpec.Hnsw spec, GraphRows rows, HnswGraph graph) {
    this.spec = spec;
    this.rows = rows;
    this.graph = graph;
  }

  /**
   * Builds the index over rows that are all there.
   *
   * @throws IllegalArgumentException when the options' memory does not suffice
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static HnswIndex build(IndexSpec.Hnsw spec, VectorRows rows, BuildOptions options) {
    return new HnswBuilder(spec, options).build(rows);
  }

  @Override
  public IndexSpec.Hnsw spec() {
    return spec;
  }

  @Override
  public VectorRows rows() {
    return rows.rows();
  }

  @Override
  public VectorSearcher searcher() {
    return new HnswSearcher(spec, rows, graph);
  }

  @Override
  public long memoryBytes() {
    return rows.memoryBytes() + graph.memoryBytes();
  }

  @Override
  public long formBytes() {
    return 0;
  }

  @Override
  public void write(MemorySegment form) {}
}
