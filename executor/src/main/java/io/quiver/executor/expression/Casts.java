package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Conversions between types. */
final class Casts {
  private Casts() {}

  /**
   * The conversion from one type to another.
   *
   * @throws QuiverException 42804 when there is none
   */
  static ColumnFunction of(SqlType from, SqlType to) {
    return switch (to) {
      case SqlType.Vector vector -> toVector(from, vector);
      case SqlType.Varchar varchar -> rows(varchar, toText(from, varchar));
      case SqlType.Decimal decimal -> throw noCast(from, decimal);
      case SqlType.Varbinary varbinary -> throw noCast(from, varbinary);
      case SqlType.Array array -> throw noCast(from, array);
      case SqlType.Simple simple ->
          rows(
              simple,
              switch (simple) {
                case BOOLEAN -> toBoolean(from);
                case INTEGER -> toInteger(from);
                case BIGINT -> toBigint(from);
                case REAL -> toReal(from);
                case DOUBLE -> toDouble(from);
                case DATE -> toDate(from);
                case TIMESTAMP -> toTimestamp(from);
                case TINYINT, SMALLINT, TIME, TIMESTAMP_TZ, UUID, JSON -> throw noCast(from, to);
              });
    };
  }

  /** Converts and appends one row that is not null. */
  private interface RowCast {
    void apply(Column source, int row, ColumnBuilder out);
  }

  private static ColumnFunction rows(SqlType to, RowCast cast) {
    return (operands, rows) -> {
      Operand operand = operands[0];
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(to, rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          cast.apply(operand.column(), i * operand.step(), out);
        } else {
          out.appendNull();
        }
      }
      return out.build();
    };
  }

  private static RowCast toBoolean(SqlType from) {
    return switch (kind(from)) {
      case BOOLEAN -> (source, row, out) -> out.appendBoolean(source.getBoolean(row));
      case INTEGER -> (source, row, out) -> out.appendBoolean(source.getInt(row) != 0);
      case BIGINT -> (source, row, out) -> out.appendBoolean(source.getLong(row) != 0);
      case TEXT ->
          (source, row, out) -> out.appendBoolean(NumberText.parseBoolean(source.getString(row)));
      case REAL, DOUBLE, DATE, TIMESTAMP, VECTOR, OTHER -> throw noCast(from, SqlType.BOOLEAN);
    };
  }

  private static RowCast toInteger(SqlType from) {
    if (kind(from) == Kind.INTEGER) {
      return (source, row, out) -> out.appendInt(source.getInt(row));
    }
    LongReader reader = longs(from, SqlType.INTEGER);
    return (source, row, out) -> {
      long value = reader.read(source, row);
      if (value != (int) value) {
        throw outOfRange(Long.toString(value), SqlType.INTEGER);
      }
      out.appendInt((int) value);
    };
  }

  private static RowCast toBigint(SqlType from) {
    LongReader reader = longs(from, SqlType.BIGINT);
    return (source, row, out) -> out.appendLong(reader.read(source, row));
  }

  /** Reads one row as a long. */
  private interface LongReader {
    long read(Column source, int row);
  }

  private static LongReader longs(SqlType from, SqlType to) {
    return switch (kind(from)) {
      case BOOLEAN -> (source, row) -> source.getBoolean(row) ? 1 : 0;
      case INTEGER -> Column::getInt;
      case BIGINT -> Column::getLong;
      case REAL -> (source, row) -> rounded(source.getFloat(row), to);
      case DOUBLE -> (source, row) -> rounded(source.getDouble(row), to);
      case TEXT -> (source, row) -> NumberText.parseLong(source.getString(row), to);
      case DATE, TIMESTAMP, VECTOR, OTHER -> throw noCast(from, to);
    };
  }

  /** The nearest integer, the even one of two; 22003 beyond 64 bits and for NaN. */
  private static long rounded(double value, SqlType to) {
    double rounded = Math.rint(value);
    // -2^63 is a long, 2^63 is not; the comparison is false for NaN.
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) {
      throw outOfRange(NumberText.format(value), to);
    }
    return (long) rounded;
  }

  private static RowCast toReal(SqlType from) {
    return switch (kind(from)) {
      case INTEGER -> (source, row, out) -> out.appendFloat(source.getInt(row));
      case BIGINT -> (source, row, out) -> out.appendFloat((float) source.getLong(row));
      case REAL -> (source, row, out) -> out.appendFloat(source.getFloat(row));
      case DOUBLE -> (source, row, out) -> out.appendFloat(narrowed(source.getDouble(row)));
      case TEXT ->
          (source, row, out) ->
              out.appendFloat((float) NumberText.parseDouble(source.getString(row), SqlType.REAL));
      case BOOLEAN, DATE, TIMESTAMP, VECTOR, OTHER -> throw noCast(from, SqlType.REAL);
    };
  }

  private static float narrowed(double value) {
    float narrowed = (float) value;
    boolean overflow = Float.isInfinite(narrowed) && Double.isFinite(value);
    boolean underflow = narrowed == 0 && value != 0;
    if (overflow || underflow) {
      throw outOfRange(NumberText.format(value), SqlType.REAL);
    }
    return narrowed;
  }

  private static RowCast toDouble(SqlType from) {
    return switch (kind(from)) {
      case INTEGER -> (source, row, out) -> out.appendDouble(source.getInt(row));
      case BIGINT -> (source, row, out) -> out.appendDouble((double) source.getLong(row));
      case REAL -> (source, row, out) -> out.appendDouble(source.getFloat(row));
      case DOUBLE -> (source, row, out) -> out.appendDouble(source.getDouble(row));
      case TEXT ->
          (source, row, out) ->
              out.appendDouble(NumberText.parseDouble(source.getString(row), SqlType.DOUBLE));
      case BOOLEAN, DATE, TIMESTAMP, VECTOR, OTHER -> throw noCast(from, SqlType.DOUBLE);
    };
  }

  private static RowCast toDate(SqlType from) {
    return switch (kind(from)) {
      case DATE -> (source, row, out) -> out.appendInt(source.getInt(row));
      case TIMESTAMP ->
          (source, row, out) ->
              out.appendInt((int) Math.floorDiv(source.getLong(row), TimeFunctions.MICROS_PER_DAY));
      case TEXT -> (source, row, out) -> out.appendInt(TimeText.parseDate(source.getString(row)));
      case BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE, VECTOR, OTHER ->
          throw noCast(from, SqlType.DATE);
    };
  }

  private static RowCast toTimestamp(SqlType from) {
    return switch (kind(from)) {
      case DATE -> (source, row, out) -> out.appendLong(midnight(source.getInt(row)));
      case TIMESTAMP -> (source, row, out) -> out.appendLong(source.getLong(row));
      case TEXT ->
          (source, row, out) -> out.appendLong(TimeText.parseTimestamp(source.getString(row)));
      case BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE, VECTOR, OTHER ->
          throw noCast(from, SqlType.TIMESTAMP);
    };
  }

  private static long midnight(int day) {
    try {
      return Math.multiplyExact(day, TimeFunctions.MICROS_PER_DAY);
    } catch (ArithmeticException e) {
      throw outOfRange(TimeText.formatDate(day), SqlType.TIMESTAMP);
    }
  }

  private static RowCast toText(SqlType from, SqlType.Varchar to) {
    if (kind(from) == Kind.TEXT && to.maxLength() == SqlType.Varchar.UNBOUNDED) {
      return (source, row, out) -> out.appendUtf8(source.getUtf8(row));
    }
    TextReader reader = texts(from);
    return (source, row, out) -> out.appendString(cut(reader.read(source, row), to.maxLength()));
  }

  /** Reads one row as text. */
  private interface TextReader {
    String read(Column source, int row);
  }

  private static TextReader texts(SqlType from) {
    return switch (kind(from)) {
      case BOOLEAN -> (source, row) -> Boolean.toString(source.getBoolean(row));
      case INTEGER -> (source, row) -> Integer.toString(source.getInt(row));
      case BIGINT -> (source, row) -> Long.toString(source.getLong(row));
      case REAL -> (source, row) -> NumberText.format(source.getFloat(row));
      case DOUBLE -> (source, row) -> NumberText.format(source.getDouble(row));
      case DATE -> (source, row) -> TimeText.formatDate(source.getInt(row));
      case TIMESTAMP -> (source, row) -> TimeText.formatTimestamp(source.getLong(row));
      case TEXT -> Column::getString;
      case VECTOR -> (source, row) -> VectorText.format(source.getFloats(row));
      case OTHER -> throw noCast(from, SqlType.TEXT);
    };
  }

  /** An explicit cast cuts text to its new length, as in PostgreSQL; storing it would not. */
  private static String cut(String text, int codePoints) {
    return text.length() <= codePoints || text.codePointCount(0, text.length()) <= codePoints
        ? text
        : text.substring(0, text.offsetByCodePoints(0, codePoints));
  }

  private static ColumnFunction toVector(SqlType from, SqlType.Vector to) {
    return switch (kind(from)) {
      case VECTOR -> (operands, rows) -> checked(operands[0], rows, to);
      case TEXT -> (operands, rows) -> parsed(operands, rows, to);
      case BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE, DATE, TIMESTAMP, OTHER -> throw noCast(from, to);
    };
  }

  private static Column checked(Operand operand, int rows, SqlType.Vector to) {
    Column column = operand.column();
    boolean allNull = true;
    for (int i = 0; i < rows && allNull; i++) {
      allNull = operand.isNull(i);
    }
    if (allNull) {
      ColumnBuilder nulls = new ColumnBuilder(to, rows);
      for (int i = 0; i < rows; i++) {
        nulls.appendNull();
      }
      return nulls.build();
    }
    if (to.dimension() != SqlType.Vector.ANY_DIMENSION && !column.type().equals(to)) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + to.sqlName() + ", found " + column.type().sqlName());
    }
    return operand.isConstant() ? column.gather(new int[rows], rows, Arena.ofAuto()) : column;
  }

  private static Column parsed(Operand[] operands, int rows, SqlType.Vector to) {
    @Nullable ColumnBuilder out = null;
    int leadingNulls = 0;
    for (int i = 0; i < rows; i++) {
      if (operands[0].isNull(i)) {
        if (out == null) {
          leadingNulls++;
        } else {
          out.appendNull();
        }
        continue;
      }
      float[] vector = VectorText.parse(operands[0].stringAt(i));
      if (out == null) {
        boolean any = to.dimension() == SqlType.Vector.ANY_DIMENSION;
        out = withNulls(any ? SqlType.vector(vector.length) : to, rows, leadingNulls);
      }
      out.appendVector(vector);
    }
    return (out == null ? withNulls(to, rows, leadingNulls) : out).build();
  }

  private static ColumnBuilder withNulls(SqlType type, int rows, int nulls) {
    ColumnBuilder out = new ColumnBuilder(type, rows);
    for (int i = 0; i < nulls; i++) {
      out.appendNull();
    }
    return out;
  }

  /** The types, without their parameters. */
  private enum Kind {
    BOOLEAN,
    INTEGER,
    BIGINT,
    REAL,
    DOUBLE,
    DATE,
    TIMESTAMP,
    TEXT,
    VECTOR,
    OTHER
  }

  private static Kind kind(SqlType type) {
    return switch (type) {
      case SqlType.Varchar varchar -> Kind.TEXT;
      case SqlType.Vector vector -> Kind.VECTOR;
      case SqlType.Decimal decimal -> Kind.OTHER;
      case SqlType.Varbinary varbinary -> Kind.OTHER;
      case SqlType.Array array -> Kind.OTHER;
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Kind.BOOLEAN;
            case INTEGER -> Kind.INTEGER;
            case BIGINT -> Kind.BIGINT;
            case REAL -> Kind.REAL;
            case DOUBLE -> Kind.DOUBLE;
            case DATE -> Kind.DATE;
            case TIMESTAMP -> Kind.TIMESTAMP;
            case TINYINT, SMALLINT, TIME, TIMESTAMP_TZ, UUID, JSON -> Kind.OTHER;
          };
    };
  }

  private static QuiverException noCast(SqlType from, SqlType to) {
    return new QuiverException(
        ErrorCode.DATATYPE_MISMATCH, "cannot cast " + from.sqlName() + " to " + to.sqlName());
  }

  private static QuiverException outOfRange(String value, SqlType to) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, value + " does not fit into " + to.sqlName());
  }
}
