package io.quiver.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * Java values as parameters.
 *
 * <p>A vector is a {@code float[]} in a value of {@link Rep#OBJECT} and bytes are a {@code byte[]}
 * in one, because Avatica's {@link Rep#BYTE_STRING} insists on Base64; {@link RemoteBackend} sends
 * both as bytes. An ARRAY is a list of such values. Dates and times are ISO text, because Avatica's
 * numbers are shifted by the time zone and end at milliseconds.
 */
final class Parameter {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT);
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

  private Parameter() {}

  /** What the statement wants, as its preparation has told. */
  record Wanted(int jdbcType, String typeName) {
    boolean isInstant() {
      return jdbcType == Types.TIMESTAMP_WITH_TIMEZONE;
    }
  }

  /**
   * A value for the wire.
   *
   * @throws SQLException 22018 when the class is none that the driver knows
   */
  static TypedValue of(@Nullable Object value, Wanted wanted) throws SQLException {
    if (value == null) {
      return TypedValue.EXPLICIT_NULL;
    }
    if (value instanceof String || value instanceof Character || value instanceof UUID) {
      return text(value.toString());
    }
    if (value instanceof Number number) {
      return number(number, wanted);
    }
    if (value instanceof Boolean) {
      return TypedValue.ofSerial(Rep.BOOLEAN, value);
    }
    if (value instanceof byte[] bytes) {
      return TypedValue.ofSerial(Rep.OBJECT, bytes.clone());
    }
    if (value instanceof QuiverVector vector) {
      return TypedValue.ofSerial(Rep.OBJECT, vector.toArray());
    }
    if (value instanceof float[] floats && wanted.jdbcType() != Types.ARRAY) {
      return TypedValue.ofSerial(Rep.OBJECT, floats.clone());
    }
    if (value instanceof List<?> list) {
      return elements(list, wanted);
    }
    if (value instanceof Array array) {
      return of(array.getArray(), wanted);
    }
    if (value instanceof Blob blob) {
      return of(blob.getBytes(1, (int) blob.length()), wanted);
    }
    if (value instanceof Clob clob) {
      return text(clob.getSubString(1, (int) clob.length()));
    }
    if (value.getClass().isArray()) {
      return elements(boxed(value), wanted);
    }
    return text(time(value, wanted));
  }

  private static List<@Nullable Object> boxed(Object array) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = 0; i < java.lang.reflect.Array.getLength(array); i++) {
      list.add(java.lang.reflect.Array.get(array, i));
    }
    return list;
  }

  /** An ARRAY where the statement wants one, else a vector. */
  private static TypedValue elements(List<?> list, Wanted wanted) throws SQLException {
    if (wanted.jdbcType() != Types.ARRAY) {
      return vector(list);
    }
    // Only an instant's elements differ from those of any other array.
    Wanted element =
        wanted.typeName().startsWith("TIMESTAMP WITH")
            ? new Wanted(Types.TIMESTAMP_WITH_TIMEZONE, wanted.typeName())
            : new Wanted(Types.OTHER, "");
    List<TypedValue> values = new ArrayList<>(list.size());
    for (Object value : list) {
      values.add(of(value, element));
    }
    return TypedValue.ofSerial(Rep.ARRAY, values);
  }

  private static TypedValue vector(List<?> elements) throws SQLException {
    float[] values = new float[elements.size()];
    for (int i = 0; i < values.length; i++) {
      if (!(elements.get(i) instanceof Number number)) {
        throw new SQLException(
            "element " + (i + 1) + " of a vector is a number, found " + elements.get(i),
            SqlStates.CANNOT_CONVERT);
      }
      values[i] = number.floatValue();
    }
    return TypedValue.ofSerial(Rep.OBJECT, values);
  }

  @SuppressWarnings("JavaUtilDate") // old code binds it, so it is accepted
  private static String time(Object value, Wanted wanted) throws SQLException {
    if (value instanceof LocalDate) {
      return value.toString();
    }
    if (value instanceof LocalTime time) {
      return TIME.format(time);
    }
    if (value instanceof LocalDateTime time) {
      return TIMESTAMP.format(time);
    }
    if (value instanceof Instant instant) {
      return instant(instant);
    }
    if (value instanceof OffsetDateTime time) {
      return instant(time.toInstant());
    }
    if (value instanceof ZonedDateTime time) {
      return instant(time.toInstant());
    }
    // The wall clock that the value shows is what is stored: no time zone has a say.
    if (value instanceof Date date) {
      return date.toLocalDate().toString();
    }
    if (value instanceof Time time) {
      return time(time, ZoneId.systemDefault());
    }
    if (value instanceof java.util.Date date) {
      Timestamp timestamp = date instanceof Timestamp exact ? exact : new Timestamp(date.getTime());
      return timestamp(timestamp, ZoneId.systemDefault(), wanted);
    }
    if (value instanceof java.util.Calendar calendar) {
      return timestamp(
          Timestamp.from(calendar.toInstant()), calendar.getTimeZone().toZoneId(), wanted);
    }
    throw new SQLException(
        "no parameter can be made of a " + value.getClass().getName(), SqlStates.CANNOT_CONVERT);
  }

  private static String instant(Instant instant) {
    return TIMESTAMP.format(instant.atOffset(ZoneOffset.UTC)) + "+00:00";
  }

  /** The time of day that the instant has in a time zone, to the millisecond. */
  static String time(Time time, ZoneId zone) {
    return TIME.format(Instant.ofEpochMilli(time.getTime()).atZone(zone).toLocalTime());
  }

  /** The wall clock that the instant has in a time zone; the instant where one is wanted. */
  static String timestamp(Timestamp timestamp, ZoneId zone, Wanted wanted) {
    if (wanted.isInstant()) {
      return instant(timestamp.toInstant());
    }
    return TIMESTAMP.format(
        zone.equals(ZoneId.systemDefault())
            ? timestamp.toLocalDateTime()
            : timestamp.toInstant().atZone(zone).toLocalDateTime());
  }

  private static TypedValue number(Number number, Wanted wanted) {
    if (number instanceof Integer) {
      return TypedValue.ofSerial(Rep.INTEGER, number);
    }
    if (number instanceof Float) {
      return TypedValue.ofSerial(Rep.FLOAT, number);
    }
    if (number instanceof Double) {
      return TypedValue.ofSerial(Rep.DOUBLE, number);
    }
    if (number instanceof BigDecimal decimal) {
      // As text it would have to be whole; every other number with a fraction is rounded.
      boolean whole =
          switch (wanted.jdbcType()) {
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> true;
            default -> false;
          };
      BigDecimal value = whole ? decimal.setScale(0, RoundingMode.HALF_EVEN) : decimal;
      return text(value.toPlainString());
    }
    if (number instanceof BigInteger) {
      return text(number.toString());
    }
    return TypedValue.ofSerial(Rep.LONG, number.longValue());
  }

  private static TypedValue text(String text) {
    return TypedValue.ofSerial(Rep.STRING, text);
  }
}
