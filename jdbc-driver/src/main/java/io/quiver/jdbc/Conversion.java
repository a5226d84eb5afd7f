package io.quiver.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns a column's value, which is not null, into what a getter promises. */
final class Conversion {
  private static final DateTimeFormatter TIME = withFraction("HH:mm:ss");
  private static final DateTimeFormatter TIMESTAMP = withFraction("uuuu-MM-dd HH:mm:ss");
  private static final BigDecimal LEAST_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
  private static final BigDecimal GREATEST_LONG = BigDecimal.valueOf(Long.MAX_VALUE);

  private static final Set<String> TRUE = Set.of("true", "t", "1", "yes", "on");
  private static final Set<String> FALSE = Set.of("false", "f", "0", "no", "off");

  private Conversion() {}

  private static DateTimeFormatter withFraction(String pattern) {
    return new DateTimeFormatterBuilder()
        .appendPattern(pattern)
        .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
        .toFormatter(Locale.ROOT);
  }

  static <T> T convert(Object value, Class<T> type) throws SQLException {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    Object converted;
    if (type == String.class) {
      converted = text(value);
    } else if (type == Boolean.class) {
      converted = truth(value);
    } else if (Number.class.isAssignableFrom(type)) {
      converted = number(value, type);
    } else if (value instanceof QuiverVector vector) {
      converted = vector(vector, type);
    } else if (value instanceof Array array) {
      converted = elements(array, type);
    } else if (type == byte[].class) {
      converted = bytes(value);
    } else if (type == UUID.class) {
      converted = uuid(value);
    } else if (type == Blob.class) {
      converted = new QuiverBlob(convert(value, byte[].class));
    } else if (type == Clob.class || type == NClob.class) {
      converted = new QuiverClob(text(value));
    } else {
      converted = time(value, type);
    }
    if (!type.isInstance(converted)) {
      throw cannot(value, type.getName());
    }
    return type.cast(converted);
  }

  private static Object number(Object value, Class<?> type) throws SQLException {
    if (type == Integer.class) {
      return (int) integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == Long.class) {
      return integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == Short.class) {
      return (short) integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
    }
    if (type == Byte.class) {
      return (byte) integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
    }
    if (type == Double.class) {
      return real(value);
    }
    if (type == Float.class) {
      return (float) real(value);
    }
    return type == BigInteger.class ? decimal(value).toBigInteger() : decimal(value);
  }

  private static Object vector(QuiverVector vector, Class<?> type) throws SQLException {
    float[] floats = vector.toArray();
    if (type == float[].class) {
      return floats;
    }
    if (type == byte[].class) {
      return QuiverVector.pack(floats);
    }
    if (type == double[].class) {
      double[] doubles = new double[floats.length];
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
      return doubles;
    }
    if (type.isAssignableFrom(List.class)) {
      List<Float> list = new ArrayList<>(floats.length);
      for (float element : floats) {
        list.add(element);
      }
      return list;
    }
    throw cannot(vector, type.getName());
  }

  private static Object elements(Array array, Class<?> type) throws SQLException {
    Object elements = array.getArray();
    if (type.isInstance(elements)) {
      return elements;
    }
    if (type.isAssignableFrom(List.class)) {
      return new ArrayList<>(Arrays.asList((Object[]) elements));
    }
    if (type.isArray() && !type.getComponentType().isPrimitive()) {
      Object[] given = (Object[]) elements;
      @Nullable Object[] wanted =
          (@Nullable Object[])
              java.lang.reflect.Array.newInstance(type.getComponentType(), given.length);
      for (int i = 0; i < given.length; i++) {
        wanted[i] = given[i] == null ? null : convert(given[i], type.getComponentType());
      }
      return wanted;
    }
    throw cannot(array, type.getName());
  }

  private static Object bytes(Object value) throws SQLException {
    if (value instanceof String string) {
      return string.getBytes(StandardCharsets.UTF_8);
    }
    throw cannot(value, "bytes");
  }

  private static Object uuid(Object value) throws SQLException {
    if (value instanceof String string) {
      try {
        return UUID.fromString(string);
      } catch (IllegalArgumentException e) {
        throw cannot(value, "a UUID");
      }
    }
    throw cannot(value, "a UUID");
  }

  private static Object time(Object value, Class<?> type) throws SQLException {
    if (type == LocalDate.class) {
      return localDate(value);
    }
    if (type == LocalTime.class) {
      return localTime(value);
    }
    if (type == LocalDateTime.class) {
      return localDateTime(value);
    }
    if (type == Date.class) {
      return Date.valueOf(localDate(value));
    }
    if (type == Time.class) {
      return time(value, ZoneId.systemDefault());
    }
    if (type == Timestamp.class || type == java.util.Date.class) {
      return timestamp(value, ZoneId.systemDefault());
    }
    // Only an instant is one: a TIMESTAMP without a zone could be any.
    if (value instanceof OffsetDateTime instant) {
      if (type == Instant.class) {
        return instant.toInstant();
      }
      if (type == ZonedDateTime.class) {
        return instant.toZonedDateTime();
      }
    }
    throw cannot(value, type.getName());
  }

  static String text(Object value) {
    if (value instanceof LocalDateTime time) {
      return TIMESTAMP.format(time);
    }
    if (value instanceof LocalTime time) {
      return TIME.format(time);
    }
    if (value instanceof OffsetDateTime instant) {
      return TIMESTAMP.format(instant.withOffsetSameInstant(ZoneOffset.UTC)) + "+00";
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toPlainString();
    }
    return value instanceof byte[] bytes
        ? "\\x" + HexFormat.of().formatHex(bytes)
        : value.toString();
  }

  static boolean truth(Object value) throws SQLException {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String text) {
      String word = text.strip().toLowerCase(Locale.ROOT);
      if (TRUE.contains(word)) {
        return true;
      }
      if (FALSE.contains(word)) {
        return false;
      }
    }
    throw cannot(value, "boolean");
  }

  static long integer(Object value, long least, long greatest) throws SQLException {
    if (value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte) {
      long whole = ((Number) value).longValue();
      if (whole >= least && whole <= greatest) {
        return whole;
      }
      throw outOfRange(value, least, greatest);
    }
    // Beyond 2^53 a double is not what the user sees; within, cut the fraction as Java does.
    BigDecimal whole = decimal(value);
    if (whole.compareTo(LEAST_LONG) >= 0 && whole.compareTo(GREATEST_LONG) <= 0) {
      long cut = whole.longValue();
      if (cut >= least && cut <= greatest) {
        return cut;
      }
    }
    throw outOfRange(value, least, greatest);
  }

  private static SQLException outOfRange(Object value, long least, long greatest) {
    return new SQLException(
        value + " is not between " + least + " and " + greatest, SqlStates.OUT_OF_RANGE);
  }

  static double real(Object value) throws SQLException {
    return value instanceof Number number ? number.doubleValue() : decimal(value).doubleValue();
  }

  static BigDecimal decimal(Object value) throws SQLException {
    if (value instanceof BigDecimal decimal) {
      return decimal;
    }
    if (value instanceof Boolean truth) {
      return truth ? BigDecimal.ONE : BigDecimal.ZERO;
    }
    if (value instanceof Number || value instanceof String) {
      try {
        return new BigDecimal(value.toString().strip());
      } catch (NumberFormatException e) {
        throw cannot(value, "a number");
      }
    }
    throw cannot(value, "a number");
  }

  static BigDecimal decimal(Object value, int scale) throws SQLException {
    try {
      return decimal(value).setScale(scale, RoundingMode.HALF_UP);
    } catch (ArithmeticException e) {
      throw new SQLException("no number has the scale " + scale, SqlStates.INVALID_ARGUMENT, e);
    }
  }

  static Date date(Object value, ZoneId zone) throws SQLException {
    if (value instanceof OffsetDateTime instant) {
      return date(instant.atZoneSameInstant(zone).toLocalDate(), zone);
    }
    LocalDate date = localDate(value);
    return zone.equals(ZoneId.systemDefault())
        ? Date.valueOf(date)
        : new Date(date.atStartOfDay(zone).toInstant().toEpochMilli());
  }

  static Timestamp timestamp(Object value, ZoneId zone) throws SQLException {
    if (value instanceof OffsetDateTime instant) {
      return Timestamp.from(instant.toInstant());
    }
    LocalDateTime time = localDateTime(value);
    return zone.equals(ZoneId.systemDefault())
        ? Timestamp.valueOf(time)
        : Timestamp.from(time.atZone(zone).toInstant());
  }

  /** On 1970-01-01, to the millisecond. */
  static Time time(Object value, ZoneId zone) throws SQLException {
    LocalTime time =
        value instanceof OffsetDateTime instant
            ? instant.atZoneSameInstant(zone).toLocalTime()
            : localTime(value);
    ZonedDateTime first = time.atDate(LocalDate.EPOCH).atZone(zone);
    return new Time(first.toInstant().toEpochMilli());
  }

  static ZoneId zone(@Nullable Calendar calendar) {
    return calendar == null ? ZoneId.systemDefault() : calendar.getTimeZone().toZoneId();
  }

  private static LocalDate localDate(Object value) throws SQLException {
    if (value instanceof LocalDate date) {
      return date;
    }
    return localDateTime(value).toLocalDate();
  }

  private static LocalTime localTime(Object value) throws SQLException {
    if (value instanceof LocalTime time) {
      return time;
    }
    if (value instanceof String text) {
      return parsed(text, "a time", LocalTime::parse);
    }
    return localDateTime(value).toLocalTime();
  }

  /** An instant shows the wall clock of the JVM's time zone. */
  private static LocalDateTime localDateTime(Object value) throws SQLException {
    if (value instanceof LocalDateTime time) {
      return time;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    if (value instanceof LocalTime time) {
      return time.atDate(LocalDate.EPOCH);
    }
    if (value instanceof OffsetDateTime instant) {
      return instant.atZoneSameInstant(ZoneId.systemDefault()).toLocalDateTime();
    }
    if (value instanceof String text) {
      return parsed(
          text,
          "a timestamp",
          s ->
              s.length() <= 10
                  ? LocalDate.parse(s).atStartOfDay()
                  : LocalDateTime.parse(s.replace(' ', 'T')));
    }
    throw cannot(value, "a date or time");
  }

  private static <T> T parsed(String text, String what, Parser<T> parser) throws SQLException {
    try {
      return parser.parse(text.strip());
    } catch (java.time.DateTimeException e) {
      throw new SQLException("cannot read a text as " + what, SqlStates.CANNOT_CONVERT, e);
    }
  }

  /** Reads a text or throws. */
  private interface Parser<T> {
    T parse(String text);
  }

  private static SQLException cannot(Object value, String what) {
    return new SQLException(
        "cannot read " + value.getClass().getSimpleName() + " as " + what,
        SqlStates.CANNOT_CONVERT);
  }
}
