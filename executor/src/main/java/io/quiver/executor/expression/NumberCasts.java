package io.quiver.executor.expression;

import io.quiver.executor.expression.Casts.RowCast;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Conversions to numbers and truth values. */
final class NumberCasts {
  private NumberCasts() {}

  static RowCast toBoolean(SqlType from) {
    return switch (TypeKind.of(from)) {
      case BOOLEAN -> (source, row, out) -> out.appendBoolean(source.getBoolean(row));
      case TINYINT, SMALLINT, INTEGER, BIGINT -> {
        LongReader reader = longs(from, SqlType.BIGINT);
        yield (source, row, out) -> out.appendBoolean(reader.read(source, row) != 0);
      }
      case TEXT ->
          (source, row, out) -> out.appendBoolean(NumberText.parseBoolean(source.getString(row)));
      default -> throw Casts.noCast(from, SqlType.BOOLEAN);
    };
  }

  static RowCast toTinyint(SqlType from) {
    LongReader reader = longs(from, SqlType.TINYINT);
    return (source, row, out) -> {
      long value = reader.read(source, row);
      if (value != (byte) value) {
        throw Casts.outOfRange(Long.toString(value), SqlType.TINYINT);
      }
      out.appendByte((byte) value);
    };
  }

  static RowCast toSmallint(SqlType from) {
    LongReader reader = longs(from, SqlType.SMALLINT);
    return (source, row, out) -> {
      long value = reader.read(source, row);
      if (value != (short) value) {
        throw Casts.outOfRange(Long.toString(value), SqlType.SMALLINT);
      }
      out.appendShort((short) value);
    };
  }

  static RowCast toInteger(SqlType from) {
    if (TypeKind.of(from) == TypeKind.INTEGER) {
      return (source, row, out) -> out.appendInt(source.getInt(row));
    }
    LongReader reader = longs(from, SqlType.INTEGER);
    return (source, row, out) -> {
      long value = reader.read(source, row);
      if (value != (int) value) {
        throw Casts.outOfRange(Long.toString(value), SqlType.INTEGER);
      }
      out.appendInt((int) value);
    };
  }

  static RowCast toBigint(SqlType from) {
    LongReader reader = longs(from, SqlType.BIGINT);
    return (source, row, out) -> out.appendLong(reader.read(source, row));
  }

  /** Reads one row as a long. */
  private interface LongReader {
    long read(Column source, int row);
  }

  private static LongReader longs(SqlType from, SqlType to) {
    return switch (TypeKind.of(from)) {
      case BOOLEAN -> (source, row) -> source.getBoolean(row) ? 1 : 0;
      case TINYINT -> Column::getByte;
      case SMALLINT -> Column::getShort;
      case INTEGER -> Column::getInt;
      case BIGINT -> Column::getLong;
      case DECIMAL -> (source, row) -> rounded(source.getDecimal(row), to);
      case REAL -> (source, row) -> rounded(source.getFloat(row), to);
      case DOUBLE -> (source, row) -> rounded(source.getDouble(row), to);
      case TEXT -> (source, row) -> NumberText.parseLong(source.getString(row), to);
      default -> throw Casts.noCast(from, to);
    };
  }

  /** The nearest integer, the even one of two; 22003 beyond 64 bits and for NaN. */
  private static long rounded(double value, SqlType to) {
    double rounded = Math.rint(value);
    // -2^63 is a long, 2^63 is not; the comparison is false for NaN.
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) {
      throw Casts.outOfRange(NumberText.format(value), to);
    }
    return (long) rounded;
  }

  /** Half away from zero, as PostgreSQL's numeric; 22003 beyond 64 bits. */
  private static long rounded(BigDecimal value, SqlType to) {
    try {
      return value.setScale(0, RoundingMode.HALF_UP).longValueExact();
    } catch (ArithmeticException e) {
      throw Casts.outOfRange(value.toPlainString(), to);
    }
  }

  static RowCast toReal(SqlType from) {
    return switch (TypeKind.of(from)) {
      case TINYINT -> (source, row, out) -> out.appendFloat(source.getByte(row));
      case SMALLINT -> (source, row, out) -> out.appendFloat(source.getShort(row));
      case INTEGER -> (source, row, out) -> out.appendFloat(source.getInt(row));
      case BIGINT -> (source, row, out) -> out.appendFloat((float) source.getLong(row));
      case DECIMAL -> (source, row, out) -> out.appendFloat(source.getDecimal(row).floatValue());
      case REAL -> (source, row, out) -> out.appendFloat(source.getFloat(row));
      case DOUBLE -> (source, row, out) -> out.appendFloat(narrowed(source.getDouble(row)));
      case TEXT ->
          (source, row, out) ->
              out.appendFloat((float) NumberText.parseDouble(source.getString(row), SqlType.REAL));
      default -> throw Casts.noCast(from, SqlType.REAL);
    };
  }

  private static float narrowed(double value) {
    float narrowed = (float) value;
    boolean overflow = Float.isInfinite(narrowed) && Double.isFinite(value);
    boolean underflow = narrowed == 0 && value != 0;
    if (overflow || underflow) {
      throw Casts.outOfRange(NumberText.format(value), SqlType.REAL);
    }
    return narrowed;
  }

  static RowCast toDouble(SqlType from) {
    return switch (TypeKind.of(from)) {
      case TINYINT -> (source, row, out) -> out.appendDouble(source.getByte(row));
      case SMALLINT -> (source, row, out) -> out.appendDouble(source.getShort(row));
      case INTEGER -> (source, row, out) -> out.appendDouble(source.getInt(row));
      case BIGINT -> (source, row, out) -> out.appendDouble((double) source.getLong(row));
      case DECIMAL -> (source, row, out) -> out.appendDouble(source.getDecimal(row).doubleValue());
      case REAL -> (source, row, out) -> out.appendDouble(source.getFloat(row));
      case DOUBLE -> (source, row, out) -> out.appendDouble(source.getDouble(row));
      case TEXT ->
          (source, row, out) ->
              out.appendDouble(NumberText.parseDouble(source.getString(row), SqlType.DOUBLE));
      default -> throw Casts.noCast(from, SqlType.DOUBLE);
    };
  }

  /**
   * To DECIMAL, rounded half away from zero to its scale.
   *
   * @throws QuiverException when run: 22003 for too many digits, NaN and infinity
   */
  static RowCast toDecimal(SqlType from, SqlType.Decimal to) {
    return switch (TypeKind.of(from)) {
      case TINYINT, SMALLINT, INTEGER, BIGINT -> {
        LongReader reader = longs(from, SqlType.BIGINT);
        yield (source, row, out) -> Decimals.append(reader.read(source, row), 0, to, out);
      }
      case DECIMAL -> {
        int scale = ((SqlType.Decimal) from).scale();
        yield (source, row, out) -> {
          long low = source.getDecimalLow(row);
          if (source.getDecimalHigh(row) == low >> 63) {
            Decimals.append(low, scale, to, out);
          } else {
            out.appendDecimal(source.getDecimal(row));
          }
        };
      }
      case REAL ->
          (source, row, out) -> out.appendDecimal(NumberText.exact(source.getFloat(row), to));
      case DOUBLE ->
          (source, row, out) -> out.appendDecimal(NumberText.exact(source.getDouble(row), to));
      case TEXT ->
          (source, row, out) -> out.appendDecimal(NumberText.parseExact(source.getString(row), to));
      default -> throw Casts.noCast(from, to);
    };
  }
}
