package io.quiver.jdbc;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Text in memory, as JDBC's CLOB and NCLOB: a value, and no window into the database. */
final class QuiverClob implements NClob {
  private @Nullable String text;

  QuiverClob(String text) {
    this.text = text;
  }

  private String text() throws SQLException {
    if (text == null) {
      throw new SQLException("the CLOB has been freed", SqlStates.WRONG_OBJECT);
    }
    return text;
  }

  @Override
  public long length() throws SQLException {
    return text().length();
  }

  @Override
  public String getSubString(long position, int length) throws SQLException {
    StatementState.notNegative(length, "a length");
    int from = QuiverBlob.offset(position, text().length());
    return text().substring(from, from + Math.min(length, text().length() - from));
  }

  @Override
  public Reader getCharacterStream() throws SQLException {
    return new StringReader(text());
  }

  @Override
  public Reader getCharacterStream(long position, long length) throws SQLException {
    int from = QuiverBlob.offset(position, text().length());
    if (length < 0 || length > text().length() - from) {
      throw SqlStates.invalid(
          "a length is 0 to " + (text().length() - from) + " here, found " + length);
    }
    return new StringReader(text().substring(from, from + (int) length));
  }

  @Override
  public InputStream getAsciiStream() throws SQLException {
    return new ByteArrayInputStream(text().getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public long position(@Nullable String pattern, long start) throws SQLException {
    int from = QuiverBlob.offset(start, text().length());
    if (pattern == null) {
      throw SqlStates.invalid("a pattern to look for is given, found null");
    }
    int found = text().indexOf(pattern, from);
    return found < 0 ? -1 : found + 1L;
  }

  @Override
  public long position(@Nullable Clob pattern, long start) throws SQLException {
    return position(
        pattern == null ? null : pattern.getSubString(1, (int) pattern.length()), start);
  }

  @Override
  public int setString(long position, @Nullable String added) throws SQLException {
    return setString(position, added, 0, added == null ? 0 : added.length());
  }

  @Override
  public int setString(long position, @Nullable String added, int offset, int length)
      throws SQLException {
    int at = QuiverBlob.offset(position, text().length());
    if (added == null || offset < 0 || length < 0 || length > added.length() - offset) {
      throw SqlStates.invalid("the text to set is none, or shorter than its length says");
    }
    text = replaced(text(), at, added.substring(offset, offset + length));
    return length;
  }

  private static String replaced(String old, int at, String added) {
    int end = Math.min(old.length(), at + added.length());
    return old.substring(0, at) + added + old.substring(end);
  }

  /** What is written is part of the CLOB once the stream is flushed or closed. */
  @Override
  public OutputStream setAsciiStream(long position) throws SQLException {
    int start = QuiverBlob.offset(position, text().length());
    return new ByteArrayOutputStream() {
      @Override
      public void flush() {
        text = replaced(text == null ? "" : text, start, toString(StandardCharsets.US_ASCII));
      }

      @Override
      public void close() {
        flush();
      }
    };
  }

  /** What is written is part of the CLOB once the writer is flushed or closed. */
  @Override
  public Writer setCharacterStream(long position) throws SQLException {
    int start = QuiverBlob.offset(position, text().length());
    return new StringWriter() {
      @Override
      public void flush() {
        text = replaced(text == null ? "" : text, start, toString());
      }

      @Override
      public void close() {
        flush();
      }
    };
  }

  @Override
  public void truncate(long length) throws SQLException {
    if (length < 0 || length > text().length()) {
      throw SqlStates.invalid("a length is 0 to " + text().length() + " here, found " + length);
    }
    text = text().substring(0, (int) length);
  }

  @Override
  public void free() {
    text = null;
  }
}
