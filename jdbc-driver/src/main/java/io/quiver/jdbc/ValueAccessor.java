package io.quiver.jdbc;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.math.BigDecimal;
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
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Calendar;
import java.util.Map;
import org.apache.calcite.avatica.util.Cursor;
import org.joou.UByte;
import org.joou.UInteger;
import org.joou.ULong;
import org.joou.UShort;
import org.jspecify.annotations.Nullable;

/** Reads one column. */
@SuppressWarnings("NullAway") // JDBC's getters answer null for NULL
final class ValueAccessor implements Cursor.Accessor {
  private final ValueCursor cursor;
  private final int ordinal;
  private final WireType type;

  ValueAccessor(ValueCursor cursor, int ordinal, WireType type) {
    this.cursor = cursor;
    this.ordinal = ordinal;
    this.type = type;
  }

  private @Nullable Object value() throws SQLException {
    return type.decode(cursor.value(ordinal));
  }

  @Override
  public boolean wasNull() {
    return cursor.wasNull();
  }

  @Override
  public @Nullable Object getObject() throws SQLException {
    Object value = value();
    if (value instanceof LocalDate date) {
      return Date.valueOf(date);
    }
    if (value instanceof LocalTime) {
      return Conversion.time(value, ZoneId.systemDefault());
    }
    if (value instanceof LocalDateTime time) {
      return Timestamp.valueOf(time);
    }
    return value;
  }

  @Override
  public @Nullable Object getObject(Map<String, Class<?>> map) throws SQLException {
    return getObject();
  }

  @Override
  public <T> T getObject(@Nullable Class<T> wanted) throws SQLException {
    if (wanted == null) {
      throw SqlStates.invalid("getObject needs a class");
    }
    if (wanted == byte[].class) {
      return wanted.cast(getBytes());
    }
    Object value = value();
    return value == null ? null : Conversion.convert(value, wanted);
  }

  @Override
  public @Nullable String getString() throws SQLException {
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
    Object value = value();
    return value == null ? null : Conversion.decimal(value, scale);
  }

  /** A vector as packed elements, as it is stored; a text as UTF-8; a UUID as its 16 bytes. */
  @Override
  public byte @Nullable [] getBytes() throws SQLException {
    if (cursor.value(ordinal) instanceof byte[] bytes) {
      return bytes.clone();
    }
    Object value = value();
    return value == null ? null : Conversion.convert(value, byte[].class);
  }

  @Override
  public @Nullable Date getDate(Calendar calendar) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.date(value, Conversion.zone(calendar));
  }

  @Override
  public @Nullable Timestamp getTimestamp(Calendar calendar) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.timestamp(value, Conversion.zone(calendar));
  }

  @Override
  public @Nullable Time getTime(Calendar calendar) throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.time(value, Conversion.zone(calendar));
  }

  @Override
  public @Nullable String getNString() throws SQLException {
    return getString();
  }

  @Override
  public @Nullable Reader getCharacterStream() throws SQLException {
    String text = getString();
    return text == null ? null : new StringReader(text);
  }

  @Override
  public @Nullable Reader getNCharacterStream() throws SQLException {
    return getCharacterStream();
  }

  @Override
  public @Nullable InputStream getAsciiStream() throws SQLException {
    String text = getString();
    return text == null ? null : new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public InputStream getUnicodeStream() throws SQLException {
    throw SqlStates.unsupported("reading a column as a Unicode stream");
  }

  @Override
  public @Nullable InputStream getBinaryStream() throws SQLException {
    byte[] bytes = getBytes();
    return bytes == null ? null : new ByteArrayInputStream(bytes);
  }

  @Override
  public UByte getUByte() throws SQLException {
    throw SqlStates.unsupported("reading a column as an unsigned number");
  }

  @Override
  public UShort getUShort() throws SQLException {
    throw SqlStates.unsupported("reading a column as an unsigned number");
  }

  @Override
  public UInteger getUInt() throws SQLException {
    throw SqlStates.unsupported("reading a column as an unsigned number");
  }

  @Override
  public ULong getULong() throws SQLException {
    throw SqlStates.unsupported("reading a column as an unsigned number");
  }

  @Override
  public Ref getRef() throws SQLException {
    throw SqlStates.unsupported("reading a column as a REF");
  }

  @Override
  public @Nullable Blob getBlob() throws SQLException {
    byte[] bytes = getBytes();
    return bytes == null ? null : new QuiverBlob(bytes);
  }

  @Override
  public @Nullable Clob getClob() throws SQLException {
    return getNClob();
  }

  @Override
  public @Nullable NClob getNClob() throws SQLException {
    String text = getString();
    return text == null ? null : new QuiverClob(text);
  }

  @Override
  public @Nullable Array getArray() throws SQLException {
    Object value = value();
    return value == null ? null : Conversion.convert(value, Array.class);
  }

  @Override
  public Struct getStruct() throws SQLException {
    throw SqlStates.unsupported("reading a column as a STRUCT");
  }

  @Override
  public URL getURL() throws SQLException {
    throw SqlStates.unsupported("reading a column as a URL");
  }

  @Override
  public SQLXML getSQLXML() throws SQLException {
    throw SqlStates.unsupported("reading a column as an SQLXML");
  }
}
