package io.quiver.vector.index.graph;

import io.quiver.vector.index.RowFilter;

/** How many of a walk's candidates a filter lets through, and what follows from that. */
public final class Passing {
  /** A part of the candidates that pass where a filter has nothing to do with distances. */
  private static final double EXPECTED_PART = 0.9;

  /** Standard deviations of their number, which chance may take away. */
  private static final double DEVIATIONS = 2;

  private Passing() {}

  /**
   * Whether about as many candidates pass as would if the filter had nothing to do with distances.
   * With fewer, rows that pass are behind others, in the last places of the pool, where the walk
   * has not been everywhere.
   *
   * @param expected how many would pass
   */
  public static boolean isAsExpected(CandidatePool pool, RowFilter filter, double expected) {
    int count = 0;
    for (int i = 0; i < pool.size(); i++) {
      count += filter.passes(pool.node(i)) ? 1 : 0;
    }
    return count >= EXPECTED_PART * expected - DEVIATIONS * Math.sqrt(expected);
  }
}
