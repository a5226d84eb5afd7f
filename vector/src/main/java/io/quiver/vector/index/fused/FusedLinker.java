package io.quiver.vector.index.fused;

import io.quiver.vector.index.RowSet;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Links nodes into a fused graph, which has one level and 32 links a node at the end, by searching
 * it for their neighbours; unlinks, refines and fills them up: one thread's memory for it. All
 * threads that change a graph share its {@link FusedLinks}.
 */
final class FusedLinker {
  private static final int DEGREE = FusedLayout.DEGREE;

  /** Candidates that an insertion chooses from: more are hardly ever chosen. */
  private static final int INSERT_CANDIDATES = 100;

  /** Candidates that a refinement chooses from. */
  private static final int REFINE_CANDIDATES = 500;

  /** Nodes that get to know one that is inserted: twice as many changed nothing. */
  private static final int OFFERS = RobustPruning.PRUNED_MAX;

  /**
   * Cosines of the angle between two links below which both are worth having, tried one after the
   * other until the node is full.
   */
  private static final float[] COSINES = {0.7f, 0.85f, 0.95f};

  private final FusedGraph graph;
  private final FusedLinks links;
  private final FloatPoints points;

  /** Nodes that may be linked with. */
  private final RowSet present;

  private final FusedWalk walk;
  private final RobustPruning selection;
  private final ProductLinks products;
  private final long[] scratch = new long[DEGREE + 1];
  private long[] candidates = new long[1024];
  private int candidateCount;

  FusedLinker(FusedLinks links, FusedGraph graph, FloatPoints points, RowSet present) {
    this.present = present;
    this.graph = graph;
    this.links = links;
    this.points = points;
    walk = FusedWalk.of(graph, null);
    selection = new RobustPruning(points);
    products = new ProductLinks(points, graph.layout().dimension());
  }

  /** Links a node that has no links with its neighbours, in both directions. */
  void insert(int node, int effort, BooleanSupplier cancelled) {
    search(node, effort, cancelled);
    selection.select(candidates, Math.min(candidateCount, INSERT_CANDIDATES));
    link(node);
  }

  /**
   * Does so, and remembers what else there was: it takes part when links are chosen anew. Nodes
   * that are near get to know this one.
   */
  void insert(int node, int effort, ChosenLinks chosen, BooleanSupplier cancelled) {
    search(node, effort, cancelled);
    selection.select(candidates, Math.min(candidateCount, REFINE_CANDIDATES));
    chosen.set(node, selection);
    link(node);
    for (int i = 0; i < Math.min(candidateCount, OFFERS); i++) {
      int other = NodeKey.node(candidates[i]);
      ReentrantLock lock = links.lock(other);
      lock.lock();
      try {
        chosen.offer(other, NodeKey.of(NodeKey.distance(candidates[i]), node));
      } finally {
        lock.unlock();
      }
    }
  }

  private void link(int node) {
    long[] chosen = new long[selection.chosenCount()];
    ReentrantLock lock = links.lock(node);
    lock.lock();
    try {
      for (int i = 0; i < chosen.length; i++) {
        chosen[i] = selection.chosen(i);
        if (!links.contains(node, NodeKey.node(chosen[i])) && links.degree(node) < DEGREE) {
          links.append(node, chosen[i]);
        }
      }
    } finally {
      lock.unlock();
    }
    for (long key : chosen) {
      connectBack(node, key);
    }
  }

  /**
   * Unlinks a node that is not present any more: nodes that were linked with it are linked with its
   * neighbours instead. Its own links stay, for searches that are there or come by an old way.
   */
  void remove(int node, int effort, BooleanSupplier cancelled) {
    search(node, effort, cancelled);
    int count = candidateCount;
    for (int i = 0; i < count; i++) {
      replace(NodeKey.node(candidates[i]), node);
    }
    for (int slot = 0; slot < links.degree(node); slot++) {
      replace(NodeKey.node(links.key(node, slot)), node);
    }
  }

  /**
   * Replaces a node's link with one that is removed by a link with the nearest of its neighbours
   * that lies in another direction than the node's other links.
   */
  private void replace(int node, int removed) {
    long replacement = NodeKey.NONE;
    ReentrantLock lock = links.lock(node);
    lock.lock();
    try {
      int slot = links.slot(node, removed);
      if (slot < 0) {
        return;
      }
      links.remove(node, slot);
      for (int i = 0; i < links.degree(removed); i++) {
        int other = NodeKey.node(links.key(removed, i));
        if (other != node && present.contains(other)) {
          long key = NodeKey.of(points.between(node, other), other);
          if (key < replacement && isApart(node, key, COSINES[0])) {
            replacement = key;
          }
        }
      }
      if (replacement != NodeKey.NONE) {
        links.append(node, replacement);
      }
    } finally {
      lock.unlock();
    }
    if (replacement != NodeKey.NONE) {
      connectBack(node, replacement);
    }
  }

  /** Links the neighbour of a link to the link's node. */
  void connectBack(int node, long key) {
    links.connect(NodeKey.node(key), NodeKey.of(NodeKey.distance(key), node), selection, scratch);
  }

  /**
   * Chooses a node's neighbours anew, from others and a search.
   *
   * @param others in any order
   */
  RobustPruning reconsider(
      int node, int effort, long[] others, int count, BooleanSupplier cancelled) {
    search(node, effort, cancelled);
    if (candidates.length < candidateCount + count) {
      candidates = Arrays.copyOf(candidates, candidateCount + count);
    }
    System.arraycopy(others, 0, candidates, candidateCount, count);
    Arrays.sort(candidates, 0, candidateCount + count);
    selection.select(candidates, Math.min(candidateCount + count, REFINE_CANDIDATES));
    return selection;
  }

  /** Chooses a node's neighbours anew, from a search and those that it has. */
  RobustPruning reconsider(int node, int effort, BooleanSupplier cancelled) {
    search(node, effort, cancelled);
    for (int slot = 0; slot < links.degree(node); slot++) {
      long key = links.key(node, slot);
      if (!walk.hasExpanded(NodeKey.node(key))) {
        candidates[candidateCount++] = key;
      }
    }
    Arrays.sort(candidates, 0, candidateCount);
    selection.select(candidates, Math.min(candidateCount, REFINE_CANDIDATES));
    return selection;
  }

  /** Finds candidates for a node's neighbours, sorted, with room for its links behind them. */
  private void search(int node, int effort, BooleanSupplier cancelled) {
    walk.prepare(node, points, links.rotated(), links.rotated(node));
    walk.run(effort, cancelled);
    int count = walk.expandedCount();
    if (candidates.length < count + DEGREE) {
      candidates = new long[2 * (count + DEGREE)];
    }
    candidateCount = 0;
    long[] expanded = walk.expanded();
    for (int i = 0; i < count; i++) {
      int other = NodeKey.node(expanded[i]);
      if (other != node && (present.isComplete() || present.contains(other))) {
        candidates[candidateCount++] = expanded[i];
      }
    }
    Arrays.sort(candidates, 0, candidateCount);
  }

  /** Links a node with some whose products with it are great, as far as it has room. */
  void linkProducts(int node, SplittableRandom random) {
    products.select(node, graph.nodes(), random);
    for (int i = 0; i < products.chosenCount() && links.degree(node) < DEGREE; i++) {
      int other = products.chosen(i);
      boolean wanted = links.degree(other) > 0 && present.contains(other);
      if (wanted && !links.contains(node, other)) {
        links.append(node, NodeKey.of(points.between(node, other), other));
      }
    }
  }

  /**
   * Fills a node up to 32 links: estimates of empty slots would cost as much. It takes pruned
   * candidates in directions that it has no link in yet, then any of them, then nodes at random,
   * which bridge what would otherwise stay apart.
   *
   * @param pruned candidates that were not chosen, nearest first, in {@code from} to {@code to}
   */
  void fill(int node, long[] pruned, int from, int to, SplittableRandom random) {
    for (float cosine : COSINES) {
      for (int i = from; i < to && links.degree(node) < DEGREE; i++) {
        if (isApart(node, pruned[i], cosine)) {
          links.append(node, pruned[i]);
        }
      }
    }
    for (int i = from; i < to && links.degree(node) < DEGREE; i++) {
      if (!links.contains(node, NodeKey.node(pruned[i]))) {
        links.append(node, pruned[i]);
      }
    }
    for (int tries = 0; tries < 4 * DEGREE && links.degree(node) < DEGREE; tries++) {
      int other = random.nextInt(graph.nodes());
      boolean wanted = other != node && links.degree(other) > 0;
      if (wanted && !links.contains(node, other)) {
        links.append(node, NodeKey.of(points.between(node, other), other));
      }
    }
  }

  /** Whether no nearer link of the node points where the candidate is. */
  private boolean isApart(int node, long candidate, float cosine) {
    int other = NodeKey.node(candidate);
    float distance = NodeKey.distance(candidate);
    for (int slot = 0; slot < links.degree(node); slot++) {
      long key = links.key(node, slot);
      int neighbor = NodeKey.node(key);
      float near = NodeKey.distance(key);
      if (neighbor == other) {
        return false;
      }
      if (near <= distance) {
        float twiceProduct = distance + near - points.between(other, neighbor);
        if (twiceProduct > cosine * 2 * (float) Math.sqrt((double) near * distance)) {
          return false;
        }
      }
    }
    return true;
  }
}
