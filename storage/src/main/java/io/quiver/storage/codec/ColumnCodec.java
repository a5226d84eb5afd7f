package io.quiver.storage.codec;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A column as bytes, whose type and length the reader knows: whether there is a validity bitmap
 * (byte) and the bitmap, then the data as {@link Column} lays it out; before the data of a type of
 * variable length stand its end offsets (an int a row), counted from its first byte. Of an ARRAY
 * the end offsets count its elements, which follow as a column.
 */
public final class ColumnCodec {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ColumnCodec() {}

  /** Writes the first rows of a column, whose larger buffers are shared with the writer. */
  public static void write(Column column, int count, ByteWriter out) {
    MemorySegment validity = column.validity();
    out.putByte(validity == null ? 0 : 1);
    if (validity != null) {
      out.putBytes(validity, 0, (count + 7L) >> 3);
    }
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      out.putShared(column.data(), 0, column.type().layout().fixedBytes(count));
      return;
    }
    int first = offsets.getAtIndex(INT, 0);
    int last = offsets.getAtIndex(INT, (long) count);
    for (int i = 1; i <= count; i++) {
      out.putInt(offsets.getAtIndex(INT, (long) i) - first);
    }
    if (column.type() instanceof SqlType.Array) {
      write(column.elementsBetween(first, last), last - first, out);
    } else {
      out.putShared(column.data(), first, (long) last - first);
    }
  }

  /** Reads a column of so many rows. */
  public static Column read(SqlType type, int count, ByteReader in) {
    MemorySegment validity = in.getByte() == 0 ? null : in.getBytes((count + 7L) >> 3);
    if (type.layout().hasOffsets()) {
      return readVariable(type, count, validity, in);
    }
    MemorySegment data = in.getBytes(type.layout().fixedBytes(count));
    return Column.of(type, count, validity, data, null);
  }

  private static Column readVariable(
      SqlType type, int count, @Nullable MemorySegment validity, ByteReader in) {
    MemorySegment ends = in.getBytes(4L * count);
    MemorySegment offsets = in.allocate(4L * (count + 1L));
    int last = 0;
    for (int i = 0; i < count; i++) {
      int end = ends.getAtIndex(INT, (long) i);
      if (end < last) {
        throw in.damaged("a row that ends at " + end + ", before " + last);
      }
      offsets.setAtIndex(INT, i + 1L, end);
      last = end;
    }
    return type instanceof SqlType.Array array
        ? Column.ofLists(array, count, validity, offsets, read(array.element(), last, in))
        : Column.of(type, count, validity, in.getBytes(last), offsets);
  }
}
