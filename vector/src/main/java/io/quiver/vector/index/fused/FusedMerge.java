package io.quiver.vector.index.fused;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.RowNumbers;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.Workers;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Builds a graph over rows of which an older one has many. Its links are carried over, and the
 * other rows are inserted. What is near to a new node gets to know it in turn. Then the links of
 * all nodes are chosen anew, linked back and filled up as in a build, but instead of a wide search
 * from what is known: those that a node had, those that it got to know, and what a search finds
 * that is only as wide as it takes to come from the entry. Of a link whose node is gone, the links
 * of that node are candidates instead.
 *
 * <p>Searches begin where they did. The path from there is what all nodes were linked by: another
 * node in the middle of all has no links far away, and recall fell by up to 0.1 where rows lie in
 * clusters apart. If that node is gone, another one takes over its links.
 */
final class FusedMerge {
  /** Of an older graph; a smaller one saves nothing. */
  static final int NODES_MIN = 500;

  private static final int DEGREE = FusedLayout.DEGREE;
  private static final int CHUNK = 16;

  /**
   * Candidates of a search for a node that is carried over. Without it clusters that lie apart lost
   * 0.03 of recall; with more, nothing is gained.
   */
  private static final int PATH_EFFORT = 8;

  private final FusedGraph older;
  private final RowSet olderPresent;
  private final int[] newNumbers;

  /**
   * @param olderPresent rows that the older graph has
   * @param newNumbers what each of its rows is now; -1 where it is gone
   */
  FusedMerge(FusedGraph older, RowSet olderPresent, int[] newNumbers) {
    if (newNumbers.length != older.nodes()) {
      throw new IllegalArgumentException(
          newNumbers.length + " numbers are given for " + older.nodes() + " rows");
    }
    this.older = older;
    this.olderPresent = olderPresent;
    this.newNumbers = newNumbers;
  }

  /**
   * Merges.
   *
   * @param space of the rows now
   * @param efConstruction candidates that a search for a new node keeps
   */
  FusedGraph merge(EuclideanRows space, int efConstruction, BuildOptions options) {
    int count = space.rows().count();
    int[] oldNumbers = oldNumbers(count, space.present());
    if (Arrays.stream(oldNumbers).filter(old -> old >= 0).count() < NODES_MIN) {
      return FusedGraphBuilder.build(space, efConstruction, options);
    }
    FusedGraphBuilder builder = new FusedGraphBuilder(space, 2 * efConstruction, options);
    FusedGraph graph = builder.graph();
    Workers workers = builder.workers();
    workers.forEach(
        0,
        count,
        CHUNK,
        0.05,
        () -> new Carrier(builder, oldNumbers),
        (own, node) -> {
          if (oldNumbers[node] >= 0) {
            own.carry(node);
          }
        });
    int entry = renumbered(older.entry());
    graph.setEntry(entry >= 0 ? entry : builder.middle(node -> oldNumbers[node] >= 0));
    ChosenLinks chosen = new ChosenLinks(count);
    BooleanSupplier cancelled = options.cancelled();
    int effort = Math.max(FusedGraphBuilder.INSERT_EFFORT, efConstruction);
    workers.forEach(
        0,
        count,
        CHUNK,
        0.5,
        builder::linker,
        (own, node) -> {
          if (oldNumbers[node] < 0 && !builder.isAbsent(node)) {
            own.insert(node, effort, chosen, cancelled);
          }
        });
    workers.forEach(
        0,
        count,
        CHUNK,
        0.25,
        () -> new Carrier(builder, oldNumbers),
        (own, node) -> {
          if (!builder.isAbsent(node)) {
            own.choose(node, chosen, cancelled);
          }
        });
    builder.relink(chosen);
    return graph;
  }

  /** What each row was; -1 where it is new, or has no point. */
  private int[] oldNumbers(int rows, RowSet present) {
    int[] oldNumbers = RowNumbers.old(newNumbers, olderPresent, rows);
    for (int row = 0; row < rows; row++) {
      if (!present.contains(row)) {
        oldNumbers[row] = -1;
      }
    }
    return oldNumbers;
  }

  /** Carries links over; belongs to one thread. */
  private final class Carrier {
    private final FusedLinks links;
    private final FloatPoints points;
    private final FusedLinker linker;
    private final int[] oldNumbers;
    private final int entry;
    private long[] keys = new long[8 * DEGREE];

    /**
     * @param builder whose graph has no entry before links are carried
     */
    Carrier(FusedGraphBuilder builder, int[] oldNumbers) {
      links = builder.links();
      points = builder.points();
      linker = builder.linker();
      entry = builder.graph().entry();
      this.oldNumbers = oldNumbers;
    }

    /** Gives a node the links that are left of those that it had. */
    void carry(int node) {
      int old = oldNumbers[node];
      for (int slot = 0; slot < DEGREE; slot++) {
        int other = renumbered(older.link(old, slot));
        if (other >= 0 && other != node) {
          links.append(node, key(node, other));
        }
      }
    }

    /** Chooses a node's links from what is known of its surroundings. */
    void choose(int node, ChosenLinks chosen, BooleanSupplier cancelled) {
      int count = chosen.copy(node, keys, 0);
      for (int slot = 0; slot < links.degree(node); slot++) {
        keys[count++] = links.key(node, slot);
      }
      int old = oldNumbers[node];
      for (int slot = 0; old >= 0 && slot < DEGREE; slot++) {
        count = add(node, older.link(old, slot), count);
      }
      if (node != entry) {
        keys[count++] = key(node, entry);
      } else if (old != older.entry()) {
        count = add(node, older.entry(), count);
      }
      chosen.set(node, linker.reconsider(node, PATH_EFFORT, keys, count, cancelled));
    }

    /** Adds an older node to the candidates, or, if it is gone, those that it was linked with. */
    private int add(int node, int link, int before) {
      int count = before;
      if (keys.length < count + DEGREE + 1) {
        keys = Arrays.copyOf(keys, 2 * keys.length);
      }
      int now = renumbered(link);
      if (now >= 0) {
        if (now != node) {
          keys[count++] = key(node, now);
        }
        return count;
      }
      for (int slot = 0; slot < DEGREE; slot++) {
        int further = renumbered(older.link(link, slot));
        if (further >= 0 && further != node) {
          keys[count++] = key(node, further);
        }
      }
      return count;
    }

    private long key(int node, int other) {
      return NodeKey.of(points.between(node, other), other);
    }
  }

  /** What an older node is now; -1 if it is gone. */
  private int renumbered(int old) {
    return olderPresent.contains(old) ? newNumbers[old] : -1;
  }
}
