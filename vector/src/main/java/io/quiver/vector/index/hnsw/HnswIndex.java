package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.recall.EffortCurves;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The index of kind {@code hnsw} with layout {@code compact}.
 *
 * <p>It serves L2, inner product and cosine over numbers, and Hamming and Jaccard over bits; those
 * without quantizer. A graph for the inner product links rows by their inner products, without
 * bringing them to one length first.
 */
public final class HnswIndex implements VectorIndex, GrowingIndex {
  private static final EffortCurves.Trials EFFORTS =
      EffortCurves.Trials.ofCandidates(
          4, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896);

  private final IndexSpec.Hnsw spec;
  private final GraphRows rows;
  private final HnswGraph graph;
  private final EffortCurves efforts;
  private final boolean growing;

  /** Linkers that no thread uses just now: each keeps a byte a node. */
  private final ConcurrentLinkedQueue<NodeLinker> idle = new ConcurrentLinkedQueue<>();

  /** Of an index that grows with codes, whose {@link #rows} have none. */
  private final @Nullable GrowingCodes codes;

  HnswIndex(
      IndexSpec.Hnsw spec, GraphRows rows, HnswGraph graph, EffortCurves efforts, boolean growing) {
    this(spec, rows, graph, efforts, growing, null);
  }

  private HnswIndex(
      IndexSpec.Hnsw spec,
      GraphRows rows,
      HnswGraph graph,
      EffortCurves efforts,
      boolean growing,
      @Nullable GrowingCodes codes) {
    this.codes = codes;
    this.efforts = efforts;
    this.spec = spec;
    this.rows = rows;
    this.graph = graph;
    this.growing = growing;
  }

  /** The same index, which knows how much each effort finds. */
  HnswIndex measured(BuildOptions options) {
    EffortCurves curve =
        EffortCurves.measure(
            rows.rows(), rows.present().filter(), this::searcher, rows::exact, EFFORTS, options);
    return new HnswIndex(spec, rows, graph, curve, growing);
  }

  /** A copy that grows, with room for more rows. */
  HnswIndex grown(VectorRows room, long seed) {
    HnswGraph copied = HnswGraph.copy(graph, room.count(), TallNodes.drawn(spec.m(), seed));
    GraphRows whole = rows.copy(room);
    GrowingCodes own = GrowingCodes.of(whole, copied, spec.quantizer(), seed);
    if (own != null && rows.codes() != null) {
      own.open(rows.codes());
    }
    return new HnswIndex(spec, whole, copied, efforts, true, own);
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

  /** About the bytes that a build takes beyond the rows, index included. */
  public static long buildBytes(IndexSpec.Hnsw spec, VectorRows rows, int threads) {
    return HnswBuilder.bytes(spec, rows, threads);
  }

  /**
   * An index without rows, which takes them in by {@link #add}.
   *
   * <p>With a quantizer, the first 4,096 rows are searched by themselves; then they train it, and
   * searches that begin later walk by codes. It is not trained again until the index is merged or
   * built anew, so that, when later rows are unlike the first ones, their codes say less of them
   * and the same effort finds less. Links do not suffer: rows are linked by themselves, as the last
   * candidates are ranked.
   *
   * @param rows as many as there is room for
   * @param seed of the nodes' levels, and of what is drawn to train a quantizer
   */
  public static HnswIndex growing(IndexSpec.Hnsw spec, VectorRows rows, long seed) {
    HnswGraph graph = HnswGraph.empty(rows.count(), spec.m(), TallNodes.drawn(spec.m(), seed));
    GraphRows whole = GraphRows.empty(rows);
    return new HnswIndex(
        spec,
        whole,
        graph,
        EffortCurves.unmeasured(spec.efSearch()),
        true,
        GrowingCodes.of(whole, graph, spec.quantizer(), seed));
  }

  /**
   * Builds the index over rows of which another index has the most, whose graph is reused.
   *
   * @param larger the other index, over the same encoding, metric and dimensions
   * @param newNumbers what each row of the other index is among these; -1 where it is not
   */
  public static HnswIndex merge(
      HnswIndex larger, int[] newNumbers, VectorRows rows, BuildOptions options) {
    return new HnswMerge(larger.spec, larger.graph, larger.rows, newNumbers, options).merge(rows);
  }

  /**
   * Opens a written index, in the form's own memory. It takes no rows in or out: {@link
   * #openGrowing} does.
   */
  public static HnswIndex open(IndexForm form, VectorRows rows) {
    return HnswForm.open(form, rows);
  }

  /**
   * Opens a written index, built or grown, in memory of its own, to take rows in and out again.
   *
   * @param rows as many as there is room for: the written ones, and as many more as are wanted
   * @param seed of the levels of nodes that the written graph had no room for, and of what is drawn
   *     to train a quantizer: codes that were made of fewer rows than {@link #growing} waits for
   *     are made anew
   */
  public static HnswIndex openGrowing(IndexForm form, VectorRows rows, long seed) {
    return HnswForm.openGrowing(form, rows, seed);
  }

  HnswGraph graph() {
    return graph;
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
    return codes != null
        ? new GrowingSearcher(spec, graph, efforts, codes)
        : new HnswSearcher(spec, rows, graph, efforts);
  }

  /**
   * A node's links on the lowest level, at most 2m; returns how many.
   *
   * @param into of at least 2m
   */
  public int links(int node, int[] into) {
    return graph.links(node, 0, into);
  }

  /** Exact distances to the rows, for one thread. */
  public PointDistances exactDistances() {
    return rows.exact();
  }

  @Override
  public int capacity() {
    return graph.nodes();
  }

  @Override
  public void add(int row) {
    checkGrowing(row);
    if (!(codes != null ? codes.add(row) : rows.add(row))) {
      return;
    }
    NodeLinker linker = linker();
    linker.link(row);
    idle.add(linker);
    if (codes != null) {
      codes.added();
    }
  }

  @Override
  public void remove(int row) {
    checkGrowing(row);
    if (!rows.present().remove(row)) {
      return;
    }
    synchronized (graph) {
      if (graph.entry() >= 0 && HnswGraph.entryNode(graph.entry()) == row) {
        graph.enterAtTallest(rows.present());
      }
    }
    NodeLinker linker = linker();
    new NodeUnlinker(linker, rows.present()).unlink(row);
    idle.add(linker);
  }

  private void checkGrowing(int row) {
    if (!growing) {
      throw new IllegalStateException("this index was built over rows that do not change");
    }
    Objects.checkIndex(row, graph.nodes());
  }

  private NodeLinker linker() {
    NodeLinker linker = idle.poll();
    return linker != null ? linker : new NodeLinker(rows, graph, spec.efConstruction());
  }

  @Override
  public long memoryBytes() {
    return rows.memoryBytes() + graph.memoryBytes() + (codes == null ? 0 : codes.memoryBytes());
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec, sections());
  }

  /** Writes it; nothing is added or removed meanwhile. */
  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec, rows.rows(), sections());
  }

  private List<IndexForm.Section> sections() {
    return HnswForm.sections(codes == null ? rows : codes.written(), graph, efforts);
  }
}
