package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.time.temporal.JulianFields;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a time that is written as a template says. Spaces and signs in the template stand for any
 * spaces and signs; what the template does not name is that of the year 1's first midnight.
 */
final class TimeTemplateReader {
  private static final List<String> MONTHS = Stream.of(Month.values()).map(Month::name).toList();
  private static final List<String> DAYS =
      Stream.of(DayOfWeek.values()).map(DayOfWeek::name).toList();

  /**
   * What was read.
   *
   * @param zone null where none is written
   */
  record Read(LocalDateTime local, @Nullable ZoneId zone) {}

  private final String text;
  private final TimeTemplate template;
  private final Map<String, Integer> values = new HashMap<>();
  private @Nullable ZoneId zone;
  private int at;

  private TimeTemplateReader(TimeTemplate template, String text) {
    this.template = template;
    this.text = text;
  }

  /**
   * The time in a text.
   *
   * @throws QuiverException 22007 for a text that does not follow the template, 22008 for no time
   */
  static Read read(TimeTemplate template, String text) {
    TimeTemplateReader reader = new TimeTemplateReader(template, text);
    reader.readAll();
    try {
      return new Read(reader.date().atTime(reader.time()), reader.zone);
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.DATETIME_OVERFLOW,
          "there is no such time: " + NumberText.excerpt(text) + ": " + e.getMessage(),
          e);
    }
  }

  private void readAll() {
    List<TimeTemplate.Piece> pieces = template.pieces();
    for (int i = 0; i < pieces.size() && at < text.length(); i++) {
      TimeTemplate.Piece piece = pieces.get(i);
      if (piece.word().isEmpty()) {
        skip(piece.written());
      } else {
        boolean adjoins =
            i + 1 < pieces.size()
                && !pieces.get(i + 1).word().isEmpty()
                && piece.ordinal().isEmpty();
        read(piece, adjoins);
      }
    }
  }

  private void skip(String literal) {
    for (int i = 0; i < literal.length() && at < text.length(); i++) {
      if (Character.isLetterOrDigit(literal.charAt(i))) {
        if (text.charAt(at) == literal.charAt(i)) {
          at++;
        }
      } else {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
          at++;
        }
        boolean sign = at < text.length() && !Character.isLetterOrDigit(text.charAt(at));
        at += sign && !(literal.isBlank() && "+-".indexOf(text.charAt(at)) >= 0) ? 1 : 0;
      }
    }
  }

  private void read(TimeTemplate.Piece piece, boolean adjoins) {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    switch (piece.word()) {
      case "MONTH", "MON" -> values.put("MM", name(MONTHS) + 1);
      case "DAY", "DY" -> name(DAYS);
      case "RM" -> values.put("MM", roman());
      case "AM", "PM" -> values.put("PM", word(List.of("AM", "PM")));
      case "A.M.", "P.M." -> values.put("PM", word(List.of("A.M.", "P.M.")));
      case "BC", "AD" -> values.put("BC", word(List.of("AD", "BC")));
      case "B.C.", "A.D." -> values.put("BC", word(List.of("A.D.", "B.C.")));
      case "TZ" -> zone = TimeText.zone(token());
      case "OF", "TZH" -> zone = offset();
      case "TZM" -> addMinutes(digits(2, false));
      case "MS", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "US" -> fraction(piece.word());
      case "Y,YYY" -> {
        int thousands = digits(3, false);
        at += at < text.length() && text.charAt(at) == ',' ? 1 : 0;
        values.put("YYYY", thousands * 1_000 + digits(3, true));
      }
      default -> number(piece.word(), adjoins);
    }
    if (!piece.ordinal().isEmpty()) {
      at = Math.min(text.length(), at + 2);
    }
  }

  private void number(String word, boolean adjoins) {
    String key =
        switch (word) {
          case "HH12" -> "HH";
          case "SSSSS" -> "SSSS";
          case "YYY", "YY", "Y" -> "YYYY";
          case "IYY", "IY", "I" -> "IYYY";
          default -> word;
        };
    int width =
        switch (word) {
          case "YYYY", "IYYY" -> adjoins ? 4 : 6;
          case "DDD", "IDDD", "YYY", "IYY" -> 3;
          case "J" -> 7;
          case "SSSS", "SSSSS" -> 5;
          case "Y", "I", "D", "ID", "W", "Q" -> 1;
          default -> 2;
        };
    boolean negative =
        key.equals("YYYY") && at < text.length() && text.charAt(at) == '-' && values.isEmpty();
    at += negative ? 1 : 0;
    int from = at;
    int value = digits(width, false);
    if (key.equals("YYYY") && at - from < 4 && !word.equals("YYYY")) {
      // As PostgreSQL: the year next to 2020 with these last digits.
      value += value < 70 ? 2_000 : value < 100 ? 1_900 : value < 520 ? 2_000 : 1_000;
    }
    values.put(key, negative ? 1 - value : value);
  }

  private int digits(int most, boolean exactly) {
    int from = at;
    while (at < text.length()
        && at - from < most
        && text.charAt(at) >= '0'
        && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from || (exactly && at - from < most)) {
      throw invalid("wanted digits");
    }
    return Integer.parseInt(text.substring(from, at));
  }

  private void fraction(String word) {
    int from = at;
    int most = word.equals("MS") ? 3 : word.equals("US") ? 6 : word.charAt(2) - '0';
    digits(most, false);
    String places = (text.substring(from, at) + "000000").substring(0, 6);
    values.put("US", Integer.parseInt(places));
  }

  /** Which of the names begins here, in full or by three letters. */
  private int name(List<String> names) {
    for (int full = 0; full < 2; full++) {
      for (int i = 0; i < names.size(); i++) {
        String name = full == 0 ? names.get(i) : names.get(i).substring(0, 3);
        if (text.regionMatches(true, at, name, 0, name.length())) {
          at += name.length();
          return i;
        }
      }
    }
    throw invalid("wanted a name");
  }

  private int word(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      if (text.regionMatches(true, at, words.get(i), 0, words.get(i).length())) {
        at += words.get(i).length();
        return i;
      }
    }
    throw invalid("wanted " + String.join(" or ", words));
  }

  private int roman() {
    for (int i = TimeTemplateWriter.ROMAN.size() - 1; i >= 0; i--) {
      String roman = TimeTemplateWriter.ROMAN.get(i);
      boolean ends =
          at + roman.length() >= text.length()
              || !Character.isLetter(text.charAt(at + roman.length()));
      if (ends && text.regionMatches(true, at, roman, 0, roman.length())) {
        at += roman.length();
        return i + 1;
      }
    }
    throw invalid("wanted a month in Roman numerals");
  }

  private String token() {
    int from = at;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.substring(from, at);
  }

  private ZoneOffset offset() {
    boolean negative = at < text.length() && text.charAt(at) == '-';
    at += at < text.length() && "+-".indexOf(text.charAt(at)) >= 0 ? 1 : 0;
    int minutes = digits(2, false) * 60;
    if (at < text.length() && text.charAt(at) == ':') {
      at++;
      minutes += digits(2, true);
    }
    return offset(negative ? -minutes : minutes);
  }

  private void addMinutes(int minutes) {
    int before = zone instanceof ZoneOffset offset ? offset.getTotalSeconds() / 60 : 0;
    zone = offset(before < 0 ? before - minutes : before + minutes);
  }

  private ZoneOffset offset(int minutes) {
    try {
      return ZoneOffset.ofTotalSeconds(minutes * 60);
    } catch (DateTimeException e) {
      throw invalid("wanted an offset of at most 18 hours");
    }
  }

  private int value(String key, int absent) {
    return values.getOrDefault(key, absent);
  }

  private LocalDate date() {
    if (values.containsKey("J")) {
      return LocalDate.EPOCH.with(JulianFields.JULIAN_DAY, value("J", 0));
    }
    if (values.containsKey("IYYY")) {
      LocalDate day = LocalDate.of(value("IYYY", 1), 1, 4);
      return values.containsKey("IDDD")
          ? day.with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 1)
              .with(DayOfWeek.MONDAY)
              .plusDays(value("IDDD", 1) - 1L)
          : day.with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, value("IW", 1))
              .with(DayOfWeek.of(value("ID", 1)));
    }
    int year = value("YYYY", 1);
    year = value("BC", 0) == 1 ? 1 - year : year;
    if (values.containsKey("DDD")) {
      return LocalDate.ofYearDay(year, value("DDD", 1));
    }
    if (values.containsKey("WW")) {
      return LocalDate.ofYearDay(year, (value("WW", 1) - 1) * 7 + 1);
    }
    int month = value("MM", (value("Q", 1) - 1) * 3 + 1);
    return LocalDate.of(year, month, value("DD", (value("W", 1) - 1) * 7 + 1));
  }

  private LocalTime time() {
    if (values.containsKey("SSSS")) {
      return LocalTime.ofSecondOfDay(value("SSSS", 0)).plusNanos(value("US", 0) * 1_000L);
    }
    int hour = value("HH24", -1);
    if (hour < 0) {
      hour = value("HH", 12);
      if (hour < 1 || hour > 12) {
        throw new DateTimeException("the hours of HH and HH12 are 1 to 12, found " + hour);
      }
      boolean named = values.containsKey("HH");
      hour = (named ? hour % 12 : 0) + (named && value("PM", 0) == 1 ? 12 : 0);
    }
    return LocalTime.of(hour, value("MI", 0), value("SS", 0), value("US", 0) * 1_000);
  }

  private QuiverException invalid(String wanted) {
    return new QuiverException(
        ErrorCode.INVALID_DATETIME,
        wanted
            + " at character "
            + (text.codePointCount(0, Math.min(at, text.length())) + 1)
            + " of "
            + NumberText.excerpt(text));
  }
}
