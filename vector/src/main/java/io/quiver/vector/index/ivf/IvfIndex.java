package io.quiver.vector.index.ivf;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Rows in lists around centroids (Jégou, Douze and Schmid, TPAMI 2011). A search ranks the
 * centroids, scans the nearest lists by what these keep of their rows, and computes the exact
 * distances of the best candidates from the owner's rows. Its effort is the number of lists probed.
 *
 * <p>Rows come and go while it is searched; centroids stay, so that after many changes the lists
 * may no longer fit: see {@link #drift}.
 */
public final class IvfIndex implements GrowingIndex {
  private final IndexSpec.Ivf spec;
  private final EuclideanRows euclidean;
  private final Centroids centroids;
  private final BlockCode code;
  private final InvertedLists lists;
  private final PresentRows present;

  IvfIndex(
      IndexSpec.Ivf spec,
      EuclideanRows euclidean,
      Centroids centroids,
      BlockCode code,
      InvertedLists lists,
      PresentRows present) {
    this.spec = spec;
    this.euclidean = euclidean;
    this.centroids = centroids;
    this.code = code;
    this.lists = lists;
    this.present = present;
  }

  /**
   * Builds an index.
   *
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static IvfIndex build(IndexSpec.Ivf spec, VectorRows rows, BuildOptions options) {
    return new IvfBuilder(spec, rows, rows.count(), options).build();
  }

  @Override
  public IndexSpec spec() {
    return spec;
  }

  @Override
  public VectorRows rows() {
    return euclidean.rows();
  }

  @Override
  public VectorSearcher searcher() {
    return new IvfSearcher(this);
  }

  @Override
  public int capacity() {
    return rows().count();
  }

  @Override
  public void add(int row) {
    Objects.checkIndex(row, capacity());
    throw new UnsupportedOperationException();
  }

  @Override
  public void remove(int row) {
    Objects.checkIndex(row, capacity());
    throw new UnsupportedOperationException();
  }

  @Override
  public long memoryBytes() {
    return lists.memoryBytes()
        + centroids.memoryBytes()
        + code.memoryBytes()
        + present.memoryBytes();
  }

  @Override
  public long formBytes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(MemorySegment form) {
    throw new UnsupportedOperationException();
  }

  /** Lists that a search of this effort probes. */
  int probes(Effort effort) {
    return switch (effort) {
      case Effort.Default _ -> spec.probes();
      case Effort.Fixed fixed -> fixed.value();
      case Effort.Recall _ -> spec.probes();
    };
  }

  EuclideanRows euclidean() {
    return euclidean;
  }

  Centroids centroids() {
    return centroids;
  }

  BlockCode code() {
    return code;
  }

  InvertedLists lists() {
    return lists;
  }

  PresentRows present() {
    return present;
  }

  RowPoint newPoint() {
    return new RowPoint(euclidean, centroids);
  }
}
