package io.quiver.executor.operator;

import io.quiver.executor.expression.ColumnHash;
import io.quiver.executor.plan.JoinKey;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of which it is unknown whether their keys are equal: all keys that decide are equal, and of
 * those that a null leaves open at least one is null on some side and the others are equal.
 */
final class UnknownPairs implements JoinPairs {
  private final List<JoinKey> deciding = new ArrayList<>();
  private final List<JoinKey> open = new ArrayList<>();
  private final Reservation reservation;
  private final int[] leftGroups = new int[Batch.ROWS];
  private @Nullable GroupTable table;
  private @Nullable RowChains rows;

  /** Of the right rows with a null in an open key. */
  private @Nullable RowChains rowsWithNull;

  private int[] addresses = new int[0];
  private final List<Column[]> rightColumns = new ArrayList<>();
  private final List<Column> leftColumns = new ArrayList<>();
  private int leftCount;
  private int leftRow;
  private int candidate = RowChains.END;
  private boolean leftHasNull;

  UnknownPairs(List<JoinKey> keys, Reservation reservation) {
    for (JoinKey key : keys) {
      (key.nulls() == JoinKey.Nulls.UNKNOWN ? open : deciding).add(key);
    }
    this.reservation = reservation;
  }

  @Override
  public void build(RowBuffer right, ExecutionContext context) {
    int count = right.rowCount();
    GroupTable built = EqualKeyPairs.table(deciding, reservation);
    // The addresses, and a row's place in two chains.
    reservation.grow(4L * count + 2 * RowChains.bytes(count, 0));
    addresses = right.addresses();
    open.forEach(key -> rightColumns.add(right.column(key.right())));
    int[] groups = EqualKeyPairs.assign(built, right, deciding, context);
    reservation.grow(2 * RowChains.bytes(0, built.groupCount()));
    int[] groupsWithNull = groups.clone();
    for (int row = 0; row < count; row++) {
      groupsWithNull[row] = rightHasNull(row) ? groups[row] : RowChains.END;
    }
    rows = RowChains.of(groups, built.groupCount());
    rowsWithNull = RowChains.of(groupsWithNull, built.groupCount());
    table = built;
  }

  private boolean rightHasNull(int row) {
    int chunk = addresses[row] >>> RowBuffer.CHUNK_BITS;
    for (Column[] column : rightColumns) {
      if (column[chunk].isNull(addresses[row] & RowBuffer.CHUNK_MASK)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void start(Batch left) {
    if (table == null) {
      throw new IllegalStateException("started before it was built");
    }
    table.find(BatchRows.project(left, deciding.stream().map(JoinKey::left).toList()), leftGroups);
    leftColumns.clear();
    open.forEach(key -> leftColumns.add(left.column(key.left())));
    leftCount = left.rowCount();
    leftRow = -1;
    candidate = RowChains.END;
  }

  @Override
  public int next(int[] leftRows, int[] rightRows, Wanted wanted, boolean[] settled) {
    if (rows == null || rowsWithNull == null) {
      throw new IllegalStateException("read before it was built");
    }
    int count = 0;
    while (count < leftRows.length) {
      if (candidate == RowChains.END || settled[leftRow]) {
        if (++leftRow >= leftCount) {
          leftRow = leftCount;
          candidate = RowChains.END;
          return count;
        }
        leftHasNull = leftHasNull(leftRow);
        candidate = (leftHasNull ? rows : rowsWithNull).first(leftGroups[leftRow]);
        continue;
      }
      boolean found = mayBeEqual(leftRow, addresses[candidate]);
      if (found) {
        leftRows[count] = leftRow;
        rightRows[count++] = candidate;
      }
      candidate =
          found && wanted == Wanted.ONE
              ? RowChains.END
              : (leftHasNull ? rows : rowsWithNull).after(candidate);
    }
    return count;
  }

  private boolean leftHasNull(int row) {
    for (Column column : leftColumns) {
      if (column.isNull(row)) {
        return true;
      }
    }
    return false;
  }

  private boolean mayBeEqual(int left, int address) {
    int chunk = address >>> RowBuffer.CHUNK_BITS;
    int right = address & RowBuffer.CHUNK_MASK;
    for (int i = 0; i < leftColumns.size(); i++) {
      Column a = leftColumns.get(i);
      Column b = rightColumns.get(i)[chunk];
      if (!a.isNull(left) && !b.isNull(right) && !ColumnHash.equal(a, left, b, right)) {
        return false;
      }
    }
    return true;
  }
}
