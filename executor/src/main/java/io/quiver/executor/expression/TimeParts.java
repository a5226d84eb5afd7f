package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.LONG;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.valid;
import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_DAY;
import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_SECOND;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.IsoFields;
import java.time.temporal.JulianFields;
import java.util.Locale;

/** Parts of dates and times: EXTRACT and date_part. */
final class TimeParts {
  private static final long SECONDS_PER_HOUR = 3_600;
  private static final long MINUTES_PER_HOUR = 60;

  private TimeParts() {}

  /** As BIGINT, or as DECIMAL of the part's {@link #scale}. */
  static ColumnFunction extract(ScalarFunction part, SqlType type) {
    long unit = powerOfTen(scale(part));
    boolean exact = type instanceof SqlType.Decimal;
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = exact ? MemorySegment.NULL : allocate(8L * rows);
      ColumnBuilder decimals = new ColumnBuilder(type, exact ? rows : 0);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          long value = scaled(part, operands[0], i);
          if (exact) {
            decimals.appendDecimal(value >> 63, value);
          } else {
            out.setAtIndex(LONG, i, Math.floorDiv(value, unit));
          }
        } else if (exact) {
          decimals.appendNull();
        }
      }
      return exact ? decimals.build() : Column.of(SqlType.BIGINT, rows, validity, out, null);
    };
  }

  /**
   * (name of a part, time) to DOUBLE.
   *
   * @param zone whose local time an instant is read in
   */
  static ColumnFunction datePart(ZoneId zone) {
    RowFunction part =
        (operands, row) -> {
          ScalarFunction named = named(operands[0].stringAt(row));
          Operand time = operands[1];
          boolean instant = time.column().type().equals(SqlType.TIMESTAMP_TZ);
          if (isOfZone(named)) {
            if (!instant) {
              throw unknown(operands[0].stringAt(row));
            }
            return (double) zonePart(named, time.longAt(row), zone);
          }
          boolean local = instant && named != ScalarFunction.EXTRACT_EPOCH;
          long value =
              local
                  ? scaled(named, TimeText.local(time.longAt(row), zone))
                  : scaled(named, time, row);
          return (double) value / powerOfTen(scale(named));
        };
    return part.giving(SqlType.DOUBLE);
  }

  /** What is asked of an instant's time zone: the session's. */
  static ColumnFunction ofZone(ScalarFunction part, ZoneId zone) {
    RowFunction offset = (operands, row) -> zonePart(part, operands[0].longAt(row), zone);
    return offset.giving(SqlType.BIGINT);
  }

  private static long zonePart(ScalarFunction part, long instant, ZoneId zone) {
    long seconds = (TimeText.local(instant, zone) - instant) / MICROS_PER_SECOND;
    return switch (part) {
      case EXTRACT_TIMEZONE -> seconds;
      case EXTRACT_TIMEZONE_HOUR -> seconds / SECONDS_PER_HOUR;
      case EXTRACT_TIMEZONE_MINUTE -> seconds / 60 % MINUTES_PER_HOUR;
      default -> throw new IllegalStateException(part + " is no part of a time zone");
    };
  }

  private static boolean isOfZone(ScalarFunction part) {
    return part == ScalarFunction.EXTRACT_TIMEZONE
        || part == ScalarFunction.EXTRACT_TIMEZONE_HOUR
        || part == ScalarFunction.EXTRACT_TIMEZONE_MINUTE;
  }

  /** How many decimal places a part's value has. */
  static int scale(ScalarFunction part) {
    return switch (part) {
      case EXTRACT_SECOND, EXTRACT_EPOCH, EXTRACT_JULIAN -> 6;
      case EXTRACT_MILLISECONDS -> 3;
      default -> 0;
    };
  }

  private static long powerOfTen(int scale) {
    return switch (scale) {
      case 0 -> 1;
      case 3 -> 1_000;
      default -> MICROS_PER_SECOND;
    };
  }

  private static long scaled(ScalarFunction part, Operand time, int row) {
    return time.column().type().equals(SqlType.DATE)
        ? scaled(part, time.intAt(row), 0)
        : scaled(part, time.longAt(row));
  }

  private static long scaled(ScalarFunction part, long micros) {
    return scaled(
        part, Math.floorDiv(micros, MICROS_PER_DAY), Math.floorMod(micros, MICROS_PER_DAY));
  }

  /** The part's value in units of its last decimal place. */
  private static long scaled(ScalarFunction part, long day, long microOfDay) {
    long second = microOfDay / MICROS_PER_SECOND;
    return switch (part) {
      case EXTRACT_HOUR -> second / SECONDS_PER_HOUR;
      case EXTRACT_MINUTE -> second / 60 % MINUTES_PER_HOUR;
      case EXTRACT_SECOND, EXTRACT_MILLISECONDS, EXTRACT_MICROSECONDS ->
          microOfDay % (60 * MICROS_PER_SECOND);
      case EXTRACT_EPOCH -> day * MICROS_PER_DAY + microOfDay;
      default -> ofDay(part, LocalDate.ofEpochDay(day), microOfDay);
    };
  }

  private static long ofDay(ScalarFunction part, LocalDate day, long microOfDay) {
    return switch (part) {
      case EXTRACT_MILLENNIUM -> period(day.getYear(), 1_000);
      case EXTRACT_CENTURY -> period(day.getYear(), 100);
      case EXTRACT_DECADE -> Math.floorDiv(day.getYear(), 10);
      case EXTRACT_YEAR -> day.getYear();
      case EXTRACT_ISOYEAR -> day.get(IsoFields.WEEK_BASED_YEAR);
      case EXTRACT_QUARTER -> (day.getMonthValue() + 2) / 3;
      case EXTRACT_MONTH -> day.getMonthValue();
      case EXTRACT_WEEK -> day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case EXTRACT_DAY -> day.getDayOfMonth();
      case EXTRACT_ISODOW -> day.getDayOfWeek().getValue();
      case EXTRACT_DOW -> day.getDayOfWeek().getValue() % 7;
      case EXTRACT_DOY -> day.getDayOfYear();
      case EXTRACT_JULIAN ->
          day.getLong(JulianFields.JULIAN_DAY) * MICROS_PER_SECOND
              + microOfDay / TimeFunctions.SECONDS_PER_DAY;
      default -> throw new IllegalStateException(part + " is no part of a time");
    };
  }

  /**
   * The number of a century or millennium: the first begins with year 1, and there is no zeroth.
   */
  private static long period(int year, int years) {
    return year > 0 ? (year + years - 1) / years : -(-year / years + 1);
  }

  /**
   * The part of this name.
   *
   * @throws QuiverException 22023
   */
  static ScalarFunction named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "millennium", "millenniums", "mil" -> ScalarFunction.EXTRACT_MILLENNIUM;
      case "century", "centuries", "cent", "c" -> ScalarFunction.EXTRACT_CENTURY;
      case "decade", "decades", "dec" -> ScalarFunction.EXTRACT_DECADE;
      case "year", "years", "y" -> ScalarFunction.EXTRACT_YEAR;
      case "isoyear" -> ScalarFunction.EXTRACT_ISOYEAR;
      case "quarter", "qtr" -> ScalarFunction.EXTRACT_QUARTER;
      case "month", "months", "mon", "mons" -> ScalarFunction.EXTRACT_MONTH;
      case "week", "weeks", "w" -> ScalarFunction.EXTRACT_WEEK;
      case "day", "days", "d" -> ScalarFunction.EXTRACT_DAY;
      case "isodow" -> ScalarFunction.EXTRACT_ISODOW;
      case "dow" -> ScalarFunction.EXTRACT_DOW;
      case "doy" -> ScalarFunction.EXTRACT_DOY;
      case "julian", "j" -> ScalarFunction.EXTRACT_JULIAN;
      case "hour", "hours", "h" -> ScalarFunction.EXTRACT_HOUR;
      case "minute", "minutes", "min", "mins", "m" -> ScalarFunction.EXTRACT_MINUTE;
      case "second", "seconds", "sec", "secs", "s" -> ScalarFunction.EXTRACT_SECOND;
      case "millisecond", "milliseconds", "ms" -> ScalarFunction.EXTRACT_MILLISECONDS;
      case "microsecond", "microseconds", "us" -> ScalarFunction.EXTRACT_MICROSECONDS;
      case "epoch" -> ScalarFunction.EXTRACT_EPOCH;
      case "timezone" -> ScalarFunction.EXTRACT_TIMEZONE;
      case "timezone_hour" -> ScalarFunction.EXTRACT_TIMEZONE_HOUR;
      case "timezone_minute" -> ScalarFunction.EXTRACT_TIMEZONE_MINUTE;
      default -> throw unknown(name);
    };
  }

  private static QuiverException unknown(String name) {
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        "this time has no part of the name " + NumberText.excerpt(name));
  }
}
