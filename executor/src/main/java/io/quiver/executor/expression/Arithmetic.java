package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.DOUBLE;
import static io.quiver.executor.expression.Buffers.FLOAT;
import static io.quiver.executor.expression.Buffers.INT;
import static io.quiver.executor.expression.Buffers.LONG;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Arithmetic of two or one numbers of one type, checked for overflow. */
final class Arithmetic {
  private Arithmetic() {}

  static ColumnFunction binary(ScalarFunction function, SqlType type) {
    if (type instanceof SqlType.Decimal decimal) {
      return Decimals.binary(function, decimal);
    }
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out =
          switch (simple(type)) {
            case INTEGER -> ints(function, operands, rows, validity);
            case BIGINT -> longs(function, operands, rows, validity);
            case REAL -> floats(function, operands, rows, validity);
            case DOUBLE -> doubles(function, operands, rows, validity);
            case BOOLEAN, TINYINT, SMALLINT, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON ->
                throw noNumber(function, type);
          };
      return Column.of(type, rows, validity, out, null);
    };
  }

  /** NEGATE, ABS and SIGN. */
  static ColumnFunction unary(ScalarFunction function, SqlType type) {
    if (type instanceof SqlType.Decimal decimal) {
      return Decimals.unary(function, decimal);
    }
    return (operands, rows) -> {
      Operand a = operands[0];
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          continue;
        }
        switch (simple(type)) {
          case INTEGER -> out.setAtIndex(INT, i, toInt(apply(function, (long) a.intAt(i))));
          case BIGINT -> out.setAtIndex(LONG, i, apply(function, a.longAt(i)));
          case REAL -> out.setAtIndex(FLOAT, i, (float) apply(function, (double) a.floatAt(i)));
          case DOUBLE -> out.setAtIndex(DOUBLE, i, apply(function, a.doubleAt(i)));
          case BOOLEAN, TINYINT, SMALLINT, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON ->
              throw noNumber(function, type);
        }
      }
      return Column.of(type, rows, validity, out, null);
    };
  }

  private static MemorySegment ints(
      ScalarFunction function, Operand[] operands, int rows, @Nullable MemorySegment validity) {
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        // A long holds every result of two ints.
        long result = apply(function, (long) operands[0].intAt(i), operands[1].intAt(i));
        out.setAtIndex(INT, i, toInt(result));
      }
    }
    return out;
  }

  private static MemorySegment longs(
      ScalarFunction function, Operand[] operands, int rows, @Nullable MemorySegment validity) {
    MemorySegment out = allocate(8L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        out.setAtIndex(LONG, i, apply(function, operands[0].longAt(i), operands[1].longAt(i)));
      }
    }
    return out;
  }

  private static MemorySegment floats(
      ScalarFunction function, Operand[] operands, int rows, @Nullable MemorySegment validity) {
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        // Rounding a sum, difference, product or quotient of floats from double to float is exact:
        // 53 bits are more than twice 24.
        float a = operands[0].floatAt(i);
        float b = operands[1].floatAt(i);
        float result = (float) apply(function, (double) a, b);
        if (Float.isInfinite(result) && Float.isFinite(a) && Float.isFinite(b)) {
          throw outOfRange(SqlType.REAL);
        }
        out.setAtIndex(FLOAT, i, result);
      }
    }
    return out;
  }

  private static MemorySegment doubles(
      ScalarFunction function, Operand[] operands, int rows, @Nullable MemorySegment validity) {
    MemorySegment out = allocate(8L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        double a = operands[0].doubleAt(i);
        double b = operands[1].doubleAt(i);
        double result = apply(function, a, b);
        if (Double.isInfinite(result) && Double.isFinite(a) && Double.isFinite(b)) {
          throw outOfRange(SqlType.DOUBLE);
        }
        out.setAtIndex(DOUBLE, i, result);
      }
    }
    return out;
  }

  private static long apply(ScalarFunction function, long a, long b) {
    try {
      return switch (function) {
        case ADD -> Math.addExact(a, b);
        case SUBTRACT -> Math.subtractExact(a, b);
        case MULTIPLY -> Math.multiplyExact(a, b);
        case DIVIDE -> Math.divideExact(a, checkDivisor(b));
        case MOD -> a % checkDivisor(b);
        default -> throw new IllegalStateException(function + " is no arithmetic");
      };
    } catch (ArithmeticException e) {
      throw outOfRange(SqlType.BIGINT);
    }
  }

  private static double apply(ScalarFunction function, double a, double b) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / checkDivisor(b);
      case MOD -> a % checkDivisor(b);
      default -> throw new IllegalStateException(function + " is no arithmetic");
    };
  }

  private static long apply(ScalarFunction function, long a) {
    try {
      return switch (function) {
        case NEGATE -> Math.negateExact(a);
        case ABS -> Math.absExact(a);
        case SIGN -> Long.signum(a);
        default -> throw new IllegalStateException(function + " has two arguments");
      };
    } catch (ArithmeticException e) {
      throw outOfRange(SqlType.BIGINT);
    }
  }

  private static double apply(ScalarFunction function, double a) {
    return switch (function) {
      case NEGATE -> -a;
      case ABS -> Math.abs(a);
      case SIGN -> Math.signum(a);
      default -> throw new IllegalStateException(function + " has two arguments");
    };
  }

  private static long checkDivisor(long divisor) {
    if (divisor == 0) {
      throw divisionByZero();
    }
    return divisor;
  }

  private static double checkDivisor(double divisor) {
    if (divisor == 0) {
      throw divisionByZero();
    }
    return divisor;
  }

  private static int toInt(long value) {
    if (value != (int) value) {
      throw outOfRange(SqlType.INTEGER);
    }
    return (int) value;
  }

  private static SqlType.Simple simple(SqlType type) {
    if (type instanceof SqlType.Simple simple) {
      return simple;
    }
    throw new IllegalStateException(type.sqlName() + " is no number");
  }

  static QuiverException outOfRange(SqlType type) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "a value does not fit into " + type.sqlName());
  }

  private static QuiverException divisionByZero() {
    return new QuiverException(ErrorCode.DIVISION_BY_ZERO, "division by zero");
  }

  private static IllegalStateException noNumber(ScalarFunction function, SqlType type) {
    return new IllegalStateException(function + " of " + type.sqlName());
  }
}
