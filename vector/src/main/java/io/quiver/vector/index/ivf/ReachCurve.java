package io.quiver.vector.index.ivf;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.index.recall.SampleQueries;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * How far a search reaches on average ({@link Probe#reach()}) when it probes 1, 2, 4, ... lists, as
 * measured when the index was built. What is not known is 1. It is immutable.
 */
final class ReachCurve {
  /** Points of a curve, the last at half a million lists. */
  static final int POINTS = 20;

  private static final int QUERIES = 100;

  /** Beyond this recall more lists need not be probed, however far they reach. */
  private static final double RECALL_ENOUGH = 0.9995;

  private static final float STEPS = 128;

  private final float[] reaches;

  ReachCurve(float[] reaches) {
    this.reaches = reaches.clone();
  }

  /** At 1, 2, 4, ... lists. */
  float[] reaches() {
    return reaches.clone();
  }

  /** A curve that knows nothing. */
  static ReachCurve unknown() {
    float[] reaches = new float[POINTS];
    Arrays.fill(reaches, 1);
    return new ReachCurve(reaches);
  }

  /**
   * Searches with more and more probes.
   *
   * @param efforts what they find
   * @param probesMax fewer are tried
   */
  static ReachCurve measure(
      IvfIndex index, EffortCurves efforts, int probesMax, BuildOptions options) {
    ReachCurve curve = unknown();
    IvfSearcher searcher = new IvfSearcher(index);
    List<MemorySegment> queries =
        new SampleQueries(index.rows(), index.present().filter(), searcher, options.seed())
            .make(QUERIES);
    if (queries.isEmpty()) {
      return curve;
    }
    Neighbors found = new Neighbors();
    for (int point = 0; point < POINTS && 1 << point < probesMax; point++) {
      double sum = 0;
      for (MemorySegment query : queries) {
        searcher.search(
            SearchRequest.of(query, EffortCurves.K, index.rows().count())
                .withEffort(Effort.of(1 << point))
                .withCancelled(options.cancelled()),
            found);
        sum += searcher.reach();
      }
      // Rounded, since distances may end in another digit before their kernels are compiled.
      float reach = Math.round(STEPS * sum / queries.size()) / STEPS;
      Arrays.fill(curve.reaches, point, POINTS, reach);
      if (efforts.recall(1 << point) > RECALL_ENOUGH) {
        break;
      }
    }
    return curve;
  }

  /** How far a search of so many lists reaches. */
  double reach(int probes) {
    int point = 31 - Integer.numberOfLeadingZeros(probes);
    if (point >= POINTS - 1) {
      return reaches[POINTS - 1];
    }
    double part = (double) probes / (1 << point) - 1;
    return reaches[point] + part * (reaches[point + 1] - reaches[point]);
  }
}
