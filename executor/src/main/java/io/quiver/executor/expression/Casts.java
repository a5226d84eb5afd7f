package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Conversions between types. */
final class Casts {
  private Casts() {}

  /**
   * The conversion from one type to another.
   *
   * @param zone what texts of instants, and instants as local times, are in
   * @throws QuiverException 42804 when there is none
   */
  static ColumnFunction of(SqlType from, SqlType to, ZoneId zone) {
    return switch (to) {
      case SqlType.Vector vector -> toVector(from, vector);
      case SqlType.Varchar varchar -> rows(varchar, toText(from, varchar, zone));
      case SqlType.Decimal decimal -> rows(decimal, NumberCasts.toDecimal(from, decimal));
      case SqlType.Varbinary varbinary -> rows(varbinary, toBytes(from, varbinary));
      case SqlType.Array array -> ArrayFunctions.cast(from, array, zone);
      case SqlType.Simple simple ->
          rows(
              simple,
              switch (simple) {
                case BOOLEAN -> NumberCasts.toBoolean(from);
                case TINYINT -> NumberCasts.toTinyint(from);
                case SMALLINT -> NumberCasts.toSmallint(from);
                case INTEGER -> NumberCasts.toInteger(from);
                case BIGINT -> NumberCasts.toBigint(from);
                case REAL -> NumberCasts.toReal(from);
                case DOUBLE -> NumberCasts.toDouble(from);
                case DATE -> TimeCasts.toDate(from, zone);
                case TIME -> TimeCasts.toTime(from, zone);
                case TIMESTAMP -> TimeCasts.toTimestamp(from, zone);
                case TIMESTAMP_TZ -> TimeCasts.toInstant(from, zone);
                case UUID -> toUuid(from);
                case JSON -> toJson(from);
              });
    };
  }

  /** Converts and appends one row that is not null. */
  interface RowCast {
    void apply(Column source, int row, ColumnBuilder out);
  }

  static ColumnFunction rows(SqlType to, RowCast cast) {
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

  private static RowCast toText(SqlType from, SqlType.Varchar to, ZoneId zone) {
    if (TypeKind.of(from) == TypeKind.TEXT && to.maxLength() == SqlType.Varchar.UNBOUNDED) {
      return (source, row, out) -> out.appendUtf8(source.getUtf8(row));
    }
    RowText reader = RowText.of(from, zone);
    return (source, row, out) -> out.appendString(cut(reader.read(source, row), to.maxLength()));
  }

  /** An explicit cast cuts text to its new length, as in PostgreSQL; storing it would not. */
  private static String cut(String text, int codePoints) {
    return text.length() <= codePoints || text.codePointCount(0, text.length()) <= codePoints
        ? text
        : text.substring(0, text.offsetByCodePoints(0, codePoints));
  }

  private static RowCast toBytes(SqlType from, SqlType.Varbinary to) {
    return switch (TypeKind.of(from)) {
      case BYTES ->
          (source, row, out) -> {
            MemorySegment bytes = source.getBytes(row);
            out.appendBytes(
                bytes.byteSize() <= to.maxLength() ? bytes : bytes.asSlice(0, to.maxLength()));
          };
      case TEXT -> (source, row, out) -> out.append(ValueText.parseBytes(source.getString(row)));
      case UUID -> (source, row, out) -> out.appendBytes(source.getBytes(row));
      default -> throw noCast(from, to);
    };
  }

  private static RowCast toUuid(SqlType from) {
    return switch (TypeKind.of(from)) {
      case UUID -> (source, row, out) -> out.appendFrom(source, row);
      case TEXT -> (source, row, out) -> out.appendUuid(ValueText.parseUuid(source.getString(row)));
      case BYTES -> (source, row, out) -> out.appendUuid(ValueText.uuid(source.getBytes(row)));
      default -> throw noCast(from, SqlType.UUID);
    };
  }

  private static RowCast toJson(SqlType from) {
    return switch (TypeKind.of(from)) {
      case JSON -> (source, row, out) -> out.appendUtf8(source.getUtf8(row));
      case TEXT ->
          (source, row, out) -> {
            String text = source.getString(row);
            JsonText.check(text);
            out.appendString(text);
          };
      default -> throw noCast(from, SqlType.JSON);
    };
  }

  private static ColumnFunction toVector(SqlType from, SqlType.Vector to) {
    return switch (TypeKind.of(from)) {
      case VECTOR -> (operands, rows) -> VectorCasts.converted(operands[0], rows, to);
      case TEXT -> (operands, rows) -> VectorCasts.parsed(operands[0], rows, to);
      case ARRAY -> {
        ColumnFunction reals = of(((SqlType.Array) from).element(), SqlType.REAL, ZoneOffset.UTC);
        yield (operands, rows) -> VectorCasts.ofArrays(operands[0], rows, reals, to);
      }
      default -> throw noCast(from, to);
    };
  }

  static QuiverException noCast(SqlType from, SqlType to) {
    return new QuiverException(
        ErrorCode.DATATYPE_MISMATCH, "cannot cast " + from.sqlName() + " to " + to.sqlName());
  }

  static QuiverException outOfRange(String value, SqlType to) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, value + " does not fit into " + to.sqlName());
  }
}
