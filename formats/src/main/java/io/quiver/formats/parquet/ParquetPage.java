package io.quiver.formats.parquet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A data page (version 1) of one column: repetition levels where it is a list, definition levels,
 * and the values that are there, in plain encoding.
 *
 * @param content the header and what follows it
 * @param values entries, nulls and empty lists included
 */
@SuppressWarnings("ArrayRecordComponent") // Written once and never compared.
record ParquetPage(byte[] content, int values) {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int RLE = 3;

  static ParquetPage of(ParquetField field, Column column, int rows) {
    Levels levels = new Levels(field, column, rows);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if (field.list()) {
      writeLevels(body, levels.repetition, levels.count, 1);
    }
    writeLevels(body, levels.definition, levels.count, field.definitionMax() > 1 ? 2 : 1);
    body.writeBytes(levels.values());
    ThriftWriter header = new ThriftWriter();
    header.element().i32(1, 0).i32(2, body.size()).i32(3, body.size());
    header.struct(5).i32(1, levels.count).i32(2, 0).i32(3, RLE).i32(4, RLE).end();
    header.end();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(header.bytes());
    all.writeBytes(body.toByteArray());
    return new ParquetPage(all.toByteArray(), levels.count);
  }

  /** One run where all levels are equal, else groups of eight, packed from the lowest bit. */
  private static void writeLevels(ByteArrayOutputStream out, byte[] levels, int count, int bits) {
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    boolean same = true;
    for (int i = 1; i < count && same; i++) {
      same = levels[i] == levels[0];
    }
    if (count > 0 && same) {
      varint(run, (long) count << 1);
      run.write(levels[0]);
    } else if (count > 0) {
      int groups = (count + 7) / 8;
      varint(run, ((long) groups << 1) | 1);
      for (int group = 0; group < groups; group++) {
        int packed = 0;
        for (int i = 0; i < 8; i++) {
          int at = group * 8 + i;
          packed |= (at < count ? levels[at] : 0) << (i * bits);
        }
        for (int i = 0; i < bits; i++) {
          run.write(packed >> (8 * i));
        }
      }
    }
    byte[] bytes = run.toByteArray();
    for (int i = 0; i < 4; i++) {
      out.write(bytes.length >> (8 * i));
    }
    out.writeBytes(bytes);
  }

  private static void varint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** The levels of a column's entries, and which of its values are there. */
  private static final class Levels {
    private final ParquetField field;
    private final Column values;
    private byte[] repetition;
    private byte[] definition;
    private int[] present;
    private int count;
    private int presentCount;

    Levels(ParquetField field, Column column, int rows) {
      this.field = field;
      Column elements = column;
      if (column.type() instanceof SqlType.Vector vector) {
        elements = numbers(vector, column, rows);
      } else if (column.type() instanceof SqlType.Array) {
        elements = column.elements();
      }
      this.values = elements;
      int expected = column == elements ? rows : rows + elements.length();
      this.repetition = new byte[expected];
      this.definition = new byte[expected];
      this.present = new int[expected];
      for (int row = 0; row < rows; row++) {
        if (field.list()) {
          addList(column, row);
        } else {
          add(0, column.isNull(row) ? 0 : 1, row);
        }
      }
    }

    private static Column numbers(SqlType.Vector vector, Column column, int rows) {
      if (vector.element() == SqlType.Element.FLOAT32) {
        return Column.of(
            SqlType.REAL, Math.multiplyExact(rows, vector.dimension()), null, column.data(), null);
      }
      boolean bytes =
          ParquetField.of(new io.quiver.types.Field("", vector, true))
              .element()
              .equals(SqlType.TINYINT);
      io.quiver.types.ColumnBuilder out =
          new io.quiver.types.ColumnBuilder(
              bytes ? SqlType.TINYINT : SqlType.REAL, Math.multiplyExact(rows, vector.dimension()));
      for (int row = 0; row < rows; row++) {
        float[] numbers =
            column.isNull(row) ? new float[vector.dimension()] : column.getFloats(row);
        for (float number : numbers) {
          if (bytes) {
            out.appendByte((byte) number);
          } else {
            out.appendFloat(number);
          }
        }
      }
      return out.build();
    }

    private void addList(Column column, int row) {
      if (column.isNull(row)) {
        add(0, 0, 0);
        return;
      }
      int from;
      int to;
      MemorySegment offsets = column.offsets();
      if (offsets != null) {
        from = offsets.getAtIndex(INT, row);
        to = offsets.getAtIndex(INT, row + 1L);
      } else {
        int dimension = ((SqlType.Vector) column.type()).dimension();
        from = row * dimension;
        to = from + dimension;
      }
      if (from == to) {
        add(0, 1, 0);
      }
      int there = field.definitionMax();
      for (int i = from; i < to; i++) {
        add(i == from ? 0 : 1, values.isNull(i) ? there - 1 : there, i);
      }
    }

    private void add(int repeats, int defined, int position) {
      if (count == definition.length) {
        repetition = Arrays.copyOf(repetition, 2 * count + 8);
        definition = Arrays.copyOf(definition, 2 * count + 8);
        present = Arrays.copyOf(present, 2 * count + 8);
      }
      repetition[count] = (byte) repeats;
      definition[count] = (byte) defined;
      count++;
      if (defined == field.definitionMax()) {
        present[presentCount++] = position;
      }
    }

    /** The values that are there, in plain encoding. */
    byte[] values() {
      int width =
          switch (field.physical()) {
            case INT32, FLOAT -> 4;
            case INT64, DOUBLE -> 8;
            case FIXED_LEN_BYTE_ARRAY -> 16;
            case BOOLEAN, BYTE_ARRAY -> 0;
          };
      if (field.physical() == ParquetField.Physical.BOOLEAN) {
        byte[] bits = new byte[(presentCount + 7) / 8];
        for (int i = 0; i < presentCount; i++) {
          bits[i >> 3] |= (byte) (values.getBoolean(present[i]) ? 1 << (i & 7) : 0);
        }
        return bits;
      }
      if (width == 0) {
        return texts();
      }
      MemorySegment out = MemorySegment.ofArray(new byte[Math.multiplyExact(width, presentCount)]);
      for (int i = 0; i < presentCount; i++) {
        fixed(present[i], out, (long) i * width);
      }
      return out.toArray(JAVA_BYTE);
    }

    private void fixed(int row, MemorySegment out, long at) {
      if (values.type().equals(SqlType.TINYINT)) {
        out.set(INT, at, values.getByte(row));
      } else if (values.type().equals(SqlType.SMALLINT)) {
        out.set(INT, at, values.getShort(row));
      } else if (values.type() instanceof SqlType.Decimal) {
        MemorySegment digits = values.getBytes(row);
        for (int i = 0; i < 16; i++) {
          out.set(JAVA_BYTE, at + i, digits.get(JAVA_BYTE, 15 - i));
        }
      } else {
        MemorySegment bytes = values.getBytes(row);
        MemorySegment.copy(bytes, 0, out, at, bytes.byteSize());
      }
    }

    private byte[] texts() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = 0; i < presentCount; i++) {
        byte[] text = values.getBytes(present[i]).toArray(JAVA_BYTE);
        for (int shift = 0; shift < 32; shift += 8) {
          out.write(text.length >> shift);
        }
        out.writeBytes(text);
      }
      return out.toByteArray();
    }
  }
}
