package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression bound to one execution's parameters and clock. Used by one thread at a time. */
public final class CompiledExpression {
  private static final Batch ONE_ROW = new Batch(List.of(), 1);

  private final Node root;
  private final SqlType type;
  private final BitSet inputs = new BitSet();
  // A constant, and that repeated for the largest batch seen. CASE over one row may give the one
  // constant for one batch and another for the next.
  private @Nullable Column constant;
  private @Nullable Column repeated;

  CompiledExpression(Node root, SqlType type) {
    this.root = root;
    this.type = type;
    root.markInputs(inputs);
  }

  /** The declared type; a column of it may know a vector's dimension that the type does not. */
  public SqlType type() {
    return type;
  }

  /** The positions of the input columns that are read. */
  public BitSet inputs() {
    return (BitSet) inputs.clone();
  }

  /** Whether no input column is read, so that {@link #constant} has an answer. */
  public boolean isConstant() {
    return inputs.isEmpty();
  }

  /** The value in every row; shares buffers with the batch where it can. */
  @SuppressWarnings("ReferenceEquality") // Whether it is the same constant, cheaply.
  public Column evaluate(Batch batch) {
    Operand result = root.evaluate(batch);
    if (!result.isConstant()) {
      return result.column();
    }
    int rows = batch.rowCount();
    if (repeated == null || repeated.length() < rows || constant != result.column()) {
      constant = result.column();
      repeated = result.column().gather(new int[rows], rows, Arena.ofAuto());
    }
    return repeated.slice(0, rows);
  }

  /**
   * Writes the numbers of the rows for which this BOOLEAN is true, ascending, and gives how many.
   *
   * @param rowsOut at least as long as the batch
   */
  public int select(Batch batch, int[] rowsOut) {
    for (int i = 0; i < batch.rowCount(); i++) {
      rowsOut[i] = i;
    }
    return root.filter(batch, rowsOut, batch.rowCount());
  }

  /**
   * Keeps, in place, those of the first {@code count} row numbers (ascending) for which this
   * BOOLEAN is true, and gives how many.
   */
  public int filter(Batch batch, int[] rows, int count) {
    return root.filter(batch, rows, count);
  }

  /** Keeps those rows of the batch for which this BOOLEAN is true. */
  public void filter(Batch batch, RowBits bits) {
    root.filter(batch, bits);
  }

  /** The one value of a constant expression, as a column of one row. */
  public Column constantColumn() {
    if (!isConstant()) {
      throw new IllegalStateException("the expression depends on columns " + inputs);
    }
    return root.evaluate(ONE_ROW).column();
  }

  /** The one value of a constant expression, as the Java value that {@link SqlType} names. */
  public @Nullable Object constant() {
    return constantColumn().get(0);
  }
}
