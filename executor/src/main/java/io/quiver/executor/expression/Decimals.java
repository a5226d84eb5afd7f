package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Arithmetic over DECIMALs, each operand with its own scale; the planner has chosen the result's
 * type, to which results are rounded half away from zero. Digits that fit into a long are computed
 * as longs, others as {@link BigDecimal}s.
 */
final class Decimals {
  private static final long[] POWERS = powers();

  private Decimals() {}

  private static long[] powers() {
    long[] powers = new long[19];
    powers[0] = 1;
    for (int i = 1; i < powers.length; i++) {
      powers[i] = powers[i - 1] * 10;
    }
    return powers;
  }

  /** ADD, SUBTRACT, MULTIPLY, DIVIDE and MOD; 22003 on overflow, 22012 on division by zero. */
  static ColumnFunction binary(ScalarFunction function, SqlType.Decimal type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      Operand a = operands[0];
      Operand b = operands[1];
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          out.appendNull();
        } else if (!small(function, a, b, i, type, out)) {
          out.appendDecimal(
              apply(
                  function,
                  a.column().getDecimal(i * a.step()),
                  b.column().getDecimal(i * b.step()),
                  type));
        }
      }
      return out.build();
    };
  }

  /** The result by 64-bit arithmetic, where all of it fits; false where it does not. */
  private static boolean small(
      ScalarFunction function,
      Operand a,
      Operand b,
      int i,
      SqlType.Decimal type,
      ColumnBuilder out) {
    int row = i * a.step();
    int other = i * b.step();
    long x = a.column().getDecimalLow(row);
    long y = b.column().getDecimalLow(other);
    if (a.column().getDecimalHigh(row) != x >> 63 || b.column().getDecimalHigh(other) != y >> 63) {
      return false;
    }
    int xScale = scale(a.column());
    int yScale = scale(b.column());
    int scale = Math.max(xScale, yScale);
    try {
      switch (function) {
        case ADD ->
            append(Math.addExact(up(x, scale - xScale), up(y, scale - yScale)), scale, type, out);
        case SUBTRACT ->
            append(
                Math.subtractExact(up(x, scale - xScale), up(y, scale - yScale)), scale, type, out);
        case MULTIPLY -> append(Math.multiplyExact(x, y), xScale + yScale, type, out);
        default -> {
          return false;
        }
      }
      return true;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private static int scale(Column column) {
    return ((SqlType.Decimal) column.type()).scale();
  }

  /** The digits with so many zeros behind them. */
  private static long up(long digits, int zeros) {
    if (zeros >= POWERS.length) {
      if (digits == 0) {
        return 0;
      }
      throw new ArithmeticException("more than 64 bits");
    }
    return Math.multiplyExact(digits, POWERS[zeros]);
  }

  /** Appends {@code digits * 10^-scale}, rounded to the type; 22003 where it does not fit. */
  static void append(long digits, int scale, SqlType.Decimal type, ColumnBuilder out) {
    int zeros = type.scale() - scale;
    if (zeros >= 0 && zeros < POWERS.length) {
      long high = Math.multiplyHigh(digits, POWERS[zeros]);
      long low = digits * POWERS[zeros];
      if (high == low >> 63 && fits(low, type.precision())) {
        out.appendDecimal(high, low);
        return;
      }
    }
    out.appendDecimal(BigDecimal.valueOf(digits, scale));
  }

  private static boolean fits(long digits, int precision) {
    return precision >= POWERS.length
        || (digits < POWERS[precision] && digits > -POWERS[precision]);
  }

  private static BigDecimal apply(
      ScalarFunction function, BigDecimal a, BigDecimal b, SqlType.Decimal type) {
    return switch (function) {
      case ADD -> a.add(b);
      case SUBTRACT -> a.subtract(b);
      case MULTIPLY -> a.multiply(b);
      case DIVIDE -> a.divide(checkDivisor(b), type.scale(), RoundingMode.HALF_UP);
      case MOD -> a.remainder(checkDivisor(b));
      default -> throw new IllegalStateException(function + " is no arithmetic");
    };
  }

  private static BigDecimal checkDivisor(BigDecimal divisor) {
    if (divisor.signum() == 0) {
      throw new QuiverException(ErrorCode.DIVISION_BY_ZERO, "division by zero");
    }
    return divisor;
  }

  /** NEGATE, ABS, SIGN, CEIL, FLOOR, and ROUND and TRUNCATE with their optional digits. */
  static ColumnFunction unary(ScalarFunction function, SqlType.Decimal type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          BigDecimal value = operands[0].column().getDecimal(i * operands[0].step());
          int digits = operands.length > 1 ? operands[1].intAt(i) : 0;
          out.appendDecimal(apply(function, value, digits));
        } else {
          out.appendNull();
        }
      }
      return out.build();
    };
  }

  private static BigDecimal apply(ScalarFunction function, BigDecimal value, int digits) {
    return switch (function) {
      case NEGATE -> value.negate();
      case ABS -> value.abs();
      case SIGN -> BigDecimal.valueOf(value.signum());
      case CEIL -> value.setScale(0, RoundingMode.CEILING);
      case FLOOR -> value.setScale(0, RoundingMode.FLOOR);
      case ROUND -> value.setScale(bounded(digits), RoundingMode.HALF_UP);
      case TRUNCATE -> value.setScale(bounded(digits), RoundingMode.DOWN);
      default -> throw new IllegalStateException(function + " of a DECIMAL");
    };
  }

  /** No DECIMAL has more digits on either side of its point. */
  private static int bounded(int digits) {
    return Math.clamp(digits, -SqlType.Decimal.MAX_PRECISION - 1, SqlType.Decimal.MAX_PRECISION);
  }
}
