package io.quiver.executor.operator;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * INTERSECT and EXCEPT: counts the distinct rows of the right side, then lets rows of the left side
 * pass according to what is left of their count.
 */
final class SetDifferenceOperator implements Operator {
  private final ExecutionContext context;
  private final Operator left;
  private final Operator right;
  private final PlanNode.SetDifference node;
  private final Reservation reservation;
  private final int[] groups = new int[Batch.ROWS];
  private final int[] rows = new int[Batch.ROWS];
  private @Nullable GroupTable table;

  /** What the right side has of each row and no left row has used up; -1 once a row has passed. */
  private long[] counts = new long[0];

  SetDifferenceOperator(
      ExecutionContext context, Operator left, Operator right, PlanNode.SetDifference node) {
    this.context = context;
    this.left = left;
    this.right = right;
    this.node = node;
    this.reservation = new Reservation(context.memory());
  }

  @Override
  public @Nullable Batch next() {
    if (table == null) {
      table = countRight();
    }
    for (Batch batch = left.next(); batch != null; batch = left.next()) {
      context.checkCancelled();
      int count = select(table, batch);
      if (count > 0) {
        return BatchRows.keep(batch, rows, count);
      }
    }
    return null;
  }

  private GroupTable countRight() {
    GroupTable counted = new GroupTable(reservation);
    for (Batch batch = right.next(); batch != null; batch = right.next()) {
      context.checkCancelled();
      counted.assign(batch, groups);
      ensureCounts(counted.groupCount());
      for (int row = 0; row < batch.rowCount(); row++) {
        counts[groups[row]]++;
      }
    }
    return counted;
  }

  private int select(GroupTable known, Batch batch) {
    if (node.intersect() || node.all()) {
      known.find(batch, groups);
    } else {
      // EXCEPT must remember what it has given, to give it once.
      known.assign(batch, groups);
      ensureCounts(known.groupCount());
    }
    int count = 0;
    for (int row = 0; row < batch.rowCount(); row++) {
      if (passes(groups[row])) {
        rows[count++] = row;
      }
    }
    return count;
  }

  private boolean passes(int group) {
    if (group < 0) {
      return !node.intersect();
    }
    long count = counts[group];
    if (node.all()) {
      if (count > 0) {
        counts[group]--;
      }
      return (count > 0) == node.intersect();
    }
    boolean passes = node.intersect() ? count > 0 : count == 0;
    if (passes) {
      counts[group] = -1;
    }
    return passes;
  }

  private void ensureCounts(int wanted) {
    if (wanted > counts.length) {
      int size = Math.max(wanted, counts.length * 2);
      reservation.grow(8L * (size - counts.length));
      counts = Arrays.copyOf(counts, size);
    }
  }

  @Override
  public void close() {
    reservation.close();
    table = null;
    Closing.all(List.of(left, right));
  }
}
