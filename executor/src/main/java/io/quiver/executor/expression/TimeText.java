package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;

/** Dates and timestamps from ISO 8601 text and to it. */
final class TimeText {
  private static final int FRACTION_DIGITS_MAX = 6;

  private TimeText() {}

  /** Days since 1970-01-01 of {@code 2024-02-29}; 22007 for anything else. */
  static int parseDate(String text) {
    try {
      return Math.toIntExact(LocalDate.parse(text.strip()).toEpochDay());
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid("a date is written 2024-02-29", text);
    }
  }

  /**
   * Microseconds since 1970-01-01T00:00 of {@code 2024-02-29 12:30:00.5}, where T may stand for the
   * space, and seconds or the whole time may be absent; 22007 for anything else.
   */
  static long parseTimestamp(String text) {
    String stripped = text.strip();
    int gap = Math.max(stripped.indexOf('T'), stripped.indexOf(' '));
    try {
      LocalDate date = LocalDate.parse(gap < 0 ? stripped : stripped.substring(0, gap));
      LocalTime time = gap < 0 ? LocalTime.MIDNIGHT : time(stripped.substring(gap + 1), text);
      return Column.micros(date.atTime(time));
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid("a timestamp is written 2024-02-29 12:30:00.123456", text);
    }
  }

  /** Microseconds since midnight of {@code 12:30:00.5}; 22007 for anything else. */
  static long parseTime(String text) {
    try {
      return time(text.strip(), text).toNanoOfDay() / 1_000;
    } catch (DateTimeException e) {
      throw invalid("a time is written 12:30:00.123456", text);
    }
  }

  /**
   * Microseconds since 1970-01-01T00:00Z of a timestamp that an offset or the name of a zone may
   * follow, as in {@code 2024-02-29 12:30:00+01}, {@code ...Z} and {@code ... Europe/Berlin}.
   *
   * @param zone where none is written
   */
  static long parseInstant(String text, ZoneId zone) {
    String stripped = text.strip();
    int gap = Math.max(stripped.indexOf('T', 5), stripped.indexOf(' '));
    int from = gap < 0 ? stripped.length() : gap + 1;
    while (from < stripped.length() && "0123456789:.".indexOf(stripped.charAt(from)) >= 0) {
      from++;
    }
    String written = stripped.substring(from).strip();
    long local = parseTimestamp(stripped.substring(0, from));
    return instant(local, written.isEmpty() ? zone : zone(written));
  }

  /**
   * The time zone of this name or offset.
   *
   * @throws QuiverException 22023 where there is none
   */
  static ZoneId zone(String name) {
    try {
      return switch (name.toUpperCase(Locale.ROOT)) {
        case "Z", "UTC", "GMT" -> ZoneOffset.UTC;
        default ->
            ZoneId.of(name.matches("[+-]\\d") ? name.charAt(0) + "0" + name.charAt(1) : name);
      };
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "there is no time zone "
              + NumberText.excerpt(name)
              + "; wanted such as Europe/Berlin or +01");
    }
  }

  /** The instant of a local time in a zone, both in microseconds since 1970-01-01T00:00. */
  static long instant(long local, ZoneId zone) {
    if (zone instanceof ZoneOffset offset) {
      return local - offset.getTotalSeconds() * TimeFunctions.MICROS_PER_SECOND;
    }
    Instant instant = Column.timestamp(local).atZone(zone).toInstant();
    return Column.micros(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
  }

  /** The local time of an instant in a zone. */
  static long local(long instant, ZoneId zone) {
    return instant + offset(instant, zone).getTotalSeconds() * TimeFunctions.MICROS_PER_SECOND;
  }

  private static ZoneOffset offset(long instant, ZoneId zone) {
    return zone instanceof ZoneOffset offset
        ? offset
        : zone.getRules()
            .getOffset(
                Instant.ofEpochSecond(Math.floorDiv(instant, TimeFunctions.MICROS_PER_SECOND)));
  }

  private static LocalTime time(String time, String text) {
    int point = time.indexOf('.');
    int fraction = point < 0 ? 0 : time.length() - point - 1;
    if (fraction > FRACTION_DIGITS_MAX || (fraction == 0 && point >= 0)) {
      throw invalid("a second has 1 to 6 decimal places", text);
    }
    return LocalTime.parse(time);
  }

  static String formatDate(long day) {
    return LocalDate.ofEpochDay(day).toString();
  }

  /** As {@code 2024-02-29 12:30:00.5}: seconds always, and no more decimal places than needed. */
  static String formatTimestamp(long micros) {
    LocalDateTime time = Column.timestamp(micros);
    return formatDate(time.toLocalDate().toEpochDay()) + " " + formatTime(time.toLocalTime());
  }

  /** The instant as a local time and its offset: {@code 2024-02-29 12:30:00+00}. */
  static String formatInstant(long micros, ZoneId zone) {
    int seconds = offset(micros, zone).getTotalSeconds();
    StringBuilder out = new StringBuilder(formatTimestamp(local(micros, zone)));
    out.append(seconds < 0 ? '-' : '+');
    twoDigits(out, Math.abs(seconds) / 3_600);
    if (seconds % 3_600 != 0) {
      twoDigits(out.append(':'), Math.abs(seconds) / 60 % 60);
    }
    return out.toString();
  }

  /** As {@code 12:30:00.5}. */
  static String formatTime(long micros) {
    return formatTime(LocalTime.ofNanoOfDay(micros * 1_000));
  }

  private static String formatTime(LocalTime time) {
    StringBuilder out = new StringBuilder(15);
    twoDigits(out, time.getHour()).append(':');
    twoDigits(out, time.getMinute()).append(':');
    twoDigits(out, time.getSecond());
    int fraction = time.getNano() / 1_000;
    if (fraction != 0) {
      out.append('.').append(Integer.toString(1_000_000 + fraction), 1, 7);
      while (out.charAt(out.length() - 1) == '0') {
        out.setLength(out.length() - 1);
      }
    }
    return out.toString();
  }

  private static StringBuilder twoDigits(StringBuilder out, int value) {
    return out.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }

  private static QuiverException invalid(String wanted, String text) {
    return new QuiverException(
        ErrorCode.INVALID_DATETIME, wanted + ", found " + NumberText.excerpt(text));
  }
}
