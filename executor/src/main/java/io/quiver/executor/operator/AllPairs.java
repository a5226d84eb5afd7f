package io.quiver.executor.operator;

import io.quiver.types.Batch;

/** Every left row with every right row. */
final class AllPairs implements JoinPairs {
  private int rightCount;
  private int leftCount;
  private int leftRow;
  private int rightRow;

  @Override
  public void build(RowBuffer right, ExecutionContext context) {
    rightCount = right.rowCount();
  }

  @Override
  public void start(Batch left) {
    leftCount = rightCount == 0 ? 0 : left.rowCount();
    leftRow = 0;
    rightRow = 0;
  }

  @Override
  public int next(int[] leftRows, int[] rightRows, Wanted wanted, boolean[] settled) {
    int count = 0;
    int end = wanted == Wanted.ONE ? Math.min(1, rightCount) : rightCount;
    while (count < leftRows.length && leftRow < leftCount) {
      if (rightRow == end || (wanted != Wanted.ALL && settled[leftRow])) {
        leftRow++;
        rightRow = 0;
        continue;
      }
      int pairs = Math.min(leftRows.length - count, end - rightRow);
      for (int i = 0; i < pairs; i++) {
        leftRows[count] = leftRow;
        rightRows[count++] = rightRow++;
      }
    }
    return count;
  }
}
