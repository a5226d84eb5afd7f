package io.quiver.jdbc;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Struct;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Calendar;
import java.util.Map;
import org.apache.calcite.avatica.util.Cursor;
import org.joou.UByte;
import org.joou.UInteger;
import org.joou.ULong;
import org.joou.UShort;
import org.jspecify.annotations.Nullable;

/**
 * Reads one column. On the wire a DATE is days and a TIMESTAMP microseconds since 1970-01-01, a
 * vector packed little-endian floats; everything else is itself.
 */
@SuppressWarnings("NullAway") // JDBC's getters answer null for NULL
final class ValueAccessor implements Cursor.Accessor {
  private final ValueCursor cursor;
  private final int ordinal;
  private final int sqlType;

  ValueAccessor(ValueCursor cursor, int ordinal, int sqlType) {
    this.cursor = cursor;
    this.ordinal = ordinal;
    this.sqlType = sqlType;
  }

  private @Nullable Object value() {
    Object value = cursor.value(ordinal);
    if (value instanceof byte[] packed && sqlType == Types.OTHER) {
      return QuiverVector.unpack(packed);
    }
    if (value instanceof Number number) {
      return switch (sqlType) {
        case Types.DATE -> LocalDate.ofEpochDay(number.longValue());
        case Types.TIMESTAMP -> timestamp(number.longValue());
        default -> value;
      };
    }
    return value;
  }

  private static LocalDateTime timestamp(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L),
        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
        ZoneOffset.UTC);
  }

  @Override
  public boolean wasNull() {
    return cursor.wasNull();
  }

  @Override
  public @Nullable Object getObject() {
    Object value = value();
    if (value instanceof LocalDate date) {
      return Date.valueOf(date);
    }
    if (value instanceof LocalDateTime time) {
      return Timestamp.valueOf(time);
    }
    return value;
  }

  @Override
  public @Nullable Object getObject(Map<String, Class<?>> map) {
    return getObject();
  }

  @Override
  public <T> T getObject(Class<T> type) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.convert(value, type);
  }

  @Override
  public @Nullable String getString() {
    Object value = value();
    return value == null ? null : Conversion.text(value);
  }

  @Override
  public boolean getBoolean() throws SQLException {
    Object value = value();
    return value != null && Conversion.truth(value);
  }

  @Override
  public long getLong() throws SQLException {
    Object value = value();
    return value == null ? 0 : Conversion.integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
  }

  @Override
  public int getInt() throws SQLException {
    Object value = value();
    return value == null
        ? 0
        : (int) Conversion.integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @Override
  public short getShort() throws SQLException {
    Object value = value();
    return value == null ? 0 : (short) Conversion.integer(value, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  @Override
  public byte getByte() throws SQLException {
    Object value = value();
    return value == null ? 0 : (byte) Conversion.integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  @Override
  public float getFloat() throws SQLException {
    Object value = value();
    return value == null ? 0 : (float) Conversion.real(value);
  }

  @Override
  public double getDouble() throws SQLException {
    Object value = value();
    return value == null ? 0 : Conversion.real(value);
  }

  @Override
  public @Nullable BigDecimal getBigDecimal() throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.decimal(value);
  }

  @Override
  public @Nullable BigDecimal getBigDecimal(int scale) throws SQLException {
    BigDecimal value = getBigDecimal();
    return value == null ? null : value.setScale(scale, RoundingMode.HALF_UP);
  }

  /** A vector as packed little-endian floats, a text as UTF-8. */
  @Override
  public byte @Nullable [] getBytes() throws SQLException {
    Object value = value();
    if (value == null) {
      return null;
    }
    return Conversion.convert(value, byte[].class);
  }

  @Override
  public @Nullable Date getDate(Calendar calendar) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.date(value, calendar);
  }

  @Override
  public @Nullable Timestamp getTimestamp(Calendar calendar) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.timestamp(value, calendar);
  }

  @Override
  public @Nullable Time getTime(Calendar calendar) throws SQLException {
    Timestamp timestamp = getTimestamp(calendar);
    return timestamp == null ? null : new Time(timestamp.getTime());
  }

  @Override
  public @Nullable String getNString() {
    return getString();
  }

  @Override
  public @Nullable Reader getCharacterStream() {
    String text = getString();
    return text == null ? null : new StringReader(text);
  }

  @Override
  public @Nullable Reader getNCharacterStream() {
    return getCharacterStream();
  }

  @Override
  public @Nullable InputStream getAsciiStream() {
    String text = getString();
    return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public InputStream getUnicodeStream() throws SQLException {
    throw cannot("a Unicode stream");
  }

  @Override
  public @Nullable InputStream getBinaryStream() throws SQLException {
    byte[] bytes = getBytes();
    return bytes == null ? null : new ByteArrayInputStream(bytes);
  }

  @Override
  public UByte getUByte() throws SQLException {
    throw cannot("an unsigned number");
  }

  @Override
  public UShort getUShort() throws SQLException {
    throw cannot("an unsigned number");
  }

  @Override
  public UInteger getUInt() throws SQLException {
    throw cannot("an unsigned number");
  }

  @Override
  public ULong getULong() throws SQLException {
    throw cannot("an unsigned number");
  }

  @Override
  public Ref getRef() throws SQLException {
    throw cannot("a REF");
  }

  @Override
  public Blob getBlob() throws SQLException {
    throw cannot("a BLOB");
  }

  @Override
  public Clob getClob() throws SQLException {
    throw cannot("a CLOB");
  }

  @Override
  public NClob getNClob() throws SQLException {
    throw cannot("an NCLOB");
  }

  @Override
  public Array getArray() throws SQLException {
    throw cannot("an ARRAY");
  }

  @Override
  public Struct getStruct() throws SQLException {
    throw cannot("a STRUCT");
  }

  @Override
  public URL getURL() throws SQLException {
    throw cannot("a URL");
  }

  @Override
  public SQLXML getSQLXML() throws SQLException {
    throw cannot("an SQLXML");
  }

  private static SQLException cannot(String what) {
    return new SQLException("no column can be read as " + what, SqlStates.CANNOT_CONVERT);
  }
}
