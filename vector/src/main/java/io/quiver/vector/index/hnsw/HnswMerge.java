package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowNumbers;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.recall.EffortCurves;

/**
 * Builds an index over rows of which an older one has many. Their links are carried over with new
 * numbers. Those that are lost, because their rows are gone, are replaced by {@link NodeMender}.
 * Then the rows that the older index has not are linked.
 */
final class HnswMerge {
  private static final int CHUNK = 256;

  /** Of the whole work, what carrying links over takes, and what mending them takes. */
  private static final double CARRY_SHARE = 0.02;

  private static final double MEND_SHARE = 0.1;

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
    int[] oldNumbers = RowNumbers.old(newNumbers, olderPresent, rows.count());
    HnswGraph graph =
        HnswGraph.empty(
            rows.count(),
            spec.m(),
            row -> oldNumbers[row] >= 0 ? older.level(oldNumbers[row]) : drawnLevel(rows, row));
    RowSet carried = carry(builder, prepared, oldNumbers, graph);
    graph.enterAtTallest(carried);
    builder.link(prepared, graph, carried, 1 - CARRY_SHARE - MEND_SHARE - builder.prepareShare());
    return new HnswIndex(spec, prepared, graph, EffortCurves.unmeasured(spec.efSearch()), false)
        .measured(options);
  }

  /**
   * Draws the level of a row that is linked. New rows often have the numbers that those of the
   * merge before had, so that levels drawn from numbers alone would be the same at each, be it that
   * all are 0: what the row holds is drawn from, too.
   */
  private int drawnLevel(VectorRows rows, int row) {
    long seed = options.seed() + rows.row(row).asByteBuffer().hashCode();
    return TallNodes.drawn(spec.m(), seed).applyAsInt(row);
  }

  /** Carries nodes over; returns those that have links on each of their levels. */
  private RowSet carry(HnswBuilder builder, GraphRows rows, int[] oldNumbers, HnswGraph graph) {
    int count = oldNumbers.length;
    RowSet carried = RowSet.empty(count);
    RowSet incomplete = RowSet.empty(count);
    Workers workers = builder.workers();
    workers.forEach(
        0,
        count,
        CHUNK,
        CARRY_SHARE,
        () -> new Carrier(graph),
        (carrier, row) -> {
          int old = oldNumbers[row];
          if (old >= 0 && rows.present().contains(row)) {
            boolean whole = carrier.carry(old, row) && graph.link(row, 0, 0) >= 0;
            (whole ? carried : incomplete).add(row);
          }
        });
    workers.forEach(
        0,
        count,
        CHUNK,
        MEND_SHARE,
        () -> new NodeMender(rows, graph, older, this::renumbered, options.seed()),
        (mender, row) -> {
          if (incomplete.contains(row) && mender.mend(oldNumbers[row], row)) {
            carried.add(row);
          }
        });
    return carried;
  }

  /** Gives nodes their links that are left; belongs to one thread. */
  private final class Carrier {
    final HnswGraph graph;
    final int[] links;
    final int[] left;

    Carrier(HnswGraph graph) {
      this.graph = graph;
      links = new int[graph.linksMax(0)];
      left = new int[graph.linksMax(0)];
    }

    /** Returns whether a node has all of its links. */
    boolean carry(int old, int row) {
      boolean all = true;
      for (int level = older.level(old); level >= 0; level--) {
        int count = older.links(old, level, links);
        int size = 0;
        for (int i = 0; i < count; i++) {
          int link = renumbered(links[i]);
          if (link >= 0) {
            left[size++] = link;
          }
        }
        graph.setLinks(row, level, left, size);
        all &= size == count;
      }
      return all;
    }
  }

  private int renumbered(int old) {
    return olderPresent.contains(old) ? newNumbers[old] : -1;
  }
}
