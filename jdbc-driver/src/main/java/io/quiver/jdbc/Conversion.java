package io.quiver.jdbc;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Locale;

/** Turns a column's value, which is not null, into what a getter promises. */
final class Conversion {
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 6, true)
          .toFormatter(Locale.ROOT);

  private Conversion() {}

  static <T> T convert(Object value, Class<T> type) throws SQLException {
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    Object converted = null;
    if (type == String.class) {
      converted = text(value);
    } else if (type == Integer.class) {
      converted = (int) integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    } else if (type == Long.class) {
      converted = integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
    } else if (type == Short.class) {
      converted = (short) integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
    } else if (type == Double.class) {
      converted = real(value);
    } else if (type == Float.class) {
      converted = (float) real(value);
    } else if (type == BigDecimal.class) {
      converted = decimal(value);
    } else if (type == Boolean.class) {
      converted = truth(value);
    } else if (value instanceof QuiverVector vector) {
      converted = vector(vector, type);
    } else if (value instanceof String string && type == byte[].class) {
      converted = string.getBytes(StandardCharsets.UTF_8);
    } else {
      converted = time(value, type);
    }
    if (!type.isInstance(converted)) {
      throw cannot(value, type.getName());
    }
    return type.cast(converted);
  }

  private static Object vector(QuiverVector vector, Class<?> type) {
    if (type == float[].class) {
      return vector.toArray();
    }
    if (type == byte[].class) {
      return vector.packed();
    }
    float[] floats = vector.toArray();
    if (type == double[].class) {
      double[] doubles = new double[floats.length];
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
      return doubles;
    }
    List<Float> list = new ArrayList<>(floats.length);
    for (float element : floats) {
      list.add(element);
    }
    return list;
  }

  private static Object time(Object value, Class<?> type) throws SQLException {
    if (type == LocalDate.class) {
      return localDate(value);
    }
    if (type == LocalDateTime.class) {
      return localDateTime(value);
    }
    if (type == Date.class) {
      return Date.valueOf(localDate(value));
    }
    if (type == Timestamp.class) {
      return Timestamp.valueOf(localDateTime(value));
    }
    throw cannot(value, type.getName());
  }

  static String text(Object value) {
    return value instanceof LocalDateTime time ? TIMESTAMP.format(time) : value.toString();
  }

  static boolean truth(Object value) throws SQLException {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    if (value instanceof String text) {
      if (text.equalsIgnoreCase("true")) {
        return true;
      }
      if (text.equalsIgnoreCase("false")) {
        return false;
      }
    }
    throw cannot(value, "boolean");
  }

  static long integer(Object value, long least, long greatest) throws SQLException {
    // Beyond 2^53 a double is not what the user sees; within, cut the fraction as Java does.
    BigDecimal whole = decimal(value);
    if (whole.compareTo(BigDecimal.valueOf(least)) < 0
        || whole.compareTo(BigDecimal.valueOf(greatest)) > 0) {
      throw new SQLException(value + " is not between " + least + " and " + greatest, "22003");
    }
    return whole.longValue();
  }

  static double real(Object value) throws SQLException {
    return value instanceof Number number ? number.doubleValue() : decimal(value).doubleValue();
  }

  static BigDecimal decimal(Object value) throws SQLException {
    if (value instanceof Integer || value instanceof Long || value instanceof Short) {
      return BigDecimal.valueOf(((Number) value).longValue());
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

  static Date date(Object value, Calendar calendar) throws SQLException {
    LocalDate date = localDate(value);
    ZoneId zone = calendar.getTimeZone().toZoneId();
    return zone.equals(ZoneId.systemDefault())
        ? Date.valueOf(date)
        : new Date(date.atStartOfDay(zone).toInstant().toEpochMilli());
  }

  static Timestamp timestamp(Object value, Calendar calendar) throws SQLException {
    LocalDateTime time = localDateTime(value);
    ZoneId zone = calendar.getTimeZone().toZoneId();
    return zone.equals(ZoneId.systemDefault())
        ? Timestamp.valueOf(time)
        : Timestamp.from(time.atZone(zone).toInstant());
  }

  private static LocalDate localDate(Object value) throws SQLException {
    if (value instanceof LocalDate date) {
      return date;
    }
    if (value instanceof LocalDateTime time) {
      return time.toLocalDate();
    }
    throw cannot(value, "a date");
  }

  private static LocalDateTime localDateTime(Object value) throws SQLException {
    if (value instanceof LocalDateTime time) {
      return time;
    }
    if (value instanceof LocalDate date) {
      return date.atStartOfDay();
    }
    throw cannot(value, "a timestamp");
  }

  private static SQLException cannot(Object value, String what) {
    return new SQLException(
        "cannot read " + value.getClass().getSimpleName() + " as " + what,
        SqlStates.CANNOT_CONVERT);
  }
}
