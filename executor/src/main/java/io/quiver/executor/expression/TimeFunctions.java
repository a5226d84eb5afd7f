package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.LONG;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.IsoFields;

/** Parts of dates and timestamps. */
final class TimeFunctions {
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long SECONDS_PER_DAY = 86_400L;
  static final long MICROS_PER_DAY = SECONDS_PER_DAY * MICROS_PER_SECOND;

  private static final long DAY_MIN = LocalDate.of(-9999, 1, 1).toEpochDay();
  private static final long DAY_MAX = LocalDate.of(9999, 12, 31).toEpochDay();

  private TimeFunctions() {}

  static ColumnFunction extract(ScalarFunction part) {
    return (operands, rows) -> {
      Operand time = operands[0];
      boolean date = time.column().type().equals(SqlType.DATE);
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          continue;
        }
        long value =
            date
                ? part(part, time.intAt(i), 0)
                : part(
                    part,
                    Math.floorDiv(time.longAt(i), MICROS_PER_DAY),
                    Math.floorMod(time.longAt(i), MICROS_PER_DAY));
        out.setAtIndex(LONG, i, value);
      }
      return Column.of(SqlType.BIGINT, rows, validity, out, null);
    };
  }

  static Column addDays(Operand[] operands, int rows) {
    MemorySegment validity = Buffers.validity(operands, rows);
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        long day = (long) operands[0].intAt(i) + operands[1].intAt(i);
        if (day < DAY_MIN || day > DAY_MAX) {
          throw outOfRange("a date");
        }
        out.setAtIndex(Buffers.INT, i, (int) day);
      }
    }
    return Column.of(SqlType.DATE, rows, validity, out, null);
  }

  static Column daysBetween(Operand[] operands, int rows) {
    MemorySegment validity = Buffers.validity(operands, rows);
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        out.setAtIndex(
            Buffers.INT, i, Math.subtractExact(operands[0].intAt(i), operands[1].intAt(i)));
      }
    }
    return Column.of(SqlType.INTEGER, rows, validity, out, null);
  }

  static ColumnFunction addInterval(SqlType type, ZoneId zone) {
    boolean instants = type.equals(SqlType.TIMESTAMP_TZ);
    boolean ofDay = type.equals(SqlType.TIME);
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          continue;
        }
        long time = operands[0].longAt(i);
        int months = operands[1].intAt(i);
        int days = operands[2].intAt(i);
        long micros = operands[3].longAt(i);
        long moved;
        if (ofDay) {
          moved = Math.floorMod(time + micros % MICROS_PER_DAY, MICROS_PER_DAY);
        } else if (instants && (months != 0 || days != 0)) {
          long local = moved(TimeText.local(time, zone), months, days);
          moved = added(TimeText.instant(local, zone), micros);
        } else {
          moved = added(moved(time, months, days), micros);
        }
        out.setAtIndex(LONG, i, moved);
      }
      return Column.of(type, rows, validity, out, null);
    };
  }

  private static long moved(long micros, int months, int days) {
    if (months == 0 && days == 0) {
      return micros;
    }
    LocalDateTime time = Column.timestamp(micros);
    try {
      return Column.micros(time.plusMonths(months).plusDays(days));
    } catch (DateTimeException | ArithmeticException e) {
      throw outOfRange("a timestamp");
    }
  }

  private static long added(long time, long micros) {
    try {
      long sum = Math.addExact(time, micros);
      return Column.micros(Column.timestamp(sum));
    } catch (DateTimeException | ArithmeticException e) {
      throw outOfRange("a timestamp");
    }
  }

  /** To an instant or to a local time, whichever the result's type is. */
  static ColumnFunction atTimeZone(SqlType type) {
    boolean toInstant = type.equals(SqlType.TIMESTAMP_TZ);
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          ZoneId zone = TimeText.zone(operands[0].stringAt(i));
          long time = operands[1].longAt(i);
          out.setAtIndex(
              LONG, i, toInstant ? TimeText.instant(time, zone) : TimeText.local(time, zone));
        }
      }
      return Column.of(type, rows, validity, out, null);
    };
  }

  private static QuiverException outOfRange(String what) {
    return new QuiverException(
        ErrorCode.DATETIME_OVERFLOW, "the result is beyond the range of " + what);
  }

  private static long part(ScalarFunction part, long day, long microOfDay) {
    long second = microOfDay / MICROS_PER_SECOND;
    return switch (part) {
      case EXTRACT_YEAR -> LocalDate.ofEpochDay(day).getYear();
      case EXTRACT_QUARTER -> (LocalDate.ofEpochDay(day).getMonthValue() + 2) / 3;
      case EXTRACT_MONTH -> LocalDate.ofEpochDay(day).getMonthValue();
      case EXTRACT_WEEK -> LocalDate.ofEpochDay(day).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case EXTRACT_DAY -> LocalDate.ofEpochDay(day).getDayOfMonth();
      case EXTRACT_ISODOW -> LocalDate.ofEpochDay(day).getDayOfWeek().getValue();
      case EXTRACT_DOW -> LocalDate.ofEpochDay(day).getDayOfWeek().getValue() % 7;
      case EXTRACT_DOY -> LocalDate.ofEpochDay(day).getDayOfYear();
      case EXTRACT_HOUR -> second / 3_600;
      case EXTRACT_MINUTE -> second / 60 % 60;
      case EXTRACT_SECOND -> second % 60;
      case EXTRACT_EPOCH -> day * SECONDS_PER_DAY + second;
      default -> throw new IllegalStateException(part + " is no part of a time");
    };
  }
}
