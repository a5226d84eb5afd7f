package io.quiver.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.ZoneId;
import java.util.Calendar;
import org.apache.calcite.avatica.AvaticaParameter;
import org.apache.calcite.avatica.AvaticaPreparedStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.remote.TypedValue;
import org.jspecify.annotations.Nullable;

/** The setters of a prepared statement: each makes one {@link Parameter}. */
abstract class ParameterSetters extends AvaticaPreparedStatement {
  ParameterSetters(
      QuiverConnection owner,
      Meta.@Nullable StatementHandle handle,
      Meta.Signature signature,
      int type,
      int concurrency,
      int holdability)
      throws SQLException {
    super(owner, handle, signature, type, concurrency, holdability);
  }

  /** What the statement wants there; 22023 where it has no such parameter. */
  @Override
  protected final AvaticaParameter getParameter(int index) throws SQLException {
    int count = getSignature().parameters.size();
    if (index < 1 || index > count) {
      throw SqlStates.invalid("the statement has " + count + " parameters, found number " + index);
    }
    return getSignature().parameters.get(index - 1);
  }

  private Parameter.Wanted wanted(int index) throws SQLException {
    checkOpen();
    AvaticaParameter parameter = getParameter(index);
    return new Parameter.Wanted(parameter.parameterType, parameter.typeName);
  }

  @Override
  public final void setObject(int index, @Nullable Object value) throws SQLException {
    TypedValue travelling = Parameter.of(value, wanted(index));
    slots[index - 1] = travelling;
  }

  /** The statement's own type decides what becomes of the value; the target says if it is text. */
  @Override
  public final void setObject(int index, @Nullable Object value, int target) throws SQLException {
    boolean asText = target == Types.VARCHAR || target == Types.CHAR || target == Types.LONGVARCHAR;
    boolean isPlain = value instanceof Number || value instanceof Boolean;
    setObject(index, asText && isPlain ? String.valueOf(value) : value);
  }

  @Override
  public final void setObject(int index, @Nullable Object value, int target, int scale)
      throws SQLException {
    boolean isDecimal = target == Types.DECIMAL || target == Types.NUMERIC;
    if (isDecimal && (value instanceof Number || value instanceof String)) {
      setObject(index, Conversion.decimal(value, scale));
    } else {
      setObject(index, value, target);
    }
  }

  @Override
  public final void setObject(int index, @Nullable Object value, SQLType target)
      throws SQLException {
    setObject(index, value, typeNumber(target));
  }

  @Override
  public final void setObject(int index, @Nullable Object value, SQLType target, int scale)
      throws SQLException {
    setObject(index, value, typeNumber(target), scale);
  }

  private static int typeNumber(@Nullable SQLType type) {
    Integer number = type == null ? null : type.getVendorTypeNumber();
    return number == null ? Types.OTHER : number;
  }

  @Override
  public final void setNull(int index, int type) throws SQLException {
    setObject(index, null);
  }

  @Override
  public final void setNull(int index, int type, @Nullable String typeName) throws SQLException {
    setObject(index, null);
  }

  @Override
  public final void setBoolean(int index, boolean value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setByte(int index, byte value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setShort(int index, short value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setInt(int index, int value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setLong(int index, long value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setFloat(int index, float value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setDouble(int index, double value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setBigDecimal(int index, @Nullable BigDecimal value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setString(int index, @Nullable String value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setNString(int index, @Nullable String value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setBytes(int index, byte @Nullable [] value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setArray(int index, @Nullable Array value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setURL(int index, @Nullable URL value) throws SQLException {
    setObject(index, value == null ? null : value.toString());
  }

  @Override
  public final void setDate(int index, @Nullable Date value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setTime(int index, @Nullable Time value) throws SQLException {
    setObject(index, value);
  }

  @Override
  public final void setTimestamp(int index, @Nullable Timestamp value) throws SQLException {
    setObject(index, value);
  }

  /** The date that the instant has in the calendar's time zone. */
  @Override
  public final void setDate(int index, @Nullable Date value, @Nullable Calendar calendar)
      throws SQLException {
    ZoneId zone = Conversion.zone(calendar);
    setObject(
        index,
        value == null
            ? null
            : new Timestamp(value.getTime()).toInstant().atZone(zone).toLocalDate());
  }

  /** The time of day that the instant has in the calendar's time zone. */
  @Override
  public final void setTime(int index, @Nullable Time value, @Nullable Calendar calendar)
      throws SQLException {
    setObject(index, value == null ? null : Parameter.time(value, Conversion.zone(calendar)));
  }

  /** The date and time that the instant has in the calendar's time zone. */
  @Override
  public final void setTimestamp(int index, @Nullable Timestamp value, @Nullable Calendar calendar)
      throws SQLException {
    Parameter.Wanted wanted = wanted(index);
    setObject(
        index,
        value == null ? null : Parameter.timestamp(value, Conversion.zone(calendar), wanted));
  }

  @Override
  public final void setAsciiStream(int index, @Nullable InputStream x) throws SQLException {
    setAsciiStream(index, x, Long.MAX_VALUE);
  }

  @Override
  public final void setAsciiStream(int index, @Nullable InputStream x, int length)
      throws SQLException {
    setAsciiStream(index, x, (long) length);
  }

  @Override
  public final void setAsciiStream(int index, @Nullable InputStream x, long length)
      throws SQLException {
    setObject(index, x == null ? null : new String(bytes(x, length), StandardCharsets.US_ASCII));
  }

  @Override
  @Deprecated
  public final void setUnicodeStream(int index, @Nullable InputStream x, int length)
      throws SQLException {
    setObject(index, x == null ? null : new String(bytes(x, length), StandardCharsets.UTF_8));
  }

  @Override
  public final void setBinaryStream(int index, @Nullable InputStream x) throws SQLException {
    setBinaryStream(index, x, Long.MAX_VALUE);
  }

  @Override
  public final void setBinaryStream(int index, @Nullable InputStream x, int length)
      throws SQLException {
    setBinaryStream(index, x, (long) length);
  }

  @Override
  public final void setBinaryStream(int index, @Nullable InputStream x, long length)
      throws SQLException {
    setObject(index, x == null ? null : bytes(x, length));
  }

  @Override
  public final void setCharacterStream(int index, @Nullable Reader x) throws SQLException {
    setCharacterStream(index, x, Long.MAX_VALUE);
  }

  @Override
  public final void setCharacterStream(int index, @Nullable Reader x, int length)
      throws SQLException {
    setCharacterStream(index, x, (long) length);
  }

  @Override
  public final void setCharacterStream(int index, @Nullable Reader x, long length)
      throws SQLException {
    setObject(index, x == null ? null : text(x, length));
  }

  @Override
  public final void setNCharacterStream(int index, @Nullable Reader x) throws SQLException {
    setCharacterStream(index, x);
  }

  @Override
  public final void setNCharacterStream(int index, @Nullable Reader x, long length)
      throws SQLException {
    setCharacterStream(index, x, length);
  }

  @Override
  public final void setBlob(int index, @Nullable Blob x) throws SQLException {
    setObject(index, x == null ? null : bytes(x.getBinaryStream(), x.length()));
  }

  @Override
  public final void setBlob(int index, @Nullable InputStream x) throws SQLException {
    setBinaryStream(index, x);
  }

  @Override
  public final void setBlob(int index, @Nullable InputStream x, long length) throws SQLException {
    setBinaryStream(index, x, length);
  }

  @Override
  public final void setClob(int index, @Nullable Clob x) throws SQLException {
    setObject(index, x == null ? null : text(x.getCharacterStream(), x.length()));
  }

  @Override
  public final void setClob(int index, @Nullable Reader x) throws SQLException {
    setCharacterStream(index, x);
  }

  @Override
  public final void setClob(int index, @Nullable Reader x, long length) throws SQLException {
    setCharacterStream(index, x, length);
  }

  @Override
  public final void setNClob(int index, @Nullable NClob x) throws SQLException {
    setClob(index, x);
  }

  @Override
  public final void setNClob(int index, @Nullable Reader x) throws SQLException {
    setCharacterStream(index, x);
  }

  @Override
  public final void setNClob(int index, @Nullable Reader x, long length) throws SQLException {
    setCharacterStream(index, x, length);
  }

  @Override
  public final void setRowId(int index, RowId x) throws SQLException {
    throw SqlStates.unsupported("a row id as a parameter");
  }

  @Override
  public final void setRef(int index, Ref x) throws SQLException {
    throw SqlStates.unsupported("a REF as a parameter");
  }

  @Override
  public final void setSQLXML(int index, SQLXML x) throws SQLException {
    throw SqlStates.unsupported("XML as a parameter");
  }

  /** A stream that ends early is refused where its length was said. */
  private static byte[] bytes(InputStream in, long length) throws SQLException {
    try {
      checkLength(length);
      byte[] bytes = in.readNBytes((int) Math.min(length, Integer.MAX_VALUE - 8));
      checkEnd(bytes.length, length);
      return bytes;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static String text(Reader in, long length) throws SQLException {
    try {
      checkLength(length);
      StringWriter text = new StringWriter();
      char[] part = new char[8_192];
      long left = length;
      while (left > 0) {
        int count = in.read(part, 0, (int) Math.min(part.length, left));
        if (count < 0) {
          break;
        }
        text.write(part, 0, count);
        left -= count;
      }
      checkEnd(length - left, length);
      return text.toString();
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private static void checkLength(long length) throws SQLException {
    if (length < 0) {
      throw SqlStates.invalid("a stream's length is not negative, found " + length);
    }
  }

  private static void checkEnd(long found, long wanted) throws SQLException {
    if (wanted != Long.MAX_VALUE && found < wanted) {
      throw SqlStates.invalid("the stream ends after " + found + ", wanted " + wanted);
    }
  }

  private static SQLException unreadable(IOException e) {
    return new SQLException("cannot read the stream: " + e.getMessage(), SqlStates.IO_ERROR, e);
  }
}
