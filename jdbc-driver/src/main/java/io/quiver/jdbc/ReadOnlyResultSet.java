package io.quiver.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaResultSet;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.jspecify.annotations.Nullable;

/** The part of a result that would change rows, which ours cannot. */
abstract class ReadOnlyResultSet extends AvaticaResultSet {
  ReadOnlyResultSet(
      @Nullable AvaticaStatement statement,
      QueryState state,
      Meta.Signature signature,
      ResultSetMetaData metaData,
      TimeZone timeZone,
      Meta.Frame firstFrame)
      throws SQLException {
    super(statement, state, signature, metaData, timeZone, firstFrame);
  }

  static SQLException readOnly() {
    return SqlStates.unsupported("changing rows through a result");
  }

  @Override
  public final void updateNull(int column) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBoolean(int column, boolean x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateByte(int column, byte x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateShort(int column, short x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateInt(int column, int x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateLong(int column, long x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateFloat(int column, float x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateDouble(int column, double x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBigDecimal(int column, BigDecimal x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateString(int column, String x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBytes(int column, byte[] x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateDate(int column, Date x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateTime(int column, Time x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateTimestamp(int column, Timestamp x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateAsciiStream(int column, InputStream x, int length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBinaryStream(int column, InputStream x, int length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateCharacterStream(int column, Reader x, int length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateObject(int column, Object x, int length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateObject(int column, Object x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void insertRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void deleteRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void refreshRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void cancelRowUpdates() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void moveToInsertRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void moveToCurrentRow() throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateRef(int column, Ref x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBlob(int column, Blob x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateClob(int column, Clob x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateArray(int column, Array x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateRowId(int column, RowId x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNString(int column, String x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNClob(int column, NClob x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateSQLXML(int column, SQLXML x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNCharacterStream(int column, Reader x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateAsciiStream(int column, InputStream x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBinaryStream(int column, InputStream x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateCharacterStream(int column, Reader x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBlob(int column, InputStream x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateClob(int column, Reader x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNClob(int column, Reader x, long length) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNCharacterStream(int column, Reader x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateAsciiStream(int column, InputStream x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBinaryStream(int column, InputStream x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateCharacterStream(int column, Reader x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateBlob(int column, InputStream x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateClob(int column, Reader x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateNClob(int column, Reader x) throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateObject(int column, Object x, SQLType type, int scale)
      throws SQLException {
    throw readOnly();
  }

  @Override
  public final void updateObject(int column, Object x, SQLType type) throws SQLException {
    throw readOnly();
  }
}
