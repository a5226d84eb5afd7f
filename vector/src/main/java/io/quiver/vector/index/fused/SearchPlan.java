package io.quiver.vector.index.fused;

import io.quiver.vector.index.RowFilter;

/**
 * How a search goes about it, by the time that each way is expected to take. A graph finds the
 * nearest of all rows, so of rows that a filter lets through it finds as many as there are among
 * these, and has to try the harder the fewer pass. The other two ways take as long as there are
 * rows, and do not mind where they are.
 */
enum SearchPlan {
  /** The graph, from whose nodes those that pass are taken. */
  GRAPH,
  /** The codes of all rows that pass, and exact distances of the nearest by their bounds. */
  CODES,
  /** Exact distances of all rows that pass. */
  EXACT;

  /** A graph does not keep more candidates than this: the others are faster then. */
  private static final double EFFORT_MAX = 1 << 16;

  /** Beyond this effort codes may serve a search without a filter too. */
  private static final int EFFORT_WITHOUT_CODES = 2048;

  // Nanoseconds as measured on an AMD Zen 4 at 128 to 784 dimensions, rows in memory. What matters
  // is their proportion, which other machines have too.
  private static final double DISTANCE = 20;
  private static final double DISTANCE_DIMENSION = 0.16;
  private static final double HOP = 100;
  private static final double HOP_BIT = 0.3;
  private static final double HOP_CANDIDATE = 0.75;
  private static final double CODE = 0.3;
  private static final double CODE_BIT = 0.002;
  private static final double PASSING_CODE = 4;
  private static final double CODES_RERANKED = 100;

  /**
   * Chooses.
   *
   * @param passing rows of the index that the filter lets through, at least 1
   * @param codes whether the index can have codes of its rows
   */
  static SearchPlan of(
      FusedLayout layout, RowFilter filter, int passing, int wanted, int effort, boolean codes) {
    int rows = filter.rows();
    double distance = DISTANCE + DISTANCE_DIMENSION * layout.dimension();
    double exact = passing * distance;
    double inGraph = graphEffort(filter.rows(), passing, effort);
    double hop =
        HOP
            + distance
            + HOP_BIT * layout.codeBits()
            + HOP_CANDIDATE * Math.min(inGraph, EFFORT_MAX);
    double graph = inGraph > EFFORT_MAX ? Double.POSITIVE_INFINITY : inGraph * 1.2 * hop;
    double scan =
        rows * (CODE + CODE_BIT * layout.codeBits())
            + passing * PASSING_CODE
            + (3.0 * wanted + CODES_RERANKED) * distance;
    boolean mayScan = codes && (!filter.isAll() || effort > EFFORT_WITHOUT_CODES);
    if (exact <= graph && (!mayScan || exact <= scan)) {
      return EXACT;
    }
    return mayScan && scan < graph ? CODES : GRAPH;
  }

  /** Candidates that a graph must keep so that as many pass as without a filter. */
  static double graphEffort(int rows, int passing, int effort) {
    return (double) effort * rows / passing;
  }
}
