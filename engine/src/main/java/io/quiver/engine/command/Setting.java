package io.quiver.engine.command;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A name that SET and SHOW know.
 *
 * @param stored what it changes; two names may change the same thing
 * @param description what it is for, in a sentence
 * @param read from text to a value; 22023 for one that will not do
 * @param show the value's text, which {@code read} takes
 */
record Setting(
    String name,
    String stored,
    String description,
    Function<String, Object> read,
    Function<Object, String> show) {
  private static final Pattern DURATION = Pattern.compile("(\\d+)\\s*(us|ms|s|min|h|d)?");
  private static final Pattern SIZE = Pattern.compile("(\\d+)\\s*(B|kB|MB|GB)?");
  private static final Pattern HOURS = Pattern.compile("([+-]?)(\\d{1,2})(?:\\.(\\d+))?");

  static Setting bytes(String name, String description, long least) {
    return new Setting(
        name, name, description, text -> size(name, text, least), value -> value.toString());
  }

  /** Shown with its unit, as in PostgreSQL. */
  static Setting duration(String name, String description) {
    return new Setting(
        name, name, description, text -> millis(name, text), value -> durationText((Long) value));
  }

  /** The number of milliseconds that another setting has. */
  static Setting millisOf(String name, String stored, String description) {
    return new Setting(
        name, stored, description, text -> millis(name, text), value -> value.toString());
  }

  static Setting isolation(String name, String stored, String description) {
    return new Setting(
        name,
        stored,
        description,
        text -> isRepeatableRead(name, text),
        value -> (Boolean) value ? "repeatable read" : "read committed");
  }

  static Setting onOrOff(String name, String stored, String description) {
    return new Setting(
        name,
        stored,
        description,
        text -> flag(name, text),
        value -> (Boolean) value ? "on" : "off");
  }

  static Setting timeZone(String name, String description) {
    return new Setting(name, name, description, Setting::zone, value -> ((ZoneId) value).getId());
  }

  static Setting number(String name, String stored, String description, int least, int most) {
    return new Setting(
        name, stored, description, text -> whole(name, text, least, most), Object::toString);
  }

  /** One of some words. */
  static Setting word(String name, String description, List<String> words) {
    return new Setting(name, name, description, text -> oneOf(name, text, words), Object::toString);
  }

  private static Object oneOf(String name, String text, List<String> words) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    if (!words.contains(word)) {
      throw wanted(name, "one of " + String.join(", ", words), text);
    }
    return word;
  }

  /** A part of a whole: above 0, at most 1. */
  static Setting share(String name, String description) {
    return new Setting(name, name, description, text -> fraction(name, text), Object::toString);
  }

  private static Object fraction(String name, String text) {
    double share;
    try {
      share = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw wanted(name, "a number", text);
    }
    if (!(share > 0 && share <= 1)) {
      throw wanted(name, "above 0, at most 1", text);
    }
    return share;
  }

  /** Names with commas between them. */
  @SuppressWarnings("unchecked") // What it reads is what it shows.
  static Setting names(String name, String description) {
    return new Setting(
        name, name, description, Setting::list, value -> String.join(", ", (List<String>) value));
  }

  private static Object list(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private static Object whole(String name, String text, int least, int most) {
    long number;
    try {
      number = Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw wanted(name, "a whole number", text);
    }
    if (number < least || number > most) {
      throw wanted(name, least + " to " + most, text);
    }
    return (int) number;
  }

  private static Object millis(String name, String text) {
    Matcher matcher = DURATION.matcher(text.strip());
    String wanted = "a number of milliseconds, or one with us, ms, s, min, h or d";
    if (!matcher.matches()) {
      throw wanted(name, wanted, text);
    }
    String unit = matcher.group(2);
    long millis =
        switch (unit == null ? "ms" : unit) {
          case "s" -> 1_000;
          case "min" -> 60_000;
          case "h" -> 3_600_000;
          case "d" -> 86_400_000;
          default -> 1;
        };
    try {
      long number = Math.multiplyExact(Long.parseLong(matcher.group(1)), millis);
      // A timeout that is not none is at least the smallest one.
      long value = "us".equals(unit) ? Math.ceilDiv(number, 1_000) : number;
      if (value > Integer.MAX_VALUE) {
        throw wanted(name, "at most " + Integer.MAX_VALUE + " ms", text);
      }
      return value;
    } catch (ArithmeticException | NumberFormatException e) {
      throw wanted(name, wanted, text);
    }
  }

  private static String durationText(long millis) {
    if (millis == 0) {
      return "0";
    }
    if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + "d";
    }
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + "min";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  private static Object size(String name, String text, long least) {
    Matcher matcher = SIZE.matcher(text.strip());
    String wanted = "a number of bytes, or one with kB, MB or GB";
    if (!matcher.matches()) {
      throw wanted(name, wanted, text);
    }
    int shift =
        switch (matcher.group(2)) {
          case "kB" -> 10;
          case "MB" -> 20;
          case "GB" -> 30;
          case null, default -> 0;
        };
    long bytes;
    try {
      bytes = Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift);
    } catch (ArithmeticException | NumberFormatException e) {
      throw wanted(name, wanted, text);
    }
    if (bytes < least) {
      throw wanted(name, "at least " + least, text);
    }
    return bytes;
  }

  private static Object isRepeatableRead(String name, String text) {
    return switch (text.toLowerCase(Locale.ROOT).replace('_', ' ')) {
      case "read committed", "read uncommitted" -> false;
      case "repeatable read" -> true;
      case "serializable" ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "SERIALIZABLE is not there; REPEATABLE READ gives snapshots");
      default -> throw wanted(name, "'read committed' or 'repeatable read'", text);
    };
  }

  private static Object flag(String name, String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "on", "true", "yes", "1" -> true;
      case "off", "false", "no", "0" -> false;
      default -> throw wanted(name, "on or off", text);
    };
  }

  /** A region, or an offset from UTC whose plus is to the east: ISO 8601, not POSIX. */
  private static Object zone(String text) {
    String name = text.strip();
    Matcher hours = HOURS.matcher(name);
    try {
      if (hours.matches()) {
        double number = Double.parseDouble(name);
        return ZoneOffset.ofTotalSeconds((int) Math.round(number * 3_600));
      }
      return ZoneId.of(region(name));
    } catch (DateTimeException e) {
      throw wanted(
          "timezone", "a region such as 'Europe/Berlin', or an offset such as '+02:00'", text);
    }
  }

  /** Regions are known in any case. */
  private static String region(String name) {
    return ZoneId.getAvailableZoneIds().stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .orElse(name.equalsIgnoreCase("z") ? "UTC" : name);
  }

  private static QuiverException wanted(String name, String wanted, String found) {
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE, name + " is " + wanted + ", found '" + found + "'");
  }
}
