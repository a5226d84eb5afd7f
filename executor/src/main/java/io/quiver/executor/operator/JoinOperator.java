package io.quiver.executor.operator;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.plan.JoinType;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins two inputs: keeps the right one, and goes through the left one batch by batch. Pairs come
 * from {@link JoinPairs} in blocks; the condition is evaluated over a block at once, on the columns
 * that it reads and no others. A correlated right side has no input: the pairs add its rows.
 */
final class JoinOperator implements Operator {
  private final ExecutionContext context;
  private final Operator left;
  private final @Nullable Operator right;
  private final Schema leftSchema;
  private final JoinType type;
  private final @Nullable CompiledExpression condition;
  private final BitSet conditionInputs;
  private final Reservation reservation;
  private final RowBuffer rightRows;
  private final JoinPairs pairs;
  private final @Nullable JoinPairs unknownPairs;
  private final JoinPairs.Wanted wanted;

  private final int[] pairLeft = new int[Batch.ROWS];
  private final int[] pairRight = new int[Batch.ROWS];
  private final int[] passed = new int[Batch.ROWS];
  private final boolean[] leftMatched = new boolean[Batch.ROWS];

  /** Of the left rows that have not matched, whether a null may be the only reason. */
  private final boolean[] leftUnknown = new boolean[Batch.ROWS];

  private final BitSet rightMatched = new BitSet();

  private boolean built;
  private int[] rightAddresses = new int[0];
  private @Nullable Batch leftBatch;
  private boolean leftEnded;
  private boolean matchesKnown;
  private int unmatchedFrom;

  JoinOperator(
      ExecutionContext context, Inputs inputs, JoinType type, @Nullable Expression condition) {
    this.context = context;
    this.left = inputs.left();
    this.right = inputs.right();
    this.leftSchema = inputs.leftSchema();
    this.type = type;
    this.condition =
        condition == null ? null : ExpressionEvaluator.compile(condition, context.evaluation());
    this.conditionInputs = this.condition == null ? new BitSet() : this.condition.inputs();
    this.reservation = inputs.reservation();
    this.rightRows = new RowBuffer(inputs.rightSchema(), reservation);
    this.pairs = inputs.pairs();
    this.unknownPairs = pairs.unknown();
    this.wanted =
        type.givesRight()
            ? JoinPairs.Wanted.ALL
            : condition == null ? JoinPairs.Wanted.ONE : JoinPairs.Wanted.UNTIL_SETTLED;
  }

  /** What a join reads, and how it finds its pairs. */
  record Inputs(
      Operator left,
      @Nullable Operator right,
      Schema leftSchema,
      Schema rightSchema,
      JoinPairs pairs,
      Reservation reservation) {}

  @Override
  public @Nullable Batch next() {
    if (!built) {
      build();
      built = true;
    }
    while (!leftEnded) {
      context.checkCancelled();
      if (leftBatch == null) {
        leftBatch = left.next();
        if (leftBatch == null) {
          leftEnded = true;
          break;
        }
        Arrays.fill(leftMatched, false);
        Arrays.fill(leftUnknown, false);
        matchesKnown = false;
        pairs.start(leftBatch);
      }
      Batch output = join(leftBatch);
      if (output != null) {
        return output;
      }
    }
    return keepsRight() ? unmatchedRight() : null;
  }

  private void build() {
    if (right != null) {
      for (Batch batch = right.next(); batch != null; batch = right.next()) {
        context.checkCancelled();
        rightRows.add(batch);
      }
    }
    rightRows.seal();
    // The rows' addresses, and a bit for each that has matched.
    reservation.grow(4L * rightRows.rowCount() + rightRows.rowCount() / 8);
    rightAddresses = rightRows.addresses();
    pairs.build(rightRows, context);
    if (unknownPairs != null) {
      unknownPairs.build(rightRows, context);
    }
  }

  /** One block of pairs, or what is left of the left batch once there are no more. */
  private @Nullable Batch join(Batch batch) {
    if (matchesKnown) {
      return unknownOrLeft(batch);
    }
    int count = pairs.next(pairLeft, pairRight, wanted, leftMatched);
    if (count == 0) {
      matchesKnown = true;
      if (unknownPairs != null) {
        unknownPairs.start(batch);
      }
      return unknownOrLeft(batch);
    }
    if (pairs.addsRightRows()) {
      rightAddresses = rightRows.addresses();
    }
    count = keepTrue(batch, count);
    for (int i = 0; i < count; i++) {
      leftMatched[pairLeft[i]] = true;
    }
    if (!type.givesRight() || count == 0) {
      return null;
    }
    if (keepsRight()) {
      for (int i = 0; i < count; i++) {
        rightMatched.set(pairRight[i]);
      }
    }
    toAddresses(count);
    return combine(batch.gather(pairLeft, count, Arena.ofAuto()), count);
  }

  /** One block of the pairs that nulls leave open, or the end of the left batch. */
  private @Nullable Batch unknownOrLeft(Batch batch) {
    if (unknownPairs != null) {
      boolean[] settled = new boolean[batch.rowCount()];
      for (int row = 0; row < settled.length; row++) {
        settled[row] = leftMatched[row] || leftUnknown[row];
      }
      int count = unknownPairs.next(pairLeft, pairRight, wanted, settled);
      if (count > 0) {
        noteUnknown(batch, count);
        return null;
      }
    }
    leftBatch = null;
    return switch (type) {
      case INNER, RIGHT -> null;
      case LEFT, FULL -> unmatchedLeft(batch);
      case SEMI -> leftRows(batch, true);
      case ANTI -> leftRows(batch, false);
      case MARK -> marked(batch);
    };
  }

  /** A pair that nulls leave open is unknown, unless the condition is false of it. */
  private void noteUnknown(Batch batch, int count) {
    Column result = condition == null ? null : condition.evaluate(candidates(batch, count));
    for (int i = 0; i < count; i++) {
      if (result == null || result.isNull(i) || result.getBoolean(i)) {
        leftUnknown[pairLeft[i]] = true;
      }
    }
  }

  private Batch marked(Batch batch) {
    ColumnBuilder marks = new ColumnBuilder(SqlType.BOOLEAN, batch.rowCount());
    for (int row = 0; row < batch.rowCount(); row++) {
      if (leftUnknown[row] && !leftMatched[row]) {
        marks.appendNull();
      } else {
        marks.appendBoolean(leftMatched[row]);
      }
    }
    List<Column> columns = new ArrayList<>(batch.columns());
    columns.add(marks.build());
    return new Batch(columns, batch.rowCount());
  }

  /** Keeps, in place, the pairs for which the condition is true. */
  private int keepTrue(Batch batch, int count) {
    if (condition == null) {
      return count;
    }
    Batch candidates = candidates(batch, count);
    int kept;
    if (type == JoinType.MARK || unknownPairs != null) {
      kept = passedOrUnknown(condition.evaluate(candidates), count);
    } else {
      kept = condition.select(candidates, passed);
    }
    for (int i = 0; i < kept; i++) {
      pairLeft[i] = pairLeft[passed[i]];
      pairRight[i] = pairRight[passed[i]];
    }
    return kept;
  }

  private int passedOrUnknown(Column result, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (result.isNull(i)) {
        leftUnknown[pairLeft[i]] = true;
      } else if (result.getBoolean(i)) {
        passed[kept++] = i;
      }
    }
    return kept;
  }

  /** The columns of a block of pairs that the condition reads. */
  private Batch candidates(Batch batch, int count) {
    int[] addresses = new int[count];
    for (int i = 0; i < count; i++) {
      addresses[i] = rightAddresses[pairRight[i]];
    }
    Arena arena = Arena.ofAuto();
    int leftWidth = batch.width();
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < leftWidth; i++) {
      columns.add(
          conditionInputs.get(i)
              ? batch.column(i).gather(pairLeft, count, arena)
              : BatchRows.absent(count));
    }
    for (int i = 0; i < rightRows.width(); i++) {
      columns.add(
          conditionInputs.get(leftWidth + i)
              ? rightRows.gatherColumn(i, addresses, 0, count)
              : BatchRows.absent(count));
    }
    return new Batch(columns, count);
  }

  private void toAddresses(int count) {
    for (int i = 0; i < count; i++) {
      pairRight[i] = rightAddresses[pairRight[i]];
    }
  }

  /** Left columns, and right ones from the addresses in {@link #pairRight}. */
  private Batch combine(Batch leftColumns, int count) {
    List<Column> columns = new ArrayList<>(leftColumns.columns());
    columns.addAll(rightRows.gather(pairRight, 0, count).columns());
    return new Batch(columns, count);
  }

  private @Nullable Batch unmatchedLeft(Batch batch) {
    Batch alone = leftRows(batch, false);
    if (alone == null) {
      return null;
    }
    Arrays.fill(pairRight, 0, alone.rowCount(), -1);
    return combine(alone, alone.rowCount());
  }

  private @Nullable Batch leftRows(Batch batch, boolean matched) {
    int count = 0;
    for (int row = 0; row < batch.rowCount(); row++) {
      if (leftMatched[row] == matched && !leftUnknown[row]) {
        passed[count++] = row;
      }
    }
    return count == 0 ? null : BatchRows.keep(batch, passed, count);
  }

  private @Nullable Batch unmatchedRight() {
    context.checkCancelled();
    int count = 0;
    while (count < Batch.ROWS && unmatchedFrom < rightAddresses.length) {
      int row = rightMatched.nextClearBit(unmatchedFrom);
      unmatchedFrom = row + 1;
      if (row < rightAddresses.length) {
        pairRight[count++] = rightAddresses[row];
      }
    }
    if (count == 0) {
      return null;
    }
    List<Column> nulls = new ArrayList<>(leftSchema.size());
    for (int i = 0; i < leftSchema.size(); i++) {
      ColumnBuilder builder = new ColumnBuilder(leftSchema.type(i), count);
      for (int row = 0; row < count; row++) {
        builder.appendNull();
      }
      nulls.add(builder.build());
    }
    return combine(new Batch(nulls, count), count);
  }

  private boolean keepsRight() {
    return type == JoinType.RIGHT || type == JoinType.FULL;
  }

  @Override
  public void close() {
    reservation.close();
    if (pairs instanceof CorrelatedPairs correlated) {
      correlated.close();
    }
    rightRows.forget();
    Closing.all(right == null ? List.of(left) : List.of(left, right));
  }
}
