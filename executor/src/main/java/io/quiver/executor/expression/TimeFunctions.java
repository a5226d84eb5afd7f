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

/** Sums of dates and times, and time zones. */
final class TimeFunctions {
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long SECONDS_PER_DAY = 86_400L;
  static final long MICROS_PER_DAY = SECONDS_PER_DAY * MICROS_PER_SECOND;

  private static final long DAY_MIN = LocalDate.of(-9999, 1, 1).toEpochDay();
  private static final long DAY_MAX = LocalDate.of(9999, 12, 31).toEpochDay();

  private TimeFunctions() {}

  /** Days are added, or with the sign -1 taken away. */
  static ColumnFunction addDays(int sign) {
    return (operands, rows) -> addDays(operands, rows, sign);
  }

  private static Column addDays(Operand[] operands, int rows, int sign) {
    MemorySegment validity = Buffers.validity(operands, rows);
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        long day = operands[0].intAt(i) + sign * (long) operands[1].intAt(i);
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
}
