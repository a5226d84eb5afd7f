package io.quiver.vector.index.fused;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Builds a graph over rows that are all there. Nodes are inserted one after the other, each linked
 * with what a search of the graph so far finds. Then every node is searched for again, now among
 * all; its links are chosen anew from all nodes that this search expanded, the chosen ones are
 * linked back, and what is still free is filled. Searches are those that queries make, over the
 * codes, and each node that they expand brings its exact distance.
 *
 * <p>The entry is the node nearest to the middle of all: on real data a hierarchy of levels found
 * no better one.
 */
final class FusedGraphBuilder {
  private static final int DEGREE = FusedLayout.DEGREE;

  /** Candidates kept while a node is inserted: the second pass mends what this misses. */
  static final int INSERT_EFFORT = 100;

  /** Nodes inserted by one thread, before others would find too little to link with. */
  private static final int FIRST_NODES = 2000;

  /** Rows whose mean is the middle. */
  private static final int SAMPLE_MAX = 1 << 16;

  private static final int CHUNK = 16;

  /** Candidates, tables and the like. */
  private static final long THREAD_BYTES = 1 << 18;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final EuclideanRows space;
  private final int count;
  private final BuildOptions options;
  private final BooleanSupplier cancelled;
  private final Workers workers;
  private final int refineEffort;
  private final RowSet present;
  private final FusedGraph graph;
  private final FloatPoints points;
  private final FusedLinks links;

  /**
   * Loads the points; no node has links.
   *
   * @param refineEffort candidates that a search for a node's links keeps
   */
  FusedGraphBuilder(EuclideanRows space, int refineEffort, BuildOptions options) {
    this.space = space;
    this.options = options;
    this.refineEffort = refineEffort;
    count = space.rows().count();
    present = space.present();
    cancelled = options.cancelled();
    workers = new Workers(options);
    FusedLayout layout = new FusedLayout(space.dimension(), Exact.FLOAT32);
    Rotation rotation = Rotation.random(space.dimension(), options.seed());
    graph = FusedGraph.empty(layout, rotation, count);
    points = FloatPoints.of(graph.blocks(), layout.stride(), layout.floats());
    links =
        new FusedLinks(graph, NativeMemory.allocate(4L * layout.codeBits() * Math.max(1, count)));
    loadPoints();
  }

  /** Bytes that building takes beyond the rows, with those of the graph. */
  static long memoryBytes(FusedLayout layout, int count, int threads) {
    long node =
        layout.stride()
            + 4L * layout.codeBits()
            // Links twice, and pruned candidates; 16 for the numbers of each and what is small.
            + 8L * (2 * DEGREE + RobustPruning.PRUNED_MAX)
            + 16
            // Which nodes a thread has visited.
            + threads;
    return count * node + threads * THREAD_BYTES;
  }

  /**
   * Builds.
   *
   * @param efConstruction half the candidates that the second pass keeps
   */
  static FusedGraph build(EuclideanRows space, int efConstruction, BuildOptions options) {
    FusedGraphBuilder builder = new FusedGraphBuilder(space, 2 * efConstruction, options);
    builder.insertAll();
    builder.refine();
    return builder.graph;
  }

  FusedGraph graph() {
    return graph;
  }

  FloatPoints points() {
    return points;
  }

  FusedLinks links() {
    return links;
  }

  Workers workers() {
    return workers;
  }

  FusedLinker linker() {
    return new FusedLinker(links, graph, points, present);
  }

  boolean isAbsent(int node) {
    return !present.contains(node);
  }

  private void loadPoints() {
    Rotation rotation = graph.rotation();
    long stride = graph.layout().stride();
    long rotatedBytes = 4L * rotation.codeBits();
    workers.forEach(
        0,
        count,
        CHUNK,
        0.03,
        () -> graph,
        (own, node) -> {
          space.point(node, own.blocks(), node * stride);
          rotation.rotate(own.blocks(), node * stride, links.rotated(), node * rotatedBytes);
          for (int slot = 0; slot < DEGREE; slot++) {
            own.clear(node, slot);
          }
        });
  }

  private void insertAll() {
    graph.setEntry(middle(node -> true));
    int first = Math.min(count, FIRST_NODES);
    insert(0, first, first, 0.02);
    insert(first, count, CHUNK, 0.4);
  }

  private void insert(int from, int to, int chunk, double share) {
    workers.forEach(
        from,
        to,
        Math.max(1, chunk),
        share,
        this::linker,
        (own, node) -> {
          if (node != graph.entry() && !isAbsent(node)) {
            own.insert(node, INSERT_EFFORT, cancelled);
          }
        });
  }

  /** The node of some that is nearest to the mean of a sample; -1 when none of them is present. */
  int middle(IntPredicate some) {
    int step = Math.max(1, count / SAMPLE_MAX);
    double[] sums = new double[space.dimension()];
    int summed = 0;
    for (int node = 0; node < count; node += step) {
      if (!isAbsent(node)) {
        long at = node * graph.layout().stride();
        for (int i = 0; i < sums.length; i++) {
          sums[i] += graph.blocks().get(FLOAT, at + 4L * i);
        }
        summed++;
      }
    }
    MemorySegment mean = NativeMemory.allocate(4L * points.floats());
    for (int i = 0; i < sums.length; i++) {
      mean.set(FLOAT, 4L * i, (float) (sums[i] / Math.max(1, summed)));
    }
    FloatPoints middle = FloatPoints.of(mean, 0, points.floats());
    int nearest = -1;
    float least = Float.POSITIVE_INFINITY;
    for (int node = 0; node < count; node++) {
      float distance =
          FusedKernels.l2Squared(
              mean, middle.at(0), points.memory(), points.at(node), points.floats());
      if ((nearest < 0 || distance < least) && !isAbsent(node) && some.test(node)) {
        nearest = node;
        least = distance;
      }
    }
    return nearest;
  }

  private void refine() {
    ChosenLinks chosen = new ChosenLinks(count);
    workers.forEach(
        0,
        count,
        CHUNK,
        0.45,
        this::linker,
        (own, node) -> {
          if (!isAbsent(node)) {
            chosen.set(node, own.reconsider(node, refineEffort, cancelled));
          }
        });
    relink(chosen);
  }

  /**
   * Gives all nodes the links that are chosen for them, links these back, and fills what is free.
   */
  void relink(ChosenLinks chosen) {
    // Codes are made once, of the links that stay.
    links.deferBlocks();
    workers.forEach(
        0,
        count,
        CHUNK,
        0.01,
        () -> links,
        (own, node) -> {
          own.clear(node);
          for (int i = 0; i < chosen.count(node); i++) {
            own.append(node, chosen.key(node, i));
          }
          own.setDiverse(node);
        });
    workers.forEach(
        0,
        count,
        CHUNK,
        0.05,
        this::linker,
        (own, node) -> {
          for (int i = 0; i < chosen.count(node); i++) {
            own.connectBack(node, chosen.key(node, i));
          }
        });
    workers.forEach(
        0,
        count,
        CHUNK,
        0.04,
        this::linker,
        (own, node) -> {
          if (!isAbsent(node)) {
            fill(own, node, chosen);
          }
          links.writeBlock(node);
        });
  }

  private void fill(FusedLinker linker, int node, ChosenLinks chosen) {
    SplittableRandom random = new SplittableRandom(options.seed() + node);
    if (space.isLifted()) {
      linker.linkProducts(node, random);
    }
    int from = chosen.firstPruned(node);
    linker.fill(node, chosen.pruned(), from, from + chosen.prunedCount(node), random);
  }
}
