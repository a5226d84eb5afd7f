package io.quiver.vector.index.fused;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.GrowingIndex;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.IndexSpec.Hnsw;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A fused graph that rows are added to and removed from while it is searched. All its memory is
 * taken when it is made; searches take no lock.
 *
 * <p>A row is linked by the search that first builds a graph ({@link FusedGraphBuilder}) uses; the
 * second pass that makes a graph better comes when the index is built anew. A removed row leaves
 * the results at once. The rows that were linked with it are found by a search for it, and linked
 * with its neighbours; one that the search misses keeps a link to a node that no result has.
 *
 * <p>Its written form is a {@link FusedIndex}'s, in which the rows that are not there are absent.
 */
public final class GrowingFusedIndex implements GrowingIndex {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int RESTORE_CHUNK = 256;

  private final Hnsw spec;
  private final EuclideanRows space;
  private final FusedGraph graph;
  private final FloatPoints points;
  private final FusedLinks links;
  private final FusedParts parts;

  /** Rows that were added and not removed. */
  private final RowSet added;

  /** Those of them that have a point and are linked: what searches return. */
  private final RowSet present;

  private final ConcurrentLinkedQueue<FusedLinker> linkers = new ConcurrentLinkedQueue<>();

  /** Guards where searches begin. */
  private final ReentrantLock entryLock = new ReentrantLock();

  /** Whether rows without a distance may be there of which the form did not know. */
  private final boolean opened;

  /**
   * @param graph whose nodes are not cleared yet
   */
  private GrowingFusedIndex(
      Hnsw spec, EuclideanRows space, FusedGraph graph, EffortCurves curve, boolean opened) {
    this.spec = spec;
    this.space = space;
    this.graph = graph;
    this.opened = opened;
    int capacity = space.rows().count();
    FusedLayout layout = graph.layout();
    points = FloatPoints.of(graph.blocks(), layout.stride(), layout.floats());
    links =
        new FusedLinks(
            graph, NativeMemory.allocate(4L * layout.codeBits() * Math.max(1, capacity)));
    added = RowSet.empty(capacity);
    present = RowSet.empty(capacity);
    FusedForm form = new FusedForm(space, graph, null, curve);
    parts = new FusedParts(form, present, spec.efSearch(), true);
  }

  /**
   * Makes an empty index.
   *
   * @param rows as many as it will have room for; the block's memory is there, its rows are read
   *     when they are added
   * @param lengthMax that no row will exceed, under inner product; else ignored. Estimates are the
   *     rougher, the more it is above what rows have
   * @throws IllegalArgumentException when it takes more memory than the options allow
   * @throws IllegalStateException when this JVM was started without the Vector API
   */
  public static GrowingFusedIndex create(
      Hnsw spec, VectorRows rows, double lengthMax, BuildOptions options) {
    check(spec);
    boolean products = rows.metric() == Metric.NEGATIVE_INNER_PRODUCT;
    if (products && !(lengthMax > 0 && Double.isFinite(lengthMax))) {
      throw new IllegalArgumentException(
          "inner products need the length of the longest row, not " + lengthMax);
    }
    EuclideanRows space =
        EuclideanRows.of(rows, products ? lengthMax * lengthMax : 0, new BitSet());
    FusedIndex.checkMemory(spec, space, options);
    FusedLayout layout = new FusedLayout(space.dimension(), Exact.FLOAT32);
    Rotation rotation = Rotation.random(space.dimension(), options.seed());
    FusedGraph graph = FusedGraph.empty(layout, rotation, rows.count());
    GrowingFusedIndex index =
        new GrowingFusedIndex(spec, space, graph, FusedIndex.UNMEASURED, false);
    index.clear(0, rows.count());
    return index;
  }

  private static void check(Hnsw spec) {
    FusedIndex.checkVectorModule();
    if (spec.exact() != Exact.FLOAT32) {
      throw new IllegalArgumentException(
          "a fused graph grows with exact = float32; with sq8 it is built at once");
    }
  }

  /**
   * Opens a written index, built or grown, to take rows in and out again. What its links need and
   * the form has not, distances and rotated points, is computed anew.
   *
   * @param rows as many as there is room for: the written ones, and as many more as are wanted;
   *     under inner product none may be longer than the index was made for, or than the longest of
   *     the rows that it was built over
   * @throws io.quiver.vector.index.DamagedIndexException when it is not what was written
   * @throws IllegalArgumentException when it takes more memory than the options allow
   */
  public static GrowingFusedIndex open(
      IndexForm form, Hnsw spec, VectorRows rows, BuildOptions options) {
    check(spec);
    int written = form.rows();
    FusedForm read =
        FusedForm.read(form, spec, new VectorRows(rows.metric(), rows.block(), written));
    EuclideanRows space = EuclideanRows.of(rows, read.space().longestSquared(), new BitSet());
    FusedIndex.checkMemory(spec, space, options);
    FusedGraph graph = read.graph().withRoom(rows.count());
    GrowingFusedIndex index = new GrowingFusedIndex(spec, space, graph, read.efforts(), true);
    index.clear(written, rows.count());
    index.restore(written, read.space().absent(), options);
    return index;
  }

  private void restore(int written, BitSet absent, BuildOptions options) {
    long stride = graph.layout().stride();
    long rotatedBytes = 4L * graph.rotation().codeBits();
    new Workers(options)
        .forEach(
            0,
            written,
            RESTORE_CHUNK,
            1,
            () -> graph,
            (own, node) -> {
              long at = rotatedBytes * node;
              own.rotation().rotate(own.blocks(), stride * node, links.rotated(), at);
              links.restore(node, points);
              if (!absent.get(node)) {
                added.add(node);
                present.add(node);
              }
            });
  }

  private void clear(int from, int to) {
    for (int node = from; node < to; node++) {
      clear(node);
    }
  }

  @Override
  public int capacity() {
    return graph.nodes();
  }

  @Override
  public void add(int row) {
    Objects.checkIndex(row, capacity());
    if (!added.add(row)) {
      throw new IllegalArgumentException("row " + row + " is there already");
    }
    boolean linked = false;
    try {
      clear(row);
      long at = graph.layout().stride() * row;
      space.point(row, graph.blocks(), at);
      if (hasDistance(row, at)) {
        graph
            .rotation()
            .rotate(graph.blocks(), at, links.rotated(), 4L * graph.rotation().codeBits() * row);
        link(row);
      }
      linked = true;
    } finally {
      if (!linked) {
        added.remove(row);
      }
    }
  }

  /** Whether the row's point, which stands in its block, has distances; throws if it cannot be. */
  private boolean hasDistance(int row, long at) {
    Metric metric = space.rows().metric();
    if (metric == Metric.L2 || metric == Metric.L2_SQUARED) {
      return true;
    }
    double squared = 0;
    for (int i = 0; i < space.dimension(); i++) {
      double x = graph.blocks().get(FLOAT, at + 4L * i);
      squared += x * x;
    }
    // A point under inner product has the length of the longest, unless it is longer.
    double most = space.longestSquared();
    if (metric == Metric.NEGATIVE_INNER_PRODUCT && squared > most * (1 + 1e-5)) {
      throw new IllegalArgumentException(
          "row %d has the length %s, this index was made for at most %s"
              .formatted(row, Math.sqrt(squared), Math.sqrt(most)));
    }
    return squared > 0;
  }

  private void clear(int node) {
    ReentrantLock lock = links.lock(node);
    lock.lock();
    try {
      links.clear(node);
      for (int slot = 0; slot < FusedLayout.DEGREE; slot++) {
        graph.clear(node, slot);
      }
    } finally {
      lock.unlock();
    }
  }

  private void link(int row) {
    if (!becomesEntry(row)) {
      FusedLinker linker = linker();
      linker.insert(row, effort(), () -> false);
      linkers.add(linker);
      present.add(row);
    }
  }

  /** Makes the row the first one, if there is none. */
  private boolean becomesEntry(int row) {
    if (graph.entry() >= 0) {
      return false;
    }
    entryLock.lock();
    try {
      if (graph.entry() >= 0) {
        return false;
      }
      present.add(row);
      graph.setEntry(row);
      return true;
    } finally {
      entryLock.unlock();
    }
  }

  @Override
  public void remove(int row) {
    Objects.checkIndex(row, capacity());
    if (!added.contains(row)) {
      if (opened && space.rows().metric() == Metric.COSINE) {
        return;
      }
      throw new IllegalArgumentException("row " + row + " is not there");
    }
    if (present.remove(row)) {
      moveEntry(row);
      FusedLinker linker = linker();
      linker.remove(row, effort(), () -> false);
      linkers.add(linker);
    }
    added.remove(row);
  }

  /** Lets searches begin elsewhere than at a row that is removed. */
  private void moveEntry(int removed) {
    if (graph.entry() != removed) {
      return;
    }
    entryLock.lock();
    try {
      if (graph.entry() == removed) {
        int other = -1;
        for (int slot = 0; slot < links.degree(removed) && other < 0; slot++) {
          int neighbor = NodeKey.node(links.key(removed, slot));
          other = present.contains(neighbor) ? neighbor : -1;
        }
        graph.setEntry(other >= 0 ? other : present.first());
      }
    } finally {
      entryLock.unlock();
    }
  }

  private int effort() {
    return Math.max(FusedGraphBuilder.INSERT_EFFORT, spec.efConstruction());
  }

  private FusedLinker linker() {
    FusedLinker free = linkers.poll();
    return free != null ? free : new FusedLinker(links, graph, points, present);
  }

  @Override
  public Hnsw spec() {
    return spec;
  }

  @Override
  public VectorRows rows() {
    return space.rows();
  }

  @Override
  public VectorSearcher searcher() {
    return new FusedSearcher(parts);
  }

  @Override
  public long memoryBytes() {
    return parts.memoryBytes() + links.memoryBytes();
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec, sections());
  }

  /** Writes it; nothing is added or removed meanwhile. */
  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec, rows(), sections());
  }

  private List<IndexForm.Section> sections() {
    EuclideanRows written = EuclideanRows.of(rows(), space.longestSquared(), present.absent());
    return new FusedForm(written, graph, null, parts.efforts()).sections();
  }
}
