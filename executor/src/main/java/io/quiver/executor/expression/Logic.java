package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.bitmap;
import static io.quiver.executor.expression.Buffers.clearBit;
import static io.quiver.executor.expression.Buffers.setBit;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Three-valued logic. */
final class Logic {
  private Logic() {}

  /** A test of one operand that is never null. */
  static ColumnFunction test(ScalarFunction function) {
    return (operands, rows) -> {
      Operand a = operands[0];
      return never(
          rows,
          switch (function) {
            case IS_NULL -> a::isNull;
            case IS_NOT_NULL -> i -> !a.isNull(i);
            case IS_TRUE -> a::isTrue;
            case IS_NOT_TRUE -> i -> !a.isTrue(i);
            case IS_FALSE -> a::isFalse;
            case IS_NOT_FALSE -> i -> !a.isFalse(i);
            default -> throw new IllegalStateException(function + " is no test");
          });
    };
  }

  private static Column never(int rows, IntPredicate test) {
    MemorySegment bits = bitmap(rows);
    for (int i = 0; i < rows; i++) {
      if (test.test(i)) {
        setBit(bits, i);
      }
    }
    return Column.of(SqlType.BOOLEAN, rows, null, bits, null);
  }

  static Column not(Operand[] operands, int rows) {
    MemorySegment bits = bitmap(rows);
    for (int i = 0; i < rows; i++) {
      if (operands[0].isFalse(i)) {
        setBit(bits, i);
      }
    }
    return Column.of(SqlType.BOOLEAN, rows, Buffers.validity(operands, rows), bits, null);
  }

  /** AND; a later argument is computed only for rows that no earlier one made false. */
  record And(List<Node> arguments) implements Node {
    And {
      arguments = List.copyOf(arguments);
    }

    @Override
    public Operand evaluate(Batch batch) {
      return junction(arguments, false, batch);
    }

    @Override
    public int filter(Batch batch, int[] rows, int count) {
      int kept = count;
      for (Node argument : arguments) {
        if (kept == 0) {
          return 0;
        }
        kept = argument.filter(batch, rows, kept);
      }
      return kept;
    }

    @Override
    public void filter(Batch batch, RowBits bits) {
      for (Node argument : arguments) {
        if (bits.count() == 0) {
          return;
        }
        argument.filter(batch, bits);
      }
    }

    @Override
    public void markInputs(BitSet inputs) {
      arguments.forEach(argument -> argument.markInputs(inputs));
    }

    @Override
    public boolean isHarmless() {
      return arguments.stream().allMatch(Node::isHarmless);
    }
  }

  /** OR; a later argument is computed only for rows that no earlier one made true. */
  record Or(List<Node> arguments) implements Node {
    Or {
      arguments = List.copyOf(arguments);
    }

    @Override
    public Operand evaluate(Batch batch) {
      return junction(arguments, true, batch);
    }

    @Override
    public void markInputs(BitSet inputs) {
      arguments.forEach(argument -> argument.markInputs(inputs));
    }

    @Override
    public boolean isHarmless() {
      return arguments.stream().allMatch(Node::isHarmless);
    }
  }

  /**
   * @param decisive the value that settles a row: false for AND, true for OR
   */
  private static Operand junction(List<Node> arguments, boolean decisive, Batch batch) {
    int rowCount = batch.rowCount();
    MemorySegment bits = bitmap(rowCount);
    int[] open = new int[rowCount];
    for (int i = 0; i < rowCount; i++) {
      open[i] = i;
      if (!decisive) {
        setBit(bits, i);
      }
    }
    int openCount = rowCount;
    MemorySegment validity = null;
    for (Node argument : arguments) {
      if (openCount == 0) {
        break;
      }
      boolean whole = openCount == rowCount || argument.isHarmless();
      Operand value = argument.evaluate(whole ? batch : argument.narrow(batch, open, openCount));
      int stillOpen = 0;
      for (int i = 0; i < openCount; i++) {
        int row = open[i];
        int at = whole ? row : i;
        if (value.isNull(at)) {
          validity = markNull(validity, row, rowCount);
          open[stillOpen++] = row;
        } else if (value.column().getBoolean(at * value.step()) == decisive) {
          settle(bits, validity, row, decisive);
        } else {
          open[stillOpen++] = row;
        }
      }
      openCount = stillOpen;
    }
    return Operand.of(Column.of(SqlType.BOOLEAN, rowCount, validity, bits, null));
  }

  private static MemorySegment markNull(@Nullable MemorySegment validity, int row, int rowCount) {
    MemorySegment bits = validity;
    if (bits == null) {
      bits = bitmap(rowCount).fill((byte) 0xFF);
    }
    clearBit(bits, row);
    return bits;
  }

  private static void settle(
      MemorySegment bits, @Nullable MemorySegment validity, int row, boolean decisive) {
    if (decisive) {
      setBit(bits, row);
    } else {
      clearBit(bits, row);
    }
    if (validity != null) {
      setBit(validity, row);
    }
  }
}
