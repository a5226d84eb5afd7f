package io.quiver.vector.index.fused;

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

  /**
   * Up to this effort codes do not serve a search without a filter, but for an index of few rows.
   */
  private static final int EFFORT_WITHOUT_CODES = 128;

  private static final int FEW_NODES = 4096;

  // Nanoseconds as measured on an AMD Zen 4 at 128 to 784 dimensions, rows in memory. What matters
  // is their proportion, which other machines have too.
  private static final double DISTANCE = 20;
  private static final double DISTANCE_DIMENSION = 0.16;
  private static final double HOP = 100;
  private static final double HOP_BIT = 0.3;
  private static final double HOP_CANDIDATE = 0.75;
  private static final double CODE = 0.3;
  private static final double CODE_BIT = 0.002;
  private static final double SINGLE_CODE = 3;
  private static final double SINGLE_CODE_BIT = 0.008;
  private static final double PASSING_CODE = 2;
  private static final double CODES_RERANKED = 100;

  /**
   * What there is to do.
   *
   * @param nodes rows of the index
   * @param passing those that the filter lets through, at least 1
   * @param effort candidates that a graph keeps without a filter
   */
  record Work(int nodes, int passing, int wanted, int effort) {
    /** Candidates that a graph must keep so that as many pass as without a filter. */
    double graphEffort() {
      return (double) effort * nodes / passing;
    }

    /** The part of all rows that passes. */
    double selectivity() {
      return (double) passing / nodes;
    }
  }

  /**
   * Chooses.
   *
   * @param codes whether the index can have codes of its rows
   */
  static SearchPlan of(FusedLayout layout, Work work, boolean codes) {
    double distance = DISTANCE + DISTANCE_DIMENSION * layout.dimension();
    double exact = work.passing() * distance;
    double effort = work.graphEffort();
    double hop =
        HOP + distance + HOP_BIT * layout.codeBits() + HOP_CANDIDATE * Math.min(effort, EFFORT_MAX);
    double graph = effort > EFFORT_MAX ? Double.POSITIVE_INFINITY : effort * 1.2 * hop;
    double scan =
        Math.min(inBlocks(layout, work), oneByOne(layout, work))
            + work.passing() * PASSING_CODE
            + (3.0 * work.wanted() + CODES_RERANKED) * distance;
    boolean filtered = work.passing() < work.nodes();
    boolean mayScan =
        codes && (filtered || work.effort() > EFFORT_WITHOUT_CODES || work.nodes() <= FEW_NODES);
    if (exact <= graph && (!mayScan || exact <= scan)) {
      return EXACT;
    }
    return mayScan && scan < graph ? CODES : GRAPH;
  }

  /** Whether codes are read faster one by one, those that pass, than all of them in blocks. */
  static boolean readsOneByOne(FusedLayout layout, Work work) {
    return oneByOne(layout, work) < inBlocks(layout, work);
  }

  private static double inBlocks(FusedLayout layout, Work work) {
    return work.nodes() * (CODE + CODE_BIT * layout.codeBits());
  }

  private static double oneByOne(FusedLayout layout, Work work) {
    return work.passing() * (SINGLE_CODE + SINGLE_CODE_BIT * layout.codeBits());
  }
}
