package io.quiver.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.util.Cursor;
import org.jspecify.annotations.Nullable;

/** The getters. Avatica's own would name no SQLSTATE for a column that is not there. */
@SuppressWarnings({"NullAway", "InlineMeSuggester"}) // JDBC's getters answer null for NULL
abstract class ReadingResultSet extends ReadOnlyLabels {
  ReadingResultSet(
      @Nullable AvaticaStatement statement,
      QueryState state,
      Meta.Signature signature,
      ResultSetMetaData metaData,
      TimeZone timeZone,
      Meta.Frame firstFrame)
      throws SQLException {
    super(statement, state, signature, metaData, timeZone, firstFrame);
  }

  /**
   * The reader of a column.
   *
   * @throws SQLException 22023 when there is no such column, 55000 when the result is closed
   */
  abstract Cursor.Accessor accessor(int column) throws SQLException;

  @Override
  public final RowId getRowId(int column) throws SQLException {
    throw SqlStates.unsupported("a row id");
  }

  @Override
  public final RowId getRowId(String label) throws SQLException {
    throw SqlStates.unsupported("a row id");
  }

  @Override
  public final String getString(int column) throws SQLException {
    return accessor(column).getString();
  }

  @Override
  public final boolean getBoolean(int column) throws SQLException {
    return accessor(column).getBoolean();
  }

  @Override
  public final byte getByte(int column) throws SQLException {
    return accessor(column).getByte();
  }

  @Override
  public final short getShort(int column) throws SQLException {
    return accessor(column).getShort();
  }

  @Override
  public final int getInt(int column) throws SQLException {
    return accessor(column).getInt();
  }

  @Override
  public final long getLong(int column) throws SQLException {
    return accessor(column).getLong();
  }

  @Override
  public final float getFloat(int column) throws SQLException {
    return accessor(column).getFloat();
  }

  @Override
  public final double getDouble(int column) throws SQLException {
    return accessor(column).getDouble();
  }

  @Override
  @Deprecated
  public final BigDecimal getBigDecimal(int column, int scale) throws SQLException {
    return accessor(column).getBigDecimal(scale);
  }

  @Override
  public final byte[] getBytes(int column) throws SQLException {
    return accessor(column).getBytes();
  }

  @Override
  public final Date getDate(int column) throws SQLException {
    return accessor(column).getDate(localCalendar);
  }

  @Override
  public final Time getTime(int column) throws SQLException {
    return accessor(column).getTime(localCalendar);
  }

  @Override
  public final Timestamp getTimestamp(int column) throws SQLException {
    return accessor(column).getTimestamp(localCalendar);
  }

  @Override
  public final InputStream getAsciiStream(int column) throws SQLException {
    return accessor(column).getAsciiStream();
  }

  @Override
  @Deprecated
  public final InputStream getUnicodeStream(int column) throws SQLException {
    return accessor(column).getUnicodeStream();
  }

  @Override
  public final InputStream getBinaryStream(int column) throws SQLException {
    return accessor(column).getBinaryStream();
  }

  @Override
  public final String getString(String label) throws SQLException {
    return getString(findColumn(label));
  }

  @Override
  public final boolean getBoolean(String label) throws SQLException {
    return getBoolean(findColumn(label));
  }

  @Override
  public final byte getByte(String label) throws SQLException {
    return getByte(findColumn(label));
  }

  @Override
  public final short getShort(String label) throws SQLException {
    return getShort(findColumn(label));
  }

  @Override
  public final int getInt(String label) throws SQLException {
    return getInt(findColumn(label));
  }

  @Override
  public final long getLong(String label) throws SQLException {
    return getLong(findColumn(label));
  }

  @Override
  public final float getFloat(String label) throws SQLException {
    return getFloat(findColumn(label));
  }

  @Override
  public final double getDouble(String label) throws SQLException {
    return getDouble(findColumn(label));
  }

  @Override
  @Deprecated
  public final BigDecimal getBigDecimal(String label, int scale) throws SQLException {
    return getBigDecimal(findColumn(label), scale);
  }

  @Override
  public final byte[] getBytes(String label) throws SQLException {
    return getBytes(findColumn(label));
  }

  @Override
  public final Date getDate(String label) throws SQLException {
    return getDate(findColumn(label));
  }

  @Override
  public final Time getTime(String label) throws SQLException {
    return getTime(findColumn(label));
  }

  @Override
  public final Timestamp getTimestamp(String label) throws SQLException {
    return getTimestamp(findColumn(label));
  }

  @Override
  public final InputStream getAsciiStream(String label) throws SQLException {
    return getAsciiStream(findColumn(label));
  }

  @Override
  @Deprecated
  public final InputStream getUnicodeStream(String label) throws SQLException {
    return getUnicodeStream(findColumn(label));
  }

  @Override
  public final InputStream getBinaryStream(String label) throws SQLException {
    return getBinaryStream(findColumn(label));
  }

  @Override
  public final Object getObject(int column) throws SQLException {
    return accessor(column).getObject();
  }

  @Override
  public final Object getObject(String label) throws SQLException {
    return getObject(findColumn(label));
  }

  @Override
  public final Reader getCharacterStream(int column) throws SQLException {
    return accessor(column).getCharacterStream();
  }

  @Override
  public final Reader getCharacterStream(String label) throws SQLException {
    return getCharacterStream(findColumn(label));
  }

  @Override
  public final BigDecimal getBigDecimal(int column) throws SQLException {
    return accessor(column).getBigDecimal();
  }

  @Override
  public final BigDecimal getBigDecimal(String label) throws SQLException {
    return getBigDecimal(findColumn(label));
  }

  @Override
  public final Object getObject(int column, Map<String, Class<?>> map) throws SQLException {
    return accessor(column).getObject(map);
  }

  @Override
  public final Ref getRef(int column) throws SQLException {
    return accessor(column).getRef();
  }

  @Override
  public final Blob getBlob(int column) throws SQLException {
    return accessor(column).getBlob();
  }

  @Override
  public final Clob getClob(int column) throws SQLException {
    return accessor(column).getClob();
  }

  @Override
  public final Array getArray(int column) throws SQLException {
    return accessor(column).getArray();
  }

  @Override
  public final Object getObject(String label, Map<String, Class<?>> map) throws SQLException {
    return getObject(findColumn(label), map);
  }

  @Override
  public final Ref getRef(String label) throws SQLException {
    return getRef(findColumn(label));
  }

  @Override
  public final Blob getBlob(String label) throws SQLException {
    return getBlob(findColumn(label));
  }

  @Override
  public final Clob getClob(String label) throws SQLException {
    return getClob(findColumn(label));
  }

  @Override
  public final Array getArray(String label) throws SQLException {
    return getArray(findColumn(label));
  }

  @Override
  public final Date getDate(int column, Calendar calendar) throws SQLException {
    return accessor(column).getDate(calendar);
  }

  @Override
  public final Date getDate(String label, Calendar calendar) throws SQLException {
    return getDate(findColumn(label), calendar);
  }

  @Override
  public final Time getTime(int column, Calendar calendar) throws SQLException {
    return accessor(column).getTime(calendar);
  }

  @Override
  public final Time getTime(String label, Calendar calendar) throws SQLException {
    return getTime(findColumn(label), calendar);
  }

  @Override
  public final Timestamp getTimestamp(int column, Calendar calendar) throws SQLException {
    return accessor(column).getTimestamp(calendar);
  }

  @Override
  public final Timestamp getTimestamp(String label, Calendar calendar) throws SQLException {
    return getTimestamp(findColumn(label), calendar);
  }

  @Override
  public final URL getURL(int column) throws SQLException {
    return accessor(column).getURL();
  }

  @Override
  public final URL getURL(String label) throws SQLException {
    return getURL(findColumn(label));
  }

  @Override
  public final NClob getNClob(int column) throws SQLException {
    return accessor(column).getNClob();
  }

  @Override
  public final NClob getNClob(String label) throws SQLException {
    return getNClob(findColumn(label));
  }

  @Override
  public final SQLXML getSQLXML(int column) throws SQLException {
    return accessor(column).getSQLXML();
  }

  @Override
  public final SQLXML getSQLXML(String label) throws SQLException {
    return getSQLXML(findColumn(label));
  }

  @Override
  public final String getNString(int column) throws SQLException {
    return accessor(column).getNString();
  }

  @Override
  public final String getNString(String label) throws SQLException {
    return getNString(findColumn(label));
  }

  @Override
  public final Reader getNCharacterStream(int column) throws SQLException {
    return accessor(column).getNCharacterStream();
  }

  @Override
  public final Reader getNCharacterStream(String label) throws SQLException {
    return getNCharacterStream(findColumn(label));
  }

  @Override
  public final <T> T getObject(int column, Class<T> type) throws SQLException {
    return accessor(column).getObject(type);
  }

  @Override
  public final <T> T getObject(String label, Class<T> type) throws SQLException {
    return getObject(findColumn(label), type);
  }
}
