package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A function computed row by row, from arguments that are not null unless said otherwise. */
@FunctionalInterface
interface RowFunction {
  /** The Java value that {@link SqlType} names. */
  @Nullable Object apply(Operand[] operands, int row);

  /** The function of columns, null where an argument is. */
  default ColumnFunction giving(SqlType type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        out.append(valid(validity, i) ? apply(operands, i) : null);
      }
      return out.build();
    };
  }

  /** The function of columns, null where the first argument is; others may be null. */
  default ColumnFunction takingNulls(SqlType type) {
    return (operands, rows) -> {
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        boolean isNull = operands.length > 0 && operands[0].isNull(i);
        out.append(isNull ? null : apply(operands, i));
      }
      return out.build();
    };
  }
}
