package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.math.BigDecimal;

/**
 * The types of results over DECIMALs. With p and s for precision and scale, and i = p - s digits
 * before the point, two operands give
 *
 * <ul>
 *   <li>{@code + -}: i = max(i1, i2) + 1, s = max(s1, s2)
 *   <li>{@code *}: i = i1 + i2, s = s1 + s2
 *   <li>{@code /}: i = i1 + s2, s = max(16, s1, s2)
 *   <li>{@code %}: i = min(i1, i2), s = max(s1, s2)
 * </ul>
 *
 * <p>Where i + s passes 38, digits after the point give way to those before it, but for the last
 * six; a result that then has too many digits is 22003. An integer counts as the DECIMAL of its
 * digits: 3, 5, 10 or 19.
 */
final class DecimalTypes {
  private static final int MAX = SqlType.Decimal.MAX_PRECISION;
  private static final int SCALE_KEPT = 6;
  private static final int DIVISION_SCALE = 16;

  private DecimalTypes() {}

  /** The type of an exact number as the DECIMAL that holds all its values. */
  static SqlType.Decimal of(SqlType exact) {
    return switch (exact) {
      case SqlType.Decimal decimal -> decimal;
      case SqlType.Simple simple ->
          switch (simple) {
            case TINYINT -> new SqlType.Decimal(3, 0);
            case SMALLINT -> new SqlType.Decimal(5, 0);
            case INTEGER -> new SqlType.Decimal(10, 0);
            case BIGINT -> new SqlType.Decimal(19, 0);
            default -> throw new IllegalStateException(simple + " is no exact number");
          };
      default -> throw new IllegalStateException(exact.sqlName() + " is no exact number");
    };
  }

  /** As Calcite counts, which knows no limits. */
  static SqlType.Decimal of(int precision, int scale) {
    int s = Math.clamp(scale, 0, MAX);
    return new SqlType.Decimal(Math.clamp(precision, Math.max(1, s), MAX), s);
  }

  /** The smallest type that holds the number, or DOUBLE for one of more than 38 digits. */
  static SqlType of(BigDecimal number) {
    int scale = Math.max(number.scale(), 0);
    long precision = Math.max((long) number.precision() - Math.min(number.scale(), 0), scale);
    return precision > MAX
        ? SqlType.DOUBLE
        : new SqlType.Decimal((int) Math.max(1, precision), scale);
  }

  static SqlType.Decimal common(SqlType.Decimal a, SqlType.Decimal b) {
    int scale = Math.max(a.scale(), b.scale());
    return limited(Math.max(integers(a), integers(b)), scale);
  }

  static SqlType.Decimal result(ScalarFunction function, SqlType.Decimal a, SqlType.Decimal b) {
    int scale = Math.max(a.scale(), b.scale());
    return switch (function) {
      case ADD, SUBTRACT -> limited(Math.max(integers(a), integers(b)) + 1, scale);
      case MULTIPLY -> limited(integers(a) + integers(b), a.scale() + b.scale());
      case DIVIDE -> limited(integers(a) + b.scale(), Math.max(DIVISION_SCALE, scale));
      case MOD -> limited(Math.min(integers(a), integers(b)), scale);
      default -> throw new IllegalStateException(function + " is no arithmetic");
    };
  }

  /** ROUND and TRUNCATE to so many digits, CEIL and FLOOR: a carry may add a digit. */
  static SqlType.Decimal rounded(SqlType.Decimal type, int digits) {
    return limited(integers(type) + 1, Math.clamp(digits, 0, type.scale()));
  }

  static SqlType.Decimal sum(SqlType.Decimal type) {
    return new SqlType.Decimal(MAX, type.scale());
  }

  static SqlType.Decimal average(SqlType.Decimal type) {
    int scale = Math.max(type.scale(), Math.min(DIVISION_SCALE, MAX - integers(type)));
    return new SqlType.Decimal(MAX, scale);
  }

  private static SqlType.Decimal limited(int integers, int scale) {
    if (integers + scale <= MAX) {
      return new SqlType.Decimal(Math.max(1, integers + scale), scale);
    }
    return new SqlType.Decimal(MAX, Math.clamp(MAX - integers, Math.min(scale, SCALE_KEPT), MAX));
  }

  private static int integers(SqlType.Decimal type) {
    return type.precision() - type.scale();
  }
}
