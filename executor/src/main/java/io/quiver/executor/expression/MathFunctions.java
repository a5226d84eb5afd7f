package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.DOUBLE;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Functions of real numbers. */
final class MathFunctions {
  private MathFunctions() {}

  static ColumnFunction of(ScalarFunction function, SqlType type) {
    if (type instanceof SqlType.Decimal decimal) {
      return Decimals.unary(function, decimal);
    }
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          out.setAtIndex(DOUBLE, i, apply(function, operands, i));
        }
      }
      return Column.of(SqlType.DOUBLE, rows, validity, out, null);
    };
  }

  private static double apply(ScalarFunction function, Operand[] operands, int row) {
    double a = operands[0].doubleAt(row);
    return switch (function) {
      case CEIL -> Math.ceil(a);
      case FLOOR -> Math.floor(a);
      case ROUND -> round(a, digits(operands, row), RoundingMode.HALF_UP);
      case TRUNCATE -> round(a, digits(operands, row), RoundingMode.DOWN);
      case SQRT -> sqrt(a);
      case CBRT -> Math.cbrt(a);
      case DEGREES -> finite(Math.toDegrees(a), a, 0);
      case RADIANS -> Math.toRadians(a);
      case EXP -> finite(Math.exp(a), a, 0);
      case LOG -> {
        double base = Math.log(checkLogarithm(a));
        double argument = Math.log(checkLogarithm(operands[1].doubleAt(row)));
        if (base == 0) {
          throw new QuiverException(ErrorCode.DIVISION_BY_ZERO, "there is no logarithm to base 1");
        }
        yield logarithm(a, operands[1].doubleAt(row), argument / base);
      }
      case LN -> Math.log(checkLogarithm(a));
      case LOG10 -> Math.log10(checkLogarithm(a));
      case POWER -> power(a, operands[1].doubleAt(row));
      case SIN -> Math.sin(checkFinite(a));
      case COS -> Math.cos(checkFinite(a));
      case TAN -> Math.tan(checkFinite(a));
      case ASIN -> Math.asin(checkUnit(a));
      case ACOS -> Math.acos(checkUnit(a));
      case ATAN -> Math.atan(a);
      case ATAN2 -> Math.atan2(a, operands[1].doubleAt(row));
      default -> throw new IllegalStateException(function + " is no function of real numbers");
    };
  }

  private static int digits(Operand[] operands, int row) {
    return operands.length == 1 ? 0 : operands[1].intAt(row);
  }

  /** Rounds the decimal number that the double prints as, so that round(2.675, 2) is 2.68. */
  private static double round(double value, int digits, RoundingMode mode) {
    // Beyond 2^52 a double has no fraction; beyond 400 digits nothing can change.
    if (!Double.isFinite(value) || (digits >= 0 && Math.abs(value) >= 0x1p52) || digits > 400) {
      return value;
    }
    if (digits < -400) {
      return 0;
    }
    double rounded = BigDecimal.valueOf(value).setScale(digits, mode).doubleValue();
    return Math.copySign(finite(rounded, value, 0), value);
  }

  private static double sqrt(double a) {
    if (a < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_POWER_ARGUMENT, "the square root of a negative number: " + a);
    }
    return Math.sqrt(a);
  }

  private static double power(double base, double exponent) {
    if (base == 0 && exponent < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_POWER_ARGUMENT, "zero raised to a negative power: " + exponent);
    }
    if (base < 0 && Double.isFinite(exponent) && exponent != Math.rint(exponent)) {
      throw new QuiverException(
          ErrorCode.INVALID_POWER_ARGUMENT,
          "a negative number raised to a power that is no integer: " + exponent);
    }
    if (base == 1) {
      return 1;
    }
    return finite(Math.pow(base, exponent), base, exponent);
  }

  /** 22003 when finite arguments gave an infinite result. */
  private static double finite(double result, double a, double b) {
    if (Double.isInfinite(result) && Double.isFinite(a) && Double.isFinite(b)) {
      throw Arithmetic.outOfRange(SqlType.DOUBLE);
    }
    return result;
  }

  /** Exact where the number is a power of the base: log(2, 8) is 3. */
  private static double logarithm(double base, double number, double quotient) {
    double whole = Math.rint(quotient);
    return Math.abs(whole) < 1_024 && Math.pow(base, whole) == number ? whole : quotient;
  }

  private static double checkLogarithm(double a) {
    if (a <= 0) {
      throw new QuiverException(
          ErrorCode.INVALID_LOGARITHM_ARGUMENT, "the logarithm of a number not above zero: " + a);
    }
    return a;
  }

  private static double checkFinite(double a) {
    if (Double.isInfinite(a)) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "an angle is finite, found " + a);
    }
    return a;
  }

  private static double checkUnit(double a) {
    if (a < -1 || a > 1) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "wanted a number from -1 to 1, found " + a);
    }
    return a;
  }
}
