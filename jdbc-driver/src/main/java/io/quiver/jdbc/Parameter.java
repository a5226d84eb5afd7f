package io.quiver.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/**
 * Java values as parameters.
 *
 * <p>A vector is packed little-endian floats in a value of {@link Rep#OBJECT}, because Avatica's
 * {@link Rep#BYTE_STRING} insists on Base64; {@link RemoteBackend} sends the bytes as they are.
 * Dates and timestamps are ISO text, because Avatica's numbers are shifted by the time zone and end
 * at milliseconds.
 */
final class Parameter {
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT);

  private Parameter() {}

  /**
   * A value for the wire.
   *
   * @throws SQLException 22018 when the class is none that the driver knows
   */
  static TypedValue of(@Nullable Object value) throws SQLException {
    if (value == null) {
      return TypedValue.EXPLICIT_NULL;
    }
    if (value instanceof String || value instanceof Character || value instanceof UUID) {
      return text(value.toString());
    }
    if (value instanceof Number number) {
      return number(number);
    }
    if (value instanceof Boolean) {
      return TypedValue.ofSerial(Rep.BOOLEAN, value);
    }
    if (value instanceof byte[] packed) {
      return TypedValue.ofSerial(Rep.OBJECT, packed.clone());
    }
    if (value instanceof float[] floats) {
      return vector(floats);
    }
    if (value instanceof double[] doubles) {
      float[] floats = new float[doubles.length];
      for (int i = 0; i < doubles.length; i++) {
        floats[i] = (float) doubles[i];
      }
      return vector(floats);
    }
    if (value instanceof List<?> list) {
      return vector(list);
    }
    if (value instanceof Object[] elements) {
      return vector(Arrays.asList(elements));
    }
    if (value instanceof QuiverVector vector) {
      return TypedValue.ofSerial(Rep.OBJECT, vector.packed());
    }
    if (value instanceof java.sql.Array array) {
      return of(array.getArray());
    }
    return time(value);
  }

  @SuppressWarnings("JavaUtilDate") // old code binds it, so it is accepted
  private static TypedValue time(Object value) throws SQLException {
    if (value instanceof LocalDate date) {
      return text(date.toString());
    }
    if (value instanceof LocalDateTime time) {
      return text(TIMESTAMP.format(time));
    }
    // The wall clock that the value shows is what is stored: no time zone has a say.
    if (value instanceof Date date) {
      return text(date.toLocalDate().toString());
    }
    if (value instanceof Timestamp timestamp) {
      return text(TIMESTAMP.format(timestamp.toLocalDateTime()));
    }
    if (value instanceof java.util.Date date && !(value instanceof java.sql.Time)) {
      return text(TIMESTAMP.format(new Timestamp(date.getTime()).toLocalDateTime()));
    }
    throw new SQLException(
        "no parameter can be made of a " + value.getClass().getName(), SqlStates.CANNOT_CONVERT);
  }

  private static TypedValue number(Number number) {
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
      return text(decimal.toPlainString());
    }
    if (number instanceof BigInteger) {
      return text(number.toString());
    }
    return TypedValue.ofSerial(Rep.LONG, number.longValue());
  }

  private static TypedValue text(String text) {
    return TypedValue.ofSerial(Rep.STRING, text);
  }

  private static TypedValue vector(float[] values) {
    return TypedValue.ofSerial(Rep.OBJECT, QuiverVector.pack(values));
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
    return vector(values);
  }
}
