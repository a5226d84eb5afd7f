package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.recall.EffortCurves;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Rows in lists around centroids (Jégou, Douze and Schmid, TPAMI 2011). A search ranks the
 * centroids, scans the nearest lists by what these keep of their rows, and computes the exact
 * distances of the best candidates from the owner's rows. Its effort is the number of lists probed.
 *
 * <p>Rows come and go while it is searched; centroids stay, so that after many changes the lists
 * may no longer fit: see {@link #rebuildRecommended}. A row is searched for as soon as {@link #add}
 * returns.
 */
public final class IvfIndex implements GrowingIndex {
  private final IndexSpec.Ivf spec;
  private final EuclideanRows euclidean;
  private final Centroids centroids;
  private final BlockCode code;
  private final InvertedLists lists;
  private final RowSet present;
  private final Measured measured;
  private final Drift drift;
  private final AtomicLong changes = new AtomicLong();
  private final ConcurrentLinkedDeque<Writer> writers = new ConcurrentLinkedDeque<>();

  /** What changes: the lists, and which rows are in them. */
  record Contents(InvertedLists lists, RowSet present) {}

  /** What a search of so many probes finds, and how far it reaches, when the index was built. */
  record Measured(EffortCurves efforts, ReachCurve reaches) {}

  /** What a thread needs to add a row. */
  private static final class Writer {
    private final RowPoint point;
    private final float[] distances;

    Writer(RowPoint point, int lists) {
      this.point = point;
      distances = new float[lists];
    }
  }

  IvfIndex(
      IndexSpec.Ivf spec,
      EuclideanRows euclidean,
      Centroids centroids,
      BlockCode code,
      Contents contents,
      Measured measured) {
    this.spec = spec;
    this.euclidean = euclidean;
    this.centroids = centroids;
    this.code = code;
    this.lists = contents.lists();
    this.present = contents.present();
    this.measured = measured;
    drift = new Drift(centroids.meanResidual(), euclidean);
  }

  /**
   * Builds an index over all rows.
   *
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static IvfIndex build(IndexSpec.Ivf spec, VectorRows rows, BuildOptions options) {
    return build(spec, rows, rows.count(), options);
  }

  /** About the bytes that a build takes beyond the rows, index included. */
  public static long buildBytes(IndexSpec.Ivf spec, VectorRows rows) {
    return IvfBuilder.bytes(spec, rows);
  }

  /**
   * Builds an index over the first rows, to which the others may be added.
   *
   * @param present how many rows are there
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static IvfIndex build(
      IndexSpec.Ivf spec, VectorRows rows, int present, BuildOptions options) {
    checkVectorModule();
    Objects.checkFromIndexSize(0, present, rows.count());
    return new IvfBuilder(spec, rows, present, options).build();
  }

  /**
   * Opens an index, as {@link IvfForm} specifies it.
   *
   * @throws io.quiver.vector.index.DamagedIndexException when it is not what was written
   */
  public static IvfIndex open(IndexForm form, IndexSpec.Ivf spec, VectorRows rows) {
    checkVectorModule();
    return IvfForm.read(form, spec, rows);
  }

  private static void checkVectorModule() {
    DistanceKernels.requireVectorModule("an inverted file");
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
    Writer writer = writers.poll();
    if (writer == null) {
      writer = new Writer(newPoint(), centroids.count());
    }
    writer.point.row(row);
    double squared = writer.point.squaredLength();
    // A row of zeros has no direction: it has a distance to nothing, and no search finds it.
    if (squared > 0 || rows().metric() != Metric.COSINE) {
      if (!present.add(row)) {
        throw new IllegalStateException("row " + row + " is there already");
      }
      int list = centroids.nearest(writer.point.rotated(), writer.distances);
      changes.incrementAndGet();
      lists.add(row, writer.point, list);
      drift.added(writer.distances[list], squared);
    }
    writers.push(writer);
  }

  @Override
  public void remove(int row) {
    Objects.checkIndex(row, capacity());
    if (present.remove(row)) {
      changes.incrementAndGet();
      lists.remove(row, capacity());
    }
  }

  /**
   * How well the lists fit the rows that came after the build: their mean distance from their
   * centroids, over that of the rows of the build. It is 1 when they are alike, and when none came.
   */
  public double drift() {
    return drift.ratio();
  }

  /**
   * Whether an index that is built anew would serve better: so many rows came that are farther from
   * their centroids than those of the build, or that are longer than any of these.
   */
  public boolean rebuildRecommended() {
    return drift.rebuildRecommended(present.count());
  }

  @Override
  public long memoryBytes() {
    return lists.memoryBytes()
        + centroids.memoryBytes()
        + code.memoryBytes()
        + present.bits().byteSize();
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec, IvfForm.sections(this));
  }

  /** As {@link IvfForm} specifies it; no row may come or go meanwhile. */
  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec, rows(), IvfForm.sections(this));
  }

  /** Lists that a search probes for its effort. */
  int probes(SearchRequest request) {
    return measured.efforts().effort(request, spec.probes());
  }

  /** See {@link BlockCode#candidates}. */
  int candidates(int k) {
    return code.candidates(Math.min(k, BlockCode.K_MAX));
  }

  /** Rows that came or went. */
  long changes() {
    return changes.get();
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

  RowSet present() {
    return present;
  }

  EffortCurves efforts() {
    return measured.efforts();
  }

  ReachCurve reaches() {
    return measured.reaches();
  }

  RowPoint newPoint() {
    return new RowPoint(euclidean, centroids);
  }
}
