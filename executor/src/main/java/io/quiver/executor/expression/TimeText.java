package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

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
    StringBuilder out = new StringBuilder(26).append(time.toLocalDate()).append(' ');
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
