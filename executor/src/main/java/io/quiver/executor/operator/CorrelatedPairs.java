package io.quiver.executor.operator;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Each left row with the rows of a plan that runs for it. Left rows that are alike in the columns
 * which the plan reads share one run, as long as its rows are kept.
 */
final class CorrelatedPairs implements JoinPairs {
  /** Beyond so much, the rows of earlier runs are forgotten. */
  private static final long BYTES_KEPT = 16L << 20;

  private static final int RUNS_KEPT = 1 << 16;
  private static final int NOT_RUN = -1;

  private final List<Integer> columns;
  private final Function<ExecutionContext, Operator> plan;
  private final QueryMemory memory;
  private Reservation reservation;
  private GroupTable runs;

  /** The right rows of a run are those from {@code from[run]} to before {@code to[run]}. */
  private int[] from = new int[0];

  private int[] to = new int[0];

  private final int[] leftRuns = new int[Batch.ROWS];
  private @Nullable RowBuffer right;
  private @Nullable ExecutionContext context;
  private @Nullable Batch left;
  private int leftRow;
  private int at;
  private int end;

  /**
   * For one execution.
   *
   * @param columns of a left row, which the plan finds in its context
   */
  CorrelatedPairs(
      List<Integer> columns, Function<ExecutionContext, Operator> plan, QueryMemory memory) {
    this.columns = columns;
    this.plan = plan;
    this.memory = memory;
    this.reservation = new Reservation(memory);
    this.runs = new GroupTable(reservation);
  }

  @Override
  public void build(RowBuffer rows, ExecutionContext outer) {
    right = rows;
    context = outer;
  }

  @Override
  public boolean addsRightRows() {
    return true;
  }

  @Override
  public void start(Batch batch) {
    left = batch;
    leftRow = -1;
    at = 0;
    end = 0;
    if (runs.groupCount() > RUNS_KEPT) {
      forget();
    }
    number(batch);
  }

  private void number(Batch batch) {
    runs.assign(BatchRows.project(batch, columns), leftRuns);
    if (runs.groupCount() > from.length) {
      int old = from.length;
      int size = Math.max(runs.groupCount(), 2 * old);
      reservation.grow(8L * (size - old));
      from = Arrays.copyOf(from, size);
      to = Arrays.copyOf(to, size);
      Arrays.fill(from, old, size, NOT_RUN);
    }
  }

  @Override
  public int next(int[] leftRows, int[] rightRows, Wanted wanted, boolean[] settled) {
    if (left == null || right == null) {
      throw new IllegalStateException("read before it was built and started");
    }
    int count = 0;
    while (count < leftRows.length) {
      if (at < end && (wanted == Wanted.ALL || !settled[leftRow])) {
        leftRows[count] = leftRow;
        rightRows[count++] = at;
        at = wanted == Wanted.ONE ? end : at + 1;
        continue;
      }
      if (leftRow + 1 >= left.rowCount()) {
        break;
      }
      if (right.bytes() > BYTES_KEPT) {
        if (count > 0) {
          // The rows are forgotten once the caller has read these.
          break;
        }
        forget();
        number(left);
      }
      leftRow++;
      int run = leftRuns[leftRow];
      if (from[run] == NOT_RUN) {
        run(run, left, wanted);
      }
      at = from[run];
      end = to[run];
    }
    right.seal();
    return count;
  }

  private void run(int run, Batch batch, Wanted wanted) {
    if (right == null || context == null) {
      throw new IllegalStateException("run before it was built");
    }
    List<@Nullable Object> values = new ArrayList<>(columns.size());
    for (int column : columns) {
      Column outer = batch.column(column);
      values.add(outer.get(leftRow));
    }
    context.checkCancelled();
    from[run] = right.rowCount();
    try (Operator operator = plan.apply(context.withOuter(values))) {
      for (Batch rows = operator.next(); rows != null; rows = operator.next()) {
        if (wanted == Wanted.ONE) {
          right.add(BatchRows.range(rows, 0, 1));
          break;
        }
        right.add(rows);
      }
    }
    to[run] = right.rowCount();
  }

  private void forget() {
    if (right != null) {
      right.clear();
    }
    reservation.close();
    reservation = new Reservation(memory);
    runs = new GroupTable(reservation);
    from = new int[0];
    to = new int[0];
  }

  /** Gives back what is reserved, the right rows aside. */
  void close() {
    reservation.close();
  }
}
