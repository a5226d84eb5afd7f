package io.quiver.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.net.URL;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLXML;
import java.sql.Time;
import java.util.Calendar;
import org.apache.calcite.avatica.AvaticaPreparedStatement;
import org.apache.calcite.avatica.Meta;
import org.jspecify.annotations.Nullable;

/** The setters that no type of ours takes. Avatica would drop some of the values silently. */
abstract class NarrowPreparedStatement extends AvaticaPreparedStatement {
  NarrowPreparedStatement(
      QuiverConnection owner,
      Meta.@Nullable StatementHandle handle,
      Meta.Signature signature,
      int type,
      int concurrency,
      int holdability)
      throws SQLException {
    super(owner, handle, signature, type, concurrency, holdability);
  }

  private static SQLException unsupported(String what) {
    return new SQLFeatureNotSupportedException(
        "a parameter cannot be a " + what, SqlStates.NOT_SUPPORTED);
  }

  @Override
  public final void setRowId(int index, RowId x) throws SQLException {
    throw unsupported("Row id");
  }

  @Override
  public final void setNClob(int index, NClob x) throws SQLException {
    throw unsupported("NClob");
  }

  @Override
  public final void setSQLXML(int index, SQLXML x) throws SQLException {
    throw unsupported("SQLXML");
  }

  @Override
  public final void setRef(int index, Ref x) throws SQLException {
    throw unsupported("Ref");
  }

  @Override
  public final void setBlob(int index, Blob x) throws SQLException {
    throw unsupported("Blob");
  }

  @Override
  public final void setClob(int index, Clob x) throws SQLException {
    throw unsupported("Clob");
  }

  @Override
  public final void setURL(int index, URL x) throws SQLException {
    throw unsupported("URL");
  }

  @Override
  public final void setNCharacterStream(int index, Reader x, long length) throws SQLException {
    throw unsupported("NCharacter stream");
  }

  @Override
  public final void setNCharacterStream(int index, Reader x) throws SQLException {
    throw unsupported("NCharacter stream");
  }

  @Override
  public final void setClob(int index, Reader x, long length) throws SQLException {
    throw unsupported("Clob");
  }

  @Override
  public final void setClob(int index, Reader x) throws SQLException {
    throw unsupported("Clob");
  }

  @Override
  public final void setNClob(int index, Reader x, long length) throws SQLException {
    throw unsupported("NClob");
  }

  @Override
  public final void setNClob(int index, Reader x) throws SQLException {
    throw unsupported("NClob");
  }

  @Override
  public final void setBlob(int index, InputStream x, long length) throws SQLException {
    throw unsupported("Blob");
  }

  @Override
  public final void setBlob(int index, InputStream x) throws SQLException {
    throw unsupported("Blob");
  }

  @Override
  public final void setAsciiStream(int index, InputStream x, long length) throws SQLException {
    throw unsupported("Ascii stream");
  }

  @Override
  public final void setAsciiStream(int index, InputStream x, int length) throws SQLException {
    throw unsupported("Ascii stream");
  }

  @Override
  public final void setAsciiStream(int index, InputStream x) throws SQLException {
    throw unsupported("Ascii stream");
  }

  @Override
  public final void setBinaryStream(int index, InputStream x, long length) throws SQLException {
    throw unsupported("Binary stream");
  }

  @Override
  public final void setBinaryStream(int index, InputStream x, int length) throws SQLException {
    throw unsupported("Binary stream");
  }

  @Override
  public final void setBinaryStream(int index, InputStream x) throws SQLException {
    throw unsupported("Binary stream");
  }

  @Override
  public final void setCharacterStream(int index, Reader x, long length) throws SQLException {
    throw unsupported("Character stream");
  }

  @Override
  public final void setCharacterStream(int index, Reader x, int length) throws SQLException {
    throw unsupported("Character stream");
  }

  @Override
  public final void setCharacterStream(int index, Reader x) throws SQLException {
    throw unsupported("Character stream");
  }

  @Override
  @Deprecated
  public final void setUnicodeStream(int index, InputStream x, int length) throws SQLException {
    throw unsupported("Unicode stream");
  }

  @Override
  public final void setTime(int index, Time x) throws SQLException {
    throw unsupported("Time");
  }

  @Override
  public final void setTime(int index, Time x, Calendar calendar) throws SQLException {
    throw unsupported("Time");
  }
}
