package io.quiver.formats.text;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.formats.BatchSink;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Schema;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * CSV as {@link CsvSource} reads it. Fields are quoted where they must be, and where they would be
 * taken for null. Lines end in a line feed, as PostgreSQL writes them.
 */
public final class CsvSink implements BatchSink {
  private final OutputFile file;
  private final byte delimiter;
  private final byte quote;
  private final byte[] nullText;
  private byte[] line = new byte[1 << 12];
  private int used;

  /** A sink for VARCHAR columns. */
  public CsvSink(OutputFile file, Schema schema, FormatOptions options) {
    this.file = file;
    this.delimiter = ascii(options.delimiter(), "DELIMITER");
    this.quote = ascii(options.quote(), "QUOTE");
    this.nullText = options.nullText().getBytes(StandardCharsets.UTF_8);
    if (options.header()) {
      for (int i = 0; i < schema.size(); i++) {
        byte[] name = schema.field(i).name().getBytes(StandardCharsets.UTF_8);
        field(i, MemorySegment.ofArray(name), schema.size());
      }
      endLine();
    }
  }

  private static byte ascii(char c, String what) {
    if (c > 0x7F) {
      throw new io.quiver.types.QuiverException(
          io.quiver.types.ErrorCode.INVALID_PARAMETER_VALUE,
          what + " is one ASCII character, found '" + c + "'");
    }
    return (byte) c;
  }

  @Override
  public void write(Batch rows) {
    for (int row = 0; row < rows.rowCount(); row++) {
      for (int i = 0; i < rows.width(); i++) {
        Column column = rows.column(i);
        if (column.isNull(row)) {
          separate(i);
          put(nullText);
        } else {
          field(i, column.getUtf8(row), rows.width());
        }
      }
      endLine();
    }
  }

  private void field(int position, MemorySegment text, int width) {
    separate(position);
    byte[] bytes = text.toArray(JAVA_BYTE);
    boolean quoted = java.util.Arrays.equals(bytes, nullText) || (bytes.length == 0 && width == 1);
    for (int i = 0; i < bytes.length && !quoted; i++) {
      byte b = bytes[i];
      quoted = b == delimiter || b == quote || b == '\n' || b == '\r';
    }
    if (!quoted) {
      put(bytes);
      return;
    }
    put(quote);
    for (byte b : bytes) {
      if (b == quote) {
        put(quote);
      }
      put(b);
    }
    put(quote);
  }

  private void separate(int position) {
    if (position > 0) {
      put(delimiter);
    }
  }

  private void endLine() {
    put((byte) '\n');
    file.write(MemorySegment.ofArray(line).asSlice(0, used));
    used = 0;
  }

  private void put(byte b) {
    if (used == line.length) {
      line = java.util.Arrays.copyOf(line, 2 * used);
    }
    line[used++] = b;
  }

  private void put(byte[] bytes) {
    if (used + bytes.length > line.length) {
      line = java.util.Arrays.copyOf(line, Math.max(used + bytes.length, 2 * line.length));
    }
    System.arraycopy(bytes, 0, line, used, bytes.length);
    used += bytes.length;
  }

  @Override
  public void finish() {
    file.finish();
  }

  @Override
  public long bytesWritten() {
    return file.position();
  }

  @Override
  public void close() {
    file.close();
  }
}
