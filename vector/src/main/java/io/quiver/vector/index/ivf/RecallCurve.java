package io.quiver.vector.index.ivf;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Which part of the ten nearest a search finds when it probes 1, 2, 4, ... lists, and how far it
 * then reaches ({@link Probe#reach()}), as measured with some of the rows as queries when the index
 * was built. What is not known is 1. It is immutable.
 */
final class RecallCurve {
  /** Points of a curve, the last at half a million lists. */
  static final int POINTS = 20;

  private static final int QUERIES = 100;
  private static final int NEIGHBORS = 10;

  /** Rows that a search scans at most when it finds what the others are compared with. */
  private static final int ROWS_SCANNED_MAX = 200_000;

  /** Beyond this the curve is taken to have reached 1. */
  private static final double REACHED = 0.9995;

  /** By how much of what is left to 1 a measurement over few rows is not trusted. */
  private static final double CAUTION = 0.2;

  private static final float REACH_STEPS = 128;

  private final float[] recalls;
  private final float[] reaches;

  RecallCurve(float[] recalls, float[] reaches) {
    this.recalls = recalls.clone();
    this.reaches = reaches.clone();
  }

  /** At 1, 2, 4, ... lists. */
  float[] recalls() {
    return recalls.clone();
  }

  /** At 1, 2, 4, ... lists. */
  float[] reaches() {
    return reaches.clone();
  }

  /** A curve that knows nothing. */
  static RecallCurve unknown() {
    float[] recalls = new float[POINTS];
    Arrays.fill(recalls, 1);
    return new RecallCurve(recalls, recalls);
  }

  /** Searches for some rows with more and more probes. */
  static RecallCurve measure(IvfIndex index, int[] rows, long seed, BooleanSupplier cancelled) {
    RecallCurve curve = unknown();
    if (rows.length == 0) {
      return curve;
    }
    int lists = index.centroids().count();
    int all = Math.clamp((long) ROWS_SCANNED_MAX * lists / rows.length, 1, lists);
    int queries = Math.min(QUERIES, rows.length);
    SplittableRandom random = new SplittableRandom(seed);
    IvfSearcher searcher = new IvfSearcher(index);
    SearchRequest[] requests = new SearchRequest[queries];
    int[][] expected = new int[queries][];
    Neighbors found = new Neighbors();
    for (int i = 0; i < queries; i++) {
      int row = rows[queries == rows.length ? i : random.nextInt(rows.length)];
      requests[i] =
          SearchRequest.of(index.rows().row(row), NEIGHBORS + 1, index.rows().count())
              .withCancelled(cancelled);
      searcher.search(requests[i].withEffort(Effort.of(all)), found);
      expected[i] = found.rows();
    }
    for (int point = 0; point < POINTS && 1 << point < all; point++) {
      int same = 0;
      int wanted = 0;
      double reach = 0;
      for (int i = 0; i < queries; i++) {
        searcher.search(requests[i].withEffort(Effort.of(1 << point)), found);
        // The first is the query itself.
        same += common(expected[i], found.rows()) - 1;
        wanted += expected[i].length - 1;
        reach += searcher.reach() / queries;
      }
      curve.recalls[point] = wanted == 0 ? 1 : (float) Math.max(0, same) / wanted;
      // Rounded, since distances may end in another digit before their kernels are compiled.
      Arrays.fill(curve.reaches, point, POINTS, Math.round(REACH_STEPS * reach) / REACH_STEPS);
      if (curve.recalls[point] > REACHED) {
        break;
      }
    }
    return curve;
  }

  private static int common(int[] a, int[] b) {
    int common = 0;
    for (int row : a) {
      for (int other : b) {
        common += row == other ? 1 : 0;
      }
    }
    return common;
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

  /** Lists to probe for a recall. */
  int probes(double recall, int lists) {
    double wanted = recall + CAUTION * (1 - recall);
    for (int point = 0; point < POINTS; point++) {
      if (recalls[point] >= wanted) {
        if (point == 0) {
          return 1;
        }
        double below = recalls[point - 1];
        double part = (wanted - below) / (recalls[point] - below);
        return (int) Math.min(lists, Math.ceil((1 << (point - 1)) * (1 + part)));
      }
    }
    return lists;
  }
}
