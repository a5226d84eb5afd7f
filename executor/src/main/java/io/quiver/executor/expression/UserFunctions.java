package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls the functions of plugins, a row at a time. */
final class UserFunctions {
  private UserFunctions() {}

  static ColumnFunction of(UserFunction function) {
    return (operands, rows) -> {
      ColumnBuilder out = new ColumnBuilder(function.returnType(), rows);
      for (int i = 0; i < rows; i++) {
        append(out, function, call(function, operands, i));
      }
      return out.build();
    };
  }

  private static @Nullable Object call(UserFunction function, Operand[] operands, int row) {
    List<Object> arguments = new ArrayList<>(operands.length);
    for (Operand operand : operands) {
      Column column = operand.column();
      Object value = column.get(row * operand.step());
      if (value == null) {
        return null;
      }
      arguments.add(value);
    }
    try {
      return function.body().call(arguments);
    } catch (QuiverException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      // A plugin's code is not ours: whatever it throws ends the statement, not the session. Its
      // classes may be missing, too.
      throw new QuiverException(
          ErrorCode.EXTERNAL_ROUTINE_EXCEPTION, "function " + function.name() + " failed: " + e, e);
    }
  }

  private static void append(ColumnBuilder out, UserFunction function, @Nullable Object value) {
    try {
      out.append(value);
    } catch (ClassCastException e) {
      throw new QuiverException(
          ErrorCode.EXTERNAL_ROUTINE_EXCEPTION,
          "function "
              + function.name()
              + " gives "
              + function.returnType().sqlName()
              + ", found a value of the wrong Java type",
          e);
    }
  }
}
