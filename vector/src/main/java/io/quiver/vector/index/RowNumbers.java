package io.quiver.vector.index;

import java.util.Arrays;

/** What rows were before a merge gave them new numbers. */
public final class RowNumbers {
  private RowNumbers() {}

  /**
   * Turns the new numbers of old rows around.
   *
   * @param newNumbers what each old row is now; -1 where it is gone
   * @param older old rows that count
   * @param rows there are now
   * @return what each row was; -1 where it is new
   * @throws IllegalArgumentException where a number is none, or two rows have the same
   */
  public static int[] old(int[] newNumbers, RowSet older, int rows) {
    int[] oldNumbers = new int[rows];
    Arrays.fill(oldNumbers, -1);
    for (int old = 0; old < newNumbers.length; old++) {
      int row = newNumbers[old];
      if (row < -1 || row >= rows || (row >= 0 && oldNumbers[row] >= 0)) {
        throw new IllegalArgumentException(
            "row " + old + " becomes row " + row + " of " + rows + ", as may another");
      }
      if (row >= 0 && older.contains(old)) {
        oldNumbers[row] = old;
      }
    }
    return oldNumbers;
  }
}
