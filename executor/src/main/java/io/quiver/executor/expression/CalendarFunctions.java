package io.quiver.executor.expression;

import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_DAY;
import static io.quiver.executor.expression.TimeFunctions.MICROS_PER_SECOND;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/** Times cut, made of numbers, and taken from one another. */
final class CalendarFunctions {
  private static final long MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND;
  private static final long MICROS_PER_HOUR = 60 * MICROS_PER_MINUTE;

  private CalendarFunctions() {}

  /**
   * (unit, TIMESTAMP or instant) to the same type.
   *
   * @param zone in which an instant is cut
   */
  static ColumnFunction truncate(SqlType type, ZoneId zone) {
    boolean instant = type.equals(SqlType.TIMESTAMP_TZ);
    RowFunction truncate =
        (operands, row) -> {
          ScalarFunction unit = TimeParts.named(operands[0].stringAt(row));
          long time = operands[1].longAt(row);
          LocalDateTime local = Column.timestamp(instant ? TimeText.local(time, zone) : time);
          LocalDateTime cut = truncate(unit, local, operands[0].stringAt(row));
          return instant ? cut.atZone(zone).toInstant() : cut;
        };
    return truncate.giving(type);
  }

  private static LocalDateTime truncate(ScalarFunction unit, LocalDateTime time, String name) {
    LocalDate day = time.toLocalDate();
    int year = day.getYear();
    @Nullable LocalDate cut =
        switch (unit) {
          case EXTRACT_MICROSECONDS,
              EXTRACT_MILLISECONDS,
              EXTRACT_SECOND,
              EXTRACT_MINUTE,
              EXTRACT_HOUR ->
              null;
          case EXTRACT_DAY -> day;
          case EXTRACT_WEEK -> day.minusDays(day.getDayOfWeek().getValue() - 1L);
          case EXTRACT_MONTH -> day.withDayOfMonth(1);
          case EXTRACT_QUARTER -> day.withDayOfMonth(1).minusMonths((day.getMonthValue() - 1) % 3);
          case EXTRACT_YEAR -> day.with(TemporalAdjusters.firstDayOfYear());
          case EXTRACT_DECADE -> LocalDate.of(year - Math.floorMod(year, 10), 1, 1);
          case EXTRACT_CENTURY -> LocalDate.of(year - Math.floorMod(year - 1, 100), 1, 1);
          case EXTRACT_MILLENNIUM -> LocalDate.of(year - Math.floorMod(year - 1, 1_000), 1, 1);
          default ->
              throw new QuiverException(
                  ErrorCode.INVALID_PARAMETER_VALUE,
                  "a time is not cut to " + NumberText.excerpt(name));
        };
    return cut != null
        ? cut.atStartOfDay()
        : time.truncatedTo(
            switch (unit) {
              case EXTRACT_HOUR -> ChronoUnit.HOURS;
              case EXTRACT_MINUTE -> ChronoUnit.MINUTES;
              case EXTRACT_SECOND -> ChronoUnit.SECONDS;
              case EXTRACT_MILLISECONDS -> ChronoUnit.MILLIS;
              default -> ChronoUnit.MICROS;
            });
  }

  /** MAKE_DATE, MAKE_TIME and MAKE_TIMESTAMP of their parts; 22008 for what is none. */
  static ColumnFunction make(ScalarFunction function, SqlType type) {
    RowFunction made =
        (operands, row) -> {
          try {
            return switch (function) {
              case MAKE_DATE -> date(operands, row);
              case MAKE_TIME -> time(operands, 0, row);
              default -> date(operands, row).atTime(time(operands, 3, row));
            };
          } catch (DateTimeException | ArithmeticException e) {
            throw new QuiverException(
                ErrorCode.DATETIME_OVERFLOW, "there is no such time: " + e.getMessage(), e);
          }
        };
    return made.giving(type);
  }

  private static LocalDate date(Operand[] operands, int row) {
    int year = operands[0].intAt(row);
    if (year == 0 || Math.abs((long) year) > 9_999) {
      throw new DateTimeException("wanted a year from 1 to 9999, or -1 and so on before them");
    }
    // The year before 1 is -1 to users and 0 to Java.
    return LocalDate.of(year < 0 ? year + 1 : year, operands[1].intAt(row), operands[2].intAt(row));
  }

  private static LocalTime time(Operand[] operands, int from, int row) {
    double seconds = operands[from + 2].doubleAt(row);
    if (!(seconds >= 0 && seconds < 60)) {
      throw new DateTimeException("wanted seconds from 0 to below 60, found " + seconds);
    }
    int whole = (int) seconds;
    long micros = Math.round((seconds - whole) * MICROS_PER_SECOND);
    return LocalTime.of(operands[from].intAt(row), operands[from + 1].intAt(row), whole)
        .plus(micros, ChronoUnit.MICROS);
  }

  /** DOUBLE, seconds since 1970-01-01, to an instant. */
  static ColumnFunction fromEpoch() {
    RowFunction instant =
        (operands, row) -> {
          double seconds = operands[0].doubleAt(row);
          if (!(Math.abs(seconds) < 2.5e11)) {
            throw new QuiverException(
                ErrorCode.DATETIME_OVERFLOW, "the result is beyond the range of a timestamp");
          }
          long micros = Math.round(seconds * MICROS_PER_SECOND);
          return Instant.ofEpochSecond(
              Math.floorDiv(micros, MICROS_PER_SECOND),
              Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
        };
    return instant.giving(SqlType.TIMESTAMP_TZ);
  }

  /** A part of the interval between two times, the first less the second, in days and a time. */
  static ColumnFunction between(ScalarFunction part, SqlType type) {
    RowFunction between =
        (operands, row) -> {
          long micros = Math.subtractExact(operands[0].longAt(row), operands[1].longAt(row));
          return switch (part) {
            case BETWEEN_DAY -> micros / MICROS_PER_DAY;
            case BETWEEN_HOUR -> micros % MICROS_PER_DAY / MICROS_PER_HOUR;
            case BETWEEN_MINUTE -> micros % MICROS_PER_HOUR / MICROS_PER_MINUTE;
            case BETWEEN_SECOND -> BigDecimal.valueOf(micros % MICROS_PER_MINUTE, 6);
            case BETWEEN_EPOCH -> BigDecimal.valueOf(micros, 6);
            default -> throw new IllegalStateException(part + " is no part of an interval");
          };
        };
    return between.giving(type);
  }

  /**
   * (TIMESTAMP, TIMESTAMP) or two instants to the text of the years, months, days and time between
   * them.
   *
   * @param zone whose local times two instants are taken for
   */
  static ColumnFunction age(ZoneId zone) {
    RowFunction age =
        (operands, row) -> age(local(operands[0], row, zone), local(operands[1], row, zone));
    return age.giving(SqlType.TEXT);
  }

  private static LocalDateTime local(Operand operand, int row, ZoneId zone) {
    long time = operand.longAt(row);
    boolean instant = operand.column().type().equals(SqlType.TIMESTAMP_TZ);
    return Column.timestamp(instant ? TimeText.local(time, zone) : time);
  }

  /** As PostgreSQL's age(): days are borrowed from the month in which the earlier time lies. */
  private static String age(LocalDateTime a, LocalDateTime b) {
    boolean negative = a.isBefore(b);
    LocalDateTime later = negative ? b : a;
    LocalDateTime earlier = negative ? a : b;
    long months =
        (later.getYear() - earlier.getYear()) * 12L
            + later.getMonthValue()
            - earlier.getMonthValue();
    long days = (long) later.getDayOfMonth() - earlier.getDayOfMonth();
    long micros = (later.toLocalTime().toNanoOfDay() - earlier.toLocalTime().toNanoOfDay()) / 1_000;
    if (micros < 0) {
      micros += MICROS_PER_DAY;
      days--;
    }
    if (days < 0) {
      days += earlier.toLocalDate().lengthOfMonth();
      months--;
    }
    int sign = negative ? -1 : 1;
    return text(sign * months, sign * days, sign * micros);
  }

  /** An interval as PostgreSQL writes it: {@code 1 year 2 mons 3 days 04:05:06.7}. */
  private static String text(long months, long days, long micros) {
    StringBuilder out = new StringBuilder();
    unit(out, months / 12, "year");
    unit(out, months % 12, "mon");
    unit(out, days, "day");
    if (micros != 0 || out.isEmpty()) {
      out.append(out.isEmpty() ? "" : " ").append(micros < 0 ? "-" : "");
      out.append(TimeText.formatTime(Math.abs(micros)));
    }
    return out.toString();
  }

  private static void unit(StringBuilder out, long count, String name) {
    if (count != 0) {
      out.append(out.isEmpty() ? "" : " ").append(count).append(' ').append(name);
      out.append(count == 1 ? "" : "s");
    }
  }
}
