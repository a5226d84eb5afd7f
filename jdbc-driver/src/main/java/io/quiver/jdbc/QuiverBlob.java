package io.quiver.jdbc;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Blob;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Bytes in memory, as JDBC's BLOB: a value, and no window into the database. */
final class QuiverBlob implements Blob {
  private byte @Nullable [] bytes;

  QuiverBlob(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  private byte[] bytes() throws SQLException {
    if (bytes == null) {
      throw new SQLException("the BLOB has been freed", SqlStates.WRONG_OBJECT);
    }
    return bytes;
  }

  /** Where a position, which counts from 1, lies among so many bytes or characters. */
  static int offset(long position, int length) throws SQLException {
    if (position < 1 || position > length + 1L) {
      throw SqlStates.invalid("a position is 1 to " + (length + 1L) + " here, found " + position);
    }
    return (int) (position - 1);
  }

  @Override
  public long length() throws SQLException {
    return bytes().length;
  }

  @Override
  public byte[] getBytes(long position, int length) throws SQLException {
    StatementState.notNegative(length, "a length");
    int from = offset(position, bytes().length);
    return Arrays.copyOfRange(bytes(), from, from + Math.min(length, bytes().length - from));
  }

  @Override
  public InputStream getBinaryStream() throws SQLException {
    return new ByteArrayInputStream(bytes());
  }

  @Override
  public InputStream getBinaryStream(long position, long length) throws SQLException {
    int from = offset(position, bytes().length);
    if (length < 0 || length > bytes().length - from) {
      throw SqlStates.invalid(
          "a length is 0 to " + (bytes().length - from) + " here, found " + length);
    }
    return new ByteArrayInputStream(bytes(), from, (int) length);
  }

  @Override
  public long position(byte @Nullable [] pattern, long start) throws SQLException {
    byte[] all = bytes();
    if (pattern == null) {
      throw SqlStates.invalid("a pattern to look for is given, found null");
    }
    for (int at = offset(start, all.length); at + pattern.length <= all.length; at++) {
      if (Arrays.equals(all, at, at + pattern.length, pattern, 0, pattern.length)) {
        return at + 1L;
      }
    }
    return -1;
  }

  @Override
  public long position(@Nullable Blob pattern, long start) throws SQLException {
    return position(pattern == null ? null : pattern.getBytes(1, (int) pattern.length()), start);
  }

  @Override
  public int setBytes(long position, byte @Nullable [] added) throws SQLException {
    return setBytes(position, added, 0, added == null ? 0 : added.length);
  }

  @Override
  public int setBytes(long position, byte @Nullable [] added, int offset, int length)
      throws SQLException {
    byte[] all = bytes();
    if (added == null || offset < 0 || length < 0 || length > added.length - offset) {
      throw SqlStates.invalid("the bytes to set are none, or fewer than their length says");
    }
    int at = offset(position, all.length);
    byte[] changed = Arrays.copyOf(all, Math.max(all.length, Math.addExact(at, length)));
    System.arraycopy(added, offset, changed, at, length);
    bytes = changed;
    return length;
  }

  /** What is written is part of the BLOB once the stream is flushed or closed. */
  @Override
  public OutputStream setBinaryStream(long position) throws SQLException {
    int start = offset(position, bytes().length);
    return new ByteArrayOutputStream() {
      @Override
      public synchronized void flush() {
        byte[] old = bytes == null ? new byte[0] : bytes;
        byte[] changed = Arrays.copyOf(old, Math.max(old.length, start + count));
        System.arraycopy(buf, 0, changed, start, count);
        bytes = changed;
      }

      @Override
      public void close() {
        flush();
      }
    };
  }

  @Override
  public void truncate(long length) throws SQLException {
    if (length < 0 || length > bytes().length) {
      throw SqlStates.invalid("a length is 0 to " + bytes().length + " here, found " + length);
    }
    bytes = Arrays.copyOf(bytes(), (int) length);
  }

  @Override
  public void free() {
    bytes = null;
  }
}
