package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.BitSet;
import java.util.List;

/** NEXTVAL, CURRVAL, LASTVAL and SETVAL: asked for each row, in order. */
record SequenceNode(ScalarFunction function, List<Node> arguments, Sequences sequences)
    implements Node {
  SequenceNode {
    arguments = List.copyOf(arguments);
  }

  @Override
  public Operand evaluate(Batch batch) {
    Operand[] operands = new Operand[arguments.size()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = arguments.get(i).evaluate(batch);
    }
    ColumnBuilder out = new ColumnBuilder(SqlType.BIGINT, batch.rowCount());
    for (int row = 0; row < batch.rowCount(); row++) {
      if (hasNull(operands, row)) {
        out.appendNull();
      } else {
        out.appendLong(value(operands, row));
      }
    }
    return Operand.of(out.build());
  }

  private static boolean hasNull(Operand[] operands, int row) {
    for (Operand operand : operands) {
      if (operand.isNull(row)) {
        return true;
      }
    }
    return false;
  }

  private long value(Operand[] operands, int row) {
    return switch (function) {
      case NEXTVAL -> sequences.next(operands[0].stringAt(row));
      case CURRVAL -> sequences.current(operands[0].stringAt(row));
      case LASTVAL -> sequences.last();
      case SETVAL -> {
        long value = operands[1].longAt(row);
        boolean given = operands.length < 3 || operands[2].isTrue(row);
        sequences.set(operands[0].stringAt(row), value, given);
        yield value;
      }
      default -> throw new IllegalStateException(function + " is no function of sequences");
    };
  }

  @Override
  public void markInputs(BitSet inputs) {
    arguments.forEach(argument -> argument.markInputs(inputs));
  }

  @Override
  public boolean isHarmless() {
    return false;
  }
}
