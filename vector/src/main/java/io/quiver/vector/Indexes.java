package io.quiver.vector;

import io.quiver.vector.index.AutoChoice;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.disk.DiskAnnIndex;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.index.fused.FusedIndex;
import io.quiver.vector.index.fused.GrowingFusedIndex;
import io.quiver.vector.index.hnsw.HnswIndex;
import io.quiver.vector.index.ivf.IvfIndex;
import io.quiver.vector.memory.BlockReader;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The door: builds and opens an index of any kind. */
public final class Indexes {
  private Indexes() {}

  /**
   * Builds an index over rows that do not change; for {@code auto}, of the kind that {@link
   * AutoChoice} takes.
   *
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static VectorIndex build(IndexSpec spec, VectorRows rows, BuildOptions options) {
    return switch (spec) {
      case IndexSpec.Flat _ -> new FlatIndex(rows);
      case IndexSpec.Hnsw hnsw ->
          switch (hnsw.layout()) {
            case COMPACT -> HnswIndex.build(hnsw, rows, options);
            case FUSED -> FusedIndex.build(hnsw, rows, options);
          };
      case IndexSpec.Ivf ivf -> IvfIndex.build(ivf, rows, options);
      case IndexSpec.DiskAnn diskAnn -> DiskAnnIndex.build(diskAnn, rows, options);
      case IndexSpec.Auto auto -> build(AutoChoice.of(auto, rows, options).spec(), rows, options);
    };
  }

  /**
   * About the bytes that {@link #build}, and then writing the index, take beyond the rows at most,
   * the index and its written form included.
   *
   * @param spec never of the kind {@code auto}: what that takes depends on what it chooses
   */
  public static long buildBytes(IndexSpec spec, VectorRows rows, int threads) {
    return switch (spec) {
      case IndexSpec.Flat _ -> 0;
      case IndexSpec.Hnsw hnsw ->
          switch (hnsw.layout()) {
            case COMPACT -> 2 * HnswIndex.buildBytes(hnsw, rows, threads);
            case FUSED -> FusedIndex.buildBytes(hnsw, rows, threads);
          };
      case IndexSpec.Ivf ivf -> 2 * IvfIndex.buildBytes(ivf, rows);
      case IndexSpec.DiskAnn diskAnn ->
          2 * DiskAnnIndex.buildBytes(diskAnn, rows, threads)
              + (long) rows.count() * rows.encoding().bytes(rows.dimension());
      case IndexSpec.Auto _ -> throw new IllegalArgumentException("auto has not chosen yet");
    };
  }

  /**
   * Whether {@link #merge} reuses the graph of another index, so that it is quicker.
   *
   * @param rows that the merged index is to have; in a fused graph under inner product they are all
   *     read, for their lengths
   */
  public static boolean canMerge(IndexSpec spec, VectorIndex other, VectorRows rows) {
    return switch (other) {
      case HnswIndex graph -> graph.spec().equals(spec);
      case FusedIndex graph ->
          spec instanceof IndexSpec.Hnsw hnsw && FusedIndex.canMerge(hnsw, graph, rows);
      default -> false;
    };
  }

  /**
   * Builds an index over rows of which another one, for which {@link #canMerge} holds, has many:
   * its graph is reused, and the rows that it has not are linked into it.
   *
   * @param larger over the same encoding, metric and dimension
   * @param newNumbers what each row of the other index is among these; -1 where it is not
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static VectorIndex merge(
      VectorIndex larger, int[] newNumbers, VectorRows rows, BuildOptions options) {
    return switch (larger) {
      case HnswIndex graph -> HnswIndex.merge(graph, newNumbers, rows, options);
      case FusedIndex graph -> FusedIndex.merge(graph, newNumbers, rows, options);
      default ->
          throw new IllegalArgumentException(larger.spec() + " has no graph that could be reused");
    };
  }

  /**
   * Opens a written index over the rows that it was built from.
   *
   * @throws io.quiver.vector.index.DamagedIndexException when it is not what was written
   */
  public static VectorIndex open(MemorySegment form, VectorRows rows) {
    return open(IndexForm.read(form, rows), rows, null);
  }

  /**
   * Opens a written index, built or grown, to take rows in and out again: of the kinds {@code
   * hnsw}, but for {@code exact = sq8}, and {@code ivf}. It goes on as if it had never been
   * written, in memory of its own.
   *
   * @param rows those that it was written over, of which there may be more by now: as many as there
   *     is room for. Which of them are there it knows; the others are added
   * @param options of which the seed draws the levels of rows that are new in {@code hnsw}
   * @throws io.quiver.vector.index.DamagedIndexException when it is not what was written
   * @throws IllegalArgumentException when its kind takes no rows in, or it needs more memory than
   *     the options allow
   */
  public static GrowingIndex openGrowing(
      MemorySegment form, VectorRows rows, BuildOptions options) {
    IndexForm read = IndexForm.readGrowing(form, rows);
    return switch (read.spec()) {
      case IndexSpec.Hnsw hnsw ->
          switch (hnsw.layout()) {
            case COMPACT -> HnswIndex.openGrowing(read, rows, options.seed());
            case FUSED -> GrowingFusedIndex.open(read, hnsw, rows, options);
          };
      case IndexSpec.Ivf ivf -> IvfIndex.open(read, ivf, rows);
      case IndexSpec.Flat _, IndexSpec.DiskAnn _, IndexSpec.Auto _ ->
          throw new IllegalArgumentException(read.spec().kind() + " takes no rows in or out");
    };
  }

  /**
   * As {@link #open(MemorySegment, VectorRows)}, where an index of kind {@code diskann} reads its
   * rows by a reader.
   *
   * @param blocks reads the form's section {@code diskrows}, from its first byte on, each piece of
   *     which is checked when it is read; null to read it from the form, which may be mapped
   */
  public static VectorIndex open(
      MemorySegment form, VectorRows rows, @Nullable BlockReader blocks) {
    return open(IndexForm.read(form, rows, Set.of(DiskAnnIndex.BLOCKS)), rows, blocks);
  }

  private static VectorIndex open(IndexForm read, VectorRows rows, @Nullable BlockReader blocks) {
    return switch (read.spec()) {
      case IndexSpec.Flat _ -> new FlatIndex(rows);
      case IndexSpec.Hnsw hnsw ->
          switch (hnsw.layout()) {
            case COMPACT -> HnswIndex.open(read, rows);
            case FUSED -> FusedIndex.open(read, hnsw, rows);
          };
      case IndexSpec.Ivf ivf -> IvfIndex.open(read, ivf, rows);
      case IndexSpec.DiskAnn _ -> DiskAnnIndex.open(read, rows, blocks);
      case IndexSpec.Auto _ -> throw new DamagedIndexException("it does not say what was chosen");
    };
  }
}
