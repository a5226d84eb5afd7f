package io.quiver.executor.operator;

import io.quiver.types.Batch;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pairs of rows a join has to look at: those with equal keys, or all. The right rows are
 * known first, and named by their number; then come the batches of the left side.
 */
sealed interface JoinPairs {
  /** Takes all right rows; they are sealed. */
  void build(RowBuffer right, ExecutionContext context);

  /** Begins a batch of the left side. */
  void start(Batch left);

  /**
   * Writes the next pairs, until the arrays are full or the left batch ends.
   *
   * @param firstOnly whether one match of a left row is enough, so that rows in {@code matched} are
   *     passed over
   * @return how many there are; 0 at the end of the batch
   */
  int next(int[] leftRows, int[] rightRows, boolean firstOnly, boolean[] matched);

  /** Pairs with equal keys, found in a hash table; a null in a key matches nothing. */
  final class EqualKeys implements JoinPairs {
    private final List<Integer> leftKeys;
    private final List<Integer> rightKeys;
    private final Reservation reservation;
    private @Nullable GroupTable table;
    private final int[] leftGroups = new int[Batch.ROWS];

    /** The first right row of each group. */
    private int[] heads = new int[0];

    /** The next right row of the same group, or -1. */
    private int[] following = new int[0];

    private int leftCount;
    private int leftRow;
    private int candidate = -1;

    EqualKeys(List<Integer> leftKeys, List<Integer> rightKeys, Reservation reservation) {
      this.leftKeys = leftKeys;
      this.rightKeys = rightKeys;
      this.reservation = reservation;
    }

    @Override
    public void build(RowBuffer right, ExecutionContext context) {
      int rows = right.rowCount();
      reservation.grow(4L * rows);
      int[] groups = new int[rows];
      GroupTable keys = new GroupTable(reservation, true);
      int at = 0;
      for (Batch chunk : right.chunks()) {
        context.checkCancelled();
        keys.assign(BatchRows.project(chunk, rightKeys), leftGroups);
        System.arraycopy(leftGroups, 0, groups, at, chunk.rowCount());
        at += chunk.rowCount();
      }
      reservation.grow(4L * keys.groupCount());
      heads = new int[keys.groupCount()];
      Arrays.fill(heads, -1);
      following = groups;
      // From the end, so that a chain gives its rows in the order in which they came.
      for (int row = rows - 1; row >= 0; row--) {
        int group = groups[row];
        if (group >= 0) {
          following[row] = heads[group];
          heads[group] = row;
        }
      }
      table = keys;
    }

    @Override
    public void start(Batch left) {
      if (table == null) {
        throw new IllegalStateException("started before it was built");
      }
      table.find(BatchRows.project(left, leftKeys), leftGroups);
      leftCount = left.rowCount();
      leftRow = -1;
      candidate = -1;
    }

    @Override
    public int next(int[] leftRows, int[] rightRows, boolean firstOnly, boolean[] matched) {
      int count = 0;
      while (count < leftRows.length) {
        if (candidate < 0 || (firstOnly && matched[leftRow])) {
          if (++leftRow >= leftCount) {
            leftRow = leftCount;
            candidate = -1;
            return count;
          }
          candidate = leftGroups[leftRow] < 0 ? -1 : heads[leftGroups[leftRow]];
          continue;
        }
        leftRows[count] = leftRow;
        rightRows[count++] = candidate;
        candidate = following[candidate];
      }
      return count;
    }
  }

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
    public int next(int[] leftRows, int[] rightRows, boolean firstOnly, boolean[] matched) {
      int count = 0;
      while (count < leftRows.length && leftRow < leftCount) {
        if (rightRow == rightCount || (firstOnly && matched[leftRow])) {
          leftRow++;
          rightRow = 0;
          continue;
        }
        int pairs = Math.min(leftRows.length - count, rightCount - rightRow);
        for (int i = 0; i < pairs; i++) {
          leftRows[count] = leftRow;
          rightRows[count++] = rightRow++;
        }
      }
      return count;
    }
  }
}
