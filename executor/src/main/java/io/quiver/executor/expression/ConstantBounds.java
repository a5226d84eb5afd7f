package io.quiver.executor.expression;

import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_DAY;

import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Int128;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison with a constant demands of a column that is cast for it to a wider type: ends
 * of ranges in the column's own type, rounded inwards where the cast is exact. Where it rounds (an
 * integer to REAL), a column's value beyond the constant's neighbour is cast to that neighbour or
 * beyond: so the ends are those of the neighbour.
 */
final class ConstantBounds {
  private ConstantBounds() {}

  /**
   * Whether a cast, where it gives a value, keeps the order of values, equal ones perhaps added.
   */
  static boolean keepsOrder(SqlType from, SqlType to) {
    return switch (from) {
      case SqlType.Varchar a -> to instanceof SqlType.Varchar b && b.maxLength() >= a.maxLength();
      case SqlType.Varbinary a ->
          to instanceof SqlType.Varbinary b && b.maxLength() >= a.maxLength();
      case SqlType.Decimal a ->
          isApproximate(to) || holds(to, a.precision() - a.scale(), a.scale());
      case SqlType.Simple a ->
          switch (a) {
            case TINYINT -> isApproximate(to) || holds(to, 3, 0);
            case SMALLINT -> isApproximate(to) || holds(to, 5, 0);
            case INTEGER -> isApproximate(to) || holds(to, 10, 0);
            case BIGINT -> isApproximate(to) || holds(to, 19, 0);
            case REAL -> isApproximate(to);
            case DATE -> to.equals(SqlType.DATE) || to.equals(SqlType.TIMESTAMP);
            case BOOLEAN, DOUBLE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON -> to.equals(a);
          };
      case SqlType.Array array -> false;
      case SqlType.Vector vector -> false;
    };
  }

  private static boolean isApproximate(SqlType type) {
    return type.equals(SqlType.REAL) || type.equals(SqlType.DOUBLE);
  }

  /** Whether a type has every number with so many digits before and after the point. */
  private static boolean holds(SqlType type, int before, int after) {
    return switch (type) {
      case SqlType.Decimal to -> to.scale() >= after && to.precision() - to.scale() >= before;
      case SqlType.Simple to when after == 0 ->
          switch (to) {
            case TINYINT -> before <= 3;
            case SMALLINT -> before <= 5;
            case INTEGER -> before <= 10;
            case BIGINT -> before <= 19;
            default -> false;
          };
      default -> false;
    };
  }

  /**
   * What makes a comparison of a column with a constant come out as wanted.
   *
   * @param accepted the outcomes wanted, as a set of {@link Comparisons#LESS} and the like
   * @param stored the column's type
   * @param constant one row, not null, of the type that the column is cast to
   */
  static ColumnPredicate matching(int accepted, SqlType stored, Column constant) {
    boolean less = (accepted & Comparisons.LESS) != 0;
    boolean greater = (accepted & Comparisons.GREATER) != 0;
    if ((less && greater) || !isComparable(stored, constant.type())) {
      return ColumnPredicate.Range.NOT_NULL;
    }
    boolean inclusive = (accepted & Comparisons.EQUAL) != 0;
    Bound low = less ? null : bound(stored, constant, inclusive, RoundingMode.CEILING);
    Bound high = greater ? null : bound(stored, constant, inclusive, RoundingMode.FLOOR);
    return ColumnPredicate.Range.of(low, high);
  }

  /** What makes a column equal to one of some values of the type that it is cast to. */
  static ColumnPredicate oneOf(SqlType stored, Column values) {
    if (!isComparable(stored, values.type())) {
      return ColumnPredicate.Range.NOT_NULL;
    }
    if (isSame(stored, values.type())) {
      return ColumnPredicate.OneOf.of(values);
    }
    ColumnBuilder points = new ColumnBuilder(stored, values.length());
    for (int row = 0; row < values.length(); row++) {
      if (values.isNull(row)) {
        continue;
      }
      Column value = values.gather(new int[] {row}, 1, Arena.ofAuto());
      switch (matching(Comparisons.EQUAL, stored, value)) {
        case ColumnPredicate.OneOf(Column point) -> points.appendFrom(point, 0);
        case ColumnPredicate.Never never -> {
          // No value of the column's type is cast to this one.
        }
        case ColumnPredicate.Range range -> {
          return ColumnPredicate.Range.NOT_NULL;
        }
        case ColumnPredicate.IsNull isNull -> throw new IllegalStateException("null is equal");
      }
    }
    return ColumnPredicate.OneOf.of(points.build());
  }

  /** What makes a text begin with a prefix, or be it. */
  static ColumnPredicate beginning(String prefix, boolean whole) {
    byte[] bytes = prefix.getBytes(StandardCharsets.UTF_8);
    Bound low = new Bound(text(bytes), true);
    if (whole) {
      return ColumnPredicate.Range.of(low, low);
    }
    // The first text behind all that begin so: UTF-8 has no byte FF that could not be counted up.
    int end = bytes.length;
    if (end == 0) {
      return ColumnPredicate.Range.NOT_NULL;
    }
    byte[] behind = Arrays.copyOf(bytes, end);
    behind[end - 1]++;
    return ColumnPredicate.Range.of(low, new Bound(text(behind), false));
  }

  private static Column text(byte[] utf8) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.TEXT, 1);
    builder.appendUtf8(MemorySegment.ofArray(utf8));
    return builder.build();
  }

  private static boolean isComparable(SqlType stored, SqlType constant) {
    return isSame(stored, constant) || keepsOrder(stored, constant);
  }

  private static boolean isSame(SqlType a, SqlType b) {
    return a.equals(b)
        || (a instanceof SqlType.Varchar && b instanceof SqlType.Varchar)
        || (a instanceof SqlType.Varbinary && b instanceof SqlType.Varbinary)
        || (a instanceof SqlType.Decimal x
            && b instanceof SqlType.Decimal y
            && x.scale() == y.scale());
  }

  /**
   * An end of the values of a type whose cast is at least, or at most, a constant.
   *
   * @param inwards CEILING for a lower end, FLOOR for an upper one
   * @return null where all values are on the right side
   */
  private static @Nullable Bound bound(
      SqlType stored, Column constant, boolean inclusive, RoundingMode inwards) {
    if (isSame(stored, constant.type())) {
      return new Bound(constant, inclusive);
    }
    if (stored.equals(SqlType.REAL)) {
      return real(constant.getDouble(0), inclusive, inwards);
    }
    if (stored.equals(SqlType.DATE)) {
      return digits(
          stored,
          new BigDecimal(constant.getLong(0)),
          BigDecimal.valueOf(MICROS_PER_DAY),
          inclusive,
          inwards);
    }
    BigDecimal unit = BigDecimal.ONE.movePointLeft(scale(stored));
    if (!isApproximate(constant.type())) {
      return digits(stored, exact(constant), unit, inclusive, inwards);
    }
    double outwards = neighbour(constant, inwards == RoundingMode.FLOOR);
    if (Double.isInfinite(outwards)) {
      boolean up = outwards > 0;
      return up == (inwards == RoundingMode.FLOOR)
          ? null
          : new Bound(value(stored, up ? last(stored) : first(stored)), false);
    }
    return digits(stored, new BigDecimal(outwards), unit, true, inwards);
  }

  /** The end among the multiples of a unit, of which the type holds some. */
  private static @Nullable Bound digits(
      SqlType stored, BigDecimal end, BigDecimal unit, boolean inclusive, RoundingMode inwards) {
    BigInteger multiple = end.divide(unit, 0, inwards).toBigIntegerExact();
    boolean exact = new BigDecimal(multiple).multiply(unit).compareTo(end) == 0;
    BigInteger first = first(stored);
    BigInteger last = last(stored);
    boolean low = inwards == RoundingMode.CEILING;
    if (multiple.compareTo(first) < 0) {
      return low ? null : new Bound(value(stored, first), false);
    }
    if (multiple.compareTo(last) > 0) {
      return low ? new Bound(value(stored, last), false) : null;
    }
    return new Bound(value(stored, multiple), inclusive || !exact);
  }

  private static Bound real(double end, boolean inclusive, RoundingMode inwards) {
    float nearest = (float) end;
    boolean outside = inwards == RoundingMode.CEILING ? nearest < end : nearest > end;
    float inside = nearest;
    if (outside) {
      inside = inwards == RoundingMode.CEILING ? Math.nextUp(nearest) : Math.nextDown(nearest);
    }
    ColumnBuilder builder = new ColumnBuilder(SqlType.REAL, 1);
    builder.appendFloat(inside);
    // NaN is equal to itself.
    boolean exact = Double.compare(nearest + 0.0, end + 0.0) == 0;
    return new Bound(builder.build(), inclusive || !exact);
  }

  /** The next number of a REAL or a DOUBLE; NaN, which is above all numbers, as infinity. */
  private static double neighbour(Column constant, boolean up) {
    double value =
        constant.type().equals(SqlType.REAL) ? constant.getFloat(0) : constant.getDouble(0);
    if (Double.isNaN(value)) {
      return Double.POSITIVE_INFINITY;
    }
    if (constant.type().equals(SqlType.REAL)) {
      return up ? Math.nextUp((float) value) : Math.nextDown((float) value);
    }
    return up ? Math.nextUp(value) : Math.nextDown(value);
  }

  private static BigDecimal exact(Column constant) {
    return switch (constant.get(0)) {
      case BigDecimal decimal -> decimal;
      case Number integer -> BigDecimal.valueOf(integer.longValue());
      case null, default ->
          throw new IllegalStateException(constant.type() + " is no exact number");
    };
  }

  private static int scale(SqlType type) {
    return type instanceof SqlType.Decimal decimal ? decimal.scale() : 0;
  }

  private static BigInteger first(SqlType type) {
    return type instanceof SqlType.Decimal ? last(type).negate() : last(type).not();
  }

  /** The greatest digits, or the greatest number of days. */
  private static BigInteger last(SqlType type) {
    if (type instanceof SqlType.Decimal decimal) {
      return BigInteger.TEN.pow(decimal.precision()).subtract(BigInteger.ONE);
    }
    return BigInteger.ONE
        .shiftLeft((int) (8 * type.layout().fixedBytes(1)) - 1)
        .subtract(BigInteger.ONE);
  }

  private static Column value(SqlType type, BigInteger digits) {
    ColumnBuilder builder = new ColumnBuilder(type, 1);
    switch (type) {
      case SqlType.Decimal decimal ->
          builder.appendDecimal(Int128.high(digits), Int128.low(digits));
      case SqlType.Simple simple -> {
        switch (simple) {
          case TINYINT -> builder.appendByte(digits.byteValueExact());
          case SMALLINT -> builder.appendShort(digits.shortValueExact());
          case INTEGER, DATE -> builder.appendInt(digits.intValueExact());
          case BIGINT -> builder.appendLong(digits.longValueExact());
          default -> throw new IllegalStateException(simple + " has no digits");
        }
      }
      default -> throw new IllegalStateException(type + " has no digits");
    }
    return builder.build();
  }
}
