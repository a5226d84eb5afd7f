package io.quiver.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Rows of values, one of each factor, such that every allowed combination of the values of any few
 * factors is in one of them. Greedy, as AETG (Cohen, Dalal, Fredman and Patton 1997): of some
 * candidates that begin with what is not covered, the row that covers most comes next.
 */
final class CoveringArray {
  private static final int CANDIDATES = 12;

  private final int[] levels;
  private final int strength;
  private final Predicate<int[]> allowed;
  private final Random random;

  /** Values of some factors, -1 for others. */
  private final Set<List<Integer>> missing = new HashSet<>();

  private CoveringArray(int[] levels, int strength, Predicate<int[]> allowed, Random random) {
    this.levels = levels;
    this.strength = strength;
    this.allowed = allowed;
    this.random = random;
  }

  /**
   * Makes the rows.
   *
   * @param levels how many values each factor has
   * @param strength how many factors are combined: 2 for pairs
   * @param allowed whether a row makes sense; asked with -1 for what is not chosen yet, and must
   *     not refuse a row that can still be completed
   */
  static List<int[]> of(int[] levels, int strength, Predicate<int[]> allowed, long seed) {
    return new CoveringArray(levels, strength, allowed, new Random(seed)).rows();
  }

  private List<int[]> rows() {
    int[] none = new int[levels.length];
    Arrays.fill(none, -1);
    addMissing(none, 0, 0);
    List<int[]> rows = new ArrayList<>();
    while (!missing.isEmpty()) {
      List<List<Integer>> seeds = new ArrayList<>(missing);
      int[] best = none;
      int most = 0;
      for (int i = 0; i < CANDIDATES || most == 0; i++) {
        int[] row = complete(seeds.get(random.nextInt(seeds.size())));
        int covers = covered(row).size();
        if (covers > most) {
          best = row;
          most = covers;
        }
      }
      missing.removeAll(covered(best));
      rows.add(best);
    }
    return rows;
  }

  private void addMissing(int[] chosen, int from, int count) {
    if (count == strength) {
      if (allowed.test(chosen)) {
        missing.add(list(chosen));
      }
      return;
    }
    for (int factor = from; factor < levels.length; factor++) {
      for (int value = 0; value < levels[factor]; value++) {
        int[] more = chosen.clone();
        more[factor] = value;
        addMissing(more, factor + 1, count + 1);
      }
    }
  }

  /** Adds what covers most of the other factors' values, one factor after the other. */
  private int[] complete(List<Integer> begun) {
    int[] row = begun.stream().mapToInt(i -> i).toArray();
    List<Integer> order = new ArrayList<>();
    for (int factor = 0; factor < levels.length; factor++) {
      if (row[factor] < 0) {
        order.add(factor);
      }
    }
    Collections.shuffle(order, random);
    for (int factor : order) {
      int best = -1;
      int most = -1;
      int first = random.nextInt(levels[factor]);
      for (int i = 0; i < levels[factor]; i++) {
        row[factor] = (first + i) % levels[factor];
        int covers = allowed.test(row) ? covered(row).size() : -1;
        if (covers > most) {
          best = row[factor];
          most = covers;
        }
      }
      if (best < 0) {
        throw new IllegalStateException("nothing goes with " + Arrays.toString(row));
      }
      row[factor] = best;
    }
    return row;
  }

  private Set<List<Integer>> covered(int[] row) {
    Set<List<Integer>> found = new HashSet<>();
    int[] none = new int[levels.length];
    Arrays.fill(none, -1);
    addCovered(row, none, 0, 0, found);
    return found;
  }

  private void addCovered(int[] row, int[] chosen, int from, int count, Set<List<Integer>> found) {
    if (count == strength) {
      List<Integer> combination = list(chosen);
      if (missing.contains(combination)) {
        found.add(combination);
      }
      return;
    }
    for (int factor = from; factor < levels.length; factor++) {
      if (row[factor] >= 0) {
        int[] more = chosen.clone();
        more[factor] = row[factor];
        addCovered(row, more, factor + 1, count + 1, found);
      }
    }
  }

  private static List<Integer> list(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
