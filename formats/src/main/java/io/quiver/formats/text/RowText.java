package io.quiver.formats.text;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the fields of rows as UTF-8. A row becomes part of the batch when it is complete, so
 * that one which turns out to be bad leaves nothing behind.
 */
final class RowText {
  private static final int NULL = -1;

  private final int width;
  private final List<ColumnBuilder> builders = new ArrayList<>();
  private byte[] bytes = new byte[1 << 12];
  private int used;
  private int[] starts;
  private int[] lengths;
  private int fields;
  private int rows;

  RowText(int width) {
    this.width = width;
    this.starts = new int[Math.max(width, 8)];
    this.lengths = new int[Math.max(width, 8)];
    begin();
  }

  /** The same unfinished row, as the first of rows of that width. */
  RowText widened(int newWidth) {
    RowText wide = new RowText(newWidth);
    wide.bytes = bytes;
    wide.used = used;
    wide.starts = starts;
    wide.lengths = lengths;
    wide.fields = fields;
    return wide;
  }

  private void begin() {
    builders.clear();
    for (int i = 0; i < width; i++) {
      builders.add(new ColumnBuilder(SqlType.TEXT, Batch.ROWS));
    }
    rows = 0;
  }

  int rows() {
    return rows;
  }

  /** Fields of the row that is not complete yet. */
  int fields() {
    return fields;
  }

  void startRow() {
    used = 0;
    fields = 0;
  }

  /** Every field of the row to come is null until it is set. */
  void startNullRow() {
    used = 0;
    fields = width;
    Arrays.fill(lengths, 0, width, NULL);
  }

  void addNull() {
    field(fields, NULL);
  }

  /** Adds characters; a surrogate without its partner becomes U+FFFD. */
  void add(char[] text, int offset, int length) {
    int from = used;
    ensure(3L * length);
    for (int i = offset; i < offset + length; i++) {
      char c = text[i];
      if (c < 0x80) {
        bytes[used++] = (byte) c;
      } else {
        i = addWide(text, i, offset + length);
      }
    }
    start(from);
    field(fields, used - from);
  }

  private int addWide(char[] text, int at, int end) {
    int codePoint = Character.codePointAt(text, at, end);
    if (codePoint < 0x800) {
      bytes[used++] = (byte) (0xC0 | (codePoint >> 6));
    } else {
      boolean lone = codePoint >= 0xD800 && codePoint < 0xE000;
      int value = lone ? 0xFFFD : codePoint;
      if (value < 0x10000) {
        bytes[used++] = (byte) (0xE0 | (value >> 12));
      } else {
        bytes[used++] = (byte) (0xF0 | (value >> 18));
        bytes[used++] = (byte) (0x80 | ((value >> 12) & 0x3F));
      }
      bytes[used++] = (byte) (0x80 | ((value >> 6) & 0x3F));
      codePoint = value;
    }
    bytes[used++] = (byte) (0x80 | (codePoint & 0x3F));
    return at + Character.charCount(codePoint) - 1;
  }

  /** Sets a field of a row that was started as null. */
  void set(int field, byte[] text, int offset, int length) {
    ensure(length);
    System.arraycopy(text, offset, bytes, used, length);
    starts[field] = used;
    lengths[field] = length;
    used += length;
  }

  private void start(int from) {
    room();
    starts[fields] = from;
  }

  private void field(int at, int length) {
    room();
    lengths[at] = length;
    fields++;
  }

  private void room() {
    if (fields == starts.length) {
      starts = Arrays.copyOf(starts, 2 * fields);
      lengths = Arrays.copyOf(lengths, 2 * fields);
    }
  }

  private void ensure(long more) {
    if (used + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.toIntExact(Math.max(used + more, 2L * bytes.length)));
    }
  }

  /** Makes the row, of exactly {@code width} fields, part of the batch. */
  void endRow() {
    MemorySegment memory = MemorySegment.ofArray(bytes);
    for (int i = 0; i < width; i++) {
      if (lengths[i] == NULL) {
        builders.get(i).appendNull();
      } else {
        builders.get(i).appendUtf8(memory.asSlice(starts[i], lengths[i]));
      }
    }
    rows++;
  }

  /** The field as characters. */
  String text(int field) {
    return lengths[field] == NULL
        ? ""
        : new String(bytes, starts[field], lengths[field], java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The complete rows; the next one begins another batch. */
  Batch take() {
    List<Column> columns = new ArrayList<>(width);
    builders.forEach(builder -> columns.add(builder.build()));
    Batch batch = new Batch(columns, rows);
    begin();
    return batch;
  }

  /** The value of a text row, for writers. */
  static byte[] bytes(Column column, int row) {
    return column.getUtf8(row).toArray(JAVA_BYTE);
  }
}
