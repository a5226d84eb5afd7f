package io.quiver.vector.index.fused;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.memory.Prefetch;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.RabitqQuery;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's search through a graph: best first, from the entry. It expands the nearest candidate
 * by estimate; computes its exact distance, for the point is in the same block; estimates the
 * distances of its 32 neighbours in one pass over their codes; and takes those into the pool that
 * come before its last candidate. It ends when every candidate of the pool has been expanded.
 *
 * <p>What comes out is every expanded node with its exact distance: callers pick from these, so
 * that a filter costs nothing here, and the building of a graph has candidates for links.
 *
 * <p>A candidate may be reached, and estimated, from several neighbours, with different estimates;
 * it is expanded once.
 */
final class FusedWalk {
  /** Nodes between two looks at the cancel flag: about a tenth of a millisecond. */
  private static final int CANCEL_INTERVAL = 256;

  /**
   * Bytes of a block that are asked for ahead: all of it up to 128 dimensions. In a longer one,
   * what follows comes by itself as the first lines are read, and to ask for all of it takes as
   * long as to wait for it.
   */
  private static final long AHEAD_MAX = 2048;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FusedGraph graph;

  /** What exact distances are computed from; null where that is codes of a byte in the blocks. */
  private final @Nullable FloatPoints points;

  private final @Nullable ScalarQuantizer quantizer;

  /** A squared distance of codes is so many times smaller than that of their points. */
  private final float squaredStep;

  private final Rabitq codes;
  private final MemorySegment blocks;
  private final long codesAt;
  private final long linksAt;
  private final RabitqQuery table;
  private final EstimatePool pool = new EstimatePool();

  /** The query's point, behind it the same rotated, and in units of codes of a byte. */
  private final MemorySegment query;

  private final long rotated;
  private final long planes;
  private final int planeBytes;

  private final long queryAt;
  private final int floats;

  /** Equal to {@code epoch} for nodes that this search has expanded, or is about to. */
  private final byte[] visited;

  private byte epoch;

  private long[] expanded = new long[1024];
  private int expandedCount;

  private FusedWalk(
      FusedGraph graph, @Nullable FloatPoints points, @Nullable ScalarQuantizer quantizer) {
    this.graph = graph;
    this.points = points;
    this.quantizer = quantizer;
    squaredStep = quantizer == null ? 1 : quantizer.step() * quantizer.step();
    codes = graph.codes();
    blocks = graph.blocks();
    codesAt = graph.layout().codes();
    linksAt = graph.layout().links();
    table = new RabitqQuery(codes);
    floats = graph.layout().floats();
    planeBytes = (int) NativeMemory.align(graph.layout().dimension());
    rotated = NativeMemory.align(4L * floats);
    planes = rotated + 4L * codes.codeBits();
    query = NativeMemory.allocate(planes + 4L * planeBytes);
    queryAt = AbsoluteMemory.start(query, 0, query.byteSize());
    visited = new byte[graph.nodes()];
  }

  /**
   * A search by what the blocks have.
   *
   * @param quantizer of their points with exact = sq8
   */
  static FusedWalk of(FusedGraph graph, @Nullable ScalarQuantizer quantizer) {
    FusedLayout layout = graph.layout();
    return switch (layout.exact()) {
      case FLOAT32 ->
          new FusedWalk(
              graph, FloatPoints.of(graph.blocks(), layout.stride(), layout.floats()), null);
      case SQ8 -> new FusedWalk(graph, null, Objects.requireNonNull(quantizer));
    };
  }

  /** Where the point to search for is written: {@code dimension} floats at the start. */
  MemorySegment query() {
    return query;
  }

  /** Gets ready to search for the point in {@link #query}. */
  void prepare() {
    graph.rotation().rotate(query, 0, query, rotated);
    table.set(query, queryAt + rotated);
    if (quantizer != null) {
      setPlanes(quantizer);
    }
  }

  /** Gets ready to search for a node's own point. */
  void prepare(int node, FloatPoints from) {
    MemorySegment.copy(all(from.memory()), from.at(node), all(query), queryAt, 4L * floats);
    prepare();
  }

  /** As {@link #prepare(int, FloatPoints)}, with a point that has been rotated before. */
  void prepare(int node, FloatPoints from, MemorySegment rotatedPoints, long rotatedAt) {
    MemorySegment.copy(all(from.memory()), from.at(node), all(query), queryAt, 4L * floats);
    table.set(rotatedPoints, rotatedAt);
  }

  /** Writes the query in units of codes, as {@link FusedKernels#l2SquaredBytes} reads it. */
  private void setPlanes(ScalarQuantizer scale) {
    float inverse = 1 / scale.step();
    int dimension = graph.layout().dimension();
    // What is beyond the last dimension stays 0, as in the codes.
    for (int i = 0; i < dimension; i++) {
      float value = (query.get(FLOAT, 4L * i) - scale.low()) * inverse;
      int place = (i & -64) + 16 * (i & 3) + (i >> 2 & 15);
      query.set(FLOAT, planes + 4L * place, value);
    }
  }

  /** Where the query's point is, as kernels count. */
  long queryAt() {
    return queryAt;
  }

  /** Where it is rotated. */
  long rotatedAt() {
    return queryAt + rotated;
  }

  /** Nodes that the last search expanded. */
  int expandedCount() {
    return expandedCount;
  }

  /** Their {@link NodeKey}s, in the order in which they came; the array is used again. */
  long[] expanded() {
    return expanded;
  }

  /** Whether the last search expanded a node. */
  boolean hasExpanded(int node) {
    return visited[node] == epoch;
  }

  /**
   * Searches.
   *
   * @param effort candidates that the pool keeps
   * @param cancelled asked now and then
   */
  void run(int effort, BooleanSupplier cancelled) {
    begin();
    pool.reset(effort);
    int entry = graph.entry();
    if (entry < 0) {
      return;
    }
    visited[entry] = epoch;
    if (Prefetch.ENABLED) {
      runAhead(entry, effort, cancelled);
    } else {
      runBestFirst(entry, effort, cancelled);
    }
  }

  /**
   * Forgets what was expanded: for a caller that leads the search itself, by {@link #expandFor}.
   */
  void begin() {
    if (++epoch == 0) {
      Arrays.fill(visited, (byte) 0);
      epoch = 1;
    }
    expandedCount = 0;
  }

  /**
   * Expands a node, whose neighbours the caller keeps.
   *
   * @param distance the node's, as {@link #distance} says
   * @param candidates becomes the neighbours that were not expanded, by their estimates; of 32
   * @return how many they are
   */
  int expandFor(int node, float distance, long[] candidates) {
    visited[node] = epoch;
    long block = graph.block(node);
    int full = codes.estimate(blocks, block + codesAt, table, Float.MAX_VALUE);
    int count = 0;
    for (; full != 0; full &= full - 1) {
      int slot = Integer.numberOfTrailingZeros(full);
      int neighbor = all(blocks).get(INT, block + linksAt + 4L * slot);
      if (visited[neighbor] != epoch) {
        float estimate = distance + table.estimate(slot);
        candidates[count++] = NodeKey.of(estimate > 0 ? estimate : 0, neighbor);
      }
    }
    return count;
  }

  private void runBestFirst(int entry, int effort, BooleanSupplier cancelled) {
    int place = expand(entry, effort);
    while (place < effort) {
      int node = pool.expand(place);
      place = pool.open(place + 1);
      if (visited[node] != epoch) {
        visited[node] = epoch;
        place = expand(node, place);
        check(cancelled);
      }
    }
  }

  /**
   * Once candidates come behind those that wait, chooses the next node before it expands the
   * current one, so that its block arrives meanwhile. While each node has a nearer one, on the way
   * to the query, that choice would be wrong and the node in vain.
   */
  private void runAhead(int entry, int effort, BooleanSupplier cancelled) {
    long bytes = Math.min(graph.layout().stride(), AHEAD_MAX);
    int node = entry;
    int place = 0;
    boolean ahead = false;
    while (true) {
      place = pool.openAndNew(place, visited, epoch);
      int next = -1;
      long waiting = place < effort ? pool.key(place) : NodeKey.NONE;
      if (ahead && place < effort) {
        next = take(place++, bytes);
      }
      int before = place;
      place = expand(node, place);
      check(cancelled);
      if (next < 0) {
        place = pool.openAndNew(place, visited, epoch);
        if (place >= effort) {
          return;
        }
        ahead = pool.key(place) == waiting;
        next = take(place++, bytes);
      } else {
        ahead = place >= before;
      }
      node = next;
    }
  }

  /** Marks a place's candidate as visited, begins to load its block, and returns its node. */
  private int take(int place, long bytes) {
    int node = pool.expand(place);
    visited[node] = epoch;
    Prefetch.lines(graph.block(node), bytes);
    return node;
  }

  /**
   * Expands a node.
   *
   * @return the place of the nearest candidate to expand, {@code place} if none has come
   */
  private int expand(int node, int place) {
    float distance = distance(node);
    if (expandedCount == expanded.length) {
      expanded = Arrays.copyOf(expanded, 2 * expandedCount);
    }
    expanded[expandedCount++] = NodeKey.of(distance, node);
    long block = graph.block(node);
    int near = codes.estimate(blocks, block + codesAt, table, pool.farthest() - distance);
    MemorySegment memory = all(blocks);
    byte[] seen = visited;
    byte now = epoch;
    int offered = 0;
    for (; near != 0; near &= near - 1) {
      int slot = Integer.numberOfTrailingZeros(near);
      int neighbor = memory.get(INT, block + linksAt + 4L * slot);
      if (seen[neighbor] != now) {
        float estimate = distance + table.estimate(slot);
        pool.offer(offered++, NodeKey.of(estimate > 0 ? estimate : 0, neighbor));
      }
    }
    return offered == 0 ? place : pool.merge(offered);
  }

  /** The squared distance of a node's point, or of its codes with exact = sq8. */
  float distance(int node) {
    return points != null
        ? FusedKernels.l2Squared(query, queryAt, points.memory(), points.at(node), floats)
        : squaredStep
            * FusedKernels.l2SquaredBytes(
                query, queryAt + planes, blocks, graph.block(node), planeBytes);
  }

  private void check(BooleanSupplier cancelled) {
    if (expandedCount % CANCEL_INTERVAL == 0 && cancelled.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }
}
