package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.JulianFields;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes a time as a template says. */
final class TimeTemplateWriter {
  static final List<String> ROMAN =
      List.of("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII");

  private static final int NAME_WIDTH = 9;

  private final LocalDateTime time;
  private final @Nullable ZoneId zone;

  private TimeTemplateWriter(LocalDateTime time, @Nullable ZoneId zone) {
    this.time = time;
    this.zone = zone;
  }

  static String write(TimeTemplate template, LocalDateTime time, @Nullable ZoneId zone) {
    TimeTemplateWriter writer = new TimeTemplateWriter(time, zone);
    StringBuilder out = new StringBuilder();
    for (TimeTemplate.Piece piece : template.pieces()) {
      out.append(piece.word().isEmpty() ? piece.written() : writer.write(piece));
    }
    return out.toString();
  }

  private String write(TimeTemplate.Piece piece) {
    return switch (piece.word()) {
      case "MONTH" -> name(piece, month(), true);
      case "MON" -> name(piece, month().substring(0, 3), false);
      case "DAY" -> name(piece, day(), true);
      case "DY" -> name(piece, day().substring(0, 3), false);
      case "RM" -> {
        String roman = TimeTemplate.inCaseOf(piece.written(), ROMAN.get(time.getMonthValue() - 1));
        yield piece.filled() ? roman + " ".repeat(4 - roman.length()) : roman;
      }
      case "AM", "PM" -> TimeTemplate.inCaseOf(piece.written(), time.getHour() < 12 ? "AM" : "PM");
      case "A.M.", "P.M." ->
          TimeTemplate.inCaseOf(piece.written(), time.getHour() < 12 ? "A.M." : "P.M.");
      case "BC", "AD" -> TimeTemplate.inCaseOf(piece.written(), time.getYear() > 0 ? "AD" : "BC");
      case "B.C.", "A.D." ->
          TimeTemplate.inCaseOf(piece.written(), time.getYear() > 0 ? "A.D." : "B.C.");
      case "TZ", "TZH", "TZM", "OF" -> zone(piece);
      case "Y,YYY" -> {
        String year = number(year(), 4, true);
        yield year.substring(0, year.length() - 3) + "," + year.substring(year.length() - 3);
      }
      default -> {
        int width = width(piece.word());
        String number = number(value(piece.word()), width, piece.filled());
        yield number + ordinal(piece, value(piece.word()));
      }
    };
  }

  private String month() {
    return time.getMonth().name();
  }

  private String day() {
    return time.getDayOfWeek().name();
  }

  private static String name(TimeTemplate.Piece piece, String name, boolean full) {
    String written = TimeTemplate.inCaseOf(piece.written(), name);
    return full && piece.filled() ? written + " ".repeat(NAME_WIDTH - written.length()) : written;
  }

  /** The years before 1 count backwards from 1. */
  private long year() {
    return time.getYear() > 0 ? time.getYear() : 1 - time.getYear();
  }

  private static int width(String word) {
    return switch (word) {
      case "Y", "I", "D", "ID", "W", "Q", "J", "SSSSS", "SSSS", "FF1" -> 1;
      case "YYY", "IYY", "DDD", "IDDD", "MS", "FF3" -> 3;
      case "YYYY", "IYYY", "FF4" -> 4;
      case "FF5" -> 5;
      case "US", "FF6" -> 6;
      default -> 2;
    };
  }

  private long value(String word) {
    long micro = time.getNano() / 1_000;
    return switch (word) {
      case "YYYY" -> year();
      case "YYY" -> year() % 1_000;
      case "YY" -> year() % 100;
      case "Y" -> year() % 10;
      case "IYYY" -> time.get(IsoFields.WEEK_BASED_YEAR);
      case "IYY" -> time.get(IsoFields.WEEK_BASED_YEAR) % 1_000;
      case "IY" -> time.get(IsoFields.WEEK_BASED_YEAR) % 100;
      case "I" -> time.get(IsoFields.WEEK_BASED_YEAR) % 10;
      case "MM" -> time.getMonthValue();
      case "DD" -> time.getDayOfMonth();
      case "DDD" -> time.getDayOfYear();
      case "IDDD" ->
          (time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR) - 1) * 7L + time.getDayOfWeek().getValue();
      case "D" -> time.getDayOfWeek().getValue() % 7 + 1;
      case "ID" -> time.getDayOfWeek().getValue();
      case "IW" -> time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case "WW" -> (time.getDayOfYear() - 1) / 7 + 1;
      case "W" -> (time.getDayOfMonth() - 1) / 7 + 1;
      case "CC" -> (year() + 99) / 100;
      case "J" -> time.getLong(JulianFields.JULIAN_DAY);
      case "Q" -> (time.getMonthValue() + 2) / 3;
      case "HH24" -> time.getHour();
      case "HH12", "HH" -> time.get(ChronoField.CLOCK_HOUR_OF_AMPM);
      case "MI" -> time.getMinute();
      case "SS" -> time.getSecond();
      case "SSSS", "SSSSS" -> time.toLocalTime().toSecondOfDay();
      case "US", "FF6" -> micro;
      case "FF5" -> micro / 10;
      case "FF4" -> micro / 100;
      case "MS", "FF3" -> micro / 1_000;
      case "FF2" -> micro / 10_000;
      case "FF1" -> micro / 100_000;
      default -> throw new IllegalStateException(word + " is no number");
    };
  }

  private static String number(long value, int width, boolean filled) {
    String digits = Long.toString(value);
    return filled && digits.length() < width
        ? "0".repeat(width - digits.length()) + digits
        : digits;
  }

  private static String ordinal(TimeTemplate.Piece piece, long value) {
    if (piece.ordinal().isEmpty()) {
      return "";
    }
    boolean teen = value % 100 >= 11 && value % 100 <= 13;
    String ending =
        teen
            ? "th"
            : switch ((int) (value % 10)) {
              case 1 -> "st";
              case 2 -> "nd";
              case 3 -> "rd";
              default -> "th";
            };
    return piece.ordinal().equals("TH") ? ending.toUpperCase(Locale.ROOT) : ending;
  }

  private String zone(TimeTemplate.Piece piece) {
    if (zone == null) {
      if (piece.word().equals("TZ") || piece.word().equals("OF")) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            piece.word() + " wants a TIMESTAMP WITH TIME ZONE: this time has no zone");
      }
      return "";
    }
    ZoneOffset offset = zone.getRules().getOffset(time.atZone(zone).toInstant());
    int seconds = Math.abs(offset.getTotalSeconds());
    String sign = offset.getTotalSeconds() < 0 ? "-" : "+";
    String hours = number(LocalTime.ofSecondOfDay(seconds).getHour(), 2, true);
    String minutes = number(LocalTime.ofSecondOfDay(seconds).getMinute(), 2, true);
    return switch (piece.word()) {
      case "TZH" -> sign + hours;
      case "TZM" -> minutes;
      case "OF" -> sign + hours + (minutes.equals("00") ? "" : ":" + minutes);
      default -> {
        String name =
            zone instanceof ZoneOffset
                ? seconds == 0 ? "UTC" : sign + hours
                : DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH).format(time.atZone(zone));
        yield piece.written().equals("tz") ? name.toLowerCase(Locale.ROOT) : name;
      }
    };
  }
}
