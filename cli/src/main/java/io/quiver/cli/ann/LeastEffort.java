package io.quiver.cli.ann;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;

/** Finds the least effort that reaches a recall, remembering what was measured. */
public final class LeastEffort {
  private static final int FIRST = 16;

  private final IntToDoubleFunction measure;
  private final int greatest;
  private final Map<Integer, Double> measured = new HashMap<>();

  /**
   * @param measure the recall of an effort, which about rises with it
   * @param greatest effort, at least 1, beyond which nothing more is found
   */
  public LeastEffort(IntToDoubleFunction measure, int greatest) {
    this.measure = measure;
    this.greatest = greatest;
  }

  /** Doubles until the recall is reached, then halves the gap; empty when no effort reaches it. */
  public OptionalInt reaching(double recall) {
    int below = 0;
    int reached = Math.min(FIRST, greatest);
    while (recall(reached) < recall) {
      if (reached == greatest) {
        return OptionalInt.empty();
      }
      below = reached;
      reached = (int) Math.min(greatest, 2L * reached);
    }
    while (reached - below > 1) {
      int middle = (below + reached) >>> 1;
      if (recall(middle) < recall) {
        below = middle;
      } else {
        reached = middle;
      }
    }
    return OptionalInt.of(reached);
  }

  private double recall(int effort) {
    return measured.computeIfAbsent(effort, measure::applyAsDouble);
  }
}
