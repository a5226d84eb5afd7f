package io.quiver.executor.expression;

import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_DAY;

import io.quiver.executor.expression.Casts.RowCast;
import io.quiver.types.SqlType;
import java.time.ZoneId;

/** Conversions to dates, times and instants. */
final class TimeCasts {
  private TimeCasts() {}

  static RowCast toDate(SqlType from, ZoneId zone) {
    return switch (TypeKind.of(from)) {
      case DATE -> (source, row, out) -> out.appendInt(source.getInt(row));
      case TIMESTAMP -> (source, row, out) -> out.appendInt(day(source.getLong(row)));
      case TIMESTAMP_TZ ->
          (source, row, out) -> out.appendInt(day(TimeText.local(source.getLong(row), zone)));
      case TEXT -> (source, row, out) -> out.appendInt(TimeText.parseDate(source.getString(row)));
      default -> throw Casts.noCast(from, SqlType.DATE);
    };
  }

  private static int day(long micros) {
    return (int) Math.floorDiv(micros, MICROS_PER_DAY);
  }

  static RowCast toTime(SqlType from, ZoneId zone) {
    return switch (TypeKind.of(from)) {
      case TIME -> (source, row, out) -> out.appendLong(source.getLong(row));
      case TIMESTAMP ->
          (source, row, out) -> out.appendLong(Math.floorMod(source.getLong(row), MICROS_PER_DAY));
      case TIMESTAMP_TZ ->
          (source, row, out) ->
              out.appendLong(
                  Math.floorMod(TimeText.local(source.getLong(row), zone), MICROS_PER_DAY));
      case TEXT -> (source, row, out) -> out.appendLong(TimeText.parseTime(source.getString(row)));
      default -> throw Casts.noCast(from, SqlType.TIME);
    };
  }

  static RowCast toTimestamp(SqlType from, ZoneId zone) {
    return switch (TypeKind.of(from)) {
      case DATE -> (source, row, out) -> out.appendLong(midnight(source.getInt(row)));
      case TIMESTAMP -> (source, row, out) -> out.appendLong(source.getLong(row));
      case TIMESTAMP_TZ ->
          (source, row, out) -> out.appendLong(TimeText.local(source.getLong(row), zone));
      case TEXT ->
          (source, row, out) -> out.appendLong(TimeText.parseTimestamp(source.getString(row)));
      default -> throw Casts.noCast(from, SqlType.TIMESTAMP);
    };
  }

  /** A local time is one of the given zone. */
  static RowCast toInstant(SqlType from, ZoneId zone) {
    return switch (TypeKind.of(from)) {
      case DATE ->
          (source, row, out) ->
              out.appendLong(TimeText.instant(midnight(source.getInt(row)), zone));
      case TIMESTAMP ->
          (source, row, out) -> out.appendLong(TimeText.instant(source.getLong(row), zone));
      case TIMESTAMP_TZ -> (source, row, out) -> out.appendLong(source.getLong(row));
      case TEXT ->
          (source, row, out) -> out.appendLong(TimeText.parseInstant(source.getString(row), zone));
      default -> throw Casts.noCast(from, SqlType.TIMESTAMP_TZ);
    };
  }

  static long midnight(int day) {
    try {
      return Math.multiplyExact(day, MICROS_PER_DAY);
    } catch (ArithmeticException e) {
      throw Casts.outOfRange(TimeText.formatDate(day), SqlType.TIMESTAMP);
    }
  }
}
