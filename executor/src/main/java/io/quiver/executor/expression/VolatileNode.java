package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.BitSet;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** RANDOM and GEN_RANDOM_UUID: another value in every row. */
record VolatileNode(ScalarFunction function) implements Node {
  @Override
  public Operand evaluate(Batch batch) {
    int rows = batch.rowCount();
    boolean number = function == ScalarFunction.RANDOM;
    ColumnBuilder out = new ColumnBuilder(number ? SqlType.DOUBLE : SqlType.UUID, rows);
    for (int i = 0; i < rows; i++) {
      if (number) {
        out.appendDouble(ThreadLocalRandom.current().nextDouble());
      } else {
        out.appendUuid(UUID.randomUUID());
      }
    }
    return Operand.of(out.build());
  }

  @Override
  public void markInputs(BitSet inputs) {}

  @Override
  public boolean isHarmless() {
    return true;
  }
}
