package io.quiver.executor.operator;

import java.util.Arrays;

/** The rows of each group, in their order, as a list that goes from row to row. */
final class RowChains {
  static final int END = -1;

  private final int[] first;
  private final int[] following;

  private RowChains(int[] first, int[] following) {
    this.first = first;
    this.following = following;
  }

  /** What {@link #of} keeps. */
  static long bytes(int rows, int groupCount) {
    return 4L * rows + 4L * groupCount;
  }

  /**
   * Chains rows by their group.
   *
   * @param groups of each row, negative for none; the chains take the array over
   */
  static RowChains of(int[] groups, int groupCount) {
    int[] first = new int[groupCount];
    Arrays.fill(first, END);
    // From the end, so that a chain gives its rows in the order in which they came.
    for (int row = groups.length - 1; row >= 0; row--) {
      int group = groups[row];
      if (group >= 0) {
        groups[row] = first[group];
        first[group] = row;
      }
    }
    return new RowChains(first, groups);
  }

  /** The first row of a group, or {@link #END}; that too for a negative group. */
  int first(int group) {
    return group < 0 ? END : first[group];
  }

  int after(int row) {
    return following[row];
  }
}
