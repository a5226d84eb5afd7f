package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A step of a compiled expression. Immutable; used by one thread at a time. */
interface Node {
  /** The value in every row of the batch. */
  Operand evaluate(Batch batch);

  /** Marks the input columns that this reads. */
  void markInputs(BitSet inputs);

  /**
   * Whether this is cheap and cannot fail, so that running it on rows not asked for is harmless.
   */
  boolean isHarmless();

  /**
   * Keeps, in place and in order, those of the first {@code count} row numbers for which this is
   * true, and gives how many.
   */
  default int filter(Batch batch, int[] rows, int count) {
    if (count == 0) {
      return 0;
    }
    int kept = 0;
    if (isHarmless() || count == batch.rowCount()) {
      Operand result = evaluate(batch);
      for (int i = 0; i < count; i++) {
        if (result.isTrue(rows[i])) {
          rows[kept++] = rows[i];
        }
      }
      return kept;
    }
    Operand result = evaluate(narrow(batch, rows, count));
    for (int i = 0; i < count; i++) {
      if (result.isTrue(i)) {
        rows[kept++] = rows[i];
      }
    }
    return kept;
  }

  /** The same over bits: keeps the rows for which this is true. */
  default void filter(Batch batch, RowBits bits) {
    int[] rows = new int[batch.rowCount()];
    bits.set(rows, filter(batch, rows, bits.list(rows)));
  }

  /** The given rows of the columns that this reads; other columns are there in number only. */
  default Batch narrow(Batch batch, int[] rows, int count) {
    BitSet inputs = new BitSet();
    markInputs(inputs);
    Column absent = Column.of(SqlType.BOOLEAN, count, null, MemorySegment.NULL, null);
    List<Column> columns = new ArrayList<>(batch.width());
    for (int i = 0; i < batch.width(); i++) {
      columns.add(inputs.get(i) ? batch.column(i).gather(rows, count, Arena.ofAuto()) : absent);
    }
    return new Batch(columns, count);
  }

  /** A column of the input. */
  record Input(int index) implements Node {
    @Override
    public Operand evaluate(Batch batch) {
      return Operand.of(batch.column(index));
    }

    @Override
    public void markInputs(BitSet inputs) {
      inputs.set(index);
    }

    @Override
    public boolean isHarmless() {
      return true;
    }
  }

  /** One value for every row. */
  record Constant(Column oneRow) implements Node {
    @Override
    public Operand evaluate(Batch batch) {
      return Operand.constant(oneRow);
    }

    @Override
    public void markInputs(BitSet inputs) {}

    @Override
    public boolean isHarmless() {
      return true;
    }
  }

  /** A function of whole columns. */
  record Function(ColumnFunction function, List<Node> arguments, boolean harmless) implements Node {
    public Function {
      arguments = List.copyOf(arguments);
      harmless = harmless && arguments.stream().allMatch(Node::isHarmless);
    }

    @Override
    public Operand evaluate(Batch batch) {
      Operand[] operands = new Operand[arguments.size()];
      for (int i = 0; i < operands.length; i++) {
        operands[i] = arguments.get(i).evaluate(batch);
      }
      return Operand.of(function.apply(operands, batch.rowCount()));
    }

    @Override
    public void markInputs(BitSet inputs) {
      arguments.forEach(argument -> argument.markInputs(inputs));
    }

    @Override
    public boolean isHarmless() {
      return harmless;
    }
  }
}
