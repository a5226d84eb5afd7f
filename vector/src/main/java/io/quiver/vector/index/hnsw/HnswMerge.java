package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.recall.EffortCurves;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Builds an index over rows of which an older one has many. Their links are carried over with new
 * numbers. A node that loses some, because their rows are gone, chooses anew among those that are
 * left and those that the gone ones had. Then the rows that the older index has not are linked.
 */
final class HnswMerge {
  private static final int CHUNK = 256;

  /** Of the whole work, what carrying over takes. */
  private static final double CARRY_SHARE = 0.1;

  private final IndexSpec.Hnsw spec;
  private final HnswGraph older;
  private final RowSet olderPresent;
  private final int[] newNumbers;
  private final BuildOptions options;

  HnswMerge(
      IndexSpec.Hnsw spec,
      HnswGraph older,
      GraphRows olderRows,
      int[] newNumbers,
      BuildOptions options) {
    if (newNumbers.length != older.nodes()) {
      throw new IllegalArgumentException(
          newNumbers.length + " numbers are given for " + older.nodes() + " rows");
    }
    this.spec = spec;
    this.older = older;
    this.olderPresent = olderRows.present();
    this.newNumbers = newNumbers;
    this.options = options;
  }

  HnswIndex merge(VectorRows rows) {
    HnswBuilder builder = new HnswBuilder(spec, options);
    builder.checkMemory(rows);
    GraphRows prepared = builder.prepare(rows);
    int[] oldNumbers = oldNumbers(rows.count());
    IntUnaryOperator drawn = TallNodes.drawn(spec.m(), options.seed());
    HnswGraph graph =
        HnswGraph.empty(
            rows.count(),
            spec.m(),
            row -> oldNumbers[row] >= 0 ? older.level(oldNumbers[row]) : drawn.applyAsInt(row));
    RowSet carried = RowSet.empty(rows.count());
    builder
        .workers()
        .forEach(
            0,
            rows.count(),
            CHUNK,
            CARRY_SHARE,
            () -> new Carrier(prepared, graph),
            (carrier, row) -> {
              if (oldNumbers[row] >= 0
                  && prepared.present().contains(row)
                  && carrier.carry(oldNumbers[row], row)) {
                carried.add(row);
              }
            });
    graph.enterAtTallest(carried);
    builder.link(prepared, graph, carried, 1 - CARRY_SHARE - builder.prepareShare());
    return new HnswIndex(spec, prepared, graph, EffortCurves.unmeasured(spec.efSearch()), false)
        .measured(options);
  }

  private int[] oldNumbers(int rows) {
    int[] oldNumbers = new int[rows];
    Arrays.fill(oldNumbers, -1);
    for (int old = 0; old < newNumbers.length; old++) {
      int row = newNumbers[old];
      if (row < -1 || row >= rows || (row >= 0 && oldNumbers[row] >= 0)) {
        throw new IllegalArgumentException(
            "row " + old + " becomes row " + row + " of " + rows + ", as may another");
      }
      if (row >= 0 && olderPresent.contains(old)) {
        oldNumbers[row] = old;
      }
    }
    return oldNumbers;
  }

  /** Carries nodes over; belongs to one thread. */
  private final class Carrier {
    final HnswGraph graph;
    final NeighborSelection selection;
    final int[] links;
    final int[] further;
    final int[] candidates;

    Carrier(GraphRows rows, HnswGraph graph) {
      this.graph = graph;
      int max = graph.linksMax(0);
      selection = new NeighborSelection(rows, max);
      links = new int[max];
      further = new int[max];
      candidates = new int[max * (max + 1)];
    }

    /** Returns whether the node has links on each of its levels. */
    boolean carry(int old, int row) {
      boolean linked = true;
      for (int level = older.level(old); level >= 0; level--) {
        int count = older.links(old, level, links);
        int left = 0;
        boolean lost = false;
        for (int i = 0; i < count; i++) {
          int link = renumbered(links[i]);
          if (link >= 0) {
            candidates[left++] = link;
          } else {
            lost = true;
          }
        }
        if (lost) {
          left = replace(row, count, level, left);
          graph.setLinks(row, level, candidates, left);
          linked &= left > 0;
        } else {
          graph.setLinks(row, level, candidates, left);
          linked &= left > 0 || level > 0;
        }
      }
      return linked;
    }

    /**
     * Keeps the candidates, which are the links that are left, and adds the best of the links of
     * those that are gone, until there are as many as before. Choosing among all of them would
     * leave a node with the few links that are diverse: fewer at each merge, and so less recall.
     *
     * @return how many links there are
     */
    private int replace(int row, int count, int level, int kept) {
      selection.selectAround(
          row, candidates, addFurther(row, count, level, kept), graph.linksMax(level));
      int size = kept;
      int most = Math.max(count, graph.m());
      for (int i = 0; i < selection.count() && size < most; i++) {
        int chosen = selection.kept()[i];
        if (IntStream.range(0, kept).noneMatch(k -> candidates[k] == chosen)) {
          candidates[size++] = chosen;
        }
      }
      return size;
    }

    /** Adds the links of those that are gone; returns how many candidates there are. */
    private int addFurther(int row, int count, int level, int before) {
      int left = before;
      for (int i = 0; i < count; i++) {
        if (renumbered(links[i]) < 0) {
          int length = older.links(links[i], level, further);
          for (int k = 0; k < length; k++) {
            int link = renumbered(further[k]);
            if (link >= 0 && link != row) {
              candidates[left++] = link;
            }
          }
        }
      }
      return left;
    }

    private int renumbered(int old) {
      return olderPresent.contains(old) ? newNumbers[old] : -1;
    }
  }
}
