package io.quiver.vector.index.fused;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.RowSet;
import java.util.SplittableRandom;

/**
 * Which part of the ten nearest a search finds at which effort, measured over a sample of the rows
 * when a graph has been built. A query that is unlike the rows finds less.
 */
final class RecallCurve {
  /** Of a graph that was not measured: each search tries hard. */
  static final RecallCurve NONE = new RecallCurve(new int[0], new float[0]);

  private static final int[] EFFORTS = {16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024};
  private static final int SAMPLE = 64;
  private static final int NEIGHBORS = 10;

  /** Rising. */
  private final int[] efforts;

  /** The part found at each. */
  private final float[] recalls;

  RecallCurve(int[] efforts, float[] recalls) {
    this.efforts = efforts;
    this.recalls = recalls;
  }

  /** Efforts that were measured. */
  int size() {
    return efforts.length;
  }

  int effort(int i) {
    return efforts[i];
  }

  float recall(int i) {
    return recalls[i];
  }

  /** The least effort that finds this part, or twice the largest that was measured. */
  int effortFor(double recall) {
    for (int i = 0; i < efforts.length; i++) {
      if (recalls[i] >= recall) {
        return efforts[i];
      }
    }
    return 2 * EFFORTS[EFFORTS.length - 1];
  }

  /** Measures a graph with float points; rows that are not there have no links. */
  static RecallCurve measure(FusedGraph graph, RowSet present, BuildOptions options) {
    int count = graph.nodes();
    if (present.count() <= NEIGHBORS + 1) {
      return NONE;
    }
    FusedLayout layout = graph.layout();
    FloatPoints points = FloatPoints.of(graph.blocks(), layout.stride(), layout.floats());
    FusedWalk walk = FusedWalk.of(graph, null);
    NearestKeys nearest = new NearestKeys();
    SplittableRandom random = new SplittableRandom(options.seed());
    int[] found = new int[EFFORTS.length];
    int asked = 0;
    for (int tries = 0; tries < 2 * SAMPLE && asked < SAMPLE; tries++) {
      int query = random.nextInt(count);
      if (present.contains(query)) {
        asked++;
        nearest.reset(NEIGHBORS);
        for (int node = 0; node < count; node++) {
          if (node != query && present.contains(node)) {
            nearest.offer(NodeKey.of(points.between(query, node), node));
          }
        }
        walk.prepare(query, points);
        for (int i = 0; i < EFFORTS.length; i++) {
          walk.run(EFFORTS[i], options.cancelled());
          for (int j = 0; j < nearest.size(); j++) {
            found[i] += walk.hasExpanded(NodeKey.node(nearest.key(j))) ? 1 : 0;
          }
        }
      }
    }
    float[] recalls = new float[EFFORTS.length];
    for (int i = 0; i < recalls.length; i++) {
      recalls[i] = asked == 0 ? 0 : (float) found[i] / (NEIGHBORS * asked);
    }
    return new RecallCurve(EFFORTS.clone(), recalls);
  }
}
