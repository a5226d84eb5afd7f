package io.quiver.vector.index.fused;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.IndexSpec.Hnsw;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code hnsw} with {@code quantizer = rabitq} and {@code layout = fused}, over rows that do not
 * change: the fastest of the graphs, for about twice the rows' memory. With {@code exact = sq8} it
 * takes a third less, and reads the last candidates' rows where the owner has them.
 *
 * <p>Blocks are in memory of their own, on huge pages where there are; its written form is read
 * once, when it is opened.
 */
public final class FusedIndex implements VectorIndex {
  /** Of a graph that was not measured: a search that wants a recall tries hard. */
  static final EffortCurves UNMEASURED = EffortCurves.unmeasured(2048);

  private static final EffortCurves.Trials EFFORTS =
      new EffortCurves.Trials(
          List.of(4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048),
          FusedSearcher::effortMin);

  private final Hnsw spec;
  private final FusedParts parts;

  private FusedIndex(Hnsw spec, FusedParts parts) {
    this.spec = spec;
    this.parts = parts;
  }

  /**
   * Builds an index.
   *
   * @throws IllegalArgumentException when that takes more memory than the options allow, or there
   *     are more rows than such an index can have
   * @throws IllegalStateException when this JVM was started without the Vector API
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static FusedIndex build(Hnsw spec, VectorRows rows, BuildOptions options) {
    checkVectorModule();
    EuclideanRows space = EuclideanRows.of(rows);
    checkMemory(spec, space, options);
    FusedGraph graph = FusedGraphBuilder.build(space, spec.efConstruction(), options);
    return finish(spec, space, graph, options);
  }

  /**
   * Whether the graph of an index is worth going on with: where it is over the same space and not
   * so small that most would be new.
   *
   * @param rows that a merged index is to have; all are read under inner product
   */
  public static boolean canMerge(Hnsw spec, FusedIndex older, VectorRows rows) {
    EuclideanRows space = older.parts.space();
    return older.spec.equals(spec)
        && older.parts.graph().nodes() >= FusedMerge.NODES_MIN
        && (!space.isLifted() || space.isNear(EuclideanRows.of(rows)));
  }

  /**
   * Builds an index over rows of which an older one, for which {@link #canMerge} holds, has many:
   * its graph is reused.
   *
   * @param newNumbers what each row of the older index is among these; -1 where it is not
   * @throws IllegalArgumentException when numbers are out of range or meet, and as {@link #build}
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static FusedIndex merge(
      FusedIndex older, int[] newNumbers, VectorRows rows, BuildOptions options) {
    EuclideanRows space = EuclideanRows.of(rows);
    checkMemory(older.spec, space, options);
    FusedMerge merge = new FusedMerge(older.parts.graph(), older.parts.present(), newNumbers);
    FusedGraph graph = merge.merge(space, older.spec.efConstruction(), options);
    return finish(older.spec, space, graph, options);
  }

  /** Measures a graph, and shortens its blocks where they are to be. */
  private static FusedIndex finish(
      Hnsw spec, EuclideanRows space, FusedGraph built, BuildOptions options) {
    VectorRows rows = space.rows();
    FusedGraph graph = built;
    @Nullable ScalarQuantizer quantizer = null;
    if (spec.exact() == Exact.SQ8) {
      quantizer =
          ScalarQuantizer.train(rows.count(), space.dimension(), options.seed(), space::point);
      graph = withByteCodes(graph, quantizer);
    }
    FusedIndex unmeasured = of(spec, new FusedForm(space, graph, quantizer, UNMEASURED));
    EffortCurves efforts =
        EffortCurves.measure(
            rows, space.present().filter(), unmeasured::searcher, EFFORTS, options);
    options.progress().accept(1);
    return of(spec, new FusedForm(space, graph, quantizer, efforts));
  }

  private static FusedIndex of(Hnsw spec, FusedForm form) {
    return new FusedIndex(
        spec, new FusedParts(form, form.space().present(), spec.efSearch(), false));
  }

  /**
   * Opens a written index.
   *
   * @throws io.quiver.vector.index.DamagedIndexException when it is not what was written
   * @throws IllegalStateException when this JVM was started without the Vector API
   */
  public static FusedIndex open(IndexForm form, Hnsw spec, VectorRows rows) {
    checkVectorModule();
    return of(spec, FusedForm.read(form, spec, rows));
  }

  static void checkVectorModule() {
    DistanceKernels.requireVectorModule("layout = fused");
  }

  static void checkMemory(Hnsw spec, EuclideanRows space, BuildOptions options) {
    int count = space.rows().count();
    if (count > FusedLinks.nodesMax()) {
      throw new IllegalArgumentException(
          "layout = fused has at most %d rows, these are %d"
              .formatted(FusedLinks.nodesMax(), count));
    }
    long bytes = buildBytes(spec, space.rows(), options.threads());
    if (bytes > options.memoryBytesMax()) {
      throw new IllegalArgumentException(
          "building this index takes %d bytes beyond the rows, allowed are %d"
              .formatted(bytes, options.memoryBytesMax()));
    }
  }

  /** About the bytes that a build takes beyond the rows, index included. */
  public static long buildBytes(Hnsw spec, VectorRows rows, int threads) {
    int dimension = EuclideanRows.dimension(rows);
    FusedLayout floats = new FusedLayout(dimension, Exact.FLOAT32);
    FusedLayout kept = new FusedLayout(dimension, spec.exact());
    long bytes = FusedGraphBuilder.memoryBytes(floats, rows.count(), threads);
    // Then its blocks are copied: to shorter ones, and to the written form.
    return Math.max(bytes, rows.count() * (floats.stride() + kept.stride()));
  }

  /** The same graph with a byte for each float of its points. */
  private static FusedGraph withByteCodes(FusedGraph graph, ScalarQuantizer quantizer) {
    FusedLayout from = graph.layout();
    FusedLayout to = new FusedLayout(from.dimension(), Exact.SQ8);
    MemorySegment blocks = NativeMemory.allocate(to.stride() * graph.nodes());
    long rest = from.links() + 4L * FusedLayout.DEGREE - from.codes();
    for (int node = 0; node < graph.nodes(); node++) {
      long source = node * from.stride();
      long target = node * to.stride();
      quantizer.encode(graph.blocks(), source, from.dimension(), blocks, target);
      MemorySegment.copy(graph.blocks(), source + from.codes(), blocks, target + to.codes(), rest);
    }
    return new FusedGraph(to, graph.rotation(), blocks, graph.entry());
  }

  @Override
  public Hnsw spec() {
    return spec;
  }

  @Override
  public VectorRows rows() {
    return parts.space().rows();
  }

  @Override
  public VectorSearcher searcher() {
    return new FusedSearcher(parts);
  }

  @Override
  public long memoryBytes() {
    return parts.memoryBytes();
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec, sections());
  }

  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec, rows(), sections());
  }

  private List<IndexForm.Section> sections() {
    return parts.form().sections();
  }
}
