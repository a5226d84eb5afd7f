package io.quiver.executor.operator;

import io.quiver.executor.plan.JoinKey;
import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pairs with equal keys, found in a hash table. */
final class EqualKeyPairs implements JoinPairs {
  private final List<JoinKey> keys;
  private final Reservation reservation;
  private final @Nullable UnknownPairs unknown;
  private final int[] leftGroups = new int[Batch.ROWS];
  private @Nullable GroupTable table;
  private @Nullable RowChains chains;
  private int leftCount;
  private int leftRow;
  private int candidate = RowChains.END;

  EqualKeyPairs(List<JoinKey> keys, Reservation reservation) {
    this.keys = keys;
    this.reservation = reservation;
    this.unknown =
        keys.stream().anyMatch(key -> key.nulls() == JoinKey.Nulls.UNKNOWN)
            ? new UnknownPairs(keys, reservation)
            : null;
  }

  /** A table for some keys, in which their nulls have groups where they match one another. */
  static GroupTable table(List<JoinKey> keys, Reservation reservation) {
    List<Integer> strict = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).nulls() != JoinKey.Nulls.EQUAL) {
        strict.add(i);
      }
    }
    return new GroupTable(reservation, strict.stream().mapToInt(i -> i).toArray());
  }

  /** The groups of all rows of the right side, which make them. */
  static int[] assign(
      GroupTable table, RowBuffer right, List<JoinKey> keys, ExecutionContext context) {
    List<Integer> columns = keys.stream().map(JoinKey::right).toList();
    int[] groups = new int[right.rowCount()];
    int[] some = new int[Batch.ROWS];
    int at = 0;
    for (Batch chunk : right.chunks()) {
      context.checkCancelled();
      table.assign(BatchRows.project(chunk, columns), some);
      System.arraycopy(some, 0, groups, at, chunk.rowCount());
      at += chunk.rowCount();
    }
    return groups;
  }

  @Override
  public void build(RowBuffer right, ExecutionContext context) {
    GroupTable built = table(keys, reservation);
    reservation.grow(RowChains.bytes(right.rowCount(), 0));
    int[] groups = assign(built, right, keys, context);
    reservation.grow(RowChains.bytes(0, built.groupCount()));
    chains = RowChains.of(groups, built.groupCount());
    table = built;
  }

  @Override
  public void start(Batch left) {
    if (table == null) {
      throw new IllegalStateException("started before it was built");
    }
    table.find(BatchRows.project(left, keys.stream().map(JoinKey::left).toList()), leftGroups);
    leftCount = left.rowCount();
    leftRow = -1;
    candidate = RowChains.END;
  }

  @Override
  public int next(int[] leftRows, int[] rightRows, Wanted wanted, boolean[] settled) {
    if (chains == null) {
      throw new IllegalStateException("read before it was built");
    }
    int count = 0;
    while (count < leftRows.length) {
      if (candidate == RowChains.END || (wanted != Wanted.ALL && settled[leftRow])) {
        if (++leftRow >= leftCount) {
          leftRow = leftCount;
          candidate = RowChains.END;
          return count;
        }
        candidate = chains.first(leftGroups[leftRow]);
        continue;
      }
      leftRows[count] = leftRow;
      rightRows[count++] = candidate;
      candidate = wanted == Wanted.ONE ? RowChains.END : chains.after(candidate);
    }
    return count;
  }

  @Override
  public @Nullable JoinPairs unknown() {
    return unknown;
  }
}
